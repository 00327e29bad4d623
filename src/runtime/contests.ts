/**
 * Fights with other writers: somebody changes what we put back, or deletes what we make, again and again. Who was first
 * cannot be known here, and neither gives in; so ours becomes ever slower, and people are told between whom it is.
 */
import { FIELD_MANAGER, type Key, partsOf } from '../api/meta.ts';
import type { Json, KubeObject, ManagedFieldsEntry } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import { type Action, idOf, objectId } from './action.ts';
import type { Clock } from './clock.ts';
import { hashOf } from './hash.ts';
import { Pace, type PaceLimits } from './pace.ts';

/** For putting a field back: a person who tries things out needs a few times, a program none. */
const CORRECTING: PaceLimits = { free: 8, firstWaitMs: 2_000, longestWaitMs: 300_000, quietMs: 60_000 };
/** An object that went so often, shortly after it was made, is being deleted by somebody. */
const LOSSES = 3;
/** From so many rounds on, those that are over are looked for. */
const SWEEP_AT = 1_000;

/** A fight about one object. */
export interface Contest {
  readonly kind: string;
  readonly name: string;
  /** Paths such as `spec.replicas` that are changed and put back; none if the object is deleted and made again. */
  readonly paths: readonly string[];
  /** Who wrote last, beside us, by the name in managedFields; undefined if nobody else is seen. */
  readonly rival?: string | undefined;
}

interface Round extends Contest {
  /** What we want, as a hash: a fight is about the same thing. */
  readonly intent: string;
}

export class Contests {
  readonly #making: Pace;
  readonly #correcting: Pace;
  readonly #rounds = new Map<string, Round>();
  #sweepAt = SWEEP_AT;

  constructor(clock: Clock) {
    this.#making = new Pace(clock);
    this.#correcting = new Pace(clock, CORRECTING);
  }

  /** How many milliseconds an action has to wait because it, or its like, was undone several times just now. */
  waitFor(action: Action): number {
    switch (action.verb) {
      case 'create':
      case 'createByApply':
        return this.#making.waitFor(idOf(action));
      case 'delete':
        // What failed stays to be looked at until the next one may be made.
        return action.because === undefined ? 0 : this.#making.waitFor(idOf(action));
      case 'apply':
      case 'giveUp': {
        const id = idOf(action);
        // What is wanted now was not wanted before: whoever changed that must not wait for the end of a fight.
        return this.#rounds.get(id)?.intent === intentOf(action) ? this.#correcting.waitFor(id) : 0;
      }
      default:
        return 0;
    }
  }

  /**
   * An action was carried out. `before` is the object as it was, if it was there. Returns how many fields were put back
   * that somebody else had changed.
   */
  done(action: Action, before: KubeObject | undefined): number {
    switch (action.verb) {
      case 'create':
      case 'createByApply':
        this.#making.made(idOf(action));
        break;
      case 'delete':
        if (action.because === undefined) this.#making.forget(idOf(action));
        else this.#making.replaced(idOf(action));
        break;
      case 'apply':
      case 'giveUp':
        return this.#corrected(action, before) ? action.paths.length : 0;
      default:
    }
    return 0;
  }

  /** How many objects there is a fight about. */
  get size(): number {
    const made = [...this.#making.ids()].filter((id) => this.#making.losses(id) >= LOSSES);
    const corrected = [...this.#rounds.keys()].filter((id) => this.#correcting.quietIn(id) > 0);
    return new Set([...made, ...corrected]).size;
  }

  /** The fight about an object, if there is one, and in how many milliseconds it is over unless it goes on. */
  about(resource: Resource, key: Key, name: string): { contest: Contest; quietInMs: number } | undefined {
    const id = objectId(resource, key);
    const round = this.#rounds.get(id);
    const quietInMs = this.#correcting.quietIn(id);
    if (round !== undefined && quietInMs > 0) return { contest: round, quietInMs };
    if (this.#making.losses(id) < LOSSES) return undefined;
    return { contest: { kind: resource.kind, name, paths: [] }, quietInMs: this.#making.quietIn(id) };
  }

  /** Whether it put back what somebody else had changed; otherwise something else was wanted than before. */
  #corrected(action: Action & { verb: 'apply' | 'giveUp' }, before: KubeObject | undefined): boolean {
    const { resource, target, paths } = action;
    const id = idOf(action);
    const intent = intentOf(action);
    const last = this.#rounds.get(id);
    const entries = before?.metadata.managedFields ?? [];
    const rival = rivalOf(entries);
    this.#rounds.set(id, { kind: resource.kind, name: partsOf(target.key).name, paths, rival, intent });
    // Another intent is no correction, but the fight, if there is one, may be about something else in the object.
    if (last === undefined || last.intent === intent) this.#correcting.made(id);
    this.#sweep();
    return last === undefined ? rivalWroteLast(entries) : last.intent === intent;
  }

  #sweep(): void {
    if (this.#rounds.size < this.#sweepAt) return;
    for (const id of this.#rounds.keys()) if (this.#correcting.isForgotten(id)) this.#rounds.delete(id);
    this.#sweepAt = Math.max(SWEEP_AT, this.#rounds.size * 2);
  }
}

function intentOf(action: Action & { verb: 'apply' | 'giveUp' }): string {
  // An object is JSON, and is sent as such.
  return hashOf(action.verb === 'apply' ? (action.object as unknown as Json) : [...action.paths]);
}

/** Who else wrote last, but for the status, which others report into every object. */
function rivalOf(entries: readonly ManagedFieldsEntry[]): string | undefined {
  return byTime(entries.filter(isOther)).at(-1)?.manager;
}

function rivalWroteLast(entries: readonly ManagedFieldsEntry[]): boolean {
  const lastOfOurs = byTime(entries.filter(({ manager }) => manager === FIELD_MANAGER)).at(-1)?.time ?? '';
  return entries.some((entry) => isOther(entry) && (entry.time ?? '') >= lastOfOurs);
}

function isOther({ manager, subresource }: ManagedFieldsEntry): boolean {
  return manager !== FIELD_MANAGER && subresource !== 'status';
}

/** RFC 3339 in UTC sorts by time; of equally old ones the last counts, for the server appends. */
function byTime(entries: readonly ManagedFieldsEntry[]): ManagedFieldsEntry[] {
  return entries.toSorted((left, right) => (left.time ?? '').localeCompare(right.time ?? ''));
}
