/** From what should be to what is done: the never-harm rule, case by case. */
import { Namespaces, Pods, ServiceAccounts } from '../../src/api/core.ts';
import { XosPrincipals } from '../../src/api/generated/xosprincipals.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosServicePorts } from '../../src/api/generated/xosserviceports.ts';
import { XosTrustDomains } from '../../src/api/generated/xostrustdomains.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import type { Decision } from '../../src/runtime/controller.ts';
import type { Child, Strategy } from '../../src/runtime/outcome.ts';
import { planFor } from '../../src/runtime/plan.ts';
import { managed, xos } from '../support/samples.ts';
import { live, viewOf } from '../support/view.ts';

const NOW = '2026-01-01T00:00:00Z';
const principal = live(managed('XosPrincipal', 'me', {}, 'ns'));
const domain = live(managed('XosTrustDomain', 'ns', {}));
const ours = {
  apiVersion: 'xos.opencord.org/v1alpha1',
  kind: 'XosPrincipal',
  name: 'me',
  uid: principal.metadata.uid,
  controller: true,
  blockOwnerDeletion: true,
};

function account(metadata: object = {}): KubeObject {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'me', namespace: 'ns', ...metadata } };
}

function child(strategy: Strategy, resource: Resource = ServiceAccounts, object: KubeObject = account()): Child {
  return { resource, strategy, object };
}

function decision(children: readonly Child[] | undefined, owned: readonly KubeObject[] = []): Decision {
  const primary = {
    resource: XosPrincipals,
    object: principal,
    owned: owned.map((object) => ({ resource: ServiceAccounts, object: live(object) })),
  };
  return { outcome: children === undefined ? {} : { children }, primary };
}

const verbs = (actions: readonly { verb: string }[]) => actions.map(({ verb }) => verb);

test('what is absent is created by the create-only apply, with our controller reference', () => {
  const { actions } = planFor(decision([child('Apply')]), viewOf(), NOW);
  expect(actions).toMatchObject([{ verb: 'createByApply', object: { metadata: { ownerReferences: [ours] } } }]);
});

test('a pod is created by POST', () => {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'ns' } };
  expect(verbs(planFor(decision([child('Replace', Pods, pod)]), viewOf(), NOW).actions)).toEqual(['create']);
});

test.each([
  { name: 'by nobody', metadata: {}, says: 'somebody else' },
  {
    name: 'by a controller',
    metadata: { ownerReferences: [{ ...ours, kind: 'Helper', name: 'h', uid: 'x' }] },
    says: 'Helper h',
  },
  {
    name: 'by Helm',
    metadata: { annotations: { 'meta.helm.sh/release-name': 'shop' } },
    says: 'the Helm release shop',
  },
  {
    name: 'by a namesake of ours that is gone',
    metadata: { ownerReferences: [{ ...ours, uid: 'earlier' }] },
    says: 'XosPrincipal me',
  },
  {
    name: 'and wears our labels and our annotation',
    metadata: {
      labels: { 'xos.opencord.org/managed': 'true' },
      annotations: { 'xos.opencord.org/owner-uid': principal.metadata.uid },
    },
    says: 'somebody else',
  },
])('what is there and owned $name is a conflict, and nothing is written or pruned', ({ metadata, says }) => {
  const other = account({ name: 'stale', ownerReferences: [ours] });
  const { actions, blocked } = planFor(
    decision([child('Apply')], [other]),
    viewOf([ServiceAccounts, account(metadata)]),
    NOW,
  );
  expect(actions).toEqual([]);
  expect(blocked).toMatchObject({
    state: 'Stalled',
    reason: 'NameConflict',
    message: expect.stringContaining(says) as string,
  });
});

test('what is ours and as wanted is left alone', () => {
  const { actions, blocked } = planFor(
    decision([child('Apply')]),
    viewOf([ServiceAccounts, account({ ownerReferences: [ours] })]),
    NOW,
  );
  expect([actions, blocked]).toEqual([[], undefined]);
});

test('what is ours and differs is applied to, with its UID', () => {
  const wanted = child('Apply', ServiceAccounts, account({ labels: { a: 'b' } }));
  const { actions } = planFor(decision([wanted]), viewOf([ServiceAccounts, account({ ownerReferences: [ours] })]), NOW);
  expect(actions).toMatchObject([
    { verb: 'apply', force: true, target: { key: 'ns/me', uid: 'ServiceAccount:ns/me' } },
  ]);
});

test('what is ours and being deleted is waited for', () => {
  const going = account({ ownerReferences: [ours], deletionTimestamp: NOW });
  expect(planFor(decision([child('Apply')]), viewOf([ServiceAccounts, going]), NOW)).toMatchObject({
    actions: [],
    blocked: { state: 'Progressing' },
  });
});

test('children left out leave everything; an empty list prunes; what is going already is not deleted again', () => {
  const owned = [
    account({ ownerReferences: [ours] }),
    account({ name: 'going', ownerReferences: [ours], deletionTimestamp: NOW }),
  ];
  expect(planFor(decision(undefined, owned), viewOf(), NOW).actions).toEqual([]);
  expect(planFor(decision([], owned), viewOf(), NOW).actions).toMatchObject([
    {
      verb: 'delete',
      target: { key: 'ns/me', uid: 'ServiceAccount:ns/me', resourceVersion: expect.any(String) as string },
    },
  ]);
});

test('a namespace to which our mark was copied is never pruned', () => {
  const copied = live({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'copy', annotations: { 'xos.opencord.org/owner-uid': domain.metadata.uid } },
  });
  const primary = { resource: XosTrustDomains, object: domain, owned: [{ resource: Namespaces, object: copied }] };
  expect(planFor({ outcome: { children: [] }, primary }, viewOf(), NOW).actions).toEqual([]);
});

describe('what cannot be changed in place', () => {
  const frozen = (metadata: object, paths: readonly string[]) => {
    const there = live(account({ ownerReferences: [ours], labels: { a: 'old', b: 'old' } }));
    const wanted: Child = { ...child('Apply', ServiceAccounts, account(metadata)), frozen: paths };
    return planFor(decision([wanted]), viewOf([ServiceAccounts, there]), NOW);
  };

  test('is replaced, and the reason is told', () => {
    const { actions, blocked } = frozen({ labels: { a: 'new' } }, ['metadata.labels']);
    expect(actions).toMatchObject([{ verb: 'delete', because: 'what changed in it cannot be changed in place' }]);
    expect(blocked).toMatchObject({
      state: 'Progressing',
      message: expect.stringContaining('is being replaced') as string,
    });
  });

  test('stays where nothing of it changed, or what changed is beside it', () => {
    expect(frozen({ labels: { a: 'old' } }, ['metadata.labels']).actions).toEqual([]);
    expect(verbs(frozen({ labels: { a: 'new' } }, ['metadata.lab']).actions)).toEqual(['apply']);
  });
});

test('what is spent is replaced although its template is right; what is not ours never is', () => {
  const spent: Child = { ...child('Replace'), spent: 'it failed (Evicted)' };
  const own = live(account({ ownerReferences: [ours] }));
  expect(planFor(decision([spent]), viewOf([ServiceAccounts, own]), NOW).actions).toMatchObject([
    { verb: 'delete', because: 'it failed (Evicted)', target: { uid: own.metadata.uid } },
  ]);
  const { actions, blocked } = planFor(decision([spent]), viewOf([ServiceAccounts, live(account())]), NOW);
  expect([actions, blocked?.reason]).toEqual([[], 'NameConflict']);
});

test('a changed template deletes the pod, with preconditions, and nothing else yet', () => {
  const pod = (hash: string, metadata: object = {}) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'ns', annotations: { 'xos.opencord.org/template-hash': hash }, ...metadata },
    spec: { containers: [] },
  });
  const { actions, blocked } = planFor(
    decision([child('Replace', Pods, pod('new'))]),
    viewOf([Pods, pod('old', { ownerReferences: [ours] })]),
    NOW,
  );
  expect(actions).toMatchObject([{ verb: 'delete', target: { uid: 'Pod:ns/p' } }]);
  expect(blocked?.state).toBe('Progressing');
});

describe('a mirror', () => {
  const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u1' };
  const verdict = { state: 'Ready', reason: 'Observed', message: 'It is there.' } as const;
  const wanted = (spec: object = {}, uid = 'u1'): Child => {
    const object = xos('XosServiceInstance', 'p', { resourceName: 'p', xosManaged: false, ...spec }, 'ns');
    const metadata = {
      ...object.metadata,
      labels: { 'xos.opencord.org/managed': 'false' },
      ownerReferences: [{ ...owner, uid }],
    };
    return {
      resource: XosServiceInstances,
      strategy: 'Mirror',
      object: { ...object, metadata },
      report: { verdict, status: { phase: 'Running' } },
    };
  };
  const there = (extra: { spec?: object; metadata?: object; status?: object } = {}): KubeObject => {
    const { object } = wanted(extra.spec);
    const defaults = { adoptionPolicy: 'MustNotExist', driftPolicy: 'Correct' };
    return {
      ...object,
      metadata: { ...object.metadata, ...extra.metadata },
      spec: { ...defaults, ...(object as { spec?: object }).spec },
      status: extra.status,
    } as KubeObject;
  };
  const plan = (want: Child, ...have: KubeObject[]) =>
    planFor(
      { outcome: { children: [want] } },
      viewOf(...have.map((each) => [XosServiceInstances, each] as [Resource, KubeObject])),
      NOW,
    ).actions;

  test('costs one create and one status write, and then nothing', () => {
    expect(verbs(plan(wanted()))).toEqual(['create']);
    const [write] = plan(wanted(), there());
    expect(write).toMatchObject({
      verb: 'merge',
      subresource: 'status',
      patch: { status: { phase: 'Running', trustDomain: 'ns' } },
    });
    const { status } = (write as unknown as { patch: { status: object } }).patch;
    expect(plan(wanted(), there({ status }))).toEqual([]);
  });

  test('is pointed at the new original when that was made anew', () => {
    expect(plan(wanted({}, 'u2'), there())).toMatchObject([
      { verb: 'merge', patch: { metadata: { ownerReferences: [{ uid: 'u2' }] } } },
    ]);
  });

  test('loses its slice when its pod does, and keeps labels that others put there', () => {
    const labels = { 'xos.opencord.org/managed': 'false', mine: 'stays' };
    const [patch] = plan(wanted(), there({ spec: { sliceRef: { name: 's' } }, metadata: { labels } }));
    expect(patch).toMatchObject({ patch: { spec: { sliceRef: null } } });
    expect(JSON.stringify(patch)).not.toContain('mine');
  });

  test('loses its node port when the Service has none any more', () => {
    const port = { serviceRef: { name: 'web' }, internalPort: 80, xosManaged: false };
    const of = (spec: object): KubeObject => xos('XosServicePort', 'web.http', { ...port, ...spec }, 'ns');
    const want = { ...child('Mirror', XosServicePorts, of({})) };
    const view = viewOf([XosServicePorts, of({ externalPort: 30_080 })]);
    const { actions } = planFor({ outcome: { children: [want] } }, view, NOW);
    expect(actions).toMatchObject([{ verb: 'merge', patch: { spec: { externalPort: null } } }]);
  });

  test('never takes the place of a managed object of its name', () => {
    expect(plan(wanted(), there({ spec: { xosManaged: true } }))).toEqual([]);
  });

  test('whose spec somebody else wrote is not overwritten, and says how to go on', () => {
    const managedFields = [{ manager: 'kubectl', operation: 'Update', fieldsV1: { 'f:spec': {} } }];
    const [write, ...more] = plan(
      wanted(),
      there({ spec: { sliceRef: { name: 'mine' } }, metadata: { managedFields } }),
    );
    expect(more).toEqual([]);
    expect(write).toMatchObject({
      subresource: 'status',
      patch: { status: { conditions: [{ type: 'Ready', reason: 'InvalidSpec' }, { type: 'Stalled' }] } },
    });
  });
});
