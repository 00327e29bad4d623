/**
 * What differs between an object as we want it and as it is live, judged by the fields that we own.
 *
 * The API server fills in defaults, and others write fields of their own, so equality would never hold. Two questions
 * decide: does the live object lack or contradict anything that we want, and do we still own a field that we no longer
 * want? managedFields answers the second, and says how each list merges, so no schema is needed here.
 * Source: Kubernetes, "Server-Side Apply", and structured-merge-diff's fieldsV1 format.
 */
import { FIELD_MANAGER } from '../api/meta.ts';
import type { Json, JsonObject, KubeObject } from '../api/object.ts';
import { sameQuantity } from './quantity.ts';

/** Below these keys the API server rewrites numbers with a unit, `1000m` to `1`. Source: resource.Quantity. */
const QUANTITIES = new Set(['requests', 'limits', 'overhead', 'sizeLimit', 'divisor', 'storage']);
/** Identity: never a difference. */
const IDENTITY = new Set(['apiVersion', 'kind', 'status']);
const IDENTITY_META = new Set(['name', 'namespace', 'uid', 'resourceVersion']);

/**
 * The fields of an object that this project's field manager owns, as fieldsV1; status not included. What it created by
 * POST it owns as an Update, and that includes the server's defaults; what it applied, only what it said.
 */
export function ownedFields(live: KubeObject, operations: readonly string[]): JsonObject {
  const entries = (live.metadata.managedFields ?? []).filter(
    ({ manager, subresource, operation = '' }) =>
      manager === FIELD_MANAGER && subresource === undefined && operations.includes(operation),
  );
  return entries.reduce<JsonObject>((all, { fieldsV1 = {} }) => union(all, fieldsV1), {});
}

/** Paths such as `spec.replicas` at which a live object is not as desired; nothing needs to be written if there are none. */
export interface Differences {
  /** What it lacks or contradicts. */
  readonly lacking: readonly string[];
  /** What we own and no longer want. */
  readonly surplus: readonly string[];
}

/** `partial`: what is wanted is only a part, so that a map that is one value may well have more than that. */
export function differences(desired: KubeObject, live: KubeObject, partial = false): Differences {
  const [wrong, unwanted] = [new Set<string>(), new Set<string>()];
  const want = withoutIdentity(desired);
  const owned = ownedFields(live, ['Apply', 'Update']);
  lacking({ want, have: withoutIdentity(live), owned, path: '', quantity: false, partial }, wrong);
  surplus(want, ownedFields(live, ['Apply']), '', unwanted);
  return { lacking: [...wrong], surplus: [...unwanted] };
}

interface Pair {
  readonly want: Json | undefined;
  readonly have: Json | undefined;
  readonly owned: JsonObject | undefined;
  readonly path: string;
  readonly quantity: boolean;
  readonly partial: boolean;
}

/** Adds the paths at which `have` lacks or contradicts `want`. */
function lacking(pair: Pair, found: Set<string>): void {
  const { want, have, path } = pair;
  // The API server leaves out what is empty, false or zero: absent and zero are one.
  if (want === undefined || (have === undefined && isZero(want))) return;
  if (Array.isArray(want)) {
    lackingInList(pair, want, found);
    return;
  }
  if (isObject(want)) {
    lackingInObject(pair, want, found);
    return;
  }
  if (want !== have && !(pair.quantity && sameQuantity(want, have))) found.add(path);
}

function lackingInObject(pair: Pair, want: JsonObject, found: Set<string>): void {
  const { have, owned, path, partial } = pair;
  if (!isObject(have)) {
    found.add(path);
    return;
  }
  for (const [key, value] of Object.entries(want)) {
    const below = { want: value, have: own(have, key), owned: childOf(owned, `f:${key}`), path: join(path, key) };
    const isMore = !partial && hasMore(below.have, value);
    if (isUnowned(owned, below) && (isMore || isUnsaid(below.have, value))) found.add(below.path);
    lacking({ ...below, partial, quantity: pair.quantity || QUANTITIES.has(key) }, found);
  }
}

/** Whether a field is not ours although fields beside it are: we never applied it, or somebody took it from us. */
function isUnowned(around: JsonObject | undefined, { owned }: { owned: JsonObject | undefined }): boolean {
  return owned === undefined && around !== undefined && Object.keys(around).length > 0;
}

/**
 * A scalar zero that is absent. Of some fields the API server drops a zero, of others it means something else than
 * absence, such as `automountServiceAccountToken: false`. Once applied it is ours, dropped or not, and so never applied twice.
 */
function isUnsaid(have: Json | undefined, want: Json): boolean {
  return have === undefined && (want === false || want === 0 || want === '');
}

/** Whether a map that is ours only as a whole, such as the selector of a Service, got entries from somebody else. */
function hasMore(have: Json | undefined, want: Json): boolean {
  if (!isObject(have) || !isObject(want) || Object.keys(want).length === 0) return false;
  return Object.keys(have).some((key) => !Object.hasOwn(want, key));
}

function lackingInList(pair: Pair, want: Json[], found: Set<string>): void {
  const { have, owned, path } = pair;
  if (!Array.isArray(have)) {
    found.add(path);
    return;
  }
  const keys = listKeys(owned);
  if (keys.length === 0) {
    // Not merged by key: the list is ours as a whole, or a set of scalars.
    if (isSet(owned) ? !want.every((value) => have.includes(value)) : want.length !== have.length) found.add(path);
    else if (!isSet(owned))
      want.forEach((value, i) => {
        lacking({ ...pair, want: value, have: have[i], owned: undefined, path: `${path}[${i}]` }, found);
      });
    return;
  }
  for (const element of want) {
    const match = keyFor(element, keys, want);
    const live = match && have.find((candidate) => contains(candidate, match.key));
    lacking({ ...pair, want: element, have: live, owned: match?.fields, path: `${path}[${label(element)}]` }, found);
  }
}

/** Adds the paths that we own and no longer want. */
function surplus(want: Json | undefined, owned: JsonObject, path: string, found: Set<string>): void {
  for (const [token, below] of Object.entries(owned)) {
    if (token === '.' || !isObject(below)) continue;
    const [value, at] = follow(want, token, path);
    if (value === undefined) found.add(at);
    else surplus(value, below, at, found);
  }
}

/** Our fields without those that we no longer want at paths that are given up. A map that is emptied goes as a whole. */
export function keptFields(desired: KubeObject, owned: JsonObject, isGiven: (path: string) => boolean): JsonObject {
  return keptBelow(withoutIdentity(desired), owned, '', isGiven);
}

function keptBelow(
  want: Json | undefined,
  owned: JsonObject,
  path: string,
  isGiven: (path: string) => boolean,
): JsonObject {
  const kept = Object.entries(owned).flatMap(([token, below]): [string, Json][] => {
    if (token === '.' || !isObject(below)) return [[token, below]];
    const [value, at] = follow(want, token, path);
    if (value === undefined) return isGiven(at) ? [] : [[token, below]];
    const inner = keptBelow(value, below, at, isGiven);
    const isEmptied = Object.keys(below).length > 0 && Object.keys(inner).length === 0;
    return isEmptied ? [] : [[token, inner]];
  });
  return Object.fromEntries(kept);
}

/** The part of `want` to which a fieldsV1 token leads, and its path. */
function follow(want: Json | undefined, token: string, path: string): [Json | undefined, string] {
  const name = token.slice(2);
  if (token.startsWith('f:')) return [isObject(want) ? own(want, name) : undefined, join(path, name)];
  const key = JSON.parse(name) as Json;
  const list = Array.isArray(want) ? want : [];
  if (token.startsWith('v:')) return [list.find((value) => value === key), `${path}[${name}]`];
  return [isObject(key) ? elementFor(key, list) : undefined, `${path}[${label(key)}]`];
}

/** The key of a wanted element: the one that it names in full, or else one that no other element does. */
function keyFor<K extends { key: JsonObject }>(element: Json, keys: readonly K[], all: readonly Json[]): K | undefined {
  const free = ({ key }: K) => matches(element, key) && !all.some((other) => contains(other, key));
  return keys.find(({ key }) => contains(element, key)) ?? keys.find(free);
}

/** The wanted element that a key means: one that names it in full, or else one that leaves a field of it to its default. */
function elementFor(key: JsonObject, list: readonly Json[]): Json | undefined {
  return list.find((element) => contains(element, key)) ?? list.find((element) => matches(element, key));
}

/** Whether a wanted list element is the one that a live key names. A key field left out is a default of the server. */
function matches(element: Json, key: JsonObject): boolean {
  if (!isObject(element)) return false;
  return Object.entries(key).every(([field, value]) => element[field] === undefined || element[field] === value);
}

function contains(element: Json, key: JsonObject): boolean {
  return isObject(element) && Object.entries(key).every(([field, value]) => element[field] === value);
}

function listKeys(owned: JsonObject | undefined): { key: JsonObject; fields: JsonObject }[] {
  return Object.entries(owned ?? {}).flatMap(([token, fields]) => {
    if (!token.startsWith('k:') || !isObject(fields)) return [];
    const key = JSON.parse(token.slice(2)) as Json;
    return isObject(key) ? [{ key, fields }] : [];
  });
}

function isSet(owned: JsonObject | undefined): boolean {
  return Object.keys(owned ?? {}).some((token) => token.startsWith('v:'));
}

function union(left: JsonObject, right: JsonObject): JsonObject {
  const result: JsonObject = { ...left };
  for (const [key, value] of Object.entries(right)) {
    const other = result[key];
    result[key] = isObject(other) && isObject(value) ? union(other, value) : value;
  }
  return result;
}

function withoutIdentity(object: KubeObject): JsonObject {
  const { metadata, ...rest } = object as unknown as { metadata: JsonObject } & JsonObject;
  const body = Object.fromEntries(Object.entries(rest).filter(([key]) => !IDENTITY.has(key)));
  return { ...body, metadata: Object.fromEntries(Object.entries(metadata).filter(([key]) => !IDENTITY_META.has(key))) };
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether Go's encoder would leave the value out. Source: encoding/json, omitempty, as Kubernetes' types use it. */
function isZero(value: Json): boolean {
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value)
    ? Object.keys(value).length === 0
    : value === '' || value === false || value === 0 || value === null;
}

/** An own property: keys come from users, and `__proto__` is a legal one. */
export function own(object: JsonObject, key: string): Json | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

/** The object below a key of another, if there is one. */
export function childOf(owned: JsonObject | undefined, token: string): JsonObject | undefined {
  const below = owned === undefined ? undefined : own(owned, token);
  return isObject(below) ? below : undefined;
}

function label(element: Json): string {
  const shown = isObject(element) ? (element['name'] ?? Object.values(element)[0]) : element;
  return typeof shown === 'string' ? shown : JSON.stringify(shown ?? null);
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
