/**
 * Kubernetes Events about custom resources: what was created, replaced, refused. They are for people, so losing one is
 * no error, a flood of them is cut off, and who says the same for the fourth time in a while is not heard.
 * Source: Kubernetes API, events.k8s.io/v1 Event; API conventions, "Events".
 */
import { FIELD_MANAGER, keyOf } from '../api/meta.ts';
import type { KubeObject } from '../api/object.ts';
import { apiVersionOf, type Resource } from '../api/resource.ts';
import type { Action } from '../runtime/action.ts';
import type { Clock, Random } from '../runtime/clock.ts';
import type { Errand, Task } from '../runtime/errand.ts';
import type { Primary } from '../runtime/controller.ts';
import { hashOf } from '../runtime/hash.ts';
import { failureOf } from '../runtime/failure.ts';
import { type Log, objectFields } from '../runtime/log.ts';
import type { Note } from '../runtime/notes.ts';
import type { Announcement, Verdict } from '../runtime/outcome.ts';
import type { Recorder } from '../runtime/recorder.ts';
import type { Client } from './client.ts';
import { microTime } from './micro-time.ts';
import { Repeats } from './repeats.ts';

const Events: Resource = { group: 'events.k8s.io', version: 'v1', kind: 'Event', plural: 'events', namespaced: true };
/** Longest note. Source: events.k8s.io/v1 Event.note. */
const MAX_NOTE = 1024;
/** At most so many at once, and then so many a second. */
const BURST = 100;
const PER_SECOND = 5;

interface Told {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  /** What the controller was doing. */
  readonly action: string;
  readonly note: string;
}

export interface EventOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Which copy of the operator speaks: the name of its pod or host. */
  readonly instance: string;
}

export class EventRecorder implements Recorder {
  readonly #options: EventOptions;
  readonly #repeats: Repeats;
  #tokens = BURST;
  #filledAt: number;

  constructor(options: EventOptions) {
    this.#options = options;
    this.#repeats = new Repeats(options.clock);
    this.#filledAt = options.clock.monotonic();
  }

  done({ resource, object }: Primary, action: Action): void {
    const told = toldOf(action);
    if (told !== undefined) this.#tell(resource, object, told);
  }

  reported({ resource, object }: Primary, { state, reason, message }: Verdict): void {
    if (state === 'Stalled')
      this.#tell(resource, object, { type: 'Warning', reason, action: 'Reconcile', note: message });
  }

  announced({ resource, object, reason, message }: Announcement): void {
    this.#tell(resource, object, { type: 'Warning', reason, action: 'Reconcile', note: message });
  }

  noted({ resource, object }: Primary, { reason, message }: Note): void {
    this.#tell(resource, object, { type: 'Warning', reason, action: 'Reconcile', note: message });
  }

  #tell(resource: Resource, object: KubeObject, told: Told): void {
    const { uid = '' } = object.metadata;
    if (!this.#repeats.allows(hashOf([uid, told.reason, told.note])) || !this.#takeToken()) return;
    const { client, log } = this.#options;
    client
      .create(Events, this.#eventAbout(resource, object, told), { fieldManager: FIELD_MANAGER })
      .catch((error: unknown) => {
        log.debug('an event was lost', {
          ...objectFields(keyOf(object.metadata)),
          reason: told.reason,
          error: failureOf(error),
        });
      });
  }

  #eventAbout(resource: Resource, { metadata }: KubeObject, { type, reason, action, note }: Told): KubeObject {
    const { clock, random, instance } = this.#options;
    const namespace = metadata.namespace ?? 'default';
    const suffix = Math.floor(random() * 2 ** 48)
      .toString(16)
      .padStart(12, '0');
    const event = {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: `${metadata.name.slice(0, 200)}.${suffix}`, namespace },
      eventTime: microTime(clock.now()),
      reportingController: FIELD_MANAGER,
      reportingInstance: instance,
      type,
      reason,
      action,
      note: note.slice(0, MAX_NOTE),
      regarding: {
        apiVersion: apiVersionOf(resource),
        kind: resource.kind,
        name: metadata.name,
        namespace: metadata.namespace,
        uid: metadata.uid,
      },
    };
    return event;
  }

  #takeToken(): boolean {
    const now = this.#options.clock.monotonic();
    this.#tokens = Math.min(BURST, this.#tokens + ((now - this.#filledAt) / 1000) * PER_SECOND);
    this.#filledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}

const ERRANDS: Readonly<Partial<Record<Task['do'], readonly [reason: string, action: string, words: string]>>> = {
  create: ['Created', 'Create', 'Created'],
  apply: ['Updated', 'Update', 'Brought to what is declared'],
  delete: ['Deleted', 'Delete', 'Deleted'],
};

function toldOfErrand({ about, as, task }: Errand): Told | undefined {
  const [reason, action, words] = ERRANDS[task.do] ?? [];
  if (reason === undefined || action === undefined || words === undefined) return undefined;
  const note = `${words}: ${about.kind} ${about.name}, as ServiceAccount ${as.name}.`;
  return { type: 'Normal', reason, action, note };
}

function toldOf(action: Action): Told | undefined {
  const { kind } = action.resource;
  switch (action.verb) {
    case 'create':
    case 'createByApply':
      return {
        type: 'Normal',
        reason: 'Created',
        action: 'Create',
        note: `Created ${kind} ${action.object.metadata.name}.`,
      };
    case 'apply':
      return {
        type: 'Normal',
        reason: 'Updated',
        action: 'Update',
        note: `Brought ${kind} ${action.target.key} back to what is declared.`,
      };
    case 'delete':
      return action.because === undefined
        ? { type: 'Normal', reason: 'Deleted', action: 'Delete', note: `Deleted ${kind} ${action.target.key}.` }
        : {
            type: 'Normal',
            reason: 'Replaced',
            action: 'Replace',
            note: `Replaces ${kind} ${action.target.key}, because ${action.because}.`,
          };
    case 'join':
      return {
        type: 'Normal',
        reason: 'Joined',
        action: 'Join',
        note: `Took over ${kind} ${action.target.key}, which was there before, as it is.`,
      };
    case 'release':
      return {
        type: 'Normal',
        reason: 'Released',
        action: 'Release',
        note: `Released ${kind} ${action.target.key}, which stays as it is.`,
      };
    case 'errand':
      return toldOfErrand(action.errand);
    default:
      return undefined;
  }
}
