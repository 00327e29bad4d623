/**
 * What only a real node shows: what the containers see of what is declared, that nothing is unreachable while it changes, what a
 * kubelet puts into the inventory by itself, a power cut, and that the way out ends no container.
 */
import { writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosServicePorts } from '../../src/api/generated/xosserviceports.ts';
import { XosKubernetesServices } from '../../src/api/generated/xoskubernetesservices.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import { containersOf } from '../support/containers.ts';
import { untilExact } from '../support/inventory.ts';
import { managed, namespace } from '../support/samples.ts';
import { Scene } from '../support/scene.ts';

const NS = 'node';
const of = (kind: string, name: string, spec: object) => managed(kind, name, spec, NS);
const image = (version: number) => `xos.local/busybox:${version}`;
const serve =
  'mkdir -p /tmp/site; echo "$VERSION $(cat /etc/app/greeting) $(cat /etc/more/word 2>/dev/null)" > /tmp/site/index.html; exec httpd -f -h /tmp/site';

/** A web site that says its version, what is mounted, and that is asked before it is used, and used a while before it ends. */
function slice(version: number): object {
  const container = {
    name: 'web',
    command: ['sh', '-c', serve],
    env: [{ name: 'COLOR', value: 'blue' }],
    readinessProbe: { httpGet: { path: '/', port: 80 }, periodSeconds: 1 },
    lifecycle: { preStop: { sleep: { seconds: 2 } } },
  };
  return of('XosSlice', 'web', {
    controllerKind: 'Deployment',
    replicas: 2,
    image: image(version),
    principalRef: { name: 'account' },
    serviceRef: { name: 'web' },
    template: { spec: { terminationGracePeriodSeconds: 4, containers: [container] } },
  });
}

const onWeb = { sliceRef: { name: 'web' } };

describe('a real node', () => {
  let scene: Scene;
  let address: string;
  beforeAll(async () => {
    scene = await Scene.start({ nodes: 'real' });
    address = await scene.kubectl('get', 'node', 'real-0', '-o', 'jsonpath={.status.addresses[0].address}');
    await scene.apply(namespace(NS));
    await scene.apply(
      of('XosPrincipal', 'account', { automountToken: true }),
      of('XosConfigMap', 'app', { data: { greeting: 'hello' } }),
      of('XosSecret', 'key', { stringData: { password: 'open-sesame' } }),
      of('XosConfigMapVolumeMount', 'app', { configMapRef: { name: 'app' }, ...onWeb, mountPath: '/etc/app' }),
      of('XosConfigMapVolumeMount', 'one', {
        configMapRef: { name: 'app' },
        ...onWeb,
        mountPath: '/etc/one.txt',
        subPath: 'greeting',
      }),
      of('XosSecretVolumeMount', 'key', {
        secretRef: { name: 'key' },
        ...onWeb,
        mountPath: '/etc/key',
        defaultMode: '0400',
      }),
      of('XosService', 'web', {}),
      of('XosServicePort', 'http', { serviceRef: { name: 'web' }, internalPort: 80 }),
      slice(1),
    );
    await scene.untilReady(XosSlices, `${NS}/web`);
  });
  afterAll(async () => {
    await scene.close();
  });

  const inside = async (...command: string[]) =>
    (await scene.kubectl('exec', '-n', NS, 'deployment/web', '--', ...command)).trim();
  const containers = () => containersOf(scene);
  const nodePort = async () => {
    const { status } = await scene.untilReady(XosServicePorts, `${NS}/http`);
    return status?.nodePort ?? 0;
  };
  const untilServed = async (port: number, expected: string) =>
    await scene.until(`the site to say ${expected}`, async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, () => ask(address, port)));
      return answers.every((answer) => answer === expected) || undefined;
    });

  test('files are mounted with their modes, a single one by subPath; environment and token are there', async () => {
    expect(await inside('cat', '/etc/app/greeting', '/etc/one.txt', '/etc/key/password')).toBe('hellohelloopen-sesame');
    expect(await inside('stat', '-L', '-c', '%a', '/etc/app/greeting', '/etc/key/password')).toBe('644\n400');
    expect(await inside('sh', '-c', 'echo "$COLOR $VERSION"')).toBe('blue 1');
    const account = await inside('cat', '/var/run/secrets/kubernetes.io/serviceaccount/namespace');
    expect(account).toBe(NS);
    const token = await inside('cat', '/var/run/secrets/kubernetes.io/serviceaccount/token');
    const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
    expect(JSON.parse(claims)).toMatchObject({ sub: `system:serviceaccount:${NS}:account` });
  });

  test('a node port answers from outside, and the ClusterIP from inside', async () => {
    await untilServed(await nodePort(), '1 hello');
    const clusterIp = await scene.kubectl('get', 'service', '-n', NS, 'web', '-o', 'jsonpath={.spec.clusterIP}');
    const answer = await inside('sh', '-c', `echo -e 'GET / HTTP/1.0\\r\\n\\r' | nc -w 5 ${clusterIp} 80`);
    expect(answer).toMatch(/200 OK[^]*1 hello/);
  });

  test('a new image and a new mount roll out, what is new is served, and no request on the way fails', async () => {
    const port = await nodePort();
    const watching = askAllTheTime(address, port);
    await scene.apply(slice(2));
    await untilServed(port, '2 hello');
    await scene.apply(
      of('XosConfigMap', 'more', { data: { word: 'again' } }),
      of('XosConfigMapVolumeMount', 'more', { configMapRef: { name: 'more' }, ...onWeb, mountPath: '/etc/more' }),
    );
    await untilServed(port, '2 hello again');
    await scene.untilReady(XosSlices, `${NS}/web`);
    const { asked, failed } = await watching();
    expect(failed).toEqual([]);
    expect(asked).toBeGreaterThan(50);
  });

  test('a static pod and a pod that crashes again and again are in the inventory, as what they are', async () => {
    const folder = join(scene.cluster.stateDir, 'node', 'manifests');
    const forever = { image: image(1), command: ['sleep', '3600'] };
    writeFileSync(join(folder, 'static.json'), JSON.stringify(plainPod('kube-public', 'static', forever)));
    await scene.apply(plainPod(NS, 'crashes', { image: image(1), command: ['false'] }));

    const fixed = await scene.untilReady(XosServiceInstances, 'kube-public/static-real-0', 'Observed');
    expect(fixed.spec.sliceRef).toBeUndefined();
    expect(fixed.status).toMatchObject({ phase: 'Running', nodeName: 'real-0' });
    await scene.until('the restarts to be told', async () => {
      const mirror = await scene.get(XosServiceInstances, `${NS}/crashes`);
      return (mirror?.status?.restarts ?? 0) > 0 && mirror?.status?.ready !== true ? true : undefined;
    });
    await untilExact(scene);
    await scene.kubectl('delete', 'pod', '-n', NS, 'crashes');
  });

  test('after a drain and a power cut of the node everything comes back, and the inventory is exact', async () => {
    await scene.kubectl('drain', 'real-0', '--ignore-daemonsets', '--force', '--timeout=60s');
    expect((await containers()).map((line) => line.split(' ')[0])).toEqual(['kube-public/static-real-0/main']);
    await scene.kubectl('uncordon', 'real-0');
    await untilServed(await nodePort(), '2 hello again');

    const before = await containers();
    await scene.cluster.stopComponent('node');
    await scene.cluster.startComponents();
    await scene.until(
      'new containers',
      async () => {
        const now = await containers();
        return (now.length === before.length && !now.some((line) => before.includes(line))) || undefined;
      },
      60_000,
    );
    await untilServed(await nodePort(), '2 hello again');
    await scene.untilReady(XosSlices, `${NS}/web`);
    await untilExact(scene);
  });

  test('released, without operator and without CRDs, every container is the same as before', async () => {
    const before = await containers();
    const patch = JSON.stringify({ spec: { mode: 'Release' } });
    await scene.kubectl('patch', 'xoskubernetesservice', 'kubernetes', '--type=merge', '-p', patch);
    await scene.untilSays(XosKubernetesServices, 'kubernetes', 'Reconciled', /Everything is released/);
    await scene.operator?.stop();
    const crds = (await scene.kubectl('get', 'crd', '-o', 'name')).trim().split('\n');
    await scene.kubectl('delete', ...crds, '--timeout=60s');
    // As long as the garbage collector would need to miss an owner.
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    expect(await containers()).toEqual(before);
    expect(
      await ask(
        address,
        Number(await scene.kubectl('get', 'service', '-n', NS, 'web', '-o', 'jsonpath={.spec.ports[0].nodePort}')),
      ),
    ).toBe('2 hello again');
  });
});

function plainPod(ns: string, name: string, container: object): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: ns },
    spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'main', ...container }] },
  };
}

/** What the site says, over a connection of its own; or why it says nothing. */
function ask(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const call = get({ host, port, agent: false, timeout: 5_000 }, (response) => {
      response.setEncoding('utf8');
      let body = '';
      response.on('data', (part: string) => (body += part));
      response.on('end', () => resolve(body.trim()));
    });
    call.on('timeout', () => call.destroy(new Error('no answer')));
    call.on('error', ({ message }) => resolve(message));
  });
}

/** Asks ten times a second until the result is asked for. */
function askAllTheTime(host: string, port: number): () => Promise<{ asked: number; failed: string[] }> {
  const over = new AbortController();
  const asking = (async () => {
    const failed: string[] = [];
    let asked = 0;
    for (; !over.signal.aborted; asked += 1) {
      const answer = await ask(host, port);
      if (!/^\d hello/.test(answer)) failed.push(answer);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    return { asked, failed };
  })();
  return async () => {
    over.abort();
    return await asking;
  };
}
