/**
 * The work queue. A key waits in it once, however often it is added; a key that is being worked on and added again is
 * worked on again afterwards; controllers, and within one the namespaces, take turns; what changed just now goes before
 * what was there at the start. Source: client-go util/workqueue, for the rules of coalescing.
 */
import { type Key, partsOf } from '../api/meta.ts';
import { FairLanes, type IsOpen } from './fair-lanes.ts';
import type { Clock } from './clock.ts';

/** One key of one controller. */
export interface Item {
  readonly controller: string;
  readonly key: Key;
}

/** `Background` is for what a list brought: it yields to `Fresh`, but is never starved. */
export type Urgency = 'Fresh' | 'Background';

/** Of so many items that are taken, one comes from the background if any waits there. */
const BACKGROUND_SHARE = 8;

export class WorkQueue {
  readonly #clock: Clock;
  readonly #lanes: Record<Urgency, FairLanes> = { Fresh: new FairLanes(), Background: new FairLanes() };
  readonly #active = new Set<string>();
  readonly #again = new Map<string, Item>();
  readonly #timers = new Map<string, { at: number; cancel: () => void }>();
  readonly #onAdd: (item: Item) => void;
  #taken = 0;

  /** `onAdd` is called with each item that begins to wait. */
  constructor(clock: Clock, onAdd: (item: Item) => void) {
    this.#clock = clock;
    this.#onAdd = onAdd;
  }

  add(item: Item, urgency: Urgency = 'Fresh'): void {
    const id = idOf(item);
    if (this.#active.has(id)) {
      this.#again.set(id, item);
      return;
    }
    if (urgency === 'Fresh') this.#lanes.Background.remove(item.controller, namespaceOf(item), item.key);
    else if (this.#lanes.Fresh.has(item.controller, namespaceOf(item), item.key)) return;
    this.#lanes[urgency].add(item.controller, namespaceOf(item), item.key);
    this.#onAdd(item);
  }

  /** Adds the item in `ms`; of several delays of one item the shortest counts. */
  addAfter(item: Item, ms: number): void {
    const id = idOf(item);
    const at = this.#clock.monotonic() + ms;
    const waiting = this.#timers.get(id);
    if (waiting !== undefined && waiting.at <= at) return;
    waiting?.cancel();
    const cancel = this.#clock.after(ms, () => {
      this.#timers.delete(id);
      this.add(item);
    });
    this.#timers.set(id, { at, cancel });
  }

  /** Takes a delay back: what asked for it has been looked at meanwhile. */
  forget(item: Item): void {
    const id = idOf(item);
    this.#timers.get(id)?.cancel();
    this.#timers.delete(id);
  }

  /** The next item of an eligible controller in an open namespace. The caller calls {@link done} when it is through. */
  take(eligible: (controller: string) => boolean, isOpen?: IsOpen): Item | undefined {
    this.#taken += 1;
    const [first, second] =
      this.#taken % BACKGROUND_SHARE === 0 ? (['Background', 'Fresh'] as const) : (['Fresh', 'Background'] as const);
    const item = this.#lanes[first].take(eligible, isOpen) ?? this.#lanes[second].take(eligible, isOpen);
    if (item !== undefined) this.#active.add(idOf(item));
    return item;
  }

  done(item: Item): void {
    const id = idOf(item);
    this.#active.delete(id);
    const again = this.#again.get(id);
    if (again === undefined) return;
    this.#again.delete(id);
    this.add(again);
  }

  /** Items that wait, delayed ones not counted. */
  get depth(): number {
    return this.#lanes.Fresh.size + this.#lanes.Background.size;
  }

  /** As {@link depth}, of one controller. */
  depthOf(controller: string): number {
    return this.#lanes.Fresh.sizeOf(controller) + this.#lanes.Background.sizeOf(controller);
  }

  /** Items that are being worked on. */
  get active(): number {
    return this.#active.size;
  }

  /** As {@link active}, of one controller. */
  activeOf(controller: string): number {
    return [...this.#active].filter((id) => id.startsWith(`${controller} `)).length;
  }

  /** Forgets all delays, so that nothing runs later. */
  close(): void {
    for (const { cancel } of this.#timers.values()) cancel();
    this.#timers.clear();
  }
}

/** An item among those of all controllers, for maps. */
export function idOf(item: Item): string {
  return `${item.controller} ${item.key}`;
}

function namespaceOf(item: Item): string {
  return partsOf(item.key).namespace ?? '';
}
