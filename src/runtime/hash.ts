/** A short, stable hash of JSON, for names and for telling one template from another. Not for security. */
import type { Json } from '../api/object.ts';

/** Ten base-36 characters (51 bits) of a text: FNV-1a run twice with different seeds. */
export function shortHash(text: string): string {
  return (fnv(text, 0x811c9dc5).toString(36) + fnv(text, 0x01000193).toString(36)).padStart(10, '0').slice(-10);
}

/** {@link shortHash} of a value; the order of an object's keys does not matter. */
export function hashOf(value: Json): string {
  return shortHash(canonical(value));
}

function fnv(text: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

function canonical(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, below]) => `${JSON.stringify(key)}:${canonical(below)}`).join(',')}}`;
}
