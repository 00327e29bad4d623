/** The status of a custom resource: computed here for all kinds, and written only when it changed in meaning. */
import type { Condition, JsonObject, KubeObject } from '../api/object.ts';
import { conditionsFor } from './conditions.ts';
import { mergePatch } from './merge-patch.ts';
import type { Report } from './outcome.ts';

/** The merge patch for `status`, or undefined when all that matters is said already. `now` is RFC 3339. */
export function statusPatch(live: KubeObject, report: Report, now: string): JsonObject | undefined {
  const before = statusOf(live);
  const generation = live.metadata.generation ?? 0;
  const conditions = conditionsFor(report, conditionsOf(live), { generation, now });
  const after = isAsItWas(report)
    ? { ...before, conditions }
    : { ...trustDomain(live), ...report.status, observedGeneration: generation, conditions };
  return mergePatch(before, after as unknown as JsonObject);
}

/** Who rests has not looked, so all that was said before, and of which generation, is still all that is known. */
function isAsItWas({ verdict, status }: Report): boolean {
  return verdict.state === 'Paused' && status === undefined;
}

/** Every namespaced kind says which trust domain it is in: its namespace. */
function trustDomain(live: KubeObject): { trustDomain?: string } {
  return live.metadata.namespace === undefined ? {} : { trustDomain: live.metadata.namespace };
}

function statusOf(object: KubeObject): JsonObject {
  return (object as { status?: JsonObject }).status ?? {};
}

/** What was said of an object before. */
export function conditionsOf(object: KubeObject): readonly Condition[] {
  const { conditions } = statusOf(object) as { conditions?: Condition[] };
  return conditions ?? [];
}
