/**
 * Whether an object of a kind that we know nothing about is as it was applied. The server may write a value in its own
 * way, so comparing values alone could find a difference for ever; but whoever changes a field of ours takes it out of
 * our entry in managedFields. So after an apply it is enough that the entry stays.
 */
import { FIELD_MANAGER } from '../api/meta.ts';
import type { JsonObject, KubeObject, Live } from '../api/object.ts';
import { differences } from './diff.ts';
import type { Observation } from './errand.ts';
import { hashOf } from './hash.ts';

/** What is remembered of an object that was just applied, as the server answered. */
export function settledOf(desired: KubeObject, live: KubeObject): NonNullable<Observation['settled']> {
  return { desired: hashOfObject(desired), fields: fieldsHash(live) };
}

/** Paths at which the live object is not as desired; none if all is well. */
export function driftOf(desired: KubeObject, live: Live<KubeObject>, settled: Observation['settled']): string[] {
  const { lacking, surplus } = differences(desired, live);
  const paths = [...lacking, ...surplus];
  if (paths.length === 0) return [];
  const asApplied = settled?.desired === hashOfObject(desired) && settled.fields === fieldsHash(live);
  return asApplied ? [] : paths;
}

export function hashOfObject(object: KubeObject): string {
  return hashOf(object as unknown as JsonObject);
}

function fieldsHash({ metadata }: KubeObject): string {
  const ours = metadata.managedFields?.find(
    ({ manager, operation, subresource }) =>
      manager === FIELD_MANAGER && operation === 'Apply' && subresource === undefined,
  );
  return hashOf(ours?.fieldsV1 ?? {});
}
