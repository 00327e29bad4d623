/**
 * A story of eight objects, applied in a hundred random orders and deleted in a hundred others: the end is always the
 * same, nothing is made twice or deleted needlessly on the way, and nothing is left over.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { Deployments, Pods, ReplicaSets, ServiceAccounts } from '../../src/api/core.ts';
import { ConfigMaps } from '../../src/api/data.ts';
import { XosServicePorts } from '../../src/api/generated/xosserviceports.ts';
import { XosServices } from '../../src/api/generated/xosservices.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import type { JsonObject, KubeObject } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { Services } from '../../src/api/service.ts';
import { countBy } from '../support/audit.ts';
import { crds } from '../support/crds.ts';
import { seeded, shuffled } from '../support/orders.ts';
import { ROOT, Scene } from '../support/scene.ts';

const ORDERS = 100;
/** So many worlds are in the making at a time. */
const AT_ONCE = 10;
const [plainNamespace, ...story] = parseAllDocuments(readFileSync(join(ROOT, 'examples', 'website.yaml'), 'utf8')).map(
  (document) => document.toJS() as KubeObject,
);

/** The same story in a namespace of its own; what is cluster-scoped gets a name of its own. */
function inWorld(object: KubeObject | undefined, world: string): KubeObject {
  const text = JSON.stringify(object)
    .replaceAll('"website"', `"${world}"`)
    .replaceAll('"name":"nginx"},"spec"', `"name":"image-${world}"},"spec"`)
    .replaceAll('"imageRef":{"name":"nginx"}', `"imageRef":{"name":"image-${world}"}`);
  return JSON.parse(text) as KubeObject;
}

function tokenOf(kind: string): Resource {
  const spec = crds.find(({ crd }) => crd.spec.names.kind === kind)?.crd.spec as
    { group: string; scope: string; names: { plural: string } } | undefined;
  if (spec === undefined)
    return { group: '', version: 'v1', kind, plural: `${kind.toLowerCase()}s`, namespaced: false };
  return {
    group: spec.group,
    version: 'v1alpha1',
    kind,
    plural: spec.names.plural,
    namespaced: spec.scope === 'Namespaced',
  };
}

const keyOf = ({ metadata }: KubeObject) =>
  metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;

/** What differs from world to world, taken out. */
function shapeOf(object: KubeObject | undefined, world: string): JsonObject {
  const text = JSON.stringify((object as { spec?: object } | undefined)?.spec ?? null)
    .replaceAll(world, 'WORLD')
    .replace(/"(clusterIP|clusterIPs|nodePort)":(\[[^\]]*\]|"[^"]*"|\d+),?/g, '');
  return JSON.parse(text.replaceAll(',}', '}')) as JsonObject;
}

describe('a story of eight objects', () => {
  let scene: Scene;
  const worlds = Array.from({ length: ORDERS }, (_, seed) => ({ seed, world: `w${seed}` }));
  beforeAll(async () => {
    scene = await Scene.start({ service: false });
  });
  afterAll(async () => {
    await scene.close();
  });

  const inBatches = async (work: (each: { seed: number; world: string }) => Promise<void>) => {
    for (let i = 0; i < worlds.length; i += AT_ONCE) await Promise.all(worlds.slice(i, i + AT_ONCE).map(work));
  };

  test('ends the same in a hundred orders, and each thing is made once', async () => {
    expect(story).toHaveLength(8);
    const mark = scene.audit.mark();
    await inBatches(async ({ seed, world }) => {
      const objects = [plainNamespace, ...shuffled(story, seeded(seed))].map((object) => inWorld(object, world));
      for (const object of objects) await scene.client.create(tokenOf(object.kind), object);
      await scene.untilReady(XosSlices, `${world}/web`);
      await scene.untilReady(XosServicePorts, `${world}/http`);
      await scene.until(`the endpoints of ${world}`, async () =>
        (await scene.get(XosServices, `${world}/web`))?.status?.readyEndpoints === 2 ? true : undefined,
      );
    });
    const shapes = new Map<string, string[]>();
    for (const { world } of worlds) {
      const [deployment, service] = [
        await scene.get(Deployments, `${world}/web`),
        await scene.get(Services, `${world}/web`),
      ];
      const shape = JSON.stringify([shapeOf(deployment, world), shapeOf(service, world)]);
      shapes.set(shape, [...(shapes.get(shape) ?? []), world]);
    }
    expect([...shapes.values()].map((alike) => alike.length)).toEqual([ORDERS]);
    const made = scene.audit
      .since(mark)
      .filter(
        ({ resource, code, verb }) => verb !== 'get' && (code === 201 || verb === 'delete') && resource !== 'events',
      );
    // Four children a world, each made once, none deleted.
    expect(countBy(made, ({ verb, resource }) => `${verb} ${resource}`)).toEqual({
      'patch configmaps': ORDERS,
      'patch deployments': ORDERS,
      'patch serviceaccounts': ORDERS,
      'patch services': ORDERS,
    });
  }, 600_000);

  test('deleted in a hundred orders it leaves nothing', async () => {
    await inBatches(async ({ seed, world }) => {
      const objects = shuffled(story, seeded(1_000 + seed)).map((object) => inWorld(object, world));
      for (const object of objects) await scene.client.delete(tokenOf(object.kind), keyOf(object));
    });
    const leftOvers = async () => {
      const lists = await Promise.all(
        [Deployments, ReplicaSets, Pods, Services, ConfigMaps, ServiceAccounts].map((resource) =>
          scene.list(resource as Resource),
        ),
      );
      return lists
        .flat()
        .filter(({ metadata }) => /^w\d+$/.test(metadata.namespace ?? ''))
        .filter(({ metadata }) => !['default', 'kube-root-ca.crt'].includes(metadata.name))
        .map((object) => `${object.kind} ${keyOf(object)}`);
    };
    await scene.until('nothing to be left', async () => ((await leftOvers()).length === 0 ? true : undefined), 90_000);
    const own = await Promise.all(story.map(async ({ kind }) => await scene.list(tokenOf(kind))));
    expect(own.flat().map(keyOf)).toEqual([]);
  }, 600_000);
});
