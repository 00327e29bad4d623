/** The TypeScript module of a kind: its interfaces, and the typed token of its resource. */
import { compile, type JSONSchema } from 'json-schema-to-typescript';
import { format, resolveConfig } from 'prettier';
import type { Crd, Schema } from './crd.ts';

/** The text of the module that is generated from the CRD in `file`, formatted as files in `folder` are. */
export async function moduleFor(crd: Crd, file: string, folder: string): Promise<string> {
  const { group, scope, names, versions } = crd.spec;
  const [version] = versions;
  const schema = prepared(version.schema.openAPIV3Schema, names.kind);
  schema.properties = {
    apiVersion: { tsType: `'${group}/${version.name}'` },
    kind: { tsType: `'${names.kind}'` },
    metadata: { tsType: 'ObjectMeta' },
    ...pick(schema.properties, ['spec', 'status']),
  };
  schema.required = ['apiVersion', 'kind', 'metadata', 'spec'];
  const types = await compile(schema as JSONSchema, names.kind, {
    bannerComment: '',
    additionalProperties: false,
    format: false,
    ignoreMinAndMaxItems: true,
  });
  const imports = ['Condition', 'JsonObject', 'ObjectMeta'].filter((name) => new RegExp(`\\b${name}\\b`).test(types));
  const token = {
    group,
    version: version.name,
    kind: names.kind,
    plural: names.plural,
    namespaced: scope === 'Namespaced',
  };
  const source = `
    // Generated from crds/${file} by \`npm run generate\`. Do not edit.
    import type { ${imports.join(', ')} } from '../object.ts';
    import { keepDeclared } from '../keep.ts';
    import type { Resource } from '../resource.ts';

    ${types}

    /** The resource ${names.plural}.${group}. */
    export const ${names.kind.replace(/y$/, 'ie')}s: Resource<${names.kind}> = {
      ${JSON.stringify(token).slice(1, -1)},
      keep: keepDeclared,
    };
  `;
  return await format(source, { ...(await resolveConfig(folder)), parser: 'typescript' });
}

/** A copy in which objects have names, defaulted properties are required, and what is not ours has a type of its own. */
function prepared(schema: Schema, name: string): Schema {
  if (name.endsWith('TemplateSpec') || schema['x-kubernetes-preserve-unknown-fields'] === true)
    return { tsType: 'JsonObject', ...described(schema) };
  if (name.endsWith('Conditions')) return { tsType: 'Condition[]', ...described(schema) };
  const copy: Schema = {
    ...pick(schema, ['type', 'description', 'enum', 'additionalProperties']),
  };
  if (schema.items !== undefined) copy.items = prepared(schema.items, `${name}Item`);
  if (typeof schema.additionalProperties === 'object')
    copy.additionalProperties = prepared(schema.additionalProperties, `${name}Value`);
  if (schema.properties === undefined) return copy;
  const properties = Object.entries(schema.properties);
  // Named after the first line that compile would otherwise make of the description.
  copy.title = name;
  copy.additionalProperties = false;
  copy.properties = Object.fromEntries(properties.map(([key, below]) => [key, prepared(below, name + capital(key))]));
  const defaulted = properties
    .filter(([key, below]) => below.default !== undefined && key !== 'status')
    .map(([key]) => key);
  copy.required = [...new Set([...(schema.required ?? []), ...defaulted])];
  return copy;
}

function described({ description }: Schema): { description?: string } {
  return description === undefined ? {} : { description };
}

function pick<T extends object, K extends keyof T>(object: T | undefined, keys: readonly K[]): Partial<Pick<T, K>> {
  const picked: Partial<Pick<T, K>> = {};
  for (const key of keys) if (object?.[key] !== undefined) picked[key] = object[key];
  return picked;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
