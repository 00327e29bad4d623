/** A fight is noticed, slowed down, named, and over when it is quiet; who only waits a little each time is noticed too. */
import { Pods, ServiceAccounts } from '../../src/api/core.ts';
import type { KubeObject, ManagedFieldsEntry } from '../../src/api/object.ts';
import type { OwnAction } from '../../src/runtime/action.ts';
import { Contests } from '../../src/runtime/contests.ts';
import { anAccount, aPod } from '../support/objects.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const MINUTE = 60_000;
const target = { key: 'ns/default', uid: 'u', resourceVersion: '1' };
const apply = (paths: string[] = ['spec.a'], name = 'default'): OwnAction => ({
  verb: 'apply',
  resource: ServiceAccounts,
  object: anAccount({ name })[1],
  target,
  force: true,
  paths,
});
const create: OwnAction = { verb: 'create', resource: Pods, object: aPod()[1] };
const remove: OwnAction = {
  verb: 'delete',
  resource: Pods,
  target: { key: 'ns/pod', uid: 'u', resourceVersion: '1' },
  because: 'it failed',
};

function world() {
  const clock = new VirtualClock();
  const contests = new Contests(clock);
  /** Does it as soon as it may be done; returns how long that took. */
  const go = (action: OwnAction, before?: KubeObject): number => {
    const waitMs = contests.waitFor(action);
    clock.advance(waitMs);
    contests.done(action, before);
    return waitMs;
  };
  const putBack = (action: OwnAction, before?: KubeObject) => contests.done(action, before);
  const about = () => contests.about(ServiceAccounts, 'ns/default', 'default');
  const aboutPod = () => contests.about(Pods, 'ns/pod', 'pod');
  return { clock, contests, go, putBack, about, aboutPod };
}

function written(...managedFields: ManagedFieldsEntry[]): KubeObject {
  return anAccount({ metadata: { managedFields } })[1];
}

test.each([0, 100, 5_000, 30_000, 59_000])('a rival who takes %d ms each time is slowed down', (delayMs) => {
  const { clock, go, about } = world();
  const waits: number[] = [];
  for (let i = 0; i < 8; i += 1) {
    expect(about()).toBeUndefined();
    waits.push(go(apply()));
    clock.advance(delayMs);
  }
  expect(waits).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  expect(about()?.contest).toMatchObject({ kind: 'ServiceAccount', name: 'default', paths: ['spec.a'] });
  for (let i = 0; i < 10; i += 1) {
    waits.push(go(apply()) + delayMs);
    clock.advance(delayMs);
  }
  expect(waits.at(-1)).toBe(300_000);
});

test('who writes once in a while is no rival', () => {
  const { clock, go, about } = world();
  for (let i = 0; i < 100; i += 1) {
    expect(go(apply())).toBe(0);
    clock.advance(MINUTE);
  }
  expect(about()).toBeUndefined();
});

test('when it is quiet it is over, and begins anew', () => {
  const { clock, go, about } = world();
  for (let i = 0; i < 8; i += 1) go(apply());
  const quietInMs = about()?.quietInMs ?? 0;
  expect(quietInMs).toBe(2 * 2_000 + MINUTE);
  clock.advance(quietInMs - 1);
  expect(about()).toBeDefined();
  clock.advance(1);
  expect(about()).toBeUndefined();
  expect(go(apply())).toBe(0);
});

test('what is wanted only now waits for nobody, and neither does another object', () => {
  const { contests, go } = world();
  for (let i = 0; i < 9; i += 1) go(apply());
  expect(contests.waitFor(apply())).toBeGreaterThan(0);
  const other = { ...apply(), object: { ...anAccount()[1], automountServiceAccountToken: false } as KubeObject };
  expect(contests.waitFor(other as OwnAction)).toBe(0);
  expect(contests.waitFor({ ...apply(), target: { ...target, key: 'ns/other' } } as OwnAction)).toBe(0);
});

test('who changes what is declared again and again is followed', () => {
  const { go, about } = world();
  for (let i = 0; i < 100; i += 1) expect(go(apply(['spec.a'], `name${i}`))).toBe(0);
  expect(about()).toBeUndefined();
});

test.each<[string, ManagedFieldsEntry[], string | undefined]>([
  [
    'the newest other writer',
    [
      { manager: 'a', time: '2026-01-02' },
      { manager: 'b', time: '2026-01-01' },
    ],
    'a',
  ],
  [
    'the last of equally new ones',
    [
      { manager: 'a', time: '2026-01-01' },
      { manager: 'b', time: '2026-01-01' },
    ],
    'b',
  ],
  ['nobody but us', [{ manager: 'xos-operator', time: '2026-01-01' }], undefined],
  ['who reports its status', [{ manager: 'a', subresource: 'status', time: '2026-01-01' }], undefined],
  ['whose time is not known', [{ manager: 'b', time: '2026-01-01' }, { manager: 'a' }], 'b'],
])('the rival: %s', (_what, entries, rival) => {
  const { go, about } = world();
  for (let i = 0; i < 8; i += 1) go(apply(), written(...entries));
  expect(about()?.contest.rival).toBe(rival);
});

test('who deletes what is made is slowed down and told of; what we replace ourselves is not', () => {
  const { go, aboutPod } = world();
  const waits = Array.from({ length: 4 }, () => go(create));
  expect(waits).toEqual([0, 0, 2_000, 4_000]);
  expect(aboutPod()?.contest).toEqual({ kind: 'Pod', name: 'pod', paths: [] });

  const own = world();
  const slowed: number[] = [];
  for (let i = 0; i < 5; i += 1) {
    own.go(create);
    slowed.push(own.go(remove));
  }
  // A pod that fails again and again is made ever more slowly, and nobody is to blame.
  expect([slowed, own.aboutPod()]).toEqual([[0, 2_000, 4_000, 8_000, 16_000], undefined]);
});

test('what was taken away because it was not wanted is made at once when it is wanted again', () => {
  const { contests, go } = world();
  const { because: _, ...prune } = remove as OwnAction & { verb: 'delete' };
  for (let i = 0; i < 5; i += 1) {
    expect(go(create)).toBe(0);
    contests.done(prune, undefined);
  }
});

test('nothing else waits: a pruned object, a patch', () => {
  const { contests, go } = world();
  for (let i = 0; i < 20; i += 1) go(create);
  const { because: _, ...prune } = remove as OwnAction & { verb: 'delete' };
  expect(contests.waitFor(prune)).toBe(0);
  const merge: OwnAction = { verb: 'merge', resource: Pods, target, patch: {} };
  for (let i = 0; i < 20; i += 1) expect(go(merge)).toBe(0);
});

test('fights that are over are forgotten', () => {
  const { clock, contests, go, about } = world();
  for (let i = 0; i < 8; i += 1) go(apply());
  clock.advance(3_600_000);
  for (let i = 0; i < 1_000; i += 1) {
    contests.done({ ...apply(), target: { ...target, key: `ns/a${i}` } } as OwnAction, undefined);
  }
  expect([about(), contests.waitFor(apply())]).toEqual([undefined, 0]);
});

describe('what is counted', () => {
  const at = (second: number, manager: string, more: Partial<ManagedFieldsEntry> = {}): ManagedFieldsEntry => ({
    manager,
    operation: 'Update',
    time: `2026-01-01T00:00:0${second}Z`,
    ...more,
  });
  const ours = (second: number) => at(second, 'xos-operator');

  test.each([
    ['somebody wrote after us', written(ours(1), at(2, 'rival')), 2],
    ['nobody else wrote: something else is wanted', written(ours(1)), 0],
    ['somebody wrote before us', written(at(1, 'rival'), ours(2)), 0],
    ['somebody reported a status after us', written(ours(1), at(2, 'rival', { subresource: 'status' })), 0],
  ])('of the first write to an object: %s', (_name, before, fields) => {
    const { putBack } = world();
    expect(putBack(apply(['spec.a', 'spec.b']), before)).toBe(fields);
  });

  test('of later ones, whether the same is wanted as before', () => {
    const { putBack } = world();
    putBack(apply(), written(ours(1)));
    expect(putBack(apply(), written(ours(1)))).toBe(1);
    expect(putBack(apply(['spec.a'], 'another'), written(ours(1), at(2, 'rival')))).toBe(0);
    expect(putBack(create)).toBe(0);
  });

  test('how many objects there is a fight about', () => {
    const { clock, contests, go } = world();
    for (let rounds = 0; rounds < 4; rounds += 1) go(create);
    for (let rounds = 0; rounds < 9; rounds += 1) go(apply());
    expect(contests.size).toBe(2);
    clock.advance(60 * MINUTE);
    expect(contests.size).toBe(0);
  });
});
