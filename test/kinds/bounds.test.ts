/** The bound on the instances of a slice, and which slices belong to a site. */
import { Pods, ServiceAccounts } from '../../src/api/core.ts';
import { XosKubernetesServices } from '../../src/api/generated/xoskubernetesservices.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosSites } from '../../src/api/generated/xossites.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { type Resource, resourceName } from '../../src/api/resource.ts';
import { siblings } from '../../src/shared/instance-bound.ts';
import { managed, xos } from '../support/samples.ts';
import type { Placed } from '../support/slices.ts';
import { controllers, live, viewOf } from '../support/view.ts';

const account: Placed = [
  ServiceAccounts,
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'ns' } },
];
const slice = (spec: object, name = 's'): Placed => [
  XosSlices,
  managed('XosSlice', name, { image: 'a', ...spec }, 'ns'),
];
const instance = (name: string, second: number, spec: object = {}): Placed => {
  const object = managed('XosServiceInstance', name, { sliceRef: { name: 's' }, ...spec }, 'ns');
  return [
    XosServiceInstances,
    { ...object, metadata: { ...object.metadata, creationTimestamp: `2026-01-01T00:00:0${second}Z` } },
  ];
};
const podOf = (name: string): Placed => {
  const ownerReferences = [
    {
      apiVersion: 'xos.opencord.org/v1alpha1',
      kind: 'XosServiceInstance',
      name,
      uid: `XosServiceInstance:ns/${name}`,
      controller: true,
    },
  ];
  const metadata = { name, namespace: 'ns', ownerReferences };
  return [
    Pods,
    { apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers: [] }, status: { phase: 'Running' } } as KubeObject,
  ];
};

function outcomeOf(resource: Resource, key: string, ...objects: Placed[]) {
  return controllers.find(({ name }) => name === resourceName(resource))?.decide(key, viewOf(account, ...objects))
    ?.outcome;
}

describe('maxInstances', () => {
  const [first, second, third] = [instance('b', 1), instance('c', 2), instance('a', 2)];
  const reasonOf = (name: string, max: number | undefined, ...objects: Placed[]) =>
    outcomeOf(XosServiceInstances, `ns/${name}`, slice(max === undefined ? {} : { maxInstances: max }), ...objects)
      ?.report?.verdict.reason;

  test.each([
    { max: undefined, may: ['a', 'b', 'c'] },
    { max: 3, may: ['a', 'b', 'c'] },
    // Of a and c, which are equally old, the name decides.
    { max: 2, may: ['a', 'b'] },
    { max: 1, may: ['b'] },
    { max: 0, may: [] },
  ])('of $max: $may may have pods', ({ max, may }) => {
    const reasons = ['a', 'b', 'c'].map((name) => [name, reasonOf(name, max, first, second, third)]);
    expect(reasons.filter(([, reason]) => reason !== 'QuotaExceeded').map(([name]) => name)).toEqual(may);
  });

  test('counts neither mirrors nor the instances of other slices', () => {
    const mirror = instance('m', 0, { xosManaged: false });
    const other = instance('o', 0, { sliceRef: { name: 'other' } });
    expect(reasonOf('b', 1, mirror, other, first)).toBe('Progressing');
  });

  test('leaves alone the pod that is there already, and says so', () => {
    const outcome = outcomeOf(XosServiceInstances, 'ns/c', slice({ maxInstances: 1 }), first, second, podOf('c'));
    expect(outcome?.children).toBeUndefined();
    expect(outcome?.report).toMatchObject({
      verdict: {
        state: 'Stalled',
        reason: 'QuotaExceeded',
        message: expect.stringContaining('Pod c, which it has already, stays') as string,
      },
      status: { phase: 'Running' },
    });
  });

  test('is looked at again by the others when an instance comes, goes or moves, where there is a bound', () => {
    const awakened = (spec: object, of: Placed) => [...siblings.wakes(live(of[1]), viewOf(slice(spec), first, second))];
    expect(awakened({ maxInstances: 1 }, first).toSorted()).toEqual(['ns/b', 'ns/c']);
    expect(awakened({}, first)).toEqual([]);
    expect(awakened({ maxInstances: 1 }, instance('x', 1, { xosManaged: false }))).toEqual([]);
    const at = (spec: object) => live(instance('b', 1, spec)[1]);
    expect(siblings.matters?.(undefined, at({}))).toBe(true);
    expect(siblings.matters?.(at({}), undefined)).toBe(true);
    expect(siblings.matters?.(at({}), at({ sliceRef: { name: 'other' } }))).toBe(true);
    expect(siblings.matters?.(at({}), at({ image: 'b' }))).toBe(false);
  });
});

describe('the slices of a site', () => {
  const site: Placed = [XosSites, xos('XosSite', 'home', {})];
  const service = (second: number, spec: object): Placed => {
    const object = xos('XosKubernetesService', `k${second}`, { mode: 'Manage', ...spec });
    return [
      XosKubernetesServices,
      { ...object, metadata: { ...object.metadata, creationTimestamp: `2026-01-01T00:00:0${second}Z` } },
    ];
  };
  const byDefault = { defaultSiteRef: { name: 'home' } };
  const named = slice({ siteRef: { name: 'home' } }, 'named');
  const elsewhere = slice({ siteRef: { name: 'elsewhere' } }, 'elsewhere');
  const count = (...objects: Placed[]) =>
    outcomeOf(XosSites, 'home', site, named, elsewhere, ...objects)?.report?.status;

  test('are those that name it, and those that name none if it is the default of the service that steers', () => {
    expect(count(slice({}, 'none'))).toEqual({ slices: 1 });
    expect(count(slice({}, 'none'), service(1, byDefault))).toEqual({ slices: 2 });
    expect(count(slice({}, 'none'), service(1, {}), service(2, byDefault))).toEqual({ slices: 1 });
  });

  test('are counted again when a slice without a site comes or goes, or another site becomes the default', () => {
    const sources = controllers.find(({ name }) => name === resourceName(XosSites))?.sources ?? [];
    const wokenBy = ([resource, object]: Placed, ...objects: Placed[]) => {
      const view = viewOf(...objects);
      return sources
        .filter((each) => each.resource === resource)
        .flatMap((each) => [...each.wakes(live(object), view)]);
    };
    expect(wokenBy(slice({}), service(1, byDefault))).toContain('home');
    expect(wokenBy(slice({}))).toEqual([]);
    expect(wokenBy(service(1, byDefault))).toContain('home');
    expect(wokenBy(service(1, {}), service(2, byDefault))).toContain('home');
  });
});
