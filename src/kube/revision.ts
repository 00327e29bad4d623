/**
 * Which state of which object an event tells of, seen without reading it: while adopting, every other event is the echo of a
 * write of our own (docs/performance.md).
 */

/** One state of one object. */
export interface Revision {
  readonly uid: string;
  readonly resourceVersion: string;
}

/** In JSON all quotes within values are escaped, so these are found between fields only. */
const VERSION = '"resourceVersion":"';
const END_OF_METADATA = '"},"spec":{';
const VERSION_AND_UID = /^(\d+)","uid":"([^"]+)$/;

/**
 * Of a custom resource, whose fields the API server sorts: the version and the UID close the metadata, and the spec follows.
 * Undefined for whatever looks otherwise. Source: encoding/json of Go, which sorts the keys of a map.
 */
export function revisionOn(line: string): Revision | undefined {
  const end = line.indexOf(END_OF_METADATA);
  const start = line.lastIndexOf(VERSION, end);
  if (end < 0 || start < 0) return undefined;
  const [, resourceVersion, uid] = VERSION_AND_UID.exec(line.slice(start + VERSION.length, end)) ?? [];
  return resourceVersion === undefined || uid === undefined ? undefined : { uid, resourceVersion };
}
