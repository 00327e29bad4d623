/** A change of one object, as a store tells it. */
import type { KubeObject, Live } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import type { Urgency } from './queue.ts';

export interface Change {
  readonly resource: Resource;
  /** Undefined: it is new. */
  readonly before: Live<KubeObject> | undefined;
  /** Undefined: it is gone. */
  readonly after: Live<KubeObject> | undefined;
  /** Background while a list is read. */
  readonly urgency: Urgency;
}
