/** Leaving: what is given back, in which order, and what of it goes: our marks, and nothing that somebody may need. */
import { Namespaces, ServiceAccounts } from '../../src/api/core.ts';
import { XosPrincipals } from '../../src/api/generated/xosprincipals.ts';
import { XosTrustDomains } from '../../src/api/generated/xostrustdomains.ts';
import type { KubeObject, ManagedFieldsEntry, ObjectMeta } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { domains } from '../../src/kinds/domains/index.ts';
import { principals } from '../../src/kinds/principals/index.ts';
import type { Decision } from '../../src/runtime/controller.ts';
import type { Kind } from '../../src/runtime/kind.ts';
import { leftBehind, releaseOf } from '../../src/runtime/leaving.ts';
import { planFor } from '../../src/runtime/plan.ts';
import { aDomain, anAccount, aNamespace, controlledBy, withMeta } from '../support/objects.ts';
import { managed, xos } from '../support/samples.ts';
import { controllers, live, type Placed, viewOf } from '../support/view.ts';

const NOW = '2026-01-01T00:00:00Z';
const released: Placed = [XosPrincipals, xos('XosPrincipal', 'default', { xosManaged: false }, 'ns')];
const OURS: ManagedFieldsEntry = { manager: 'xos-operator', operation: 'Apply', fieldsV1: {} };
const THEIRS: ManagedFieldsEntry = { manager: 'kubectl', operation: 'Update', fieldsV1: {} };

function operationsFor(metadata: Partial<ObjectMeta>, resource: Resource = ServiceAccounts): unknown {
  const object = live({ apiVersion: 'v1', kind: resource.kind, metadata: { name: 'x', ...metadata } });
  const action = releaseOf({ resource, object }, 'owner');
  return action.verb === 'release'
    ? action.operations.map(({ op, path, value }) => [op, path, value].filter(Boolean))
    : undefined;
}

describe('what leaves an object', () => {
  const reference = { apiVersion: 'v1', kind: 'X', name: 'x', uid: 'owner', controller: true };

  test.each<[string, Partial<ObjectMeta>, unknown]>([
    ['our reference', { ownerReferences: [reference] }, [['remove', '/metadata/ownerReferences/0']]],
    [
      'our reference alone, where there are others',
      { ownerReferences: [{ ...reference, uid: 'a' }, reference, { ...reference, uid: 'b' }] },
      [['remove', '/metadata/ownerReferences/1']],
    ],
    [
      'the labels that say that it is managed, with their slashes escaped',
      { labels: { 'xos.opencord.org/managed': 'true', 'app.kubernetes.io/managed-by': 'xos-operator' } },
      [
        ['remove', '/metadata/labels/xos.opencord.org~1managed'],
        ['remove', '/metadata/labels/app.kubernetes.io~1managed-by'],
      ],
    ],
    [
      'no label by which others find it, and none of another tool',
      {
        labels: {
          'xos.opencord.org/service': 'web',
          'xos.opencord.org/slice': 'web',
          'xos.opencord.org/controller': 'web',
          'app.kubernetes.io/managed-by': 'Helm',
          team: 'a',
        },
      },
      [],
    ],
    [
      'our annotations, one by one: the rest is not all that there is',
      {
        annotations: {
          'xos.opencord.org/owner-uid': 'owner',
          'xos.opencord.org/template-hash': 'h',
          'xos.opencord.org/adopt': 'false',
          theirs: 'yes',
        },
      },
      [
        ['remove', '/metadata/annotations/xos.opencord.org~1owner-uid'],
        ['remove', '/metadata/annotations/xos.opencord.org~1template-hash'],
      ],
    ],
    [
      'our entries, the last first',
      { managedFields: [OURS, THEIRS, { ...OURS, operation: 'Update' }] },
      [
        ['remove', '/metadata/managedFields/2'],
        ['remove', '/metadata/managedFields/0'],
      ],
    ],
    [
      'all entries, where all are ours: an empty list would bring them back',
      { managedFields: [OURS, OURS] },
      [['replace', '/metadata/managedFields', [{}]]],
    ],
    ['nothing, where nothing is ours', { managedFields: [THEIRS] }, []],
  ])('is %s', (_what, metadata, operations) => {
    expect(operationsFor(metadata)).toEqual(operations);
  });
});

describe('what is left behind', () => {
  const left = (kind: Kind, of: Placed, ...others: Placed[]) =>
    leftBehind(kind, live(of[1]), viewOf(of, ...others)).map(({ object }) => object.metadata.name);
  const owned = withMeta(anAccount(), { ownerReferences: [controlledBy(released)] });

  test('is what it owns, by UID', () => {
    const stranger = { ...controlledBy(released), uid: 'another' };
    expect(left(principals as Kind, released, owned)).toEqual(['default']);
    expect(left(principals as Kind, released, withMeta(anAccount(), { ownerReferences: [stranger] }))).toEqual([]);
    expect(left(principals as Kind, released, anAccount())).toEqual([]);
  });

  test('is not what is being deleted anyway', () => {
    expect(left(principals as Kind, released, withMeta(owned, { deletionTimestamp: NOW }))).toEqual([]);
  });

  const domain = aDomain({ spec: { xosManaged: false } });
  const made = { 'xos.opencord.org/owner-uid': 'XosTrustDomain:ns' };

  test.each<[string, Placed, string[]]>([
    ['the namespace that it made', withMeta(aNamespace(), { annotations: made }), ['ns']],
    [
      'a namespace that it only bound, once it wrote to it',
      withMeta(aNamespace(), { managedFields: [THEIRS, OURS] }),
      ['ns'],
    ],
    ['no namespace that it never wrote to', withMeta(aNamespace(), { managedFields: [THEIRS] }), []],
    [
      'no namespace that another one made',
      withMeta(aNamespace(), { annotations: { 'xos.opencord.org/owner-uid': 'x' }, managedFields: [OURS] }),
      [],
    ],
    [
      'no copy of the namespace, which carries the annotation along',
      [Namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'copy', annotations: made } }],
      [],
    ],
  ])('of a trust domain is %s', (_what, namespace, names) => {
    expect(left(domains as Kind, domain, namespace)).toEqual(names);
  });

  test('of a bound namespace is nothing while somebody else binds it', () => {
    const bound = withMeta(aNamespace(), { managedFields: [OURS] });
    const rival: Placed = [XosTrustDomains, managed('XosTrustDomain', 'other', { resourceName: 'ns' })];
    expect(left(domains as Kind, domain, bound, rival)).toEqual([]);
    // It is no rival of its own: mode Release asks while it is still managed.
    expect(left(domains as Kind, aDomain(), bound)).toEqual(['ns']);
  });
});

describe('a custom resource that is not managed any more', () => {
  const decide = (...objects: Placed[]) =>
    controllers.find(({ name }) => name === 'xosprincipals.xos.opencord.org')?.decide('ns/default', viewOf(...objects));
  const owned = withMeta(anAccount(), { ownerReferences: [controlledBy(released)] });
  const held = withMeta(released, { finalizers: ['xos.opencord.org/finalizer'] });
  const actionsOf = (decision: Decision | undefined) =>
    decision === undefined
      ? []
      : planFor(decision, viewOf(), NOW).actions.map(({ verb, resource }) => `${verb} ${resource.plural}`);

  test('gives back what it owns, and nothing is made', () => {
    expect(actionsOf(decide(released, owned))).toEqual(['release serviceaccounts']);
  });

  test('lets go of itself last', () => {
    expect(actionsOf(decide(held, owned))).toEqual(['release serviceaccounts', 'merge xosprincipals']);
    expect(actionsOf(decide(held))).toEqual(['merge xosprincipals']);
  });

  test('is nothing to do where it owns nothing', () => {
    expect(decide(released, anAccount())).toBeUndefined();
  });

  const said = (object: Placed, reason: string, observedGeneration: number): Placed => [
    object[0],
    {
      ...object[1],
      status: { conditions: [{ type: 'Ready', status: 'True', reason, observedGeneration }] },
    } as KubeObject,
  ];

  test.each<[string, Placed, string | undefined]>([
    ['says once that it is not, where it praised what it made', said(released, 'Reconciled', 0), 'Observed'],
    ['has said so, once the status is of this generation', said(released, 'Reconciled', 1), undefined],
    ['is told of by the inventory, where that mirrors it', said(released, 'Observed', 0), undefined],
    ['says nothing where nothing was said', released, undefined],
  ])('%s', (_what, object, reason) => {
    expect(decide(object)?.outcome.report?.verdict.reason).toBe(reason);
  });

  test('does so even if it is paused, which only stops creating and updating', () => {
    const paused = withMeta(released, { annotations: { 'xos.opencord.org/paused': 'true' } });
    expect(actionsOf(decide(paused, owned))).toEqual(['release serviceaccounts']);
  });
});
