/** The smallest JSON merge patch between two values. Source: RFC 7386. */
import type { Json, JsonObject } from '../api/object.ts';
import { isObject, own } from './diff.ts';

/** The patch that turns `from` into `to`, or undefined if they are equal. Lists are replaced whole. */
export function mergePatch(from: JsonObject, to: JsonObject): JsonObject | undefined {
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  const changes = keys.flatMap((key) => {
    const change = changeOf(own(from, key), own(to, key));
    return change === undefined ? [] : [[key, change] as const];
  });
  // fromEntries makes own properties, also of a key such as __proto__, which users may choose.
  return changes.length === 0 ? undefined : Object.fromEntries(changes);
}

function changeOf(from: Json | undefined, to: Json | undefined): Json | undefined {
  if (to === undefined) return from === undefined ? undefined : null;
  if (isObject(from) && isObject(to)) return mergePatch(from, to);
  return same(from, to) ? undefined : to;
}

/** Deep equality of JSON; the order of an object's keys does not matter. */
export function same(left: Json | undefined, right: Json | undefined): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((value, i) => same(value, right[i]));
  }
  if (!isObject(left) || !isObject(right)) return false;
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => same(own(left, key), own(right, key)));
}
