/** An example for each field of a spec: from the stories in examples/, or, where none of them shows it, from here. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { UserError } from '../user-error.ts';
import { ROOT, type Schema } from './crd.ts';

/** By the end of kind and path; the first that fits counts. */
const OTHERS: readonly [end: string, example: unknown][] = [
  ['resourceName', 'web'],
  ['binaryData', { 'logo.png': 'iVBORw0KGgo=' }],
  ['XosSecret.data', { password: 'bm90LWEtcmVhbC1vbmU=' }],
  ['XosConfigMap.data', { 'app.conf': 'port=8080' }],
  ['dataJSON', '{"port": 8080, "debug": false}'],
  ['subPath', 'app.conf'],
  ['defaultMode', '0440'],
  ['digest', `sha256:${'0'.repeat(64)}`],
  ['Ref.name', 'web'],
  ['namespaces.include', ['team-*']],
  ['namespaces.exclude', ['kube-*']],
  ['matchLabels', { team: 'web' }],
  ['matchExpressions[].key', 'team'],
  ['matchExpressions[].values', ['web']],
  ['adoption.resources', ['Pods']],
  ['maxObjects', 10_000],
  ['image', 'registry.example.com/team/app:1.2'],
  ['metadata.labels', { team: 'web' }],
  ['metadata.annotations', { 'example.com/owner': 'team-web' }],
  ['url', 'https://example.com'],
  ['contact', 'ops@example.com'],
  ['latitude', 37.4],
  ['longitude', -122.1],
  ['maxInstances', 10],
  ['resourceDefinition', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: app }'],
  ['stringData', { password: 'not-a-real-one' }],
  ['manifests', [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'app' } }]],
];
/** Longer ones say no more. */
const MAX_LENGTH = 80;

/** Specs of the stories, by kind. */
export type Stories = ReadonlyMap<string, readonly unknown[]>;

export async function loadStories(): Promise<Stories> {
  const folder = join(ROOT, 'examples');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).toSorted();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  const objects = texts.flatMap((text) =>
    parseAllDocuments(text).map((document) => document.toJS() as { kind: string; spec?: unknown }),
  );
  return new Map(
    objects.map(({ kind }) => [kind, objects.filter((object) => object.kind === kind).map(({ spec }) => spec)]),
  );
}

/** The example of a field, as JSON; empty for what only groups other fields. @throws UserError for a field without one */
export function exampleOf(kind: string, path: string, schema: Schema, stories: Stories): string {
  if (schema.properties !== undefined || schema.items?.properties !== undefined || path === 'template.spec') return '';
  const known = (stories.get(kind) ?? []).map((spec) => valueAt(spec, path)).find((value) => value !== undefined);
  const example =
    short(known) ?? short(typical(schema)) ?? short(OTHERS.find(([end]) => `${kind}.${path}`.endsWith(end))?.[1]);
  if (example === undefined)
    throw new UserError(
      `There is no example of ${kind} spec.${path}: show it in examples/, or add it to hack/generate/samples.ts.`,
    );
  return `\`${example}\``;
}

/** Of a choice the one that is not the default anyway. */
function typical(schema: Schema): unknown {
  if (schema.type === 'boolean') return schema.default !== true;
  return schema.enum?.find((value) => value !== schema.default);
}

function short(value: unknown): string | undefined {
  const text = value === undefined ? undefined : JSON.stringify(value);
  return text !== undefined && text.length <= MAX_LENGTH ? text : undefined;
}

function valueAt(spec: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, step) => {
    const key = step.replace('[]', '');
    const below = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
    return step.endsWith('[]') && Array.isArray(below) ? (below as unknown[])[0] : below;
  }, spec);
}
