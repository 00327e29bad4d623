/** The CRDs keep the promises that every kind makes: complete schemas, bounds, descriptions, the same conditions. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { V1JSONSchemaProps } from '@kubernetes/client-node';
import { Ajv } from 'ajv';
import { parse, parseAllDocuments } from 'yaml';
import type { KubeObject } from '../src/api/object.ts';
import { crds, partOf, type Schema, schemaOf } from './support/crds.ts';

const ROOT = join(__dirname, '..');
/** Where what was installed together is taken away together, this is left. */
const STAYING = {
  'helm.sh/resource-policy': 'keep',
  'kustomize.toolkit.fluxcd.io/prune': 'disabled',
  'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false',
};

function ajv(): Ajv {
  const keywords = V1JSONSchemaProps.getAttributeTypeMap().map(({ baseName }) => baseName);
  const strict = new Ajv({ strict: true, useDefaults: true, formats: { int32: true, int64: true, 'date-time': true } });
  return strict.addVocabulary(keywords.filter((name) => name.startsWith('x-')));
}

/** Every field below a schema, with its path; what is inside of a pod spec is Kubernetes' own. */
function* fields(schema: Schema, path: string): Iterable<[string, Schema]> {
  yield [path, schema];
  if (path === 'spec.template.spec') return;
  for (const [key, below] of Object.entries(schema.properties ?? {})) yield* fields(below, `${path}.${key}`);
  if (schema.items) yield* fields(schema.items, `${path}[]`);
  if (schema.additionalProperties) yield* fields(schema.additionalProperties, `${path}{}`);
}

function isUnbounded({ type, format, maxLength, maxItems, maxProperties, ...schema }: Schema): boolean {
  if (type === 'string') return maxLength === undefined && schema.enum === undefined && format === undefined;
  if (type === 'array') return maxItems === undefined;
  return schema.additionalProperties !== undefined && maxProperties === undefined;
}

describe.each(crds)('crds/$file', ({ crd, text }) => {
  const [version] = crd.spec.versions;
  const all = [...fields(partOf(crd, 'spec'), 'spec'), ...fields(partOf(crd, 'status'), 'status')];

  test('stays when Helm, Flux or Argo CD uninstalls: with it would go what it describes, and what that owns', () => {
    expect(crd.metadata.annotations).toEqual(STAYING);
  });

  test('is a schema without a misspelt keyword', () => {
    expect(() => ajv().compile(schemaOf(crd))).not.toThrow();
  });

  test('bounds every list, map and string', () => {
    expect(all.filter(([, schema]) => isUnbounded(schema)).map(([path]) => path)).toEqual([]);
  });

  test('describes every field', () => {
    const named = all.filter(([path]) => !path.endsWith('[]') && !path.endsWith('{}'));
    expect(named.filter(([, { description }]) => description === undefined).map(([path]) => path)).toEqual([]);
  });

  test('has the conditions, the status and the columns that all kinds have', () => {
    const [first] = crds;
    expect(partOf(crd, 'status').properties?.['conditions']).toEqual(
      first && partOf(first.crd, 'status').properties?.['conditions'],
    );
    expect(partOf(crd, 'status').default).toEqual({ observedGeneration: -1 });
    expect(version.subresources).toHaveProperty('status');
    expect(version.additionalPrinterColumns.map(({ name }) => name).slice(-4)).toEqual([
      'Ready',
      'Reason',
      'Age',
      'Message',
    ]);
    expect(crd.spec.names).toMatchObject({ categories: ['xos'], shortNames: [expect.stringMatching(/^x/)] });
  });

  test('stays below the size that client-side apply can keep in an annotation', () => {
    expect(Math.max(text.length, JSON.stringify(crd).length)).toBeLessThan(250_000);
  });
});

const examples = readdirSync(join(ROOT, 'examples')).filter((file) => file.endsWith('.yaml'));

test.each(examples)('examples/%s is valid', (file) => {
  const objects = parseAllDocuments(readFileSync(join(ROOT, 'examples', file), 'utf8')).map(
    (document) => document.toJS() as KubeObject,
  );
  for (const object of objects.filter(({ apiVersion }) => apiVersion.startsWith('xos.opencord.org/'))) {
    const crd = crds.find((each) => each.crd.spec.names.kind === object.kind)?.crd;
    const validate = ajv().compile(crd === undefined ? false : schemaOf(crd));
    expect([validate(object), validate.errors]).toEqual([true, null]);
    // All examples say it, because an apply without it onto a mirror leaves that a mirror.
    const isMapped = crd !== undefined && partOf(crd, 'spec').properties?.['xosManaged'] !== undefined;
    expect(object).toMatchObject(isMapped ? { spec: { xosManaged: true } } : {});
  }
});

test('what is generated from the CRDs is up to date', async () => {
  const check = promisify(execFile)(process.execPath, [join(ROOT, 'hack', 'generate', 'main.ts'), '--check']);
  await expect(check).resolves.toMatchObject({ stderr: '' });
}, 30_000);

test('what keeps the CRDs from being deleted stays with them', () => {
  const policies = parseAllDocuments(readFileSync(join(ROOT, 'config', 'policy', 'admission.yaml'), 'utf8'));
  const objects = policies.map((document) => document.toJS() as KubeObject);
  const staying = objects.filter(({ metadata }) => metadata.annotations !== undefined);
  expect(staying.map(({ kind, metadata: { name, annotations } }) => ({ kind, name, annotations }))).toEqual(
    ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'].map((kind) => ({
      kind,
      name: 'definitions.xos.opencord.org',
      annotations: STAYING,
    })),
  );
});

test('config/crd installs every CRD', () => {
  const listed = parse(readFileSync(join(ROOT, 'crds', 'kustomization.yaml'), 'utf8')) as { resources: string[] };
  expect(listed.resources).toEqual(crds.map(({ file }) => file));
});

test('config/samples applies every story, but for what others run, and what another story has once more', () => {
  const listed = parse(readFileSync(join(ROOT, 'examples', 'Kustomization'), 'utf8')) as { resources: string[] };
  const leftOut = ['foreign.yaml', 'recipe-service.yaml'];
  expect(listed.resources).toEqual(examples.filter((file) => !leftOut.includes(file)).toSorted());
});
