/** What was refused waits for its time, and for nothing else. */
import { Pods } from '../../src/api/core.ts';
import type { OwnAction } from '../../src/runtime/action.ts';
import { TerminalError } from '../../src/runtime/errors.ts';
import { Refusals } from '../../src/runtime/refusals.ts';
import { aPod } from '../support/objects.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const target = { key: 'ns/pod', uid: 'u', resourceVersion: '1' };
const create: OwnAction = { verb: 'create', resource: Pods, object: aPod()[1] };
const error = new TerminalError('QuotaExceeded', 'Full.');

function world() {
  const clock = new VirtualClock();
  return { clock, refusals: new Refusals(clock, () => 1) };
}

test('it waits twice as long each time, and a minute at most', () => {
  const { clock, refusals } = world();
  const waits: number[] = [];
  for (let i = 0; i < 12; i += 1) {
    const waitMs = refusals.refused(create, error);
    expect(refusals.standing(create)).toEqual({ error, waitMs });
    clock.advance(waitMs - 1);
    expect(refusals.standing(create)?.waitMs).toBe(1);
    clock.advance(1);
    expect(refusals.standing(create)).toBeUndefined();
    waits.push(waitMs);
  }
  expect(waits).toEqual([200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200, 60_000, 60_000, 60_000]);
});

const object = aPod({ spec: { image: 'b' } })[1];
const apply = { verb: 'apply', resource: Pods, object: aPod()[1], target, paths: [] } as const;
const newer = { ...target, resourceVersion: '2' };
test.each<[string, OwnAction, OwnAction, boolean]>([
  ['the same', create, { ...create }, true],
  ['another object', create, { ...create, object: aPod({ name: 'b' })[1] }, false],
  ['the object otherwise', create, { ...create, object }, false],
  ['another verb', create, { verb: 'createByApply', resource: Pods, object: aPod()[1] }, false],
  ['the same, although others wrote', { ...apply, force: true }, { ...apply, force: true, target: newer }, true],
  ['what others may have given up', { ...apply, force: false }, { ...apply, force: false, target: newer }, false],
  [
    'other paths',
    { verb: 'giveUp', resource: Pods, target, operations: [], paths: ['a'] },
    { verb: 'giveUp', resource: Pods, target, operations: [], paths: ['b'] },
    false,
  ],
  [
    'another patch',
    { verb: 'merge', resource: Pods, target, patch: { a: 1 } },
    { verb: 'merge', resource: Pods, target, patch: { a: 2 } },
    false,
  ],
  [
    'to delete it although it is not empty',
    { verb: 'delete', resource: Pods, target, onlyIfEmpty: true },
    { verb: 'delete', resource: Pods, target },
    false,
  ],
])('%s waits or not', (_what, refused, next, waits) => {
  const { refusals } = world();
  refusals.refused(refused, error);
  expect(refusals.standing(next) !== undefined).toBe(waits);
});

test('what was carried out, or refused for something else, begins anew', () => {
  const { refusals } = world();
  refusals.refused(create, error);
  refusals.refused(create, error);
  expect(refusals.refused({ ...create, object }, error)).toBe(200);
  refusals.done(create);
  expect([refusals.standing({ ...create, object }), refusals.refused(create, error)]).toEqual([undefined, 200]);
});

test('what nobody tries again is forgotten', () => {
  const { clock, refusals } = world();
  const named = (i: number): OwnAction => ({ ...create, object: aPod({ name: `a${i}` })[1] });
  refusals.refused(create, error);
  refusals.refused(create, error);
  clock.advance(3_600_000);
  for (let i = 0; i < 1_000; i += 1) refusals.refused(named(i), error);
  expect(refusals.refused(create, error)).toBe(200);
});
