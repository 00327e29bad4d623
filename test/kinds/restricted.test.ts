/** What an operator that is restricted to namespaces says of what the whole cluster shares: what each such operator says. */
import { XosImages } from '../../src/api/generated/xosimages.ts';
import { XosKubernetesServices } from '../../src/api/generated/xoskubernetesservices.ts';
import { XosSites } from '../../src/api/generated/xossites.ts';
import { XosTrustDomains } from '../../src/api/generated/xostrustdomains.ts';
import { Namespaces } from '../../src/api/core.ts';
import { type Resource, resourceName } from '../../src/api/resource.ts';
import { controllersFor } from '../../src/controllers.ts';
import { namespaceUnseen } from '../../src/kube/restriction.ts';
import { Stores } from '../../src/kube/stores.ts';
import { CENSUS, Censuses } from '../../src/runtime/census.ts';
import { aDomain, aNamespace, aPod, anInstance, aSlice, ownedBy, withMeta } from '../support/objects.ts';
import { xos } from '../support/samples.ts';
import { live, type Placed } from '../support/view.ts';

const controllers = controllersFor(['ns']);
const service = (spec: object = {}): Placed => [
  XosKubernetesServices,
  xos('XosKubernetesService', 'kubernetes', { mode: 'Manage', adoption: ADOPTION, ...spec }),
];
const ADOPTION = { enabled: true, granularity: 'Pod', finishedPods: 'Include', resources: [] };
const site: Placed = [XosSites, xos('XosSite', 'here', {})];
const image: Placed = [XosImages, xos('XosImage', 'app', { xosManaged: true, image: 'app', tag: '1' })];
const CENSUS_OF_THREE: Placed = [
  Censuses,
  {
    apiVersion: 'v1',
    kind: 'Census',
    metadata: { name: CENSUS },
    total: { managed: 1, adopted: 2 },
    namespaces: {},
    missing: 0,
  } as never,
];
const HELD = { finalizers: ['xos.opencord.org/finalizer'] };

function viewOf(...objects: readonly Placed[]): Stores {
  const sources = controllers.flatMap(({ sources: some }) => some);
  const stores = new Stores(sources, () => undefined);
  stores.of(Namespaces).observe(namespaceUnseen('ns'));
  for (const [resource, object] of objects) stores.of(resource).observe(live(object));
  return stores;
}

function decide(name: Resource | string, key: string, ...objects: Placed[]) {
  const wanted = typeof name === 'string' ? name : resourceName(name);
  const controller = controllers.find((each) => each.name === wanted);
  return controller?.decide(key, viewOf(...objects))?.outcome;
}

/** What is said of everything that the cluster shares, when there is this in the namespaces too. */
const said = (mode: string, ...inNamespaces: Placed[]) => {
  const shared = [service({ mode }), site, image, aDomain()];
  return shared.map(([resource, { metadata }]) => decide(resource, metadata.name, ...shared, ...inNamespaces)?.report);
};

describe('restricted to namespaces', () => {
  test('a trust domain is not kept, and says why, whether there is such a namespace or not', () => {
    const outcome = decide(XosTrustDomains, 'ns', service(), aDomain());
    expect(outcome?.report?.verdict).toMatchObject({ state: 'Stalled', reason: 'Restricted' });
    expect(outcome?.children).toBeUndefined();
    expect(outcome?.remove).toBeUndefined();
  });

  test('one that is held is let go of, and its namespace stays', () => {
    const going = withMeta(aDomain(), { ...HELD, deletionTimestamp: '2026-01-01T00:00:00Z' });
    expect(decide(XosTrustDomains, 'ns', service(), going)).toEqual({ finalizer: false });
  });

  test.each(['Manage', 'Observe', 'Release'])(
    'in the mode %s nothing that is said depends on what is in the namespaces, so two operators agree',
    (mode) => {
      const slice = aSlice({ spec: { siteRef: { name: 'here' }, imageRef: { name: 'app' } } });
      expect(said(mode, slice, anInstance(), aPod(), CENSUS_OF_THREE)).toEqual(said(mode));
    },
  );

  test('the XosKubernetesService says what is not seen', () => {
    const [report] = said('Manage');
    expect(report).toMatchObject({
      verdict: { state: 'Ready' },
      status: {},
      notes: [{ type: 'Restricted', reason: 'Namespaces' }],
    });
  });

  test('nobody says that everything is given back', () => {
    const [report] = said('Release');
    expect(report?.verdict).toMatchObject({
      state: 'Progressing',
      message: expect.stringContaining('Observed') as string,
    });
  });

  test('neither namespaces nor images are mirrored', () => {
    const names = controllers.map(({ name }) => name).filter((name) => name.startsWith('adoption/'));
    expect(names).not.toEqual(expect.arrayContaining(['adoption/namespaces']));
    expect(names).not.toEqual(expect.arrayContaining(['adoption/images']));
    expect(names).toHaveLength(6);
  });

  test.each([
    ['pods are mirrored', {}, 1],
    ['without labels a selector for some selects none', { namespaceSelector: { matchLabels: { team: 'web' } } }, 0],
    ['globs go on', { namespaces: { exclude: ['n*'] } }, 0],
  ])('of a namespace that nobody looked at %s', (_what, adoption, count) => {
    const outcome = decide('adoption/pods', 'ns/pod', service({ adoption: { ...ADOPTION, ...adoption } }), aPod());
    expect(outcome?.children ?? []).toHaveLength(count);
  });

  test('a mirror of a namespace, from before, is left alone', () => {
    const mirror = withMeta(aDomain({ spec: { xosManaged: false } }), { ownerReferences: [ownedBy(aNamespace())] });
    expect(decide(XosTrustDomains, 'ns', service(), mirror)).toBeUndefined();
  });
});
