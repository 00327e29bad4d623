/** The documents of the demo, one by one in many orders: the end is always the same, and nothing is made or deleted needlessly. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { Pods, ServiceAccounts } from '../../src/api/core.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { countBy } from '../support/audit.ts';
import { seeded, shuffled } from '../support/orders.ts';
import { Scene } from '../support/scene.ts';

const ORDERS = 40;
const [first, ...rest] = parseAllDocuments(
  readFileSync(join(__dirname, '..', '..', 'examples', 'demo.yaml'), 'utf8'),
).map((document) => document.toJS() as KubeObject);

/** The same story in a namespace of its own; what is cluster-scoped gets a name of its own. */
function inWorld(object: KubeObject, world: string): KubeObject {
  const text = JSON.stringify(object)
    .replaceAll('demo-trust', world)
    .replaceAll('pause-amd64-3.0', `image-${world}`)
    .replaceAll('"name":"kubernetes"', `"name":"service-${world}"`)
    .replaceAll('"mysite"', `"site-${world}"`);
  return JSON.parse(text) as KubeObject;
}

describe('the demo in any order', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start();
  });
  afterAll(async () => {
    await scene.close();
  });

  test.each(Array.from({ length: ORDERS }, (_, seed) => ({ seed })))('seed $seed ends the same', async ({ seed }) => {
    const world = `world-${seed}`;
    const mark = scene.audit.mark();
    if (first === undefined) throw new Error('The demo is empty.');
    for (const object of [first, ...shuffled(rest, seeded(seed))]) await scene.apply(inWorld(object, world));
    await scene.untilReady(XosServiceInstances, `${world}/demo-pod`);
    expect(await scene.get(Pods, `${world}/demo-pod`)).toMatchObject({ spec: { serviceAccountName: 'demo-account' } });
    expect(await scene.get(ServiceAccounts, `${world}/demo-account`)).toBeDefined();
    const writes = scene.audit
      .since(mark)
      .filter(({ namespace, resource, verb }) => namespace === world && resource !== 'events' && verb !== 'get');
    const counts = countBy(
      writes.filter(({ resource }) => !resource.endsWith('/status')),
      ({ verb, resource }) => `${verb} ${resource}`,
    );
    // The account of the principal, made by a create-only apply, and the pod: each once, and nothing deleted.
    expect(counts).toEqual({ 'create pods': 1, 'patch serviceaccounts': 1 });
  });
});
