/** A slice that does not get on names the deepest cause, and heals when that goes; who else counts its pods is left alone. */
import { Deployments, type Pod, Pods } from '../../src/api/core.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosSites } from '../../src/api/generated/xossites.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import type { Live } from '../../src/api/object.ts';
import { managed, namespace, xos } from '../support/samples.ts';
import { readyOf, Scene, SERVICE } from '../support/scene.ts';

const NS = 'trouble';
const key = (name: string) => `${NS}/${name}`;

describe('a slice in trouble', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start();
    await scene.apply(namespace(NS));
  });
  afterAll(async () => {
    await scene.close();
  });

  const slice = (name: string, spec: object) =>
    managed('XosSlice', name, { controllerKind: 'Deployment', image: 'app:1', ...spec }, NS);
  const kubectl = async (verb: string, ...args: string[]) => await scene.kubectl(verb, '-n', NS, ...args);
  const patch = async (what: string, body: object, ...args: string[]) =>
    await kubectl('patch', ...what.split('/'), '--type=merge', '-p', JSON.stringify(body), ...args);
  const said = async (name: string, text: string, timeoutMs?: number) =>
    await scene.until(
      `the slice ${name} to say: ${text}`,
      async () => {
        const ready = readyOf((await scene.get(XosSlices, key(name))) ?? managed('XosSlice', name, {}));
        return ready?.message.includes(text) === true ? ready : undefined;
      },
      timeoutMs,
    );
  const podsOf = async (name: string): Promise<Live<Pod>[]> =>
    (await scene.list(Pods, NS)).filter(
      ({ metadata }) =>
        metadata.labels?.['xos.opencord.org/controller'] === name && metadata.deletionTimestamp === undefined,
    );
  /** What a kubelet would say: the nodes are played, and run everything. */
  const stick = async (pod: Live<Pod>, containerStatus: object) => {
    const status = {
      phase: 'Pending',
      conditions: [{ type: 'Ready', status: 'False' }],
      containerStatuses: [
        { name: 'main', image: 'app:1', imageID: '', ready: false, restartCount: 0, ...containerStatus },
      ],
    };
    await patch(`pod/${pod.metadata.name}`, { status }, '--subresource=status');
  };
  const one = async (name: string): Promise<Live<Pod>> => {
    const [pod] = await podsOf(name);
    if (pod === undefined) throw new Error(`${name} has no pod.`);
    return pod;
  };

  test.each(['Deployment', 'StatefulSet', 'DaemonSet'])('as a %s names the image that cannot be had', async (kind) => {
    const name = `image-${kind.toLowerCase()}`;
    await scene.apply(slice(name, { controllerKind: kind }));
    await scene.untilReady(XosSlices, key(name));
    const pod = await one(name);
    await stick(pod, { state: { waiting: { reason: 'ImagePullBackOff' } } });
    const told = await said(name, `Pod ${pod.metadata.name}: container main cannot get its image app:1 (ErrImagePull)`);
    expect(told).toMatchObject({ status: 'Unknown', reason: 'Progressing' });
    await kubectl('delete', 'pod', pod.metadata.name);
    await scene.untilReady(XosSlices, key(name));
  });

  test('names a crash loop with its exit code', async () => {
    await scene.apply(slice('crash', {}));
    await scene.untilReady(XosSlices, key('crash'));
    await stick(await one('crash'), {
      restartCount: 3,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
    });
    await said('crash', 'container main ended with exit code 137 (OOMKilled), after 3 restarts');
  });

  test('names a pod that no node takes, and goes on with the next template', async () => {
    await scene.apply(slice('homeless', { template: { spec: { nodeSelector: { disk: 'golden' } } } }));
    await said('homeless', 'it cannot be scheduled (Unschedulable)');
    await patch('xsl/homeless', { spec: { template: null } });
    await scene.untilReady(XosSlices, key('homeless'));
  });

  test('as a StatefulSet says which pod has to be deleted, where Kubernetes would wait for ever', async () => {
    await scene.apply(
      slice('rollback', { controllerKind: 'StatefulSet', template: { spec: { nodeSelector: { disk: 'golden' } } } }),
    );
    await said('rollback', 'it cannot be scheduled');
    await patch('xsl/rollback', { spec: { template: null } });
    await said('rollback', 'delete the pod to go on');
    await kubectl('delete', 'pod', 'rollback-0');
    await scene.untilReady(XosSlices, key('rollback'));
  });

  test('names the quota, and heals when it is raised', async () => {
    const quota = (pods: number) => ({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'few', namespace: 'narrow' },
      spec: { hard: { pods: `${pods}` } },
    });
    await scene.apply(namespace('narrow'), quota(1));
    await scene.until('the quota to be counted', async () =>
      (await scene.kubectl('get', 'quota', 'few', '-n', 'narrow', '-o', 'jsonpath={.status.hard.pods}')) === '1'
        ? true
        : undefined,
    );
    await scene.apply(
      managed('XosSlice', 'web', { controllerKind: 'Deployment', image: 'app:1', replicas: 3 }, 'narrow'),
    );
    const stalled = await scene.untilReady(XosSlices, 'narrow/web', 'QuotaExceeded');
    expect(readyOf(stalled)?.message).toBe(
      'Deployment web: 1 of 3 replicas are up to date, 1 of 3 are available. Pods are refused: ResourceQuota few of the namespace is used up; raise it, or delete something.',
    );
    await scene.apply(quota(9));
    await scene.until(
      'the slice to heal',
      async () => {
        const web = await scene.get(XosSlices, 'narrow/web');
        return web !== undefined && readyOf(web)?.reason === 'Reconciled' ? true : undefined;
      },
      90_000,
    );
  });

  test.each(['StatefulSet', 'DaemonSet', 'Job'])(
    'names the quota for a %s, and heals when it is raised',
    async (controllerKind) => {
      const ns = `narrow-${controllerKind.toLowerCase()}`;
      const quota = (pods: number) => ({
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'none', namespace: ns },
        spec: { hard: { pods: `${pods}` } },
      });
      await scene.apply(namespace(ns), quota(0));
      await scene.until('the quota to be counted', async () =>
        (await scene.kubectl('get', 'quota', 'none', '-n', ns, '-o', 'jsonpath={.status.hard.pods}')) === '0'
          ? true
          : undefined,
      );
      await scene.apply(managed('XosSlice', 'web', { controllerKind, image: 'app:1' }, ns));
      // The controller tells of it when it likes.
      const stalled = await scene.until(
        'the quota to be named',
        async () => {
          const web = await scene.get(XosSlices, `${ns}/web`);
          return web !== undefined && readyOf(web)?.reason === 'QuotaExceeded' ? web : undefined;
        },
        80_000,
      );
      expect(readyOf(stalled)?.message).toContain('efused: ResourceQuota none of the namespace is used up; raise it');
      await scene.apply(quota(20));
      await scene.until(
        'the slice to heal',
        async () => {
          const web = await scene.get(XosSlices, `${ns}/web`);
          return web !== undefined && ['Reconciled', 'Completed'].includes(readyOf(web)?.reason ?? '')
            ? true
            : undefined;
        },
        120_000,
      );
      const mark = scene.audit.mark();
      await new Promise((resolve) => setTimeout(resolve, 7_000));
      expect(scene.audit.since(mark).filter(({ resource, verb }) => resource === 'events' && verb === 'list')).toEqual(
        [],
      );
    },
  );

  test('names PodSecurity', async () => {
    await scene.apply({
      ...namespace('strict'),
      metadata: { name: 'strict', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    });
    await scene.apply(managed('XosSlice', 'web', { controllerKind: 'ReplicaSet', image: 'app:1' }, 'strict'));
    const stalled = await scene.untilReady(XosSlices, 'strict/web', 'Forbidden');
    expect(readyOf(stalled)?.message).toContain('the Pod Security level restricted of the namespace does not allow it');
  });

  test('as a Job that failed says why, and that nobody runs it again', async () => {
    await scene.apply(
      slice('job', { controllerKind: 'Job', template: { spec: { nodeSelector: { disk: 'golden' } } } }),
    );
    await said('job', 'it cannot be scheduled');
    const until = { activeDeadlineSeconds: 1 };
    await patch('job/job', { spec: until });
    const failed = await scene.untilReady(XosSlices, key('job'), 'Failed');
    expect(readyOf(failed)).toMatchObject({
      status: 'False',
      message: expect.stringContaining(
        'Job job failed (DeadlineExceeded), and Kubernetes does not run it again.',
      ) as string,
    });
  });

  test('is scaled through its scale subresource, and keeps its count when replicas is removed', async () => {
    await scene.apply(slice('scaled', { replicas: 1 }));
    await scene.untilReady(XosSlices, key('scaled'));
    await kubectl('scale', 'xsl/scaled', '--replicas=3');
    await scene.until('three pods', async () =>
      (await scene.get(XosSlices, key('scaled')))?.status?.readyReplicas === 3 ? true : undefined,
    );
    const scale = await scene.kubectl(
      'get',
      '--raw',
      `/apis/xos.opencord.org/v1alpha1/namespaces/${NS}/xosslices/scaled/scale`,
    );
    expect(JSON.parse(scale)).toMatchObject({
      spec: { replicas: 3 },
      status: { replicas: 3, selector: 'xos.opencord.org/controller=scaled' },
    });
    await patch('xsl/scaled', { spec: { replicas: null } });
    await kubectl('scale', 'deployment/scaled', '--replicas=2');
    await scene.until('two pods', async () =>
      (await scene.get(XosSlices, key('scaled')))?.status?.replicas === 2 ? true : undefined,
    );
    // The next change of ours must not undo what the autoscaler did.
    await patch('xsl/scaled', { spec: { image: 'app:2' } });
    await scene.until('the new image', async () => {
      const spec = (await scene.get(Deployments, key('scaled')))?.spec;
      return JSON.stringify(spec).includes('app:2') ? true : undefined;
    });
    expect((await scene.get(Deployments, key('scaled')))?.spec?.replicas).toBe(2);
  });

  test('bounds its instances: the oldest have pods, the next one gets its place when one goes or the bound rises', async () => {
    const instance = (name: string) => managed('XosServiceInstance', name, { sliceRef: { name: 'bounded' } }, NS);
    const reason = async (name: string, wanted: string) =>
      await scene.untilReady(XosServiceInstances, key(name), wanted);
    await scene.apply(managed('XosSlice', 'bounded', { image: 'app:1', maxInstances: 1 }, NS), instance('first'));
    await reason('first', 'Reconciled');
    // Of instances of the same second the name decides.
    await scene.apply(instance('second'));
    expect(readyOf(await reason('second', 'QuotaExceeded'))?.message).toBe(
      'spec.maxInstances of XosSlice bounded is 1, and as many of its service instances are older than this one: raise it, or delete an older one.',
    );
    expect(await scene.get(Pods, key('second'))).toBeUndefined();
    await patch('xsl/bounded', { spec: { maxInstances: 2 } });
    await reason('second', 'Reconciled');
    await patch('xsl/bounded', { spec: { maxInstances: 1 } });
    expect(readyOf(await reason('second', 'QuotaExceeded'))?.message).toContain(
      'Pod second, which it has already, stays',
    );
    expect((await scene.get(Pods, key('second')))?.status?.phase).toBe('Running');
    await kubectl('delete', 'pod', 'second');
    await scene.until('the words about the pod to go', async () =>
      readyOf(await reason('second', 'QuotaExceeded'))?.message.includes('stays') === false ? true : undefined,
    );
    expect(await scene.get(Pods, key('second'))).toBeUndefined();
    await kubectl('delete', 'xsi', 'first');
    await reason('second', 'Reconciled');
  });

  test('that names no site counts for the default one', async () => {
    await scene.apply(xos('XosSite', 'home', {}));
    const count = async () => (await scene.get(XosSites, 'home'))?.status?.slices;
    await scene.until('no slice', async () => ((await count()) === 0 ? true : undefined));
    await scene.apply({ ...SERVICE, spec: { defaultSiteRef: { name: 'home' } } });
    await scene.until('all slices', async () => {
      const all = (await scene.list(XosSlices)).length;
      return all > 5 && (await count()) === all ? true : undefined;
    });
    await scene.apply({ ...SERVICE, spec: {} });
    await scene.until('no slice again', async () => ((await count()) === 0 ? true : undefined));
  });
});
