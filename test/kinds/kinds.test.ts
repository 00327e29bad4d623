/** Each guard of each kind: one situation, one reason, and what becomes of the children. */
import { Namespaces, Pods, ServiceAccounts } from '../../src/api/core.ts';
import { XosImages } from '../../src/api/generated/xosimages.ts';
import { XosKubernetesServices } from '../../src/api/generated/xoskubernetesservices.ts';
import { XosPrincipals } from '../../src/api/generated/xosprincipals.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosSites } from '../../src/api/generated/xossites.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import { XosTrustDomains } from '../../src/api/generated/xostrustdomains.ts';
import { formatImage, parseImage } from '../../src/api/image-reference.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { type Resource, resourceName } from '../../src/api/resource.ts';
import { labelValue } from '../../src/shared/labels.ts';
import { managed, xos } from '../support/samples.ts';
import { controllers, decide, type Placed, viewOf } from '../support/view.ts';

const xks = (name: string, time: string, spec: object = {}): Placed => [
  XosKubernetesServices,
  { ...xos('XosKubernetesService', name, { mode: 'Manage', ...spec }), metadata: { name, creationTimestamp: time } },
];
const slice = (spec: object): Placed => [XosSlices, managed('XosSlice', 's', spec, 'ns')];
const instance = (spec: object): Placed => [XosServiceInstances, managed('XosServiceInstance', 'i', spec, 'ns')];
const principal: Placed = [XosPrincipals, managed('XosPrincipal', 'p', {}, 'ns')];
const image: Placed = [XosImages, managed('XosImage', 'img', { image: 'registry:5000/app', tag: '1' })];
const account = (name: string): Placed => [
  ServiceAccounts,
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: 'ns' } },
];
const domain = (spec: object = {}, metadata: object = {}): Placed => {
  const object = managed('XosTrustDomain', 'ns', {
    adoptionPolicy: 'AdoptIfUnowned',
    deletionPolicy: 'Delete',
    allowCascadingDeletion: false,
    ...spec,
  });
  return [XosTrustDomains, { ...object, metadata: { ...object.metadata, ...metadata } }];
};
const namespace = (metadata: object = {}): Placed => [
  Namespaces,
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'ns', ...metadata } },
];
const owned = { annotations: { 'xos.opencord.org/owner-uid': 'XosTrustDomain:ns' } };

interface Case {
  name: string;
  resource: Resource;
  key: string;
  objects: Placed[];
  reason: string | undefined;
  /** Undefined: they are left alone. */
  children?: number;
}

const CASES: Case[] = [
  {
    name: 'the oldest XosKubernetesService steers',
    resource: XosKubernetesServices,
    key: 'b',
    objects: [xks('a', '2026-02-01T00:00:00Z'), xks('b', '2026-01-01T00:00:00Z')],
    reason: 'Reconciled',
  },
  {
    name: 'a younger one is a duplicate',
    resource: XosKubernetesServices,
    key: 'a',
    objects: [xks('a', '2026-02-01T00:00:00Z'), xks('b', '2026-01-01T00:00:00Z')],
    reason: 'Duplicate',
  },
  {
    name: 'of equally old ones the name decides',
    resource: XosKubernetesServices,
    key: 'b',
    objects: [xks('a', '2026-01-01T00:00:00Z'), xks('b', '2026-01-01T00:00:00Z')],
    reason: 'Duplicate',
  },
  {
    name: 'and its site must exist',
    resource: XosKubernetesServices,
    key: 'a',
    objects: [xks('a', '2026-01-01T00:00:00Z', { defaultSiteRef: { name: 'nowhere' } })],
    reason: 'DependencyNotReady',
  },
  {
    name: 'a site is ready',
    resource: XosSites,
    key: 'x',
    objects: [[XosSites, xos('XosSite', 'x', {})]],
    reason: 'Reconciled',
  },
  { name: 'an image is ready', resource: XosImages, key: 'img', objects: [image], reason: 'Reconciled' },
  {
    name: 'a principal makes its account',
    resource: XosPrincipals,
    key: 'ns/p',
    objects: [principal],
    reason: 'Progressing',
    children: 1,
  },
  {
    name: 'and is ready when that is there',
    resource: XosPrincipals,
    key: 'ns/p',
    objects: [principal, account('p')],
    reason: 'Reconciled',
    children: 1,
  },
  {
    name: 'a trust domain waits for its service',
    resource: XosTrustDomains,
    key: 'ns',
    objects: [domain({ kubernetesServiceRef: { name: 'k' } })],
    reason: 'DependencyNotReady',
  },
  {
    name: 'makes its namespace',
    resource: XosTrustDomains,
    key: 'ns',
    objects: [domain({}, { finalizers: ['xos.opencord.org/finalizer'] })],
    reason: 'Progressing',
    children: 1,
  },
  {
    name: 'but holds its finalizer first',
    resource: XosTrustDomains,
    key: 'ns',
    objects: [domain()],
    reason: undefined,
  },
  {
    name: 'waits out an earlier one',
    resource: XosTrustDomains,
    key: 'ns',
    objects: [domain(), namespace({ deletionTimestamp: 'now' })],
    reason: 'DependencyNotReady',
  },
  {
    name: 'binds one that exists',
    resource: XosTrustDomains,
    key: 'ns',
    objects: [domain(), namespace()],
    reason: 'Reconciled',
    children: 1,
  },
  {
    name: 'unless it must not exist',
    resource: XosTrustDomains,
    key: 'ns',
    objects: [domain({ adoptionPolicy: 'MustNotExist' }), namespace()],
    reason: 'NameConflict',
  },
  {
    name: 'or has another value for a label',
    resource: XosTrustDomains,
    key: 'ns',
    objects: [domain({ namespaceLabels: { team: 'a' } }), namespace({ labels: { team: 'b' } })],
    reason: 'NameConflict',
  },
  {
    name: 'a slice without a controller groups',
    resource: XosSlices,
    key: 'ns/s',
    objects: [slice({})],
    reason: 'Reconciled',
    children: 0,
  },
  {
    name: 'a slice waits for its site',
    resource: XosSlices,
    key: 'ns/s',
    objects: [slice({ siteRef: { name: 'x' } })],
    reason: 'DependencyNotReady',
  },
  {
    name: 'for its principal',
    resource: XosSlices,
    key: 'ns/s',
    objects: [slice({ principalRef: { name: 'p' } })],
    reason: 'DependencyNotReady',
  },
  {
    name: 'for the account of its principal',
    resource: XosSlices,
    key: 'ns/s',
    objects: [slice({ principalRef: { name: 'p' }, controllerKind: 'Deployment', image: 'a' }), principal],
    reason: 'DependencyNotReady',
  },
  {
    name: 'for its image',
    resource: XosSlices,
    key: 'ns/s',
    objects: [slice({ imageRef: { name: 'img' }, controllerKind: 'Deployment' })],
    reason: 'DependencyNotReady',
  },
  {
    name: 'needs an image at all',
    resource: XosSlices,
    key: 'ns/s',
    objects: [slice({ controllerKind: 'Deployment' }), account('default')],
    reason: 'InvalidSpec',
  },
  {
    name: 'runs a Deployment',
    resource: XosSlices,
    key: 'ns/s',
    objects: [slice({ controllerKind: 'Deployment', imageRef: { name: 'img' } }), image, account('default')],
    reason: 'Progressing',
    children: 1,
  },
  {
    name: 'an instance waits for its slice',
    resource: XosServiceInstances,
    key: 'ns/i',
    objects: [instance({ sliceRef: { name: 's' }, image: 'a' })],
    reason: 'DependencyNotReady',
  },
  {
    name: 'for the image of its slice',
    resource: XosServiceInstances,
    key: 'ns/i',
    objects: [instance({ sliceRef: { name: 's' } }), slice({ imageRef: { name: 'img' } }), account('default')],
    reason: 'DependencyNotReady',
  },
  {
    name: 'for the default account of a young namespace',
    resource: XosServiceInstances,
    key: 'ns/i',
    objects: [instance({ sliceRef: { name: 's' }, image: 'a' }), slice({})],
    reason: 'DependencyNotReady',
  },
  {
    name: 'needs an image',
    resource: XosServiceInstances,
    key: 'ns/i',
    objects: [instance({ sliceRef: { name: 's' } }), slice({}), account('default')],
    reason: 'InvalidSpec',
  },
  {
    name: 'makes its pod',
    resource: XosServiceInstances,
    key: 'ns/i',
    objects: [instance({ sliceRef: { name: 's' }, image: 'a' }), slice({}), account('default')],
    reason: 'Progressing',
    children: 1,
  },
  {
    name: 'rests while paused',
    resource: XosServiceInstances,
    key: 'ns/i',
    objects: [paused(instance({ sliceRef: { name: 's' }, image: 'a' })), slice({}), account('default')],
    reason: 'Paused',
  },
  {
    name: 'rests while the operator observes',
    resource: XosServiceInstances,
    key: 'ns/i',
    objects: [
      instance({ sliceRef: { name: 's' }, image: 'a' }),
      slice({}),
      account('default'),
      xks('k', '2026-01-01T00:00:00Z', { mode: 'Observe' }),
    ],
    reason: 'Observed',
  },
];

function paused([resource, object]: Placed): Placed {
  return [
    resource,
    { ...object, metadata: { ...object.metadata, annotations: { 'xos.opencord.org/paused': 'true' } } },
  ];
}

test.each(CASES)('$name', ({ resource, key, objects, reason, children }) => {
  const outcome = decide(resource, key, ...objects);
  expect(outcome?.report?.verdict.reason).toBe(reason);
  expect(outcome?.children?.length).toBe(children);
});

test('an instance takes its image, account and policy from where they are declared', () => {
  const outcome = decide(
    XosServiceInstances,
    'ns/i',
    instance({ sliceRef: { name: 's' } }),
    slice({ imageRef: { name: 'img' }, principalRef: { name: 'p' }, serviceRef: { name: 'svc' } }),
    principal,
    account('p'),
    image,
  );
  expect(outcome?.children?.[0]).toMatchObject({
    strategy: 'Replace',
    object: {
      metadata: { labels: { 'xos.opencord.org/slice': 's', 'xos.opencord.org/service': 'svc' } },
      spec: { serviceAccountName: 'p', containers: [{ name: 'main', image: 'registry:5000/app:1' }] },
    },
  });
});

test('the containers of a template keep their own images, and the others get the one of the instance', () => {
  const template = {
    spec: { containers: [{ name: 'a' }, { name: 'b', image: 'b:1' }], initContainers: [{ name: 'c' }] },
  };
  const outcome = decide(
    XosServiceInstances,
    'ns/i',
    instance({ sliceRef: { name: 's' }, image: 'x:1', template }),
    slice({}),
    account('default'),
  );
  expect(outcome?.children?.[0]?.object).toMatchObject({
    spec: {
      containers: [
        { name: 'a', image: 'x:1' },
        { name: 'b', image: 'b:1' },
      ],
      initContainers: [{ name: 'c', image: 'x:1' }],
    },
  });
});

test.each<{ name: string; objects: Placed[]; outcome: object }>([
  { name: 'lets go when there is no namespace', objects: [], outcome: { finalizer: false } },
  { name: 'lets go of a namespace that it bound', objects: [namespace()], outcome: { finalizer: false } },
  {
    name: 'deletes one that it made, if it is empty',
    objects: [namespace(owned)],
    outcome: { remove: [{ onlyIfEmpty: true }] },
  },
  {
    name: 'waits while that goes',
    objects: [namespace({ ...owned, deletionTimestamp: 'now' })],
    outcome: { report: { verdict: { state: 'Progressing' } } },
  },
])('a trust domain that is deleted $name', ({ objects, outcome }) => {
  const going = domain({}, { finalizers: ['xos.opencord.org/finalizer'], deletionTimestamp: 'now' });
  expect(decide(XosTrustDomains, 'ns', going, ...objects)).toMatchObject(outcome);
});

test('a trust domain that orphans lets go of what it made', () => {
  const going = domain(
    { deletionPolicy: 'Orphan' },
    { finalizers: ['xos.opencord.org/finalizer'], deletionTimestamp: 'now' },
  );
  expect(decide(XosTrustDomains, 'ns', going, namespace(owned))).toEqual({ finalizer: false });
});

test('a pod that completed is Completed, and one that is stuck says why', () => {
  const made = decide(
    XosServiceInstances,
    'ns/i',
    instance({ sliceRef: { name: 's' }, image: 'a' }),
    slice({}),
    account('default'),
  )?.children?.[0]?.object;
  const outcomeOf = (status: object) =>
    decide(
      XosServiceInstances,
      'ns/i',
      instance({ sliceRef: { name: 's' }, image: 'a' }),
      slice({}),
      account('default'),
      [Pods, { ...made, status } as KubeObject],
    );
  const verdict = (status: object) => outcomeOf(status)?.report?.verdict;
  expect(verdict({ phase: 'Succeeded' })?.reason).toBe('Completed');
  expect(verdict({ phase: 'Failed', reason: 'Evicted' })).toMatchObject({
    reason: 'ProgressingWithRetry',
    message: expect.stringContaining('it failed (Evicted)') as string,
  });
  expect(outcomeOf({ phase: 'Failed' })?.children?.[0]?.spent).toBe('it failed');
  expect(outcomeOf({ phase: 'Running' })?.children?.[0]?.spent).toBeUndefined();
  expect(
    verdict({ phase: 'Pending', containerStatuses: [{ name: 'main', state: { waiting: { reason: 'ErrImagePull' } } }] })
      ?.message,
  ).toContain('ErrImagePull');
  expect(
    verdict({ phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }] })
      ?.message,
  ).toContain('Unschedulable');
});

test.each([
  ['app', { name: 'app' }],
  ['app:1', { name: 'app', tag: '1' }],
  ['registry:5000/app', { name: 'registry:5000/app' }],
  ['registry:5000/app:1', { name: 'registry:5000/app', tag: '1' }],
  ['app@sha256:ab', { name: 'app', digest: 'sha256:ab' }],
])('%s parses as container runtimes do', (text, parsed) => {
  expect(parseImage(text)).toEqual(parsed);
  expect(formatImage(parseImage(text))).toBe(text);
});

test('a long name becomes a label value of its own', () => {
  const [one, other] = ['x'.repeat(100), `${'x'.repeat(99)}y`].map(labelValue);
  expect([one?.length, other?.length]).toEqual([63, 63]);
  expect(one).not.toBe(other);
  expect(labelValue('short')).toBe('short');
});

test('the default account of a namespace, when it comes, wakes the slices and instances that run as it', () => {
  const view = viewOf(slice({}), instance({ sliceRef: { name: 's' }, image: 'a' }), account('default'));
  const woken = (resource: Resource) =>
    controllers
      .find(({ name }) => name === resourceName(resource))
      ?.sources.filter((each) => each.resource === (ServiceAccounts as Resource))
      .flatMap((each) => [...view.all(ServiceAccounts)].flatMap((found) => [...each.wakes(found, view)]));
  expect(woken(XosSlices)).toContain('ns/s');
  expect(woken(XosServiceInstances)).toContain('ns/i');
});

test('OnDelete never asks for the deletion of a pod of somebody else', () => {
  const foreign: Placed = [
    Pods,
    { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'i', namespace: 'ns' }, spec: { containers: [] } } as KubeObject,
  ];
  const outcome = decide(
    XosServiceInstances,
    'ns/i',
    instance({ sliceRef: { name: 's' }, image: 'a', updateStrategy: 'OnDelete' }),
    slice({}),
    account('default'),
    foreign,
  );
  expect(outcome?.children?.length).toBe(1);
  expect(outcome?.report?.verdict.message).not.toContain('OnDelete');
});

test('a label of a bound namespace that we set ourselves may be changed', () => {
  const fieldsV1 = { 'f:metadata': { 'f:labels': { 'f:team': {} } } };
  const metadata = {
    labels: { team: 'old' },
    managedFields: [{ manager: 'xos-operator', operation: 'Apply', fieldsV1 }],
  };
  const outcome = decide(XosTrustDomains, 'ns', domain({ namespaceLabels: { team: 'new' } }), namespace(metadata));
  expect(outcome?.report?.verdict.reason).toBe('Reconciled');
});

test('of two trust domains for one namespace the younger has no say', () => {
  const younger = domain({}, { creationTimestamp: '2026-02-01T00:00:00Z' });
  const elder: Placed = [
    XosTrustDomains,
    managed('XosTrustDomain', 'first', { resourceName: 'ns', adoptionPolicy: 'AdoptIfUnowned' }),
  ];
  expect(decide(XosTrustDomains, 'ns', younger, elder, namespace())?.report?.verdict.reason).toBe('NameConflict');
});
