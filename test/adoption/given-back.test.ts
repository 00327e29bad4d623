/** What somebody gave back, or declared as a mirror, is no filter's to take away: each kind of mirror, each kind of filter. */
import { Deployments, Namespaces, Pods, ServiceAccounts } from '../../src/api/core.ts';
import { ConfigMaps, Secrets } from '../../src/api/data.ts';
import { XosConfigMaps } from '../../src/api/generated/xosconfigmaps.ts';
import { XosImages } from '../../src/api/generated/xosimages.ts';
import { XosKubernetesServices } from '../../src/api/generated/xoskubernetesservices.ts';
import { XosPrincipals } from '../../src/api/generated/xosprincipals.ts';
import { XosSecrets } from '../../src/api/generated/xossecrets.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosServices } from '../../src/api/generated/xosservices.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import { XosTrustDomains } from '../../src/api/generated/xostrustdomains.ts';
import { Services } from '../../src/api/service.ts';
import { GIVEN_BACK, managed, xos } from '../support/samples.ts';
import { controllers, type Placed, viewOf } from '../support/view.ts';

const NS = 'ns';
const IMAGE = 'nginx:1.29';
const IMAGE_NAME = 'nginx-1.29-z4zt9raxsn';

function settings(adoption: object): Placed {
  const defaults = { enabled: true, granularity: 'Pod', finishedPods: 'Include', resources: [] };
  return [
    XosKubernetesServices,
    xos('XosKubernetesService', 'k', { mode: 'Manage', adoption: { ...defaults, ...adoption } }),
  ];
}

const core = (kind: string, name: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: NS },
  ...more,
});
const originals: Placed[] = [
  [Namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NS } }],
  [Pods, core('Pod', 'p', { spec: { nodeName: 'n', serviceAccountName: 'web', containers: [{ image: IMAGE }] } })],
  [Deployments, { ...core('Deployment', 'web', { spec: {} }), apiVersion: 'apps/v1' }],
  [ServiceAccounts, core('ServiceAccount', 'web')],
  [Services, core('Service', 'web', { spec: { ports: [{ port: 80 }] } })],
  [ConfigMaps, core('ConfigMap', 'web')],
  [Secrets, core('Secret', 'web')],
];

const mirrors = [
  { controller: 'adoption/pods', key: 'ns/p', resource: XosServiceInstances, name: 'p', spec: {} },
  {
    controller: 'adoption/controllers',
    key: 'ns/Deployment.apps:web',
    resource: XosSlices,
    name: 'web.deployment',
    spec: { resourceName: 'web', controllerKind: 'Deployment' },
  },
  { controller: 'adoption/namespaces', key: NS, resource: XosTrustDomains, name: NS, spec: {} },
  { controller: 'adoption/serviceaccounts', key: 'ns/web', resource: XosPrincipals, name: 'web', spec: {} },
  {
    controller: 'adoption/images',
    key: IMAGE_NAME,
    resource: XosImages,
    name: IMAGE_NAME,
    spec: { image: 'nginx', tag: '1.29' },
  },
  { controller: 'adoption/services', key: 'ns/web', resource: XosServices, name: 'web', spec: {} },
  { controller: 'adoption/configmaps', key: 'ns/web', resource: XosConfigMaps, name: 'web', spec: {} },
  { controller: 'adoption/secrets', key: 'ns/web', resource: XosSecrets, name: 'web', spec: {} },
];

describe.each([
  { filter: 'enabled', adoption: { enabled: false } },
  { filter: 'namespaces', adoption: { namespaces: { exclude: [NS] } } },
  { filter: 'namespaceSelector', adoption: { namespaceSelector: { matchLabels: { team: 'other' } } } },
])('without $filter', ({ adoption }) => {
  test.each(mirrors)('$controller', ({ controller, key, resource, name, spec }) => {
    const plain = xos(resource.kind, name, { xosManaged: false, ...spec }, resource.namespaced ? NS : undefined);
    const after = (old: typeof plain) =>
      controllers
        .find((each) => each.name === controller)
        ?.decide(key, viewOf(...originals, settings(adoption), [resource, old]))?.outcome;
    const made = after(plain);
    expect(made?.children ?? []).toEqual([]);
    expect(made?.remove?.map(({ object }) => object.metadata.name)).toEqual([name]);
    const given = after({ ...plain, metadata: { ...plain.metadata, annotations: GIVEN_BACK } });
    expect(given?.remove).toEqual([]);
    // What it is like is told as before.
    expect(given?.children).toMatchObject([
      { object: { metadata: { name } }, report: { verdict: { state: 'Ready' } } },
    ]);
  });
});

test.each(mirrors.filter(({ controller }) => controller !== 'adoption/controllers'))(
  '$controller: what was given back does not outlive its original',
  ({ controller, key, resource, name, spec }) => {
    const plain = xos(resource.kind, name, { xosManaged: false, ...spec }, resource.namespaced ? NS : undefined);
    const old: Placed = [resource, { ...plain, metadata: { ...plain.metadata, annotations: GIVEN_BACK } }];
    const outcome = controllers
      .find((each) => each.name === controller)
      ?.decide(key, viewOf(settings({}), old))?.outcome;
    expect(outcome?.remove?.map(({ object }) => object.metadata.name)).toEqual([name]);
  },
);

test.each(
  mirrors.filter(({ resource }) =>
    [XosTrustDomains, XosPrincipals, XosServices, XosConfigMaps].includes(resource as never),
  ),
)(
  '$controller: what was given back stays, as it is, when another custom resource takes the original over',
  ({ controller, key, resource, name, spec }) => {
    const place = resource.namespaced ? NS : undefined;
    const plain = xos(resource.kind, 'given', { xosManaged: false, resourceName: name, ...spec }, place);
    const given: Placed = [resource, { ...plain, metadata: { ...plain.metadata, annotations: GIVEN_BACK } }];
    const other: Placed = [resource, managed(resource.kind, 'other', { resourceName: name, ...spec }, place)];
    const outcome = controllers
      .find((each) => each.name === controller)
      ?.decide(key, viewOf(...originals, settings({}), given, other))?.outcome;
    expect([outcome?.children ?? [], outcome?.remove]).toEqual([[], []]);
  },
);
