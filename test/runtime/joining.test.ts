/** Joining: who may, in which order, what is kept then, and what is never done to what was there before. */
import { ServiceAccounts } from '../../src/api/core.ts';
import { XosPrincipals } from '../../src/api/generated/xosprincipals.ts';
import type { KubeObject, ObjectMeta } from '../../src/api/object.ts';
import type { Decision } from '../../src/runtime/controller.ts';
import type { Child } from '../../src/runtime/outcome.ts';
import { isPromoted } from '../../src/runtime/ownership.ts';
import { type Plan, planFor } from '../../src/runtime/plan.ts';
import { managed } from '../support/samples.ts';
import { live, viewOf } from '../support/view.ts';

const NOW = '2026-01-01T00:00:00Z';
const UID = 'XosPrincipal:ns/me';
const mirrored = { apiVersion: 'v1', kind: 'ServiceAccount', name: 'me', uid: 'ServiceAccount:ns/me' };
const promotedBy = {
  apiVersion: 'xos.opencord.org/v1alpha1',
  kind: 'XosPrincipal',
  name: 'me',
  uid: UID,
  controller: true,
  blockOwnerDeletion: false,
};
const promotedMeta = { ownerReferences: [promotedBy] };

interface Options {
  readonly spec?: object;
  readonly metadata?: Partial<ObjectMeta>;
  readonly child?: Partial<Child>;
  readonly children?: readonly Child[];
}

function account(metadata: Partial<ObjectMeta> = {}, rest: object = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'me', namespace: 'ns', ...metadata }, ...rest };
}

function plan(there: KubeObject | undefined, { spec = {}, metadata = {}, child = {}, children }: Options = {}): Plan {
  const declared = managed('XosPrincipal', 'me', { adoptionPolicy: 'AdoptIfUnowned', ...spec }, 'ns');
  const object = live({ ...declared, metadata: { ...declared.metadata, ...metadata } });
  const owned = there === undefined ? [] : [{ resource: ServiceAccounts, object: live(there) }];
  const wanted: Child = {
    resource: ServiceAccounts,
    strategy: 'Apply',
    object: account({ labels: { ours: 'true' } }),
    said: account(),
    ...child,
  };
  const decision: Decision = {
    outcome: { children: children ?? [wanted] },
    primary: { resource: XosPrincipals, object, owned },
  };
  return planFor(decision, there === undefined ? viewOf() : viewOf([ServiceAccounts, there]), NOW);
}

const verbs = ({ actions }: Plan) => actions.map(({ verb }) => verb);

describe('in', () => {
  test('what is nobody’s joins by our controller reference, which bears the mark, and by nothing else', () => {
    const { actions, blocked } = plan(account());
    expect(blocked).toBeUndefined();
    expect(actions).toMatchObject([{ verb: 'join', target: { key: 'ns/me', uid: 'ServiceAccount:ns/me' } }]);
    expect(actions[0]).toHaveProperty('object', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'me', namespace: 'ns', ...promotedMeta },
    });
  });

  test.each<[string, KubeObject | undefined]>([
    ['what it mirrors is there', account()],
    ['what it mirrored is gone', undefined],
    ['what it mirrors is ours already', account(promotedMeta)],
  ])('the reference of the mirror goes first, and alone, when %s', (_what, there) => {
    const planned = plan(there, { metadata: { ownerReferences: [mirrored] } });
    expect(planned.actions).toMatchObject([
      { verb: 'merge', resource: XosPrincipals, target: { key: 'ns/me', uid: UID } },
    ]);
    expect(planned.actions[0]).toHaveProperty('patch', { metadata: { ownerReferences: null } });
  });

  const wrote = (uid: string) => [
    {
      manager: 'xos-operator',
      operation: 'Update',
      fieldsV1: { 'f:metadata': { 'f:ownerReferences': { '.': {}, [`k:{"uid":"${uid}"}`]: {} } } },
    },
  ];
  const renamed = { ...mirrored, kind: 'Pod', name: 'another', uid: 'another' };

  test.each<[string, readonly Child[] | undefined]>([
    ['is to become something else', undefined],
    ['is to become nothing', []],
  ])('the reference of the mirror goes also if what was a mirror %s', (_what, children) => {
    const metadata = { ownerReferences: [renamed], managedFields: wrote('another') };
    const { actions } = plan(account(), { metadata, ...(children && { children }) });
    expect(actions[0]).toHaveProperty('patch', { metadata: { ownerReferences: null } });
  });

  test('a reference to another name that somebody else wrote stays', () => {
    const metadata = { ownerReferences: [renamed], managedFields: wrote('something else') };
    expect(verbs(plan(account(), { metadata }))).toEqual(['join']);
  });

  test('with the reference goes the label that calls it a mirror; references to others stay', () => {
    const other = { ...mirrored, kind: 'Shop', uid: 'x' };
    const labels = { 'xos.opencord.org/managed': 'false', mine: 'yes' };
    const { actions } = plan(account(), { metadata: { labels, ownerReferences: [other, mirrored] } });
    expect(actions[0]).toHaveProperty('patch', {
      metadata: { ownerReferences: [other], labels: { 'xos.opencord.org/managed': null } },
    });
  });

  test('what is ours and is being deleted is left to its end', () => {
    const there = account({ ...promotedMeta, deletionTimestamp: NOW });
    const { actions, blocked } = plan(there, { metadata: { ownerReferences: [mirrored] } });
    expect([actions, blocked?.state]).toEqual([[], 'Progressing']);
  });

  test('a reference to something else stays', () => {
    const metadata = { ownerReferences: [{ ...mirrored, name: 'other' }] };
    expect(verbs(plan(account(), { metadata }))).toEqual(['join']);
  });

  test.each<[string, Partial<ObjectMeta>, RegExp]>([
    ['a controller', { ownerReferences: [{ ...promotedBy, kind: 'Helper', name: 'h', uid: 'x' }] }, /Helper h\./],
    ['an owner that is no controller', { ownerReferences: [{ ...mirrored, kind: 'Shop', uid: 'x' }] }, /Shop me\./],
    ['another custom resource of ours', { ownerReferences: [{ ...promotedBy, uid: 'x' }] }, /XosPrincipal me\./],
    ['Helm', { annotations: { 'meta.helm.sh/release-name': 'shop' } }, /the Helm release shop\./],
    ['Argo CD', { labels: { 'argocd.argoproj.io/instance': 'shop' } }, /the Argo CD application shop\./],
    ['Flux', { labels: { 'kustomize.toolkit.fluxcd.io/name': 'shop' } }, /the Flux kustomization shop\./],
    [
      'what a principal applied',
      { annotations: { 'xos.opencord.org/owner-uid': 'x' } },
      /somebody else, as its annotation/,
    ],
  ])('%s is named and obeyed, and nothing is written', (_what, metadata, says) => {
    const { actions, blocked, foreign } = plan(account(metadata), { metadata: { ownerReferences: [mirrored] } });
    expect([actions, foreign]).toEqual([[], true]);
    expect(blocked).toMatchObject({ state: 'Stalled', reason: 'NameConflict' });
    expect(blocked?.message).toMatch(says);
    expect(blocked?.message).not.toContain('AdoptIfUnowned');
  });

  test('without the policy it is a conflict, which says that there is a way in', () => {
    const { actions, blocked, foreign } = plan(account(), { spec: { adoptionPolicy: 'MustNotExist' } });
    expect([actions, foreign]).toEqual([[], true]);
    expect(blocked?.reason).toBe('NameConflict');
    expect(blocked?.message).toContain('set spec.adoptionPolicy to AdoptIfUnowned');
  });

  test('without the policy no way in is named to what somebody keeps', () => {
    const there = account({ annotations: { 'meta.helm.sh/release-name': 'shop' } });
    const { blocked } = plan(there, { spec: { adoptionPolicy: 'MustNotExist' } });
    expect(blocked?.message).toContain('the Helm release shop');
    expect(blocked?.message).not.toContain('AdoptIfUnowned');
  });

  test('what is being deleted is waited for', () => {
    const { actions, blocked } = plan(account({ deletionTimestamp: NOW }));
    expect([actions, blocked?.state]).toEqual([[], 'Progressing']);
  });

  test('a kind that cannot say what its spec alone says takes nothing over', () => {
    const wanted: Child = { resource: ServiceAccounts, strategy: 'Apply', object: account() };
    expect(plan(account(), { children: [wanted] }).blocked?.reason).toBe('NameConflict');
  });
});

describe('what was promoted', () => {
  const entry = (fields: object) => ({
    managedFields: [{ manager: 'xos-operator', operation: 'Apply', fieldsV1: { ...fields } }],
  });

  test('is told by our reference alone, which nobody can take off without the ownership', () => {
    expect(isPromoted(account(promotedMeta))).toBe(true);
    expect(isPromoted(account({ ownerReferences: [{ ...promotedBy, blockOwnerDeletion: true }] }))).toBe(false);
    expect(isPromoted(account())).toBe(false);
  });

  test('is kept by what the spec says, and gets none of our labels', () => {
    expect(verbs(plan(account(promotedMeta)))).toEqual([]);
  });

  test('is brought to what the spec says, also against another writer', () => {
    const said = account({}, { automountServiceAccountToken: false });
    const { actions } = plan(account(promotedMeta, { automountServiceAccountToken: true }), { child: { said } });
    expect(actions).toMatchObject([{ verb: 'apply', force: true, paths: ['automountServiceAccountToken'] }]);
    expect(actions[0]).toHaveProperty('object', { ...said, metadata: { ...said.metadata, ...promotedMeta } });
  });

  test('keeps what the spec does not say any more: that is given up before anything is applied', () => {
    const there = account(
      { ...promotedMeta, ...entry({ 'f:data': { 'f:a.b': {} } }) },
      { data: { 'a.b': '1' }, automountServiceAccountToken: true },
    );
    const said = account({}, { automountServiceAccountToken: false });
    expect(plan(there, { child: { said } }).actions).toMatchObject([
      {
        verb: 'giveUp',
        paths: ['data'],
        operations: [{ op: 'replace', path: '/metadata/managedFields/0/fieldsV1', value: {} }],
      },
    ]);
  });

  test('may have more than the spec says: a map that has is no difference', () => {
    const said = account({}, { data: { a: '1' } });
    const there = account(
      { ...promotedMeta, ...entry({ 'f:metadata': { 'f:ownerReferences': {} } }) },
      { data: { a: '1', b: '2' } },
    );
    expect(plan(there, { child: { said } })).toEqual({ actions: [], drifts: [] });
  });

  test('is kept by its identity alone where the kind says nothing', () => {
    const wanted: Child = { resource: ServiceAccounts, strategy: 'Apply', object: account({ labels: { a: 'b' } }) };
    expect(verbs(plan(account(promotedMeta), { children: [wanted] }))).toEqual([]);
  });

  test('only reports what differs, where that is asked for', () => {
    const said = account({}, { automountServiceAccountToken: false });
    const there = account(promotedMeta, { automountServiceAccountToken: true });
    const { actions, drifts } = plan(there, { child: { said }, spec: { driftPolicy: 'Report' } });
    expect([actions, drifts]).toEqual([
      [],
      [{ kind: 'ServiceAccount', name: 'me', paths: ['automountServiceAccountToken'] }],
    ]);
  });

  test.each<[string, Partial<Child>, string, RegExp]>([
    [
      'a change that needs another object',
      { frozen: ['automountServiceAccountToken'] },
      'InvalidSpec',
      /never replaced/,
    ],
    ['another template', { strategy: 'Replace', frozen: ['automountServiceAccountToken'] }, 'InvalidSpec', /in place/],
  ])('is not replaced for %s, and that is said', (_what, more, reason, says) => {
    const said = account({}, { automountServiceAccountToken: false });
    const there = account(promotedMeta, { automountServiceAccountToken: true });
    const { actions, blocked } = plan(there, { child: { said, ...more } });
    expect([actions, blocked?.reason]).toEqual([[], reason]);
    expect(blocked?.message).toMatch(says);
  });

  test('is not pruned, and that is said', () => {
    const { actions, blocked } = plan(account(promotedMeta), { children: [] });
    expect([actions, blocked?.reason]).toEqual([[], 'DeletionBlocked']);
    expect(blocked?.message).toContain('not declared any more');
  });

  test('is not deleted because it is spent, nor for another template', () => {
    const child = { strategy: 'Replace', spent: 'it failed', object: account({ annotations: { a: 'b' } }) } as const;
    expect(verbs(plan(account(promotedMeta), { child }))).toEqual([]);
  });
});
