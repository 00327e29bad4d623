/** From a verdict to the conditions of kstatus, and from those to the smallest status patch. */
import type { Condition, JsonObject, KubeObject } from '../../src/api/object.ts';
import { conditionsFor, type Moment } from '../../src/runtime/conditions.ts';
import { NOTE_TYPES } from '../../src/runtime/notes.ts';
import type { Report, State, Verdict } from '../../src/runtime/outcome.ts';
import { statusPatch } from '../../src/runtime/report.ts';

const BEFORE = '2026-01-01T00:00:00Z';
const NOW = '2026-02-02T00:00:00Z';
const verdict = (state: State, reason = 'Because', message = 'It is so.'): Verdict => ({ state, reason, message });
const conditionsOf = (said: Verdict, before: readonly Condition[], moment: Moment) =>
  conditionsFor({ verdict: said }, before, moment);
const at = (state: State, now: string, before: readonly Condition[] = []) =>
  conditionsOf(verdict(state), before, { generation: 3, now });
const inShort = (conditions: readonly Condition[]) => conditions.map(({ type, status }) => `${type}=${status}`);

test.each<[State, string[]]>([
  ['Ready', ['Ready=True']],
  ['Progressing', ['Ready=Unknown', 'Reconciling=True']],
  ['Waiting', ['Ready=False', 'Reconciling=True']],
  ['Stalled', ['Ready=False', 'Stalled=True']],
  ['Paused', ['Paused=True']],
])('%s is %s', (state, conditions) => {
  expect(inShort(at(state, NOW))).toEqual(conditions);
});

test.each<[State, State, string[]]>([
  ['Progressing', 'Ready', ['Ready=True']],
  ['Stalled', 'Waiting', ['Ready=False', 'Reconciling=True']],
  ['Paused', 'Ready', ['Ready=True']],
  ['Stalled', 'Paused', ['Ready=False', 'Stalled=True', 'Paused=True']],
  ['Ready', 'Paused', ['Ready=True', 'Paused=True']],
])('after %s, %s leaves nothing behind that is not true any more', (first, then, conditions) => {
  expect(inShort(at(then, NOW, at(first, BEFORE)))).toEqual(conditions);
});

test('a condition that did not change its status keeps its time, whatever else it says', () => {
  const first = at('Progressing', BEFORE);
  const [ready, reconciling] = conditionsOf(verdict('Progressing', 'Other', 'New.'), first, {
    generation: 4,
    now: NOW,
  });
  expect(ready).toMatchObject({ reason: 'Other', message: 'New.', observedGeneration: 4, lastTransitionTime: BEFORE });
  expect(reconciling?.lastTransitionTime).toBe(BEFORE);
  expect(at('Ready', NOW, first)[0]?.lastTransitionTime).toBe(NOW);
});

test('the companion has a time of its own', () => {
  expect(at('Stalled', NOW, at('Waiting', BEFORE)).map((each) => each.lastTransitionTime)).toEqual([BEFORE, NOW]);
});

test('what pauses keeps the time at which it began', () => {
  const paused = at('Paused', BEFORE, at('Ready', BEFORE));
  expect(at('Paused', NOW, paused)).toEqual(paused);
});

test('the conditions of others stay', () => {
  const other = { type: 'Seen', status: 'True', reason: 'X', message: 'Y', lastTransitionTime: BEFORE } as const;
  expect(at('Ready', NOW, [other])).toContainEqual(other);
  expect(at('Paused', NOW, [other])).toContainEqual(other);
});

test('an endless message is cut', () => {
  const [ready] = conditionsOf(verdict('Ready', 'R', 'x'.repeat(5000)), [], { generation: 1, now: NOW });
  expect(ready?.message).toMatch(/^x{1023}…$/);
});

describe('the status', () => {
  const object = (status?: JsonObject, namespace?: string): KubeObject => {
    const metadata = { name: 'a', generation: 3, ...(namespace !== undefined && { namespace }) };
    return { apiVersion: 'v1', kind: 'A', metadata, ...(status !== undefined && { status }) };
  };
  const report = (status?: object): Report => ({ verdict: verdict('Ready'), ...(status !== undefined && { status }) });

  test('says which generation it is about, and of a namespaced object its trust domain', () => {
    expect(statusPatch(object(), report({ phase: 'x' }), NOW)).toMatchObject({ observedGeneration: 3, phase: 'x' });
    expect(statusPatch(object(undefined, 'ns'), report(), NOW)).toMatchObject({ trustDomain: 'ns' });
    expect(statusPatch(object(), report(), NOW)).not.toHaveProperty('trustDomain');
  });

  test('is not written again when all is said, later though it is', () => {
    const status = statusPatch(object(undefined, 'ns'), report({ list: [1], map: { a: 1 } }), BEFORE);
    expect(statusPatch(object(status, 'ns'), report({ map: { a: 1 }, list: [1] }), NOW)).toBeUndefined();
  });

  test('is patched by what changed alone, and loses what is not so any more', () => {
    const status = statusPatch(object(), report({ phase: 'x', podIP: '1' }), BEFORE);
    expect(statusPatch(object(status), report({ phase: 'y', absent: undefined }), NOW)).toEqual({
      phase: 'y',
      podIP: null,
    });
  });

  test('replaces the default of the CRD', () => {
    expect(statusPatch(object({ observedGeneration: -1 }), report(), NOW)).toMatchObject({ observedGeneration: 3 });
  });

  test('of an object without generation is about generation 0', () => {
    expect(statusPatch({ apiVersion: 'v1', kind: 'A', metadata: { name: 'a' } }, report(), NOW)).toMatchObject({
      observedGeneration: 0,
    });
  });

  test('leaves all as it was while paused: the fields, and the generation that was acted on', () => {
    const status = { ...statusPatch(object(), report({ phase: 'x' }), BEFORE), observedGeneration: 2 };
    const patch = statusPatch(object(status), { verdict: verdict('Paused') }, NOW);
    expect(Object.keys(patch ?? {})).toEqual(['conditions']);
  });
});

test.each([...NOTE_TYPES])('the condition %s stands there once, and goes when it is over', (type) => {
  const fine = { state: 'Ready', reason: 'Reconciled', message: 'Fine.' } as const;
  const moment = { generation: 1, now: '2026-01-01T00:00:00Z' };
  const note = (message: string) => ({ type, reason: 'So', message });
  const first = conditionsFor({ verdict: fine, notes: [note('One.')] }, [], moment);
  const second = conditionsFor({ verdict: fine, notes: [note('Two.')] }, first, moment);
  expect(second.filter((each) => each.type === type).map(({ message }) => message)).toEqual(['Two.']);
  expect(conditionsFor({ verdict: fine }, second, moment).map((each) => each.type)).toEqual(['Ready']);
});
