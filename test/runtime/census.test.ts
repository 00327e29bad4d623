/** The census: counted along, published seldom, and silent when nothing changed. */
import { Pods } from '../../src/api/core.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosTrustDomains } from '../../src/api/generated/xostrustdomains.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { type Census, Counter } from '../../src/runtime/census.ts';
import { aPod } from '../support/objects.ts';
import { managed, xos } from '../support/samples.ts';
import { live } from '../support/view.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

function world(isListed = true) {
  const clock = new VirtualClock();
  const published: Census[] = [];
  const counter = new Counter(clock, (census) => void published.push(census));
  if (isListed) counter.listed();
  const change = (resource: Resource, before: KubeObject | undefined, after: KubeObject | undefined) => {
    counter.changed({ resource, before: before && live(before), after: after && live(after), urgency: 'Fresh' });
  };
  return { clock, published, counter, change };
}

const mirror = (name: string, ns = 'a') => xos('XosServiceInstance', name, { xosManaged: false }, ns);

test('counts what comes, what goes and what changes hands, by namespace', async () => {
  const { clock, published, change } = world();
  change(XosServiceInstances, undefined, mirror('x'));
  change(XosServiceInstances, undefined, mirror('y'));
  change(XosServiceInstances, undefined, managed('XosServiceInstance', 'z', {}, 'b'));
  change(XosTrustDomains, undefined, xos('XosTrustDomain', 'a', { xosManaged: false }));
  change(Pods, undefined, aPod()[1]);
  change(XosServiceInstances, mirror('y'), managed('XosServiceInstance', 'y', {}, 'a'));
  change(XosServiceInstances, mirror('x'), undefined);
  await clock.run(1_000);
  expect(published).toMatchObject([
    { total: { managed: 2, adopted: 1 }, namespaces: { a: { managed: 1, adopted: 0 }, b: { managed: 1, adopted: 0 } } },
  ]);
});

test('is not published while lists are still coming, nor is anything compared before', async () => {
  const { clock, published, counter, change } = world(false);
  change(XosServiceInstances, undefined, mirror('x'));
  counter.settled();
  await clock.run(60_000);
  expect(published).toEqual([]);
  change(XosServiceInstances, undefined, mirror('y'));
  counter.listed();
  await clock.run(1_000);
  expect(published).toMatchObject([{ total: { adopted: 2 } }]);
  expect(published[0]?.comparedAt).toBeUndefined();
});

test('is published at most every 10 s, and never when nothing changed', async () => {
  const { clock, published, change } = world();
  change(XosServiceInstances, undefined, mirror('x'));
  await clock.run(1_000);
  change(XosServiceInstances, undefined, mirror('y'));
  await clock.run(9_000);
  expect(published.length).toBe(1);
  await clock.run(1_000);
  expect(published.at(-1)).toMatchObject({ total: { adopted: 2 } });
  // A status of a mirror is no news.
  change(XosServiceInstances, mirror('y'), mirror('y'));
  await clock.run(600_000);
  expect([published.length, clock.pending]).toEqual([2, 0]);
});

test('says when all was compared, but not for that alone', async () => {
  const { clock, published, counter, change } = world();
  await clock.run(10_000);
  counter.changed({ resource: Pods, before: undefined, after: live(aPod()[1]), urgency: 'Background' });
  counter.settled();
  await clock.run(60_000);
  expect(published.map(({ comparedAt }) => comparedAt)).toEqual([undefined]);
  change(XosServiceInstances, undefined, mirror('x'));
  await clock.run(10_000);
  expect(published[1]?.comparedAt).toBe(new Date(clock.now().getTime() - 70_000).toISOString());
});

test('tells once of an inventory that is empty: what was told before may have been more', async () => {
  const { clock, published } = world();
  await clock.run(60_000);
  expect(published.map(({ total }) => total)).toEqual([{ managed: 0, adopted: 0 }]);
});

test('says how many are missing', async () => {
  const { clock, published, counter } = world();
  counter.missing(3);
  counter.missing(3);
  await clock.run(60_000);
  expect(published.map(({ missing }) => missing)).toEqual([3]);
});
