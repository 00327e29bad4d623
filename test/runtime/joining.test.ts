/** In and out: who may join, in which order, what is kept then, and what is never done to what was there before. */
import { Pods, ServiceAccounts } from '../../src/api/core.ts';
import { XosPrincipals } from '../../src/api/generated/xosprincipals.ts';
import type { KubeObject, ObjectMeta } from '../../src/api/object.ts';
import type { Decision } from '../../src/runtime/controller.ts';
import { leaving } from '../../src/runtime/leaving.ts';
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
const promotedMeta = { ownerReferences: [promotedBy], annotations: { 'xos.opencord.org/promoted': 'true' } };

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
  test('what is nobody’s joins by our controller reference and the mark, and by nothing else', () => {
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
      { verb: 'detach', resource: XosPrincipals, target: { key: 'ns/me', uid: UID }, from: mirrored.uid },
    ]);
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
    const { actions, blocked } = plan(account(), { spec: { adoptionPolicy: 'MustNotExist' } });
    expect(actions).toEqual([]);
    expect(blocked?.reason).toBe('NameConflict');
    expect(blocked?.message).toContain('set spec.adoptionPolicy to AdoptIfUnowned');
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
    expect(isPromoted(account({ annotations: promotedMeta.annotations }))).toBe(false);
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
      { verb: 'giveUp', fields: [['f:data']], paths: ['data'] },
    ]);
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
    ['a change that needs another object', { frozen: ['automountServiceAccountToken'] }, 'InvalidSpec', /not replaced/],
    ['that it is spent', { spent: 'it failed' }, 'DeletionBlocked', /because it failed/],
    ['another template', { strategy: 'Replace', frozen: ['automountServiceAccountToken'] }, 'InvalidSpec', /in place/],
  ])('is not replaced: %s is said', (_what, more, reason, says) => {
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
});

describe('out', () => {
  const owned = [
    { resource: ServiceAccounts, object: live(account(promotedMeta)) },
    { resource: Pods, object: live(account({ name: 'going', deletionTimestamp: NOW })) },
  ];

  test('everything that is owned is released, but for what is going anyway', () => {
    expect(leaving(owned, true)).toEqual({ release: [owned[0]] });
  });

  test('the finalizer goes after that, and not before', () => {
    expect([leaving([], true), leaving([], false)]).toEqual([{ finalizer: false }, undefined]);
  });

  test('releasing names the object by UID and version, and whose it was', () => {
    const object = live(managed('XosPrincipal', 'me', { xosManaged: false }, 'ns'));
    const decision: Decision = {
      outcome: { release: owned.slice(0, 1) },
      primary: { resource: XosPrincipals, object, owned },
    };
    expect(planFor(decision, viewOf(), NOW).actions).toMatchObject([
      { verb: 'release', resource: ServiceAccounts, target: { key: 'ns/me', uid: 'ServiceAccount:ns/me' }, from: UID },
    ]);
  });
});
