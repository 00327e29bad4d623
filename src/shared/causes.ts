/** The deepest cause: why a custom resource that another one waits for is not ready, in its own words. */
import type { Condition, KubeObject } from '../api/object.ts';

/** `XosConfigMap app is not ready: …`, with what its own condition says. */
export function whyNotReady(object: KubeObject): string {
  const { status } = object as { status?: { conditions?: Condition[] } };
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const cause = ready === undefined || ready.status === 'True' ? 'it is being made.' : ready.message;
  return `${object.kind} ${object.metadata.name} is not ready: ${cause}`;
}
