/** The smallest JSON merge patch between two values. Source: RFC 7386. */
import type { Json, JsonObject } from '../api/object.ts';
import { isObject, own } from './diff.ts';

/** The patch that turns `from` into `to`, or undefined if they are equal. Lists are replaced whole; what is undefined is absent. */
export function mergePatch(from: JsonObject, to: JsonObject): JsonObject | undefined {
  const changes: [string, Json][] = [];
  const compare = (key: string) => {
    const change = changeOf(own(from, key), own(to, key));
    if (change !== undefined) changes.push([key, change]);
  };
  for (const key of Object.keys(to)) compare(key);
  for (const key of Object.keys(from)) if (!Object.hasOwn(to, key)) compare(key);
  // fromEntries makes own properties, also of a key such as __proto__, which users may choose.
  return changes.length === 0 ? undefined : Object.fromEntries(changes);
}

function changeOf(from: Json | undefined, to: Json | undefined): Json | undefined {
  if (to === undefined) return from === undefined ? undefined : null;
  if (isObject(from) && isObject(to)) return mergePatch(from, to);
  return same(from, to) ? undefined : to;
}

/** Deep equality of JSON; the order of an object's keys does not matter, and what is undefined is absent. */
export function same(left: Json | undefined, right: Json | undefined): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((value, i) => same(value, right[i]));
  }
  if (!isObject(left) || !isObject(right)) return false;
  const differs = (key: string) => !same(own(left, key), own(right, key));
  return (
    !Object.keys(left).some(differs) && !Object.keys(right).some((key) => !Object.hasOwn(left, key) && differs(key))
  );
}
