/** A real HorizontalPodAutoscaler: on an XosSlice, which hands its count on, and on the controller of one that has none. */
import { Deployments } from '../../src/api/core.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import { managed, namespace } from '../support/samples.ts';
import { Scene } from '../support/scene.ts';

const NS = 'auto';
/** The autoscaler looks every 15 s. */
const SCALED_MS = 60_000;

/** Below its minimum and above its maximum an autoscaler acts without metrics. */
function autoscaler(name: string, target: { apiVersion: string; kind: string }, bounds: object): object {
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name, namespace: NS },
    spec: { scaleTargetRef: { ...target, name }, ...bounds },
  };
}

describe('an autoscaler', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start();
    await scene.apply(namespace(NS));
  });
  afterAll(async () => {
    await scene.close();
  });

  const untilReplicas = (name: string, replicas: number) =>
    scene.until(
      `${replicas} replicas of ${name}`,
      async () => {
        const live = await scene.get(Deployments, `${NS}/${name}`);
        return live?.spec?.replicas === replicas && live.status?.readyReplicas === replicas ? live : undefined;
      },
      SCALED_MS,
    );

  test('on an XosSlice scales it, and the slice its Deployment', async () => {
    await scene.apply(
      managed('XosSlice', 'ours', { controllerKind: 'Deployment', image: 'app:1', replicas: 1 }, NS),
      autoscaler(
        'ours',
        { apiVersion: 'xos.opencord.org/v1alpha1', kind: 'XosSlice' },
        { minReplicas: 3, maxReplicas: 5 },
      ),
    );
    await untilReplicas('ours', 3);
    expect((await scene.untilReady(XosSlices, `${NS}/ours`)).spec.replicas).toBe(3);
  });

  test('on a Deployment keeps the count of a slice that names none, and nobody puts it back', async () => {
    await scene.apply(
      managed('XosSlice', 'theirs', { controllerKind: 'Deployment', image: 'app:1' }, NS),
      autoscaler('theirs', { apiVersion: 'apps/v1', kind: 'Deployment' }, { minReplicas: 2, maxReplicas: 5 }),
    );
    await untilReplicas('theirs', 2);
    const mark = scene.audit.mark();
    await scene.kubectl('patch', '-n', NS, 'xosslice', 'theirs', '--type=merge', '-p', '{"spec":{"image":"app:2"}}');
    await scene.kubectl('patch', '-n', NS, 'hpa', 'theirs', '--type=merge', '-p', '{"spec":{"minReplicas":4}}');
    await untilReplicas('theirs', 4);
    await scene.untilReady(XosSlices, `${NS}/theirs`);
    const applied = scene.audit
      .since(mark)
      .filter(({ verb, resource }) => verb === 'patch' && resource === 'deployments');
    expect(applied.length).toBe(1);
  });
});
