/**
 * The image of the operator as it runs in a cluster: two copies of it on a real node, installed by config/default, with its own
 * account, rights and policies. What it is like inside, and what becomes of it when copies and nodes go.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Image, readImage } from '../../hack/image/archive.ts';
import { imageName } from '../../hack/image/build.ts';
import { RunError } from '../../hack/run.ts';
import { Pods } from '../../src/api/core.ts';
import { XosConfigMaps } from '../../src/api/generated/xosconfigmaps.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import { Leases } from '../../src/kube/lease.ts';
import { DEMO, SYSTEM } from '../support/bare-node.ts';
import { containersOf } from '../support/containers.ts';
import { untilExact } from '../support/inventory.ts';
import { managed } from '../support/samples.ts';
import { ROOT, Scene } from '../support/scene.ts';
import { testImage } from '../support/test-image.ts';
import { commandsBelow, type } from '../support/typed.ts';

const MEGABYTE = 2 ** 20;
/** Memory limits of containers, in MiB, that differ enough. */
const LIMITS = [256, 1024];
const NODE = '/usr/local/bin/node';
/** What an image without a shell and a package manager has not. */
const TOOLS = /\/(sh|bash|dash|busybox|apt|apt-get|dpkg|npm|npx|corepack|yarn|pnpm)$/;
/** The folder of a package, wherever npm put it. */
const PACKAGE = /^app\/((?:.+\/)?node_modules\/(?:@[^/]+\/)?[^/@.][^/]*)\//;

describe('the image', () => {
  let scene: Scene;
  let image: Image;
  beforeAll(async () => {
    const archive = testImage();
    image = await readImage(archive);
    scene = await Scene.start({ nodes: 'real', crds: false, operator: false });
    await scene.cluster.loadImage(archive);
    for (const heading of ['By kubectl', 'The first example']) await type(scene, commandsBelow(heading)[0] ?? '');
    const container = { name: 'web', command: ['sleep', '3600'] };
    const web = { controllerKind: 'Deployment', replicas: 2, image: 'xos.local/busybox:1' };
    await scene.apply(managed('XosSlice', 'web', { ...web, template: { spec: { containers: [container] } } }, DEMO));
    await scene.untilReady(XosSlices, `${DEMO}/web`);
  });
  afterAll(async () => {
    await scene.close();
  });

  const copies = async () =>
    (await scene.list(Pods, SYSTEM)).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const readyCopies = async () =>
    (await copies()).filter(({ status }) => status?.containerStatuses?.every(({ ready }) => ready === true) === true);
  /** The pod that works: a copy calls itself by the name of its pod, and something that it has to itself. */
  const leader = async () =>
    ((await scene.get(Leases, `${SYSTEM}/xos-operator`))?.spec?.holderIdentity ?? '').split('_')[0] ?? '';
  const untilTwoReady = async () =>
    await scene.until('two ready copies', async () => ((await readyCopies()).length === 2 ? true : undefined), 60_000);
  /** That somebody works: what is declared now is made. */
  const expectWork = async (name: string) => {
    await scene.apply(managed('XosConfigMap', name, { data: { a: 'b' } }, DEMO));
    await scene.untilReady(XosConfigMaps, `${DEMO}/${name}`);
  };
  /** What an expression of JavaScript is inside of a copy's container; of a promise, what comes of it. */
  const inside = async (expression: string, copy = 'deployment/xos-operator') => {
    const program = `Promise.resolve(${expression}).then(console.log)`;
    return (await scene.kubectl('exec', '-n', SYSTEM, copy, '--', NODE, '--eval', program)).trim();
  };

  test('says what it is, and holds no shell and no package manager', () => {
    expect(image.config.User).toBe('65532:65532');
    expect(Object.keys(image.config.Labels)).toEqual(
      expect.arrayContaining(
        ['title', 'description', 'version', 'revision', 'licenses', 'base.name'].map(
          (each) => `org.opencontainers.image.${each}`,
        ),
      ),
    );
    expect(image.config.Labels['org.opencontainers.image.revision']).toMatch(/^([0-9a-f]{40}|unknown)$/);
    expect(image.files.filter((file) => TOOLS.test(file))).toEqual([]);
  });

  test('holds the packages that package-lock.json has for production, what src compiles to, and nothing else', () => {
    const packages = image.files.flatMap((file) => PACKAGE.exec(file)?.[1] ?? []);
    expect([...new Set(packages)].toSorted()).toEqual(productionPackages());
    const others = image.files.filter((file) => /^app\/(?!node_modules\/).*[^/]$/.test(file));
    expect(others.toSorted()).toEqual(['app/LICENSE', 'app/package.json', ...compiled()].toSorted());
  });

  test('runs as two ready copies under its own account, where Pod Security is restricted', async () => {
    const pods = await readyCopies();
    expect(pods).toHaveLength(2);
    expect(pods.map(({ spec }) => spec.serviceAccountName)).toEqual(['xos-operator', 'xos-operator']);
    expect(await scene.kubectl('get', 'pods', '-n', SYSTEM, '-o', 'jsonpath={..imageID}')).toContain(image.id);
    expect(pods.map(({ metadata }) => metadata.name)).toContain(await leader());
    const loose = { ...podNamed(SYSTEM, 'loose'), spec: { containers: [{ name: 'main', image: imageName }] } };
    await expect(scene.apply(loose)).rejects.toThrow('violates PodSecurity "restricted');
  });

  test('is nobody, writes nowhere, and has no shell inside', async () => {
    expect(await inside('process.getuid() + ":" + process.getgid()')).toBe('65532:65532');
    const write = (file: string) => `fs.promises.writeFile('${file}', '').catch(({ code }) => code)`;
    expect(await inside(write('/app/new'))).toBe('EROFS');
    expect(await inside(write('/tmp/new'))).toBe('EROFS');
    expect(await inside('fs.readFileSync("/proc/1/status", "utf8").match(/CapEff:\\s(\\w+)/)[1]')).toMatch(/^0+$/);
    for (const shell of ['sh', '/bin/sh', 'bash', 'npm'])
      await expect(scene.kubectl('exec', '-n', SYSTEM, 'deployment/xos-operator', '--', shell)).rejects.toThrow(
        /no such file or directory|executable file not found/,
      );
  });

  test('answers probes and scrapes from other pods', async () => {
    const [asking, asked] = await readyCopies();
    const url = (page: string) => `http://${asked?.status?.podIP ?? ''}:${page}`;
    const ask = (page: string) =>
      inside(`fetch('${url(page)}').then(async (it) => it.status + ' ' + (await it.text()))`, asking?.metadata.name);
    expect(await ask('8081/healthz')).toBe('200 ok');
    expect(await ask('8081/readyz')).toBe('200 ok');
    expect(await ask('8080/metrics')).toMatch(/^200 [^]*leader_election_master_status \d/);
  });

  test('lets its heap follow the memory limit', async () => {
    const [program = '', ...flags] = image.config.Entrypoint.slice(0, -1);
    const print = 'v8.getHeapStatistics().heap_size_limit';
    const pods = LIMITS.map((limit) => ({
      ...podNamed('default', `limit-${limit}`),
      spec: {
        restartPolicy: 'Never',
        containers: [
          {
            name: 'main',
            image: imageName,
            command: [program, ...flags, '--print', print],
            resources: { limits: { memory: `${limit}Mi` } },
          },
        ],
      },
    }));
    await scene.apply(...pods);
    const heaps = await Promise.all(
      LIMITS.map(async (limit) => {
        await scene.kubectl('wait', '--for=jsonpath={.status.phase}=Succeeded', `pod/limit-${limit}`, '--timeout=60s');
        return Number(await scene.kubectl('logs', `limit-${limit}`)) / MEGABYTE / limit;
      }),
    );
    for (const share of heaps) {
      expect(share).toBeGreaterThan(0.65);
      expect(share).toBeLessThan(0.8);
    }
    await scene.kubectl('delete', 'pod', '--now', ...LIMITS.map((limit) => `limit-${limit}`));
  });

  test('when the pod of the leader is deleted, the other one works', async () => {
    const before = await leader();
    const standby = (await readyCopies()).map(({ metadata }) => metadata.name).find((name) => name !== before);
    await scene.kubectl('delete', 'pod', '-n', SYSTEM, before, '--wait=false');
    await scene.until('another leader', async () => ((await leader()) === standby ? true : undefined));
    await expectWork('after-the-leader');
    await untilTwoReady();
  });

  test('a drain leaves one copy, and after a power cut of the node everything comes back', async () => {
    const drained = scene.kubectl('drain', 'real-0', '--force', '--timeout=20s');
    await expect(drained).rejects.toThrow(RunError);
    await expect(drained).rejects.toThrow(/disruption budget/);
    expect(await readyCopies()).toHaveLength(1);
    await expectWork('while-drained');

    await scene.cluster.stopComponent('node');
    await scene.cluster.startComponents();
    await scene.kubectl('uncordon', 'real-0');
    await untilTwoReady();
    await scene.until('a leader that runs', async () => {
      const names = (await readyCopies()).map(({ metadata }) => metadata.name);
      return names.includes(await leader()) || undefined;
    });
    await expectWork('after-the-power-cut');
    await scene.untilReady(XosSlices, `${DEMO}/web`);
    await untilExact(scene);
  });

  test('given back and removed, it leaves every container as it was', async () => {
    const others = () => containersOf(scene, (namespace) => namespace !== SYSTEM);
    const before = await others();
    expect(before).toHaveLength(3);
    for (const commands of commandsBelow('Taking all of it away')) await type(scene, commands);
    await type(scene, commandsBelow('By kubectl')[1] ?? '');
    expect(await scene.kubectl('get', 'crd', '-o', 'name')).toBe('');
    // As long as the garbage collector would need to miss an owner.
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    expect(await others()).toEqual(before);
  });
});

function podNamed(namespace: string, name: string): object {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace } };
}

/** By their paths in the checkout, sorted. */
function productionPackages(): string[] {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  const isWanted = ([path, { dev }]: [string, { dev?: boolean }]) => path !== '' && dev !== true;
  return Object.entries(packages)
    .filter(isWanted)
    .map(([path]) => path)
    .toSorted();
}

/** What each source becomes. */
function compiled(): string[] {
  const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  return sources
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => ['.js', '.js.map'].map((ending) => `app/dist/${file.replace(/\.ts$/, ending)}`));
}
