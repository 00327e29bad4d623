/**
 * Asks for the Events in which a controller says why it cannot make a pod. One question a controller, ever more seldom
 * while the trouble lasts. Of the answer only the name of the obstacle is kept, never its words.
 */
import { type Key, keyIn } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import { obstacleIn } from '../api/obstacles.ts';
import type { Resource } from '../api/resource.ts';
import type { Clock } from '../runtime/clock.ts';
import { type Complaint, Complaints } from '../runtime/complaint.ts';
import type { Log } from '../runtime/log.ts';
import { Pace } from '../runtime/pace.ts';
import type { Client } from './client.ts';
import { ApiError } from './errors.ts';
import { objectOf } from './raw-object.ts';
import type { Store } from './store.ts';

/** Of the core group, whose field selectors are the same in every version of Kubernetes. */
interface Event extends KubeObject {
  message?: string;
  lastTimestamp?: string | null;
  eventTime?: string | null;
}
const Events: Resource<Event> = { group: '', version: 'v1', kind: 'Event', plural: 'events', namespaced: true };

/** A few at once, for the first Event may come after the first question; then ever more seldom. */
const PACE = { free: 4, firstWaitMs: 2_000, longestWaitMs: 60_000, quietMs: 30_000 };
/** Kubernetes joins Events that are alike, so there are few about one object. */
const MOST = 50;

export interface InquiriesOptions {
  readonly client: Client;
  readonly store: Store<Complaint>;
  readonly clock: Clock;
  readonly log: Log;
}

export class Inquiries {
  readonly #options: InquiriesOptions;
  readonly #pace: Pace;
  #version = 0;

  constructor(options: InquiriesOptions) {
    this.#options = options;
    this.#pace = new Pace(options.clock, PACE);
  }

  /** Asks, unless that was done just now. A question that is not answered is no failure: the cause stays unknown. */
  async ask(about: Live<KubeObject>, owner: Key): Promise<void> {
    const { uid } = about.metadata;
    if (this.#pace.waitFor(uid) > 0) return;
    this.#pace.made(uid);
    try {
      const newest = await this.#newest(about);
      if (newest !== undefined) this.#learn(about, owner, newest);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#options.log.debug('events were not told', { kind: about.kind, status: error.status });
    }
  }

  /** An object is gone: what was complained of about it interests nobody any more. */
  forget({ metadata: { namespace, uid = '' } }: KubeObject): void {
    this.#options.store.observeGone(keyIn(namespace, uid), uid);
  }

  async #newest({ metadata: { namespace = '', uid } }: Live<KubeObject>): Promise<Event | undefined> {
    const fieldSelector = `involvedObject.uid=${uid},reason=FailedCreate`;
    const { items } = await this.#options.client.list(Events, { namespace, fieldSelector, limit: MOST });
    const events = items.map((item) => objectOf(Events, item)).filter((event) => event !== undefined);
    return events.toSorted((left, right) => timeOf(left).localeCompare(timeOf(right))).at(-1);
  }

  /** What is known already is no news: it would wake the owner for nothing. */
  #learn({ metadata }: Live<KubeObject>, owner: Key, event: Event): void {
    const { store } = this.#options;
    const [at, obstacle] = [timeOf(event), obstacleIn(withoutPrefix(event.message ?? ''))];
    const known = store.get(keyIn(metadata.namespace, metadata.uid));
    if (known?.at === at && known.obstacle?.words === obstacle?.words) return;
    this.#version += 1;
    const { namespace, uid } = metadata;
    store.observe({
      apiVersion: Complaints.version,
      kind: Complaints.kind,
      metadata: {
        name: uid,
        ...(namespace !== undefined && { namespace }),
        uid,
        resourceVersion: String(this.#version),
      },
      at,
      obstacle,
      owner,
    });
  }
}

/** In whole seconds, as creationTimestamps are. */
function timeOf({ lastTimestamp, eventTime, metadata }: Event): string {
  return (lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? '').replace(/\.\d+Z$/, 'Z');
}

/** Controllers put words of their own before what the API server said. Source: statefulset, daemon and job controllers. */
function withoutPrefix(message: string): string {
  return message.replace(/^.*? error: /, '').replace(/^Error creating: /, '');
}
