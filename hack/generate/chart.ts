/**
 * Writes charts/xos-operator from what config/ installs: each file that its kustomizations name becomes a template, with the
 * places of chart-places.ts open to values. The CRDs and the dashboard are copied, and read by a template, so that nothing
 * in them is taken for one.
 */
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Document, parse, parseAllDocuments } from 'yaml';
import { type Addition, additionsOf } from './chart-component.ts';
import { givenFor, NAMESPACE, openIn, PER_NAMESPACE } from './chart-places.ts';
import { type Shipped, valuesFile, valuesSchema, valuesTable } from './chart-values.ts';
import { loadCrds, ROOT } from './crd.ts';
import { Places } from './places.ts';
import { jsonFile, prettyYaml } from './yaml-file.ts';

const CHART = join(ROOT, 'charts', 'xos-operator');
const README = join(CHART, 'README.md');
const TABLE = /(<!-- BEGIN values [^>]*-->)[\s\S]*(<!-- END values -->)/;
/** A component that other objects have parts of. */
const SECURE = 'components/metrics-auth';
/** Of config/; the namespace is the release's own, and who installs makes it. */
const FOLDERS = ['rbac', 'policy', 'manager', 'monitoring', 'namespaced/operator', PER_NAMESPACE, SECURE];
const LEFT_OUT = ['namespace.yaml'];

/** Gives the text of a file as it will be, also of one that is generated at the same time. */
type Read = (path: string) => Promise<string>;

/** Each file of the chart that follows from something else: its path and its text. */
export async function chartFiles(generated: ReadonlyMap<string, string>): Promise<[path: string, text: string][]> {
  const read: Read = async (path) => generated.get(path) ?? (await readFile(path, 'utf8'));
  const sources = (await Promise.all(FOLDERS.map((folder) => sourcesIn(folder, read)))).flat();
  const within = (path: string) => read(join(ROOT, 'config', path));
  const additions = await additionsOf(SECURE, {
    given: '.Values.metrics.secure.enabled',
    read: within,
    own: inRelease,
  });
  const schema = valuesSchema(shippedIn(sources));
  const crds = (await loadCrds()).map(({ file }) => file);
  return [
    ...(await Promise.all(sources.map((source) => template(source, additions)))),
    ...(await Promise.all(crds.map((file) => copy('crds', file, read)))),
    await copy(join('config', 'monitoring'), 'dashboard.json', read),
    [join(CHART, 'values.schema.json'), await jsonFile(schema)],
    [join(CHART, 'values.yaml'), await prettyYaml(valuesFile(schema))],
    [README, (await readFile(README, 'utf8')).replace(TABLE, `$1\n\n${valuesTable(schema)}\n\n$2`)],
  ];
}

interface Source {
  /** Within config/. */
  readonly path: string;
  readonly text: string;
}

async function sourcesIn(folder: string, read: Read): Promise<Source[]> {
  const within = (path: string) => join(ROOT, 'config', path);
  const { resources } = parse(await read(within(join(folder, 'kustomization.yaml')))) as { resources: string[] };
  const files = resources.filter((name) => name.endsWith('.yaml') && !LEFT_OUT.includes(name));
  const paths = files.map((name) => join(folder, name));
  return Promise.all(paths.map(async (path) => ({ path, text: await read(within(path)) })));
}

/** Where the namespace of config/default stands, the chart has that of the release. */
function inRelease(text: string, places: Places): string {
  return text.replaceAll(NAMESPACE, places.value('$.Release.Namespace'));
}

async function template({ path, text }: Source, additions: readonly Addition[]): Promise<[path: string, text: string]> {
  const places = new Places();
  const own = inRelease(text.replace(/^# Generated from .*\n/, ''), places);
  const documents = parseAllDocuments(own) as Document[];
  for (const document of documents) {
    for (const add of additions) add(document, places);
    openIn(document, places);
  }
  const yaml = documents.map((document) => document.toString({ lineWidth: 0 })).join('---\n');
  const filled = places.fill(await prettyYaml(yaml.replaceAll(/^---\n---\n/gm, '---\n')));
  const header = `{{- /* Generated from config/${path} by \`npm run generate\`. Do not edit. */ -}}\n`;
  return [join(CHART, 'templates', nameOf(path)), header + around(path, filled)];
}

/** In the chart all templates are in one folder. */
function nameOf(path: string): string {
  return dirname(path) === SECURE ? `metrics-auth-${basename(path)}` : basename(path);
}

/** Only where it is to be, or once for each namespace. */
function around(path: string, filled: string): string {
  if (dirname(path) === PER_NAMESPACE) return `{{- range .Values.namespaces }}\n---\n${filled}{{- end }}\n`;
  const given = givenFor[nameOf(path)];
  return given === undefined ? filled : `{{- if ${given} }}\n${filled}{{- end }}\n`;
}

async function copy(folder: string, file: string, read: Read): Promise<[path: string, text: string]> {
  return [join(CHART, 'files', file), await read(join(ROOT, folder, file))];
}

/** What the chart installs if nobody says anything is what config/ installs. */
function shippedIn(sources: readonly Source[]): Shipped {
  const objects = sources.flatMap(({ text }) => parseAllDocuments(text).map((document) => document.toJS() as unknown));
  const ofKind = (kind: string) => objects.find((object) => (object as { kind: string }).kind === kind);
  return {
    deployment: ofKind('Deployment') as Shipped['deployment'],
    budget: ofKind('PodDisruptionBudget') as Shipped['budget'],
  };
}
