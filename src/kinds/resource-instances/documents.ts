/** The objects that an XosResourceInstance declares: read, checked and cut to what can be applied. */
import { GROUP, groupOf } from '../../api/meta.ts';
import type { Json, JsonObject, KubeObject } from '../../api/object.ts';
import { type XosResourceInstance, XosResourceInstances } from '../../api/generated/xosresourceinstances.ts';
import { idOf, type ObjectRef } from '../../runtime/errand.ts';
import { isObject, own } from '../../runtime/diff.ts';
import { readYaml } from './yaml-text.ts';
import { rankOf } from './order.ts';

/** One object to apply. */
export interface Declared {
  readonly id: string;
  readonly ref: ObjectRef;
  /** As it is applied, but for our marks. */
  readonly object: KubeObject;
}

/** All objects, in the order of applying; or a sentence that says what is wrong. */
export type Declaration = { readonly documents: readonly Declared[] } | { readonly problem: string };

const MAX = { characters: 262_144, documents: 256, depth: 64 };

/** A value, and the words for where it stands. */
interface Found {
  readonly value: Json;
  readonly where: string;
}

type Checked<T> = T | { readonly problem: string };

export function declarationOf(instance: XosResourceInstance): Declaration {
  const found = foundIn(instance);
  if ('problem' in found) return found;
  const documents = new Map<string, Declared>();
  for (const { value, where } of found.values) {
    const declared = declaredBy(value, instance);
    if ('problem' in declared) return { problem: `${where}: ${declared.problem}` };
    if (documents.has(declared.id))
      return { problem: `${where}: ${declared.ref.kind} ${declared.ref.name} stands there twice; remove one.` };
    documents.set(declared.id, declared);
  }
  if (documents.size === 0)
    return { problem: 'It holds no object. To remove all that was applied delete this XosResourceInstance.' };
  return { documents: [...documents.values()].sort((left, right) => rankOf(left.ref) - rankOf(right.ref)) };
}

function foundIn({ spec }: XosResourceInstance): Checked<{ values: readonly Found[] }> {
  const found = spec.manifests === undefined ? fromText(spec.resourceDefinition ?? '') : fromList(spec.manifests);
  if ('problem' in found) return found;
  const tooDeep = found.values.find(({ value }) => !isShallow(value));
  if (tooDeep !== undefined) return { problem: `${tooDeep.where} is nested more than ${MAX.depth} levels deep.` };
  const values = found.values.flatMap((each) => flattened(each, 0));
  if (values.length > MAX.documents)
    return { problem: `It holds more than ${MAX.documents} objects: split it over several XosResourceInstances.` };
  return { values };
}

function fromList(manifests: readonly Json[]): { values: readonly Found[] } {
  return { values: manifests.map((value, i) => ({ value, where: `spec.manifests[${i}]` })) };
}

/** The texts of the original XOS are read once; a status write brings the same text again. */
const readings = new Map<string, Checked<{ values: readonly Found[] }>>();
const MAX_READINGS = 64;

function fromText(text: string): Checked<{ values: readonly Found[] }> {
  const known = readings.get(text);
  if (known !== undefined) return known;
  const reading = readYaml(text, MAX);
  const found =
    'problem' in reading
      ? { problem: `spec.resourceDefinition ${reading.problem}` }
      : { values: reading.values.map((value, i) => ({ value, where: `spec.resourceDefinition, object ${i + 1}` })) };
  const [oldest] = readings.keys();
  if (readings.size >= MAX_READINGS && oldest !== undefined) readings.delete(oldest);
  readings.set(text, found);
  return found;
}

/** Whether nothing in it is nested too deep; without recursion, which is what the depth would break. */
function isShallow(value: Json): boolean {
  let level: Json[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX.depth) return false;
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  }
  return true;
}

/** A List, as kubectl prints it, is its items. */
function flattened({ value, where }: Found, depth: number): Found[] {
  if (!isObject(value) || depth > 4) return [{ value, where }];
  const [kind, items] = [own(value, 'kind'), own(value, 'items')];
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return [{ value, where }];
  return items.flatMap((item, i) => flattened({ value: item, where: `${where}, items[${i}]` }, depth + 1));
}

function declaredBy(value: Json, instance: XosResourceInstance): Checked<Declared> {
  if (!isObject(value)) return { problem: 'an object with apiVersion, kind and metadata is needed here.' };
  const problem = PROBLEMS.map((problemOf) => problemOf(value)).find((found) => found !== undefined);
  if (problem !== undefined) return { problem };
  const object = cleaned(value);
  const { namespace = '', name } = instance.metadata;
  const { apiVersion, kind, metadata } = object;
  const ref = { apiVersion, kind, namespace: metadata.namespace ?? namespace, name: metadata.name };
  const isItself =
    groupOf(ref) === GROUP && kind === XosResourceInstances.kind && ref.name === name && ref.namespace === namespace;
  if (isItself) return { problem: 'a XosResourceInstance cannot apply itself; remove this object.' };
  const unsafe = unsafeNumber(value);
  if (unsafe) return { problem: 'it holds a whole number that is too large to be read exactly; put it into quotes.' };
  return { id: idOf(ref), ref, object };
}

const API_VERSION = /^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?\/)?[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
const KIND = /^[A-Z][A-Za-z0-9]{0,62}$/;
const NAMESPACE = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
/** What cannot stand in a path. Source: apimachinery, IsValidPathSegmentName. */
const NO_NAME = /^$|^\.\.?$|[/%\p{Cc}]/u;
const MAX_NAME = 253;

/** Guards, in order: each says what is wrong, or nothing. */
const PROBLEMS: readonly ((object: JsonObject) => string | undefined)[] = [
  ({ apiVersion }) =>
    matches(apiVersion, API_VERSION) ? undefined : 'apiVersion must be a group and a version, such as apps/v1.',
  ({ kind }) => (matches(kind, KIND) ? undefined : 'kind must name a kind, such as ConfigMap.'),
  ({ metadata }) => (isObject(metadata) ? undefined : 'metadata is needed, with a name.'),
  (object) =>
    meta(object, 'generateName') === undefined
      ? undefined
      : 'metadata.generateName would make another object each time; give metadata.name.',
  (object) => (isName(meta(object, 'name')) ? undefined : 'metadata.name must be a name that an object can have.'),
  (object) =>
    meta(object, 'namespace') === undefined || matches(meta(object, 'namespace'), NAMESPACE)
      ? undefined
      : 'metadata.namespace must be the name of a namespace, or be left out.',
  (object) => (isTexts(meta(object, 'labels')) ? undefined : 'metadata.labels must be a map of texts.'),
  (object) => (isTexts(meta(object, 'annotations')) ? undefined : 'metadata.annotations must be a map of texts.'),
];

function meta({ metadata }: JsonObject, field: string): Json | undefined {
  return isObject(metadata) ? own(metadata, field) : undefined;
}

function matches(value: Json | undefined, form: RegExp): boolean {
  return typeof value === 'string' && form.test(value);
}

function isName(value: Json | undefined): boolean {
  return typeof value === 'string' && value.length <= MAX_NAME && !NO_NAME.test(value) && value.isWellFormed();
}

function isTexts(value: Json | undefined): boolean {
  if (value === undefined || value === null) return true;
  return isObject(value) && Object.values(value).every((each) => typeof each === 'string');
}

/** JSON that came through JavaScript has lost the last digits of such a number. */
function unsafeNumber(value: Json): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(unsafeNumber);
}

/** What only the API server sets, and people paste along. */
const SERVER_META = new Set([
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'managedFields',
  'selfLink',
]);

function cleaned(object: JsonObject): KubeObject {
  // Through entries all the way: a key such as __proto__ is a legal one.
  const metadata = Object.entries(object['metadata'] ?? {}).filter(
    ([key, value]) => !SERVER_META.has(key) && value !== null,
  );
  const rest = Object.entries(withoutStringData(object)).filter(([key]) => key !== 'status' && key !== 'metadata');
  const whole = new Map<string, Json>([...rest, ['metadata', Object.fromEntries(metadata)]]);
  return Object.fromEntries(whole) as Json as unknown as KubeObject;
}

/** The API server keeps `stringData` of a Secret as `data`, so it would seem to be missing for ever. */
function withoutStringData(object: JsonObject): JsonObject {
  const { stringData, ...rest } = object;
  if (object['apiVersion'] !== 'v1' || object['kind'] !== 'Secret' || !isObject(stringData) || !isTexts(stringData))
    return object;
  const encoded = Object.entries(stringData).map(
    ([key, text]) => [key, base64(typeof text === 'string' ? text : '')] as const,
  );
  const data = isObject(rest['data']) ? Object.entries(rest['data']) : [];
  return { ...rest, data: Object.fromEntries([...data, ...encoded]) };
}

function base64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));
}
