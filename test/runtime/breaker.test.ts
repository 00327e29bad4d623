/** The breaker: never one mirror too many, whoever is in flight, and nobody is forgotten. */
import { Pods } from '../../src/api/core.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import type { Action } from '../../src/runtime/action.ts';
import { Breaker, TurnedAwayError } from '../../src/runtime/breaker.ts';
import { aPod } from '../support/objects.ts';

const item = (key: string) => ({ controller: 'adoption', key });
const mirror: Action = { verb: 'create', resource: XosServiceInstances, object: aPod()[1], mirror: true };
const other: Action = { verb: 'create', resource: Pods, object: aPod()[1] };

/** A breaker over a cluster whose creates wait until they are let go. */
function world(limit: number) {
  const state = { count: 0, limit, missing: 0, carriedOut: 0 };
  const waiting: (() => void)[] = [];
  const breaker = new Breaker({
    cluster: {
      perform: async () => {
        state.carriedOut += 1;
        await new Promise<void>((resolve) => waiting.push(resolve));
        state.count += 1;
      },
    },
    count: () => state.count,
    limit: () => state.limit,
    missing: (count) => {
      state.missing = count;
    },
  });
  const letGo = async () => {
    for (const go of waiting.splice(0)) go();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { breaker, state, letGo };
}

test('lets as many through as there is room for, those in flight counted', async () => {
  const { breaker, state, letGo } = world(2);
  const passing = [breaker.perform(mirror), breaker.perform(mirror)];
  await expect(breaker.perform(mirror)).rejects.toThrow(TurnedAwayError);
  await letGo();
  await Promise.all(passing);
  await expect(breaker.perform(mirror)).rejects.toThrow(TurnedAwayError);
  expect(state).toMatchObject({ count: 2, carriedOut: 2 });
});

test('never holds up what is no mirror', async () => {
  const { breaker, state, letGo } = world(0);
  const passing = breaker.perform(other);
  await letGo();
  await passing;
  expect(state.carriedOut).toBe(1);
});

test('gives the room back when a create fails', async () => {
  const breaker = new Breaker({
    cluster: { perform: () => Promise.reject(new Error('no')) },
    count: () => 0,
    limit: () => 1,
    missing: () => undefined,
  });
  await expect(breaker.perform(mirror)).rejects.toThrow('no');
  await expect(breaker.perform(mirror)).rejects.toThrow('no');
});

test('calls back as many as there is room for, the first first, and counts those who are not served', () => {
  const { breaker, state } = world(0);
  for (const key of ['a', 'b', 'c']) breaker.waits(item(key));
  expect([...breaker.next()]).toEqual([]);
  state.limit = 2;
  expect([...breaker.next()]).toEqual([item('a'), item('b')]);
  // They were called and may take the room: nobody else is called for it.
  expect([...breaker.next()]).toEqual([]);
  expect(state.missing).toBe(3);
  // One of them turns out to want nothing any more, so the next one is called.
  breaker.starts(item('a'));
  expect([...breaker.next()]).toEqual([item('c')]);
  expect(state.missing).toBe(2);
});

test('forgets who was turned away when it is looked at for another reason', () => {
  const { breaker, state } = world(0);
  breaker.waits(item('a'));
  breaker.starts(item('a'));
  state.limit = 5;
  expect([...breaker.next()]).toEqual([]);
  expect(state.missing).toBe(0);
});
