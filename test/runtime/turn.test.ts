/** One turn: what is decided, done and said, and what becomes of it when something goes wrong. */
import { Pods, ServiceAccounts } from '../../src/api/core.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { keyOf } from '../../src/api/meta.ts';
import type { KubeObject, Live } from '../../src/api/object.ts';
import { targetOf } from '../../src/runtime/action.ts';
import { Contests } from '../../src/runtime/contests.ts';
import type { Controller, Decision } from '../../src/runtime/controller.ts';
import { RetryableError, StaleViewError, TerminalError } from '../../src/runtime/errors.ts';
import { type Child, type Outcome, progressing, ready } from '../../src/runtime/outcome.ts';
import { type Context, turn } from '../../src/runtime/reconcile.ts';
import { Refusals } from '../../src/runtime/refusals.ts';
import { Hold } from '../../src/runtime/hold.ts';
import { MemoryCluster } from '../support/memory-cluster.ts';
import { anInstance, aPod, controlledBy, type Placed } from '../support/objects.ts';
import { live, viewOf } from '../support/view.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const instance = anInstance();
const KEY = 'ns/instance';
const child = { resource: Pods, strategy: 'Replace', object: aPod()[1] } as const;

/** A world in which one controller decides as `outcome` says. */
function world(outcome: (view: Context['view']) => Outcome | undefined, ...objects: Placed[]) {
  const view = viewOf(instance, ...objects);
  const clock = new VirtualClock();
  const cluster = new MemoryCluster(view);
  const told: string[] = [];
  const context: Context = {
    view,
    cluster,
    clock,
    hold: new Hold(clock),
    contests: new Contests(clock),
    refusals: new Refusals(clock, () => 1),
    recorder: {
      done: (_primary, { verb }) => {
        told.push(verb);
      },
      announced: ({ reason }) => {
        told.push(reason);
      },
      reported: (_primary, { reason }) => {
        told.push(reason);
      },
      noted: (_primary, { reason }) => {
        told.push(reason);
      },
    },
  };
  const controller: Controller = {
    name: 'c',
    sources: [],
    decide: (key): Decision | undefined => {
      const object = view.get(XosServiceInstances, key) as Live<KubeObject> | undefined;
      const decided = outcome(view);
      if (object === undefined || decided === undefined) return undefined;
      return { outcome: decided, primary: { resource: XosServiceInstances, object, owned: [] } };
    },
  };
  return { view, clock, cluster, told, take: async () => await turn(controller, KEY, context) };
}

const readyReason = (view: Context['view']) =>
  view.get(XosServiceInstances, KEY)?.status?.conditions?.find(({ type }) => type === 'Ready')?.reason;

test('what was changed is looked at again before anything is said; then the status is written, once', async () => {
  const { view, cluster, told, take } = world(() => ready('Fine.', { children: [child] }));
  expect(await take()).toEqual({ requeueAfterMs: 0 });
  expect([cluster.log, readyReason(view)]).toEqual([['create pods'], undefined]);
  expect(await take()).toEqual({});
  expect(await take()).toEqual({});
  expect(cluster.log).toEqual(['create pods', 'merge xosserviceinstances/status']);
  expect([readyReason(view), told]).toEqual(['Reconciled', ['create', 'Reconciled']]);
});

test('nothing to decide is nothing to do', async () => {
  const { cluster, take } = world(() => undefined);
  expect([await take(), cluster.log]).toEqual([{}, []]);
});

test('an outcome that reports nothing writes no status', async () => {
  const { cluster, take } = world(() => ({ requeueAfterMs: 500 }));
  expect([await take(), cluster.log]).toEqual([{ requeueAfterMs: 500 }, []]);
});

test.each([
  ['an error', new Error('secret in a stack')],
  ['something else', 'a string'],
])('a reconciler that throws %s is an error of that turn', async (_what, thrown) => {
  const { cluster, take } = world(() => {
    // oxlint-disable-next-line typescript/only-throw-error -- What is thrown may be anything: that is what is tested.
    throw thrown;
  });
  expect((await take()).error).toBeInstanceOf(Error);
  expect(cluster.log).toEqual([]);
});

test.each<[string, Error | string, string | undefined, string | undefined]>([
  ['a terminal error', new TerminalError('Forbidden', 'You may not.'), 'Forbidden', 'You may not.'],
  ['a retryable error', new RetryableError('Later.'), 'ProgressingWithRetry', 'Later.'],
  ['an unknown error, whose text is kept back', new Error('secret'), 'ProgressingWithRetry', 'An internal error'],
  ['what is no error', 'secret', 'ProgressingWithRetry', 'An internal error'],
  ['a stale view, of which nobody hears', new StaleViewError('old'), undefined, undefined],
])('%s is told in the status, and tried again', async (_what, thrown, reason, message) => {
  const { view, cluster, take } = world(() => ready('Fine.', { children: [child], status: { phase: 'x' } }));
  cluster.failures.push(thrown);
  expect((await take()).error).toBeInstanceOf(Error);
  expect(readyReason(view)).toBe(reason);
  const status = JSON.stringify(view.get(XosServiceInstances, KEY)?.status ?? {});
  expect(status).toContain(message ?? '{}');
  expect(status).not.toContain('secret');
});

test('the first failure stops: what comes after it is not tried', async () => {
  const second = { ...child, object: aPod({ name: 'second' })[1] };
  const { cluster, take } = world(() => ready('Fine.', { children: [child, second] }));
  cluster.failures.push(new StaleViewError('old'));
  await take();
  expect(cluster.log).toEqual([]);
});

test('a status that cannot be written is an error, and the next turn writes it', async () => {
  const { view, cluster, take } = world(() => ready('Fine.'));
  cluster.failures.push(new RetryableError('Later.'));
  expect((await take()).error?.message).toBe('Later.');
  cluster.failures.push('what');
  expect((await take()).error?.message).toBe('Writing the status failed.');
  expect(await take()).toEqual({});
  expect(readyReason(view)).toBe('Reconciled');
});

test('a status is held back while it is about to change, and what is done is done at once', async () => {
  const { view, clock, cluster, take } = world(() => progressing('Soon.', { children: [child], holdStatusMs: 1000 }));
  expect(await take()).toEqual({ requeueAfterMs: 0 });
  expect(await take()).toEqual({ requeueAfterMs: 1000 });
  clock.advance(400);
  expect(await take()).toEqual({ requeueAfterMs: 600 });
  expect(readyReason(view)).toBeUndefined();
  clock.advance(600);
  expect(await take()).toEqual({});
  expect([readyReason(view), cluster.log.length]).toEqual(['Progressing', 2]);
});

test('a hold that is given up writes at once', async () => {
  let hold = true;
  const { view, take } = world(() => (hold ? progressing('Soon.', { holdStatusMs: 1000 }) : ready('Fine.')));
  await take();
  hold = false;
  expect(await take()).toEqual({});
  expect(readyReason(view)).toBe('Reconciled');
});

test('a failure is told although the status is held', async () => {
  const { view, cluster, take } = world(() => progressing('Soon.', { children: [child], holdStatusMs: 1000 }));
  cluster.failures.push(new TerminalError('QuotaExceeded', 'Full.'));
  await take();
  expect(readyReason(view)).toBe('QuotaExceeded');
});

test('nothing at all is done while what decides is about to arrive', async () => {
  const { clock, cluster, take } = world(() => ready('Fine.', { children: [child], holdAllMs: 100 }));
  expect([await take(), cluster.log]).toEqual([{ requeueAfterMs: 100 }, []]);
  clock.advance(100);
  expect(await take()).toEqual({ requeueAfterMs: 0 });
  expect(cluster.log).toEqual(['create pods']);
});

test('a name that somebody else has is a conflict in the status, and nothing is done', async () => {
  const { view, cluster, take } = world(() => ready('Fine.', { children: [child] }), aPod());
  expect(await take()).toEqual({});
  expect([readyReason(view), cluster.log]).toEqual(['NameConflict', ['merge xosserviceinstances/status']]);
});

test('the status of an object that was made anew meanwhile is not written', async () => {
  const { view, cluster, take } = world(() => {
    const object = live(instance[1]);
    stores.of(instance[0]).observe({ ...object, metadata: { ...object.metadata, uid: 'another' } });
    return ready('Fine.');
  });
  const stores = view;
  expect(await take()).toEqual({});
  expect([cluster.log, view.get(XosServiceInstances, KEY)?.metadata.uid]).toEqual([[], 'another']);
});

test('what is made again and again is made ever more slowly', async () => {
  const { view, clock, cluster, take } = world(() => ready('Fine.', { children: [child] }));
  const removed = () => {
    const pod = view.get(Pods, keyOf(child.object.metadata));
    view.of(Pods).observeGone('ns/pod', pod?.metadata.uid ?? '');
  };
  await take();
  removed();
  await take();
  removed();
  expect(await take()).toEqual({ requeueAfterMs: 2000 });
  clock.advance(2000);
  await take();
  expect(cluster.log.filter((each) => each === 'create pods').length).toBe(3);
});

test('and meanwhile the status does not say that all is well', async () => {
  const made = (view: Context['view']) => view.get(Pods, 'ns/pod') !== undefined;
  const { view, take } = world((seen) =>
    made(seen) ? ready('Fine.', { children: [child] }) : progressing('It is being created.', { children: [child] }),
  );
  for (let times = 0; times < 2; times += 1) {
    await take();
    await take();
    view.of(Pods).observeGone('ns/pod', view.get(Pods, 'ns/pod')?.metadata.uid ?? '');
  }
  await take();
  expect([made(view), readyReason(view)]).toEqual([false, 'Progressing']);
});

test('what a foreign object of that name says of itself is not said of ours', async () => {
  const { view, take } = world(() => ready('Fine.', { children: [child], status: { podIP: '10.9.9.9' } }), aPod());
  await take();
  expect(view.get(XosServiceInstances, KEY)?.status?.podIP).toBeUndefined();
});

test('its own pod is no conflict', async () => {
  const own = aPod({ metadata: { ownerReferences: [{ ...controlledBy(instance), blockOwnerDeletion: true }] } });
  const { cluster, take } = world(() => ready('Fine.', { children: [child] }), own);
  await take();
  expect(cluster.log).toEqual(['merge xosserviceinstances/status']);
});

describe('a fight', () => {
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'a', namespace: 'ns' } };
  const wanted = { ...account, automountServiceAccountToken: true };
  const kept = { resource: ServiceAccounts, strategy: 'Apply', object: wanted } as const;
  const conditionOf = (view: Context['view'], type: string) =>
    view.get(XosServiceInstances, KEY)?.status?.conditions?.find((condition) => condition.type === type);

  function fight() {
    const children: Child[] = [kept];
    const it = world(() => ready('Fine.', { children }));
    const rival = async () => {
      const there = it.view.get(ServiceAccounts, 'ns/a') as Live<KubeObject>;
      const managedFields = [{ manager: 'rival', operation: 'Update', time: '2026-01-01T00:00:00Z' }];
      const patch = { automountServiceAccountToken: false, metadata: { managedFields } };
      await it.cluster.perform({ verb: 'merge', resource: ServiceAccounts, target: targetOf(there, 'ns/a'), patch });
    };
    const corrections = () => it.cluster.log.filter((each) => each === 'apply serviceaccounts').length;
    return { ...it, children, rival, corrections };
  }

  test('is slowed down and named while it goes on, and costs one status write and one Event', async () => {
    const { view, clock, cluster, told, take, rival, corrections } = fight();
    await take();
    for (let i = 0; i < 8; i += 1) {
      await rival();
      expect(await take()).toEqual({ requeueAfterMs: 0 });
    }
    await rival();
    expect(await take()).toEqual({ requeueAfterMs: 2_000 });
    expect([corrections(), readyReason(view)]).toEqual([8, 'Reconciled']);
    expect(conditionOf(view, 'Contested')).toMatchObject({
      status: 'True',
      reason: 'FightingWriter',
      message: expect.stringContaining(
        'rival wrote ServiceAccount a last and changes automountServiceAccountToken',
      ) as string,
    });
    const before = cluster.actions.length;
    for (let i = 0; i < 20; i += 1) await take();
    expect(cluster.actions.length).toBe(before);
    clock.advance(2_000);
    expect(await take()).toEqual({ requeueAfterMs: 0 });
    expect(await take()).toEqual({ requeueAfterMs: 2 * 4_000 + 60_000 });
    clock.advance(68_000);
    expect(await take()).toEqual({});
    expect(conditionOf(view, 'Contested')).toBeUndefined();
    expect(told.filter((each) => each === 'FightingWriter').length).toBe(1);
  });

  test('about one child does not keep the next from being made', async () => {
    const next = { ...kept, object: { ...wanted, metadata: { name: 'b', namespace: 'ns' } } };
    const { view, take, rival, children } = fight();
    await take();
    for (let i = 0; i < 8; i += 1) {
      await rival();
      await take();
    }
    await rival();
    children.push(next);
    await take();
    expect(view.get(ServiceAccounts, 'ns/b')).toBeDefined();
  });
});

test('with driftPolicy Report what differs is said beside Ready, once, and Ready does not say the opposite', async () => {
  const ownerReferences = [{ ...controlledBy(instance), blockOwnerDeletion: true }];
  const owned = aPod({ metadata: { ownerReferences, labels: { a: 'edited' } } });
  const wanted = aPod({ metadata: { labels: { a: 'wanted' } } })[1];
  let phase = 'a';
  const { view, cluster, told, take } = world(
    () => ready('All is as declared.', { children: [{ ...child, object: wanted }], status: { phase } }),
    owned,
  );
  const object = view.get(XosServiceInstances, KEY) as Live<KubeObject>;
  view.of(XosServiceInstances).observe({
    ...object,
    spec: { driftPolicy: 'Report' },
    metadata: { ...object.metadata, resourceVersion: '900000' },
  } as never);
  for (let i = 0; i < 3; i += 1) expect(await take()).toEqual({});
  expect([cluster.log, told]).toEqual([['merge xosserviceinstances/status'], ['Reconciled', 'DriftReported']]);
  // Told once, whatever else changes in the status.
  phase = 'b';
  await take();
  expect(told).toEqual(['Reconciled', 'DriftReported', 'Reconciled']);
  const conditions = view.get(XosServiceInstances, KEY)?.status?.conditions ?? [];
  expect(conditions.map(({ type, status }) => `${type}=${status}`)).toEqual(['Ready=True', 'Drifted=True']);
  expect(conditions[0]?.message).not.toContain('as declared.');
});

test('what was refused is not asked for again by a wake, only after its time, or when something else is wanted', async () => {
  let object = aPod()[1];
  const { view, clock, cluster, take } = world(() => ready('Fine.', { children: [{ ...child, object }] }));
  const asked: string[] = [];
  const failure = new TerminalError('QuotaExceeded', 'Full.');
  const perform = cluster.perform.bind(cluster);
  cluster.perform = async (action) => {
    if (action.verb === 'create') asked.push(JSON.stringify(action.object.metadata.labels ?? {}));
    if (action.verb === 'create' && object.metadata.labels === undefined) throw failure;
    await perform(action);
  };
  expect(await take()).toMatchObject({ error: failure, requeueAfterMs: 200 });
  for (let i = 0; i < 20; i += 1) expect(await take()).toEqual({ requeueAfterMs: 200 });
  expect([asked.length, readyReason(view)]).toEqual([1, 'QuotaExceeded']);
  clock.advance(200);
  expect(await take()).toMatchObject({ requeueAfterMs: 400 });
  expect(asked.length).toBe(2);
  object = aPod({ metadata: { labels: { other: 'yes' } } })[1];
  expect(await take()).toEqual({ requeueAfterMs: 0 });
  expect(asked).toEqual(['{}', '{}', '{"other":"yes"}']);
});

test('a fight of which the kind itself knows is a condition like any other', async () => {
  const contests = [{ kind: 'ConfigMap', name: 'a', paths: ['data.a'], rival: 'hand' }];
  const { view, take } = world(() => ready('Fine.', { contests }));
  await take();
  expect(view.get(XosServiceInstances, KEY)?.status?.conditions).toContainEqual(
    expect.objectContaining({ type: 'Contested', reason: 'FightingWriter' }),
  );
});
