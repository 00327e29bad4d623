/**
 * Giving fields up: taking them out of our field-manager entries, so that they keep the value that is live. A field that
 * we alone own and leave out of an apply would fall back to its default. Source: docs/decisions/0006-server-side-apply.md.
 */
import { FIELD_MANAGER } from '../api/meta.ts';
import type { KubeObject } from '../api/object.ts';
import type { Operation } from './action.ts';
import { keptFields } from './diff.ts';
import { same } from './merge-patch.ts';

/** The operations that leave us what `desired` says, and what lies at paths that are not given. */
export function givenUp(
  desired: KubeObject,
  live: KubeObject,
  isGiven: (path: string) => boolean = () => true,
): Operation[] {
  const entries = live.metadata.managedFields ?? [];
  return entries.flatMap(({ manager, subresource, fieldsV1 = {} }, index) => {
    if (manager !== FIELD_MANAGER || subresource !== undefined) return [];
    const kept = keptFields(desired, fieldsV1, isGiven);
    // An entry is changed as a whole: a map that was emptied would claim all that lies below it.
    return same(kept, fieldsV1)
      ? []
      : [{ op: 'replace', path: `/metadata/managedFields/${index}/fieldsV1`, value: kept }];
  });
}
