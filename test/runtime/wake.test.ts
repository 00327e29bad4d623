/** From a change to the keys that have to be looked at again. */
import { Namespaces, Pods, ServiceAccounts } from '../../src/api/core.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosTrustDomains } from '../../src/api/generated/xostrustdomains.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { type Controller, controllerFor } from '../../src/runtime/controller.ts';
import { followedBy, follows, type Kind, type Source } from '../../src/runtime/kind.ts';
import type { Outcome } from '../../src/runtime/outcome.ts';
import { ready } from '../../src/runtime/outcome.ts';
import { Waker } from '../../src/runtime/wake.ts';
import { instancesBySlice } from '../../src/shared/indexes.ts';
import {
  aDomain,
  aNamespace,
  anInstance,
  aPod,
  aSlice,
  controlledBy,
  ownedBy,
  type Placed,
  withMeta,
} from '../support/objects.ts';
import { live, viewOf } from '../support/view.ts';

function woken(
  controllers: readonly Controller[],
  before: Placed | undefined,
  after: Placed | undefined,
  ...rest: Placed[]
) {
  const [resource] = (after ?? before) as Placed;
  const change = {
    resource,
    before: before && live(before[1]),
    after: after && live(after[1]),
    urgency: 'Fresh',
  } as const;
  const items = new Waker(controllers, viewOf(...rest)).itemsFor(change);
  return [...new Set([...items].map(({ controller, key }) => `${controller} ${key}`))].toSorted();
}

const controller = (source: Source): Controller => ({ name: 'c', sources: [source], decide: () => undefined });
const byNode: Source = {
  resource: Pods,
  wakes: (pod) => [(pod as KubeObject & { spec: { nodeName: string } }).spec.nodeName],
};

test('a pod that moves wakes where it was and where it is', () => {
  const [from, to] = [aPod({ spec: { nodeName: 'n1' } }), aPod({ spec: { nodeName: 'n2' } })];
  expect(woken([controller(byNode)], from, to)).toEqual(['c n1', 'c n2']);
  expect(woken([controller(byNode)], undefined, to)).toEqual(['c n2']);
  expect(woken([controller(byNode)], from, undefined)).toEqual(['c n1']);
});

test('what does not matter wakes nobody', () => {
  const source: Source = { ...byNode, matters: (before, after) => before === undefined || after === undefined };
  expect(woken([controller(source)], aPod(), aPod())).toEqual([]);
  expect(woken([controller(source)], aPod(), undefined)).toEqual(['c node']);
});

test('every source of every controller is asked, and a resource that nobody reads wakes nobody', () => {
  const other: Controller = {
    name: 'd',
    sources: [byNode, { ...byNode, wakes: () => ['all'] }],
    decide: () => undefined,
  };
  expect(woken([controller(byNode), other], undefined, aPod())).toEqual(['c node', 'd all', 'd node']);
  expect(woken([controller(byNode)], undefined, aNamespace())).toEqual([]);
});

test('a resource of another group with the same plural is another', () => {
  const namesake: Resource = { ...Pods, group: 'example.com' };
  expect(woken([controller({ ...byNode, resource: namesake })], undefined, aPod())).toEqual([]);
});

describe('a kind', () => {
  const kind = (over: Partial<Kind> = {}): Controller =>
    controllerFor({
      resource: XosServiceInstances,
      owns: [Pods],
      reads: [],
      reconcile: () => ready('Fine.'),
      ...over,
    });
  const name = 'xosserviceinstances.xos.opencord.org';
  const instance = anInstance();

  test('is woken by its own objects', () => {
    expect(woken([kind()], undefined, instance)).toEqual([`${name} ns/instance`]);
  });

  test('is woken by what it owns, and by what stands where it wants something', () => {
    const child = aPod({ name: 'child', metadata: { ownerReferences: [controlledBy(instance)] } });
    expect(woken([kind()], child, undefined, instance)).toEqual([`${name} ns/instance`]);
    const wanting = anInstance({ name: 'other', spec: { resourceName: 'taken' } });
    expect(woken([kind()], aPod({ name: 'taken' }), undefined, wanting)).toEqual([`${name} ns/other`]);
  });

  test('is not woken by what only refers to it, or belongs to another kind', () => {
    for (const reference of [ownedBy(instance), controlledBy(aSlice())])
      expect(woken([kind()], aPod({ metadata: { ownerReferences: [reference] } }), undefined, instance)).toEqual([]);
  });

  test('is woken by a mirror that comes, changes, is held or goes, but not by its status', () => {
    const mirror = anInstance({ spec: { xosManaged: false } });
    const told = withMeta(mirror, { resourceVersion: '2' });
    const changed = withMeta(mirror, { resourceVersion: '2', generation: 2 });
    expect(woken([kind()], mirror, told)).toEqual([]);
    const news = [undefined, changed, withMeta(mirror, HELD), instance];
    for (const after of news) expect(woken([kind()], mirror, after)).toEqual([`${name} ns/instance`]);
    for (const before of [undefined, instance]) expect(woken([kind()], before, told)).toEqual([`${name} ns/instance`]);
  });

  test('is woken by what it follows, and by what follows it', () => {
    const following = kind({ reads: [follows(aSlice()[0], instancesBySlice)] });
    expect(
      woken([following], undefined, aSlice(), instance, anInstance({ name: 'b', spec: { sliceRef: { name: 'b' } } })),
    ).toEqual([`${name} ns/instance`]);
    const followed: Controller = { name: 'slices', sources: [followedBy(instancesBySlice)], decide: () => undefined };
    const moved = anInstance({ spec: { sliceRef: { name: 'other' } } });
    expect(woken([followed], instance, moved)).toEqual(['slices ns/other', 'slices ns/slice']);
    expect(woken([followed], undefined, anInstance({ spec: { sliceRef: undefined } }))).toEqual([]);
  });

  const outcomes = (over: Partial<Kind>, object: Placed): Outcome | undefined =>
    kind(over).decide('ns/instance', viewOf(object))?.outcome;
  const HELD = { finalizers: ['xos.opencord.org/finalizer', 'other'] };
  const GOING = { deletionTimestamp: '2026-01-01T00:00:00Z' };
  const finalize = (): Outcome => ({ requeueAfterMs: 7 });
  const holding = { reconcile: () => ready('Fine.', { finalizer: true, children: [] }) };

  test.each<[string, Partial<Kind>, Placed, Outcome | undefined]>([
    ['holds its finalizer before anything else', holding, instance, { finalizer: true }],
    ['and then does what it decides', holding, withMeta(instance, HELD), holding.reconcile()],
    ['finalizes what is held and going', { finalize }, withMeta(instance, { ...HELD, ...GOING }), finalize()],
    ['lets go what is not held', { finalize }, withMeta(instance, GOING), undefined],
    ['has nothing to do with a mirror', {}, anInstance({ spec: { xosManaged: false } }), undefined],
    [
      'lets go of one that it held',
      {},
      withMeta(anInstance({ spec: { xosManaged: false } }), HELD),
      { release: [], finalizer: false },
    ],
    [
      'lets go of a mirror also while that goes',
      { finalize },
      withMeta(anInstance({ spec: { xosManaged: false } }), { ...HELD, ...GOING }),
      { release: [], finalizer: false },
    ],
  ])('%s', (_name, over, object, outcome) => {
    expect(outcomes(over, object)).toEqual(outcome);
  });

  test('rests while it is paused, but never when it is to go', () => {
    const paused = { annotations: { 'xos.opencord.org/paused': 'true' } };
    expect(outcomes({}, withMeta(instance, paused))).toMatchObject({ report: { verdict: { state: 'Paused' } } });
    expect(outcomes({}, withMeta(instance, paused))).not.toHaveProperty('children');
    expect(outcomes({ finalize }, withMeta(instance, { ...paused, ...HELD, ...GOING }))).toEqual(finalize());
    expect(outcomes({}, withMeta(instance, { annotations: { 'xos.opencord.org/paused': 'yes' } }))).toEqual(
      ready('Fine.'),
    );
  });

  test('whose finalizer somebody copied is not kept for ever where there is nothing to finalize', () => {
    expect(outcomes({}, withMeta(instance, { ...HELD, ...GOING }))).toEqual({ finalizer: false });
  });

  test('knows what it owns: by the UID of the controller, not by a name', () => {
    const mine = aPod({ name: 'mine', metadata: { ownerReferences: [controlledBy(instance)] } });
    const earlier = aPod({ name: 'earlier', metadata: { ownerReferences: [controlledBy(instance, { uid: 'gone' })] } });
    const referring = aPod({ name: 'referring', metadata: { ownerReferences: [ownedBy(instance)] } });
    const decision = kind().decide('ns/instance', viewOf(instance, mine, earlier, referring));
    expect(decision?.primary?.owned.map(({ object }) => object.metadata.name)).toEqual(['mine']);
    expect(kind().decide('ns/nobody', viewOf(instance))).toBeUndefined();
  });

  test('of what is cluster-scoped knows the mark', () => {
    const domain = aDomain();
    const marked = aNamespace({ metadata: { annotations: { 'xos.opencord.org/owner-uid': 'XosTrustDomain:ns' } } });
    const domains = kind({ resource: XosTrustDomains, owns: [Namespaces] });
    expect(domains.decide('ns', viewOf(domain, marked))?.primary?.owned.length).toBe(1);
    expect(domains.decide('ns', viewOf(domain, aNamespace()))?.primary?.owned.length).toBe(0);
    expect(woken([domains], undefined, aNamespace(), domain)).toEqual(['xostrustdomains.xos.opencord.org ns']);
  });

  test('asks for what nobody watches in vain', () => {
    const stranger = { ...ServiceAccounts, plural: 'strangers' };
    expect(() => viewOf().get(stranger, 'a')).toThrow('Nobody watches strangers');
    expect(() => viewOf().by({ name: 'forgotten', resource: Pods, keys: () => [] }, 'a')).toThrow('«forgotten»');
  });
});
