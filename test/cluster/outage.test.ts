/** The API server stops, forgets, refuses and breaks off; the operator recovers by itself, and nothing is lost or doubled. */
import { Pods } from '../../src/api/core.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { type FaultProxy, startFaultProxy } from '../faults/proxy.ts';
import { untilExact } from '../support/inventory.ts';
import { deployment, managed, namespace, pod } from '../support/samples.ts';
import { Scene } from '../support/scene.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('an outage of the API server', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start();
    await scene.apply(namespace('storm'), deployment('storm', 'web', 10), managed('XosSlice', 'group', {}, 'storm'));
    await scene.apply(managed('XosServiceInstance', 'one', { sliceRef: { name: 'group' }, image: 'app:1' }, 'storm'));
    await scene.untilReady(XosServiceInstances, 'storm/one');
    await untilExact(scene);
  });
  afterAll(async () => {
    await scene.close();
  });

  test('of 20 s, after which its watch cache is empty, is survived by the same process', async () => {
    const pid = scene.operator?.pid;
    await scene.cluster.stopApiServer();
    await pause(20_000);
    await scene.cluster.startApiServer();
    await scene.kubectl('scale', '-n', 'storm', 'deployment/web', '--replicas=4');
    await scene.kubectl('delete', 'pod', '-n', 'storm', 'one');
    await untilExact(scene, 60_000);
    await scene.until('the pod to be made again', async () => await scene.get(Pods, 'storm/one'), 60_000);
    expect(scene.operator?.pid).toBe(pid);
    expect(scene.operator?.running).toBe(true);
  });
});

/**
 * What Kubernetes 1.37 does: its garbage collector lists anew, finds another object of the same name, takes that for a change,
 * and never learns that the first one ended.
 */
describe('a pod that is replaced, and then goes, while nobody looks', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start();
    await scene.apply(namespace('storm'), pod('storm', 'one'));
    await untilExact(scene);
  });
  afterAll(async () => {
    await scene.close();
  });

  const replace = async () => {
    await scene.kubectl('delete', 'pod', '-n', 'storm', 'one', '--grace-period=0', '--force');
    await scene.apply(pod('storm', 'one'));
  };
  /** When a Deployment counts its pods, the controllers know of the earlier ones whatever they will ever know. */
  const untilSeen = async (replicas: number) => {
    await scene.apply(deployment('storm', 'later', replicas));
    await scene.kubectl('rollout', 'status', '-n', 'storm', 'deployment/later', '--timeout=60s');
  };

  test('leaves no mirror, although the garbage collector does', async () => {
    // The restarted API server is to begin after what the garbage collector saw last of pods: then that has to list.
    await scene.kubectl('wait', '-n', 'storm', 'pod/one', '--for=condition=Ready');
    await scene.apply(namespace('other'));
    await scene.operator?.kill();
    await scene.cluster.stopApiServer();
    scene.cluster.pauseComponent('kube-controller-manager');
    await scene.cluster.startApiServer();
    await replace();
    scene.cluster.resumeComponent('kube-controller-manager');
    await untilSeen(1);
    await scene.kubectl('delete', 'pod', '-n', 'storm', 'one', '--grace-period=0', '--force');
    await untilSeen(2);
    expect(await scene.get(XosServiceInstances, 'storm/one')).toBeDefined();

    const mark = scene.audit.mark();
    await scene.startOperator();
    await untilExact(scene, 90_000);
    const deleted = scene.audit.since(mark).filter(({ verb }) => verb === 'delete');
    expect(deleted.map(({ resource, name }) => `${resource}/${name}`)).toEqual(['xosserviceinstances/one']);
  });
});

describe('a fault between the operator and the API server', () => {
  let scene: Scene;
  let proxy: FaultProxy;
  beforeAll(async () => {
    scene = await Scene.start({ operator: false });
    proxy = await startFaultProxy({ upstreamKubeconfig: scene.cluster.kubeconfig });
    await scene.startOperator([], proxy.kubeconfig);
    await scene.apply(namespace('storm'));
  });
  afterEach(() => {
    proxy.rules.clear();
  });
  afterAll(async () => {
    await scene.operator?.stop();
    await proxy.close();
    await scene.close();
  });

  const isWrite = ({ method }: { method: string }) => method === 'POST' || method === 'PATCH';
  const isWatch = ({ path }: { path: string }) => path.includes('watch=');
  const expired = JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Expired', code: 410 });

  test.each([
    { what: 'a 429 with Retry-After', match: isWrite, action: { status: 429, retryAfter: 1 } },
    { what: 'a 500', match: isWrite, action: { status: 500 } },
    { what: 'a 503 on every second kind of request', match: () => true, action: { status: 503, retryAfter: 1 } },
    { what: 'a 410 when a watch resumes', match: isWatch, action: { status: 410, body: expired } },
    { what: 'a connection that breaks in the middle of an event', match: isWatch, action: 'cut-mid-event' as const },
    {
      what: 'a connection that breaks in the middle of an answer',
      match: isWrite,
      action: 'cut-mid-response' as const,
    },
    {
      what: 'an answer that is lost after the server has done it',
      match: isWrite,
      action: 'drop-answer-after-forward' as const,
    },
  ])('$what leaves the inventory exact and makes nothing twice', async ({ match, action }) => {
    const name = `web-${Math.random().toString(36).slice(2, 8)}`;
    proxy.rules.add({ match, times: 8, action });
    await scene.apply(
      deployment('storm', name, 8),
      pod('storm', `${name}-bare`),
      managed('XosSlice', name, {}, 'storm'),
    );
    await scene.apply(managed('XosServiceInstance', `${name}-own`, { sliceRef: { name }, image: 'app:1' }, 'storm'));
    // A rule on watches needs something to tell: a pod that goes is an event that must not be lost.
    await pause(1_500);
    await scene.kubectl('delete', 'pod', '-n', 'storm', `${name}-bare`);
    await untilExact(scene, 60_000);
    await scene.untilReady(XosServiceInstances, `storm/${name}-own`);
    expect((await scene.list(Pods, 'storm')).filter(({ metadata }) => metadata.name === `${name}-own`).length).toBe(1);
    expect(scene.operator?.running).toBe(true);
  });
});
