/** The smallest JSON merge patch between two values. Source: RFC 7386. */
import type { Json, JsonObject } from '../api/object.ts';
import { isObject } from './diff.ts';

/** The patch that turns `from` into `to`, or undefined if they are equal. Lists are replaced whole. */
export function mergePatch(from: JsonObject, to: JsonObject): JsonObject | undefined {
  const patch: JsonObject = {};
  for (const key of new Set([...Object.keys(from), ...Object.keys(to)])) {
    const change = changeOf(from[key], to[key]);
    if (change !== undefined) patch[key] = change;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
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
  return keys.length === Object.keys(right).length && keys.every((key) => same(left[key], right[key]));
}
