/** What the operating system says went wrong. */

/** `ENOENT` and the like; undefined when it is no such error. In Jest an error of Node is no instance of its class `Error`. */
export function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
