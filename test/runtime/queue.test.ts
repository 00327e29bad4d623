/** The queue neither loses nor doubles a key, and nobody waits for ever behind somebody else. */
import fc from 'fast-check';
import type { Clock } from '../../src/runtime/clock.ts';
import { Pace } from '../../src/runtime/pace.ts';
import { type Item, WorkQueue } from '../../src/runtime/queue.ts';
import { Hold } from '../../src/runtime/hold.ts';

/** A clock that moves only when told to. */
class VirtualClock implements Clock {
  #time = 0;
  #timers: { at: number; action: () => void }[] = [];
  monotonic(): number {
    return this.#time;
  }
  now(): Date {
    return new Date(this.#time);
  }
  after(ms: number, action: () => void): () => void {
    const timer = { at: this.#time + ms, action };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }
  advance(ms: number): void {
    this.#time += ms;
    const due = this.#timers.filter(({ at }) => at <= this.#time);
    this.#timers = this.#timers.filter(({ at }) => at > this.#time);
    for (const { action } of due) action();
  }
}

const all = () => true;
const queueOn = (clock: Clock) => new WorkQueue(clock, () => undefined);
const item = (key: string, controller = 'c'): Item => ({ controller, key });

function drain(queue: WorkQueue): string[] {
  const taken: string[] = [];
  for (let next = queue.take(all); next !== undefined; next = queue.take(all)) {
    taken.push(`${next.controller} ${next.key}`);
    queue.done(next);
  }
  return taken;
}

test('a key waits once, however often it is added', () => {
  const queue = queueOn(new VirtualClock());
  for (const urgency of ['Fresh', 'Background', 'Fresh'] as const) queue.add(item('n/a'), urgency);
  expect(drain(queue)).toEqual(['c n/a']);
});

test('a key that is added while it is worked on is worked on again, once, and not at the same time', () => {
  const queue = queueOn(new VirtualClock());
  queue.add(item('n/a'));
  const first = queue.take(all);
  queue.add(item('n/a'));
  queue.add(item('n/a'));
  expect(queue.take(all)).toBeUndefined();
  queue.done(first ?? item(''));
  expect(drain(queue)).toEqual(['c n/a']);
});

test('namespaces and controllers take turns', () => {
  const queue = queueOn(new VirtualClock());
  for (const key of ['flood/1', 'flood/2', 'flood/3', 'calm/1']) queue.add(item(key));
  queue.add(item('flood/1', 'other'));
  expect(drain(queue)).toEqual(['c flood/1', 'other flood/1', 'c calm/1', 'c flood/2', 'c flood/3']);
});

test('what is fresh goes first, and the background is not starved', () => {
  const queue = queueOn(new VirtualClock());
  queue.add(item('n/old'), 'Background');
  const order: string[] = [];
  for (let i = 0; i < 20; i += 1) {
    queue.add(item(`n/new${i}`));
    const next = queue.take(all);
    if (next !== undefined) {
      order.push(next.key);
      queue.done(next);
    }
  }
  expect(order[0]).toBe('n/new0');
  expect(order).toContain('n/old');
});

test('a controller that is not ready keeps its keys', () => {
  const queue = queueOn(new VirtualClock());
  queue.add(item('n/a', 'late'));
  expect(queue.take(() => false)).toBeUndefined();
  expect(drain(queue)).toEqual(['late n/a']);
});

test('keys in a namespace that is not open wait, and hold up nobody else', () => {
  const queue = queueOn(new VirtualClock());
  for (const key of ['shut/a', 'open/a', 'shut/b', 'open/b', 'whole']) queue.add(item(key));
  const taken: string[] = [];
  const isOpen = (_controller: string, namespace: string) => namespace !== 'shut';
  for (let next = queue.take(all, isOpen); next !== undefined; next = queue.take(all, isOpen)) {
    taken.push(next.key);
    queue.done(next);
  }
  expect([taken.toSorted(), queue.depth]).toEqual([['open/a', 'open/b', 'whole'], 2]);
  expect(drain(queue)).toEqual(['c shut/a', 'c shut/b']);
});

test('of several delays the shortest counts', () => {
  const clock = new VirtualClock();
  const queue = queueOn(clock);
  queue.addAfter(item('n/a'), 100);
  queue.addAfter(item('n/a'), 10);
  queue.addAfter(item('n/a'), 50);
  clock.advance(10);
  expect(drain(queue)).toEqual(['c n/a']);
  clock.advance(1000);
  expect(drain(queue)).toEqual([]);
});

test('a delay that is taken back adds nothing', () => {
  const clock = new VirtualClock();
  const queue = queueOn(clock);
  queue.addAfter(item('n/a'), 100);
  queue.forget(item('n/a'));
  queue.forget(item('n/b'));
  clock.advance(100);
  expect(drain(queue)).toEqual([]);
});

test('nothing is lost and nothing is taken twice, in any order of steps', () => {
  const step = fc.record({
    kind: fc.constantFrom('add', 'background', 'take', 'done'),
    key: fc.integer({ min: 0, max: 5 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
      const queue = queueOn(new VirtualClock());
      const dirty = new Set<string>();
      const active: Item[] = [];
      for (const { kind, key } of steps) {
        const name = `n${key % 2}/${key}`;
        if (kind === 'add' || kind === 'background') {
          queue.add(item(name), kind === 'add' ? 'Fresh' : 'Background');
          dirty.add(name);
        }
        const taken = kind === 'take' ? queue.take(all) : undefined;
        if (taken !== undefined) {
          if (!dirty.delete(taken.key) || active.some((each) => each.key === taken.key)) return false;
          active.push(taken);
        }
        const done = kind === 'done' ? active.shift() : undefined;
        if (done !== undefined) queue.done(done);
      }
      for (const each of active) queue.done(each);
      return (
        drain(queue).toSorted().join() ===
        [...dirty]
          .map((key) => `c ${key}`)
          .toSorted()
          .join()
      );
    }),
  );
});

test('a status is held back until its time is up, and the next one may wait anew', () => {
  const clock = new VirtualClock();
  const hold = new Hold(clock);
  expect(hold.remaining('c', 'k', { holdStatusMs: 100 })).toBe(100);
  clock.advance(60);
  expect(hold.remaining('c', 'k', { holdStatusMs: 100 })).toBe(40);
  clock.advance(40);
  expect(hold.remaining('c', 'k', { holdStatusMs: 100 })).toBe(0);
  expect(hold.remaining('c', 'k', { holdStatusMs: 100 })).toBe(100);
  expect(hold.remaining('c', 'k', {})).toBe(0);
});

test('what waits for something else waits anew', () => {
  const clock = new VirtualClock();
  const hold = new Hold(clock);
  hold.remaining('c', 'k', { holdStatusMs: 100 });
  clock.advance(90);
  expect(hold.remaining('c', 'k', { holdStatusMs: 60 })).toBe(60);
  clock.advance(10);
  expect(hold.remaining('c', 'k', { holdStatusMs: 60 })).toBe(50);
  expect(hold.remaining('c', 'k', { holdAllMs: 60 })).toBe(60);
});

test('what has to be made again and again is made at once the first time, and then ever more slowly, until it is quiet', () => {
  const clock = new VirtualClock();
  const pace = new Pace(clock);
  const make = (id: string) => {
    const wait = pace.waitFor(id);
    if (wait === 0) pace.made(id);
    return wait;
  };
  expect([make('a'), make('a'), make('b')]).toEqual([0, 0, 0]);
  expect(make('a')).toBe(2_000);
  clock.advance(2_000);
  expect(make('a')).toBe(0);
  expect(make('a')).toBe(4_000);
  clock.advance(60_000);
  expect([make('a'), make('a')]).toEqual([0, 0]);
});
