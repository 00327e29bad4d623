/** Writes docs/api.md: every kind with its fields, their types, defaults and bounds, and the rules that the API server checks. */
import { format } from 'prettier';
import type { Crd, Schema } from './crd.ts';
import { exampleOf, type Stories } from './samples.ts';

const HEADER = `<!-- Generated from crds/ by \`npm run generate\`. Do not edit. -->

# The API

Every kind is in the category \`xos\`, so \`kubectl get xos -A\` prints the whole model, and \`kubectl explain\` shows what
this page says. A default is what the API server fills in. The conditions are the same for all kinds and stand at the
end of the page once.
`;

/** Gives the example of a field. */
type Example = (path: string, schema: Schema) => string;
/** How a field is reached, and its schema. */
type Field = [path: string, schema: Schema, required: boolean];

/** The whole page. */
export async function apiPage(crds: readonly Crd[], stories: Stories): Promise<string> {
  const [first] = crds;
  const conditions = first && partOf(first, 'status').properties?.['conditions'];
  const shared = conditions === undefined ? [] : ['## Conditions', table([...fields(conditions, 'conditions', false)])];
  const contents = crds.map(({ spec }) => `- [${spec.names.kind}](#${spec.names.kind.toLowerCase()})`).join('\n');
  const page = [HEADER, contents, ...crds.map((crd) => section(crd, stories)), ...shared].join('\n\n');
  return format(page, { parser: 'markdown', printWidth: 120 });
}

function section(crd: Crd, stories: Stories): string {
  const { group, scope, names, versions } = crd.spec;
  const [{ name, schema }] = versions;
  const scoped = scope === 'Cluster' ? 'cluster-scoped' : 'namespaced';
  return [
    `## ${names.kind}`,
    schema.openAPIV3Schema.description ?? '',
    `\`${group}/${name}\`, ${scoped}, short name \`${names.shortNames.join('`, `')}\`.`,
    ...part(crd, 'spec', (path, field) => exampleOf(names.kind, path, field, stories)),
    ...rules(schema.openAPIV3Schema),
    ...part(crd, 'status'),
  ].join('\n\n');
}

function part(crd: Crd, name: string, example?: Example): string[] {
  const { properties = {}, required = [] } = partOf(crd, name);
  const rows = Object.entries(properties)
    .filter(([key]) => key !== 'conditions')
    .flatMap(([key, below]) => [...fields(below, key, required.includes(key))]);
  return [`### ${crd.spec.names.kind} ${name}`, table(rows, example)];
}

function partOf(crd: Crd, name: string): Schema {
  return crd.spec.versions[0].schema.openAPIV3Schema.properties?.[name] ?? {};
}

/** What the API server refuses beyond the types, in its own words. */
function rules(schema: Schema): string[] {
  const below = [schema, schema.properties?.['spec'] ?? {}];
  const messages = below.flatMap((each) => each['x-kubernetes-validations'] ?? []).map(({ message }) => message);
  return messages.length === 0
    ? []
    : ['The API server refuses what breaks one of these rules:', messages.map((message) => `- ${message}`).join('\n')];
}

/** A field and all below it. The inside of a pod spec is Kubernetes' own, and documented there. */
export function* fields(schema: Schema, path: string, required: boolean): Iterable<Field> {
  yield [path, schema, required];
  if (path === 'template.spec') return;
  const inner = innermost(schema);
  const suffix = schema.type === 'array' ? '[]' : '';
  for (const [key, below] of Object.entries(inner.properties ?? {})) {
    yield* fields(below, `${path}${suffix}.${key}`, inner.required?.includes(key) === true);
  }
}

function innermost(schema: Schema): Schema {
  return schema.type === 'array' && schema.items !== undefined ? schema.items : schema;
}

/** What people write, they want to see written; of a status there is no example. */
export function table(rows: readonly Field[], example?: Example): string {
  const heads = ['Field', 'Type', 'Default', ...(example === undefined ? [] : ['Example']), 'Meaning'];
  const lines = rows.map(([path, schema, required]) => {
    const name = `\`${path}\`${required ? ' (required)' : ''}`;
    const shown = example === undefined ? [] : [example(path, schema)];
    return rowOf([name, typeOf(schema), defaultOf(schema), ...shown, describe(schema)]);
  });
  return [rowOf(heads), rowOf(heads.map(() => '---')), ...lines].join('\n');
}

function rowOf(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function typeOf(schema: Schema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {})}`;
  if (typeof schema.additionalProperties === 'object') return `map of ${typeOf(schema.additionalProperties)}`;
  return schema.type ?? 'any';
}

function defaultOf(schema: Schema): string {
  return schema.default === undefined ? '' : `\`${JSON.stringify(schema.default)}\``;
}

function describe(schema: Schema): string {
  const entries = schema.maxItems ?? schema.maxProperties;
  const bounds = [
    schema.minimum !== undefined && `at least ${schema.minimum}`,
    schema.maximum !== undefined && `at most ${schema.maximum}`,
    schema.maxLength !== undefined && `at most ${schema.maxLength} characters`,
    entries !== undefined && `at most ${entries} entries`,
  ].filter((bound) => bound !== false);
  const limits = bounds.join(', ').replace(/^a(.*)$/, ' A$1.');
  return `${schema.description ?? ''}${limits}`;
}
