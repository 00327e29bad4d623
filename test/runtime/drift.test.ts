/** With driftPolicy Report nothing of what is there is written, and what differs is told, by its path alone. */
import { ServiceAccounts } from '../../src/api/core.ts';
import { XosPrincipals } from '../../src/api/generated/xosprincipals.ts';
import { MARK, ownerReference } from '../../src/api/meta.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { Contest } from '../../src/runtime/contests.ts';
import type { Drift } from '../../src/runtime/drift.ts';
import { contestNotes, driftNotes } from '../../src/runtime/notes.ts';
import type { Child, Outcome, Strategy } from '../../src/runtime/outcome.ts';
import { planFor } from '../../src/runtime/plan.ts';
import { managed } from '../support/samples.ts';
import { live, viewOf } from '../support/view.ts';

const primary = live(managed('XosPrincipal', 'me', { driftPolicy: 'Report' }, 'ns'));
const owners = {
  ownerReferences: [{ ...ownerReference(XosPrincipals, primary), controller: true, blockOwnerDeletion: true }],
};
const account = (value: string, metadata: object = {}): KubeObject =>
  ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'me', namespace: 'ns', ...metadata },
    value,
  }) as never;
const child = (strategy: Strategy, more: Partial<Child> = {}): Child => ({
  resource: ServiceAccounts,
  strategy,
  object: account('wanted', strategy === 'Replace' ? { annotations: { [MARK.templateHash]: 'new' } } : {}),
  ...more,
});

function plan(outcome: Outcome, there?: KubeObject, spec: object = primary.spec) {
  const owned = there === undefined ? [] : [{ resource: ServiceAccounts, object: live(there) }];
  const object = { ...primary, spec } as typeof primary;
  return planFor(
    { outcome, primary: { resource: XosPrincipals, object, owned } },
    there === undefined ? viewOf() : viewOf([ServiceAccounts, there]),
    '2026-01-01T00:00:00Z',
  );
}
const of = (paths: string[]) => [{ kind: 'ServiceAccount', name: 'me', paths }];
const old = { ...owners, annotations: { [MARK.templateHash]: 'old' } };

test.each<[string, Child, KubeObject, string[]]>([
  ['a field', child('Apply'), account('edited', owners), ['value']],
  ['a field of what is bound', child('Bind'), account('edited'), ['value']],
  [
    'a field that cannot be changed in place',
    child('Apply', { frozen: ['value'] }),
    account('edited', owners),
    ['value'],
  ],
  ['a template', child('Replace', { inPlace: account('wanted') }), account('wanted', old), ['template']],
  [
    'a template and a field',
    child('Replace', { inPlace: account('wanted') }),
    account('edited', old),
    ['template', 'value'],
  ],
])('%s is told, and nothing is done', (_what, wanted, there, paths) => {
  expect(plan({ children: [wanted] }, there)).toEqual({ actions: [], drifts: of(paths) });
  // The same, where changes are put right: something is done, and nothing told.
  const corrected = plan({ children: [wanted] }, there, { driftPolicy: 'Correct' });
  expect([corrected.actions.length, corrected.drifts]).toEqual([1, []]);
});

test('what is not wanted any more is told, and stays', () => {
  expect(plan({ children: [] }, account('x', owners))).toEqual({ actions: [], drifts: of([]) });
});

test('what is given up stays as it is', () => {
  const managedFields = [
    {
      manager: 'xos-operator',
      operation: 'Apply',
      fieldsV1: { 'f:metadata': { 'f:ownerReferences': {} }, 'f:extra': {} },
    },
  ];
  const there = { ...account('wanted', { ...owners, managedFields }), extra: 1 } as KubeObject;
  expect(plan({ children: [child('Apply', { keepLive: ['extra'] })] }, there)).toEqual({
    actions: [],
    drifts: of(['extra']),
  });
});

test('what is as declared is not told', () => {
  expect(plan({ children: [child('Apply')] }, account('wanted', owners))).toEqual({ actions: [], drifts: [] });
});

test.each<[string, Child, KubeObject | undefined, string]>([
  ['what is absent is made', child('Apply'), undefined, 'createByApply'],
  ['what failed makes room', child('Replace', { spent: 'it failed' }), account('x', old), 'delete'],
])('%s all the same', (_what, wanted, there, verb) => {
  expect(plan({ children: [wanted] }, there).actions.map((action) => action.verb)).toEqual([verb]);
});

test('a drift does not keep the next child from being made, nor our finalizer, nor a deletion', () => {
  const next = { ...child('Apply'), object: { ...account('x'), metadata: { name: 'next', namespace: 'ns' } } };
  const remove = [{ resource: ServiceAccounts, object: live(account('gone')) }];
  const outcome = { children: [child('Apply'), next], finalizer: true, remove };
  const { actions } = plan(outcome, account('edited', owners));
  expect(actions.map((action) => action.verb)).toEqual(['merge', 'createByApply', 'delete']);
});

describe('in words', () => {
  const drift = (paths: string[]): Drift => ({ kind: 'Pod', name: 'a', paths });
  const contest = (more: Partial<Contest> = {}): Contest => ({ kind: 'Pod', name: 'a', paths: ['spec.x'], ...more });

  test('nothing is nothing', () => {
    expect([driftNotes([]), contestNotes([])]).toEqual([[], []]);
  });

  test('the object, the paths and what to do are named', () => {
    expect(driftNotes([drift(['spec.a', 'spec.b'])])).toEqual([
      {
        type: 'Drifted',
        reason: 'DriftReported',
        message:
          'Pod a differs from what is declared in spec.a, spec.b. It is left so, because spec.driftPolicy is Report: set it to Correct to have it put right.',
      },
    ]);
    expect(driftNotes([drift([])])[0]?.message).toContain('Pod a is there, but is not declared any more.');
  });

  test('few are named, and the others counted', () => {
    const many = Array.from({ length: 9 }, (_, i) => `spec.${i}${'x'.repeat(500)}`);
    const [note] = driftNotes(Array.from({ length: 9 }, () => drift(many)));
    expect(note?.message).toContain('and 5 more');
    expect(note?.message.length).toBeLessThan(3_000);
  });

  test('what is known by its value alone shows no value', () => {
    expect(driftNotes([drift(['spec.a["SECRET \\"x\\""].b', 'spec.a["other"].b'])])[0]?.message).toContain(
      'in spec.a.b. It',
    );
  });

  test.each<[string, Contest, string, string]>([
    [
      'a rival',
      contest({ rival: 'kubectl' }),
      'FightingWriter',
      'kubectl wrote Pod a last and changes spec.x again and again',
    ],
    ['nobody else', contest(), 'FightingWriter', 'perhaps an admission webhook'],
    ['a deleter', contest({ paths: [] }), 'FightingDeleter', 'Somebody deletes Pod a each time it is made'],
  ])('%s is named', (_what, fight, reason, words) => {
    expect(contestNotes([fight])).toMatchObject([
      { type: 'Contested', reason, message: expect.stringContaining(words) as string },
    ]);
  });

  test('a manager with an endless name is cut', () => {
    expect(contestNotes([contest({ rival: 'x'.repeat(500) })])[0]?.message).toMatch(/^x{60} wrote/);
  });
});
