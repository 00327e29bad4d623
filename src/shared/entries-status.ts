/** What a status says about the content of a ConfigMap or a Secret: the names of the first entries. Never a value. */
import type { Entries } from './entries.ts';

/** Bounds of the CRDs. */
const MAX_KEYS = 64;
const MAX_TYPE = 253;
/** So many characters of names: a mirror shall be small, however long they are. */
const MAX_SHOWN = 512;

/** `type` is that of a Secret, which others may choose as they like. */
export function entriesStatus(entries: Entries, type?: string): { entries: number; keys: string[]; type?: string } {
  const keys = Object.keys(entries).sort();
  let length = 0;
  return {
    ...(type !== undefined && { type: type.slice(0, MAX_TYPE) }),
    entries: keys.length,
    keys: keys.slice(0, MAX_KEYS).filter((key) => (length += key.length) <= MAX_SHOWN),
  };
}
