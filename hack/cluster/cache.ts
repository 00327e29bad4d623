/** Where built programs and the demo cluster live: in the user's cache, outside the checkout. */
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** The checkout that this file belongs to. */
export const checkout = resolve(import.meta.dirname, '..', '..');

/** `$XOS_CACHE_DIR`, else `xos-operator` below the user's cache folder. */
export function cacheRoot(env: NodeJS.ProcessEnv = process.env): string {
  const own = env['XOS_CACHE_DIR'];
  if (own) return resolve(own);
  const base = env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  return join(base, 'xos-operator');
}

/** The demo cluster's state folder; the checkout's path is in its name, so that two checkouts do not meet. */
export function demoStateDir(env: NodeJS.ProcessEnv = process.env): string {
  return join(cacheRoot(env), `demo-${checkoutKey()}`);
}

/** Eight hexadecimal digits that stand for this checkout's path. */
export function checkoutKey(): string {
  return createHash('sha256').update(checkout).digest('hex').slice(0, 8);
}
