/** The machine as a whole, in virtual time: what runs when, what is tried again, and how it ends. */
import { Pods } from '../../src/api/core.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { type Key, keyOf } from '../../src/api/meta.ts';
import { Breaker } from '../../src/runtime/breaker.ts';
import { type Census, Counter } from '../../src/runtime/census.ts';
import { Contests } from '../../src/runtime/contests.ts';
import { type Controller, resourcesOf } from '../../src/runtime/controller.ts';
import { RetryableError, StaleViewError } from '../../src/runtime/errors.ts';
import type { LogFields } from '../../src/runtime/log.ts';
import { Manager } from '../../src/runtime/manager.ts';
import { type Outcome, ready } from '../../src/runtime/outcome.ts';
import type { Urgency } from '../../src/runtime/queue.ts';
import { Refusals } from '../../src/runtime/refusals.ts';
import { Hold } from '../../src/runtime/hold.ts';
import { Stores } from '../../src/kube/stores.ts';
import { MemoryCluster } from '../support/memory-cluster.ts';
import { anInstance, aPod } from '../support/objects.ts';
import { live } from '../support/view.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

/** A machine with one controller, of instances, which decides what `outcome` says. */
function machine(outcome: (key: Key) => Outcome | undefined) {
  const turns: string[] = [];
  /** The keys that any pod concerns. */
  const crowd: Key[] = [];
  const lines: [string, LogFields][] = [];
  const censuses: Census[] = [];
  const clock = new VirtualClock();
  const controller: Controller = {
    name: 'c',
    sources: [
      { resource: XosServiceInstances, wakes: ({ metadata }) => [keyOf(metadata)] },
      { resource: Pods, wakes: () => crowd },
    ],
    decide: (key, view) => {
      turns.push(`${key} at ${clock.monotonic()}`);
      const object = view.get(XosServiceInstances, key);
      const decided = outcome(key);
      return object && decided && { outcome: decided, primary: { resource: XosServiceInstances, object, owned: [] } };
    },
  };
  const stores: Stores = new Stores(controller.sources, (change) => {
    manager.changed(change);
  });
  const cluster = new MemoryCluster(stores);
  let synced = true;
  let limit = Infinity;
  const seen: string[] = [];
  const census = new Counter(clock, (object) => void censuses.push(object));
  census.listed();
  const breaker = new Breaker({
    cluster,
    count: () => census.adopted,
    limit: () => limit,
    missing: (count) => {
      census.missing(count);
    },
  });
  const line = (message: string, fields: LogFields = {}) => void lines.push([message, fields]);
  const manager: Manager = new Manager({
    controllers: [controller],
    view: stores,
    cluster: breaker,
    census,
    breaker,
    clock,
    hold: new Hold(clock),
    contests: new Contests(clock),
    refusals: new Refusals(clock, () => 1),
    recorder: { done: () => undefined, announced: () => undefined, reported: () => undefined, noted: () => undefined },
    synced: () => synced,
    random: () => 1,
    log: { debug: line, info: line, warn: line, error: line },
    observer: {
      queued: () => undefined,
      waited: () => undefined,
      retried: () => undefined,
      turned: (_controller, end) => void seen.push(end),
      wrote: (_controller, seconds) => void seen.push(`wrote after ${seconds} s`),
      corrected: () => undefined,
      refused: (reason) => void seen.push(reason),
    },
  });
  const put = (name: string, urgency: Urgency = 'Fresh') => {
    const object = live(anInstance({ name })[1]);
    if (urgency === 'Fresh') stores.of(XosServiceInstances).upsert(object as never);
    else stores.of(XosServiceInstances).add(object as never);
  };
  return {
    turns,
    seen,
    lines,
    clock,
    cluster,
    manager,
    put,
    crowd,
    /** A pod changed. */
    wakeCrowd: () => {
      const after = live(aPod({ name: 'a' })[1]);
      manager.changed({ resource: Pods, before: undefined, after, urgency: 'Fresh' });
    },
    /** Something that it looks at changed. */
    wake: (name: string) => {
      const after = live(anInstance({ name })[1]);
      manager.changed({ resource: XosServiceInstances, before: undefined, after, urgency: 'Fresh' });
    },
    sync: (value: boolean) => {
      synced = value;
    },
    censuses,
    census,
    bound: (value: number) => {
      limit = value;
    },
  };
}

test('a change runs a turn, the status is written, and then it is quiet', async () => {
  const { turns, clock, cluster, put } = machine(() => ready('Fine.'));
  put('a');
  await clock.run(0);
  // The second turn is the answer to the status that the first one wrote.
  expect([turns, cluster.log]).toEqual([['ns/a at 0', 'ns/a at 0'], ['merge xosserviceinstances/status']]);
  await clock.run(600_000);
  expect([turns.length, clock.pending]).toEqual([2, 0]);
});

test('nothing runs before all that a controller looks at has been seen', async () => {
  const { turns, clock, manager, put, sync } = machine(() => undefined);
  sync(false);
  put('a');
  await clock.run(1000);
  expect(turns).toEqual([]);
  sync(true);
  manager.pump();
  await clock.run(0);
  expect(turns).toEqual(['ns/a at 1000']);
});

test('a failure is tried again, ever more rarely, and is told ever more rarely', async () => {
  const { turns, lines, clock, cluster, put } = machine(() => ready('Fine.'));
  cluster.failures.push(...Array.from({ length: 4 }, () => new RetryableError('Later.')));
  put('a');
  await clock.run(60_000);
  const times = turns.map((each) => Number(each.split(' at ')[1]));
  expect(times.slice(0, 5)).toEqual([0, 200, 600, 1400, 3000]);
  expect(lines.map(([, fields]) => fields['failures'])).toEqual([1, 2, 4]);
  expect(lines[0]?.[1]).toMatchObject({ controller: 'c', namespace: 'ns', name: 'a', error: 'Later.' });
});

test('a success is the end of it: the next failure is a first one', async () => {
  let said = 'One.';
  const { turns, clock, cluster, wake, put } = machine(() => ready(said));
  cluster.failures.push(new RetryableError('Later.'), new RetryableError('Later.'));
  put('b');
  await clock.run(10_000);
  const before = turns.length;
  said = 'Another.';
  cluster.failures.push(new RetryableError('Later.'));
  wake('b');
  await clock.run(10_000);
  const again = turns.slice(before).map((each) => Number(each.split(' at ')[1]) - 10_000);
  expect(again.slice(0, 2)).toEqual([0, 200]);
});

test('a stale view is tried again soon, and nobody complains', async () => {
  const { turns, lines, clock, cluster, put } = machine(() => ready('Fine.'));
  cluster.failures.push(new StaleViewError('old'), new StaleViewError('old'));
  put('a');
  await clock.run(10_000);
  expect(turns.slice(0, 3)).toEqual(['ns/a at 0', 'ns/a at 50', 'ns/a at 150']);
  expect(lines).toEqual([]);
});

test('an object whose reconciler throws stops nobody else', async () => {
  const { lines, clock, cluster, put } = machine((key) => {
    if (key === 'ns/bad') throw new Error('a bug');
    return ready('Fine.');
  });
  for (const name of ['bad', 'good', 'fine']) put(name);
  await clock.run(300_000);
  expect(cluster.actions.map((action) => 'target' in action && action.target.key)).toEqual(['ns/good', 'ns/fine']);
  // The stack is for us: nobody foresaw this.
  expect(String(lines[0]?.[1]['error'])).toContain('manager.test.ts');
});

test('an outcome that asks for another look gets it', async () => {
  const { turns, clock, put } = machine(() => ({ requeueAfterMs: 30_000 }));
  put('a');
  await clock.run(65_000);
  expect(turns).toEqual(['ns/a at 0', 'ns/a at 30000', 'ns/a at 60000']);
});

test('a key that writes again and again is slowed down, and said to be', async () => {
  let count = 0;
  const { turns, lines, clock, cluster, put } = machine(() => {
    count += 1;
    // It wants another finalizer state each time, which is a write that never settles.
    return { finalizer: count % 2 === 1 };
  });
  put('a');
  await clock.run(0);
  const atOnce = turns.length;
  await clock.run(100_000);
  expect(atOnce).toBeLessThan(30);
  expect(turns.length - atOnce).toBeLessThan(30);
  expect(cluster.log.every((each) => each === 'merge xosserviceinstances')).toBe(true);
  expect(lines.some(([message]) => message.includes('no lasting effect'))).toBe(true);
});

test('fresh changes go before what a list brought', async () => {
  const { turns, clock, manager, put, sync } = machine(() => undefined);
  sync(false);
  for (let i = 0; i < 5; i += 1) put(`old${i}`, 'Background');
  put('new');
  sync(true);
  manager.pump();
  await clock.run(0);
  expect(turns[0]).toBe('ns/new at 0');
  expect(turns.length).toBe(6);
});

test('no more turns wait for answers at a time than the server is asked to bear', async () => {
  const { turns, clock, cluster, put } = machine(() => ready('Fine.'));
  let open = () => undefined as void;
  cluster.gate = new Promise((resolve) => {
    open = resolve;
  });
  for (let i = 0; i < 200; i += 1) put(`a${i}`);
  await clock.run(0);
  expect(turns.length).toBe(64);
  open();
  await clock.run(0);
  expect(cluster.log.length).toBe(200);
});

test('stopping takes no more work, and waits for the turns in flight', async () => {
  const { turns, clock, cluster, manager, put } = machine(() => ready('Fine.'));
  let open = () => undefined as void;
  cluster.gate = new Promise((resolve) => {
    open = resolve;
  });
  put('a');
  await clock.run(0);
  let stopped = false;
  const stopping = manager.stop().then(() => {
    stopped = true;
  });
  put('b');
  await clock.run(60_000);
  expect([stopped, turns]).toEqual([false, ['ns/a at 0']]);
  open();
  await stopping;
  await clock.run(60_000);
  expect([turns, cluster.log]).toEqual([['ns/a at 0'], ['merge xosserviceinstances/status']]);
});

test('with nothing in flight it stops at once, and what was delayed never runs', async () => {
  const { turns, clock, manager, put } = machine(() => ({ requeueAfterMs: 100 }));
  put('a');
  await clock.run(0);
  await manager.stop();
  await clock.run(1000);
  expect([turns, clock.pending]).toEqual([['ns/a at 0'], 0]);
});

test('what a key asked for is forgotten when it wants nothing more', async () => {
  let wants = true;
  const { turns, clock, put, wake } = machine(() => (wants ? { requeueAfterMs: 100 } : {}));
  put('a');
  await clock.run(0);
  wants = false;
  wake('a');
  await clock.run(1000);
  expect([turns, clock.pending]).toEqual([['ns/a at 0', 'ns/a at 0'], 0]);
});

test('a controller needs to see what its sources name, each once', () => {
  const source = { resource: Pods, wakes: () => [] };
  const controller: Controller = { name: 'x', sources: [source, source], decide: () => undefined };
  expect(resourcesOf(controller)).toEqual(['pods']);
});

test('who finds no room for a mirror waits without a request, and comes when there is room', async () => {
  const mirrored = (name: string) => {
    const [resource, object] = anInstance({ name: `mirror-of-${name}`, spec: { xosManaged: false } });
    return { resource, object, strategy: 'Mirror' } as const;
  };
  const { clock, cluster, put, bound, manager, wake, census, censuses } = machine((key) => {
    const name = key.replace('ns/', '');
    return name.startsWith('mirror-of-') ? undefined : { children: [mirrored(name)] };
  });
  bound(1);
  for (const name of ['a', 'b', 'c']) put(name);
  await clock.run(60_000);
  expect(cluster.log).toEqual(['create xosserviceinstances']);
  expect([census.adopted, censuses.at(-1)?.missing]).toEqual([1, 2]);
  bound(2);
  wake('a');
  await clock.run(60_000);
  manager.pump();
  expect(cluster.log).toEqual(Array(2).fill('create xosserviceinstances'));
  expect(censuses.at(-1)?.missing).toBe(1);
});

describe('what is told to whoever counts', () => {
  const wrote = (seen: string[]) => seen.filter((each) => each.startsWith('wrote'));
  const making = (key: Key): Outcome => ready(`Fine, ${key}.`, { finalizer: true });

  test('a change is counted once, although the answers to our own writes are changes too', async () => {
    let turns = 0;
    const { seen, clock, put } = machine((key) => {
      turns += 1;
      return turns < 4 ? { finalizer: turns % 2 === 1 } : making(key);
    });
    put('a');
    await clock.run(1_000);
    expect(seen.filter((each) => each === 'requeue').length).toBeGreaterThan(2);
    expect(wrote(seen)).toEqual(['wrote after 0 s']);
  });

  test('how long a change waited for its write: failures count', async () => {
    const { seen, clock, cluster, put } = machine(making);
    cluster.failures.push(new StaleViewError('old'), new RetryableError('Later.'));
    put('a');
    await clock.run(600_000);
    // 50 ms after the first failure it is tried again, and 200 ms after the second; once in between it is too soon.
    expect(seen.slice(0, 6)).toEqual(['Conflict', 'error', 'Unavailable', 'error', 'requeue_after', 'requeue']);
    expect(wrote(seen)).toEqual(['wrote after 0.25 s']);
  });

  test('what a list brought is no change, and what waits while nobody may work is none either', async () => {
    const { seen, clock, manager, put, sync } = machine(making);
    put('listed', 'Background');
    await clock.run(1_000);
    sync(false);
    put('early');
    await clock.run(1_000);
    sync(true);
    manager.pump();
    await clock.run(1_000);
    expect(seen).toContain('requeue');
    expect(wrote(seen)).toEqual([]);
    put('b');
    await clock.run(1_000);
    expect(wrote(seen)).toEqual(['wrote after 0 s']);
  });

  test('a mirror for which there is no room is no failure', async () => {
    const mirror = { resource: Pods, strategy: 'Mirror', object: aPod()[1] } as const;
    const { seen, clock, bound, put } = machine(() => ({ children: [mirror] }));
    bound(0);
    put('a');
    await clock.run(600_000);
    expect(seen).toEqual(['requeue_after']);
  });
});

test.each([
  { many: 64, place: 64, name: 'what concerns a few is worked on in turn' },
  { many: 65, place: 0, name: 'what concerns many at once yields to what changes meanwhile' },
])('$name', async ({ many, place }) => {
  const { turns, clock, crowd, wakeCrowd, wake } = machine(() => undefined);
  for (let i = 0; i < many; i += 1) crowd.push(`ns/${i}`);
  wakeCrowd();
  wake('late');
  await clock.run(0);
  expect([turns.length, turns.indexOf('ns/late at 0')]).toEqual([many + 1, place]);
});
