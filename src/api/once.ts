/**
 * Equal parts of many objects, kept in memory once: the pods of one controller have labels, owners and images in common.
 * Nobody changes an object that is kept, so nobody notices.
 */

/** So many different parts are remembered; then it is forgotten, and begins anew. What is in use stays in memory. */
const MAX_PARTS = 4_096;
/** Characters. What is longer is seldom equal to anything, and remembering it would cost more than it saves. */
const MAX_LENGTH = 1_000;

const texts = new Map<string, string>();
const parts = new Map<string, object>();

/** The same object, in which the given texts and parts are those that came first of all equal ones. */
export function onceEach<T extends object>(object: T, keys: readonly (keyof T)[]): T {
  for (const key of keys) {
    const value: unknown = object[key];
    if (typeof value === 'string') object[key] = firstOf(texts, value, value) as T[typeof key];
    else if (typeof value === 'object' && value !== null) object[key] = once(value) as T[typeof key];
  }
  return object;
}

/** The object or list that came first of all that are equal in JSON. */
export function once<T extends object | undefined>(part: T): T {
  return part === undefined ? part : (firstOf(parts, JSON.stringify(part), part) as T);
}

function firstOf<V>(known: Map<string, V>, key: string, value: V): V {
  const first = known.get(key);
  if (first !== undefined || key.length > MAX_LENGTH) return first ?? value;
  if (known.size >= MAX_PARTS) known.clear();
  known.set(key, value);
  return value;
}
