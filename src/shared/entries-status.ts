/** What a status says about entries: how many there are, and the names of the first. Never a value. */
import type { Entries } from './entries.ts';

/** Bound of the list in the CRDs. */
const SHOWN = 64;

export function entriesStatus(entries: Entries): { entries: number; keys: string[] } {
  const keys = Object.keys(entries).sort();
  return { entries: keys.length, keys: keys.slice(0, SHOWN) };
}
