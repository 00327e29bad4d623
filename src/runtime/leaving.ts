/**
 * How what a custom resource owns becomes nobody's again: pure. Each object is released by one write that leaves every value
 * as it is; the finalizer goes last, so that until then nothing is lost.
 * Source: api.md, "Joining and leaving"; docs/decisions/0011-joining-and-leaving.md.
 */
import { keyOf } from '../api/meta.ts';
import { type Action, targetOf } from './action.ts';
import type { Decision } from './controller.ts';
import type { Outcome, Owned } from './outcome.ts';

/** For a custom resource that is not managed: lets go of what it owns, and then of itself. */
export function leaving(owned: readonly Owned[], held: boolean): Outcome | undefined {
  const release = owned.filter(({ object }) => object.metadata.deletionTimestamp === undefined);
  if (release.length > 0) return { release };
  return held ? { finalizer: false } : undefined;
}

export function releaseActions({ outcome, primary }: Decision): Action[] {
  if (primary === undefined) return [];
  const from = primary.object.metadata.uid;
  return (outcome.release ?? []).map(({ resource, object }) => ({
    verb: 'release',
    resource,
    target: targetOf(object, keyOf(object.metadata)),
    live: object,
    from,
  }));
}
