/** The deepest cause: why a custom resource that another one waits for is not ready, in its own words. */
import type { Condition, KubeObject } from '../api/object.ts';

/**
 * A chain of four fits. Whoever waits for one that waits for it, which a kind should not do, would otherwise quote the
 * quotation of itself for ever.
 */
const MAX_CAUSE = 600;

/** `XosConfigMap app is not ready: …`, with what its own condition says. */
export function whyNotReady(object: KubeObject): string {
  const { status } = object as { status?: { conditions?: Condition[] } };
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const cause = ready === undefined || ready.status === 'True' ? 'it is being made.' : ready.message;
  return `${object.kind} ${object.metadata.name} is not ready: ${cause.length <= MAX_CAUSE ? cause : `${cause.slice(0, MAX_CAUSE - 1)}…`}`;
}
