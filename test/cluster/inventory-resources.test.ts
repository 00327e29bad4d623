/**
 * What is mirrored by choice: Services with their ports, and the ConfigMaps and Secrets that pods of others mount, with where
 * they are mounted. By name and never with data; and what is mirrored is never written to.
 */
import { type Pod, Pods } from '../../src/api/core.ts';
import { ConfigMaps, Secrets } from '../../src/api/data.ts';
import { XosConfigMaps } from '../../src/api/generated/xosconfigmaps.ts';
import { XosConfigMapVolumeMounts } from '../../src/api/generated/xosconfigmapvolumemounts.ts';
import { XosSecrets } from '../../src/api/generated/xossecrets.ts';
import { XosSecretVolumeMounts } from '../../src/api/generated/xossecretvolumemounts.ts';
import { XosServicePorts } from '../../src/api/generated/xosserviceports.ts';
import { XosServices } from '../../src/api/generated/xosservices.ts';
import { keyOf } from '../../src/api/meta.ts';
import type { KubeObject, Live } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { Services } from '../../src/api/service.ts';
import { type AuditedRequest, countBy } from '../support/audit.ts';
import { untilExact } from '../support/inventory.ts';
import { deployment, managed, namespace, pod } from '../support/samples.ts';
import { Scene, SERVICE } from '../support/scene.ts';

const CANARY = 'c2VjcmV0LWNhbmFyeQ==';
const NS = 'shop';
const ALL = ['Services', 'ConfigMaps', 'Secrets'];
const WRITES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

type Spec = { spec: Record<string, unknown> & { xosManaged?: boolean } };

const core = (kind: string, name: string, more: object): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: NS },
  ...more,
});
const service = (name: string, spec: object, annotations: object = {}): KubeObject => {
  const plain = core('Service', name, { spec });
  return { ...plain, metadata: { ...plain.metadata, annotations: { ...annotations } } };
};

const NOTHING = { ports: [], configMaps: [], secrets: [], configMapMounts: [], secretMounts: [] };
/** For CRDs that have just come a garbage collector looks every 30 s only. */
const COLLECTED_MS = 60_000;

/** A pod spec that mounts a ConfigMap twice and a Secret once. */
const mounting = {
  volumes: [
    { name: 'config', configMap: { name: 'settings' } },
    { name: 'keys', secret: { secretName: 'keys' } },
    { name: 'all', projected: { sources: [{ configMap: { name: 'projected' } }] } },
  ],
  containers: [
    {
      name: 'c',
      image: 'app:1',
      volumeMounts: [
        { name: 'config', mountPath: '/etc/app' },
        { name: 'config', mountPath: '/etc/one.conf', subPath: 'one' },
        { name: 'keys', mountPath: '/keys' },
        { name: 'all', mountPath: '/all' },
      ],
    },
  ],
};

describe('what is mirrored by choice', () => {
  let scene: Scene;
  let start: number;
  beforeAll(async () => {
    scene = await Scene.start();
    start = scene.audit.mark();
    await scene.apply(
      namespace(NS),
      core('ConfigMap', 'settings', { data: { one: '1', two: '2' } }),
      core('ConfigMap', 'projected', { data: { a: 'b' } }),
      core('ConfigMap', 'unused', { data: { a: 'b' } }),
      core('Secret', 'keys', { data: { password: CANARY } }),
      core('Secret', 'of-the-bare-one', { data: { password: CANARY } }),
      service('front', {
        type: 'NodePort',
        selector: { app: 'web' },
        ports: [
          { name: 'http', port: 80 },
          { name: 'dns', port: 53, protocol: 'UDP' },
        ],
      }),
      service('shrinking', { type: 'NodePort', ports: [{ name: 'http', port: 80 }] }),
      service('headless', { clusterIP: 'None', selector: { app: 'web' }, ports: [{ port: 6379 }] }),
      service('elsewhere', { type: 'ExternalName', externalName: 'example.com' }),
      service('left-out', { ports: [{ port: 1 }] }, { 'xos.opencord.org/adopt': 'false' }),
      managed('XosService', 'ours', {}, NS),
      managed('XosServicePort', 'ours-http', { serviceRef: { name: 'ours' }, internalPort: 80 }, NS),
      managed('XosConfigMap', 'declared', { data: { a: 'b' } }, NS),
    );
    const web = deployment(NS, 'web', 2) as KubeObject & { spec: { template: { spec: object } } };
    web.spec.template.spec = mounting;
    const bare = pod(NS, 'bare');
    const spec = {
      volumes: [
        { name: 'keys', secret: { secretName: 'of-the-bare-one' } },
        { name: 'declared', configMap: { name: 'declared', optional: true } },
      ],
      containers: [{ name: 'c', image: 'app:1', volumeMounts: [{ name: 'keys', mountPath: '/keys' }] }],
    };
    await scene.apply(web, { ...bare, spec });
    await untilExact(scene);
  });
  afterAll(async () => {
    await scene.close();
  });

  const choose = (...resources: string[]) => scene.apply({ ...SERVICE, spec: { adoption: { resources } } });
  const mirrors = async (resource: Resource) =>
    ((await scene.list(resource)) as (Live<KubeObject> & Spec)[]).filter(({ spec }) => spec.xosManaged === false);
  const isForeign = ({ metadata }: KubeObject) =>
    !(metadata.ownerReferences ?? []).some(({ apiVersion }) => apiVersion.startsWith('xos.opencord.org/'));
  const sorted = (list: string[]) => [...new Set(list)].toSorted();

  /** What there should be, by a second, naive implementation. */
  async function expected(chosen: readonly string[]): Promise<Record<string, string[]>> {
    const services = (await scene.list(Services)).filter(
      (each) =>
        isForeign(each) &&
        each.spec.type !== 'ExternalName' &&
        each.metadata.annotations?.['xos.opencord.org/adopt'] === undefined,
    );
    const pods = (await scene.list(Pods)).filter(isForeign);
    const has = (choice: string, list: string[]) => (chosen.includes(choice) ? sorted(list) : []);
    const [maps, secrets] = [await mounted(pods, 'configMap'), await mounted(pods, 'secret')];
    return {
      services: has(
        'Services',
        services.map((each) => `${keyOf(each.metadata)} ${each.spec.type ?? ''}`),
      ),
      ports: has(
        'Services',
        services.flatMap((each) =>
          (each.spec.ports ?? []).map(
            ({ port, nodePort, protocol }) => `${keyOf(each.metadata)} ${port} ${nodePort ?? '-'} ${protocol ?? ''}`,
          ),
        ),
      ),
      configMaps: has(
        'ConfigMaps',
        maps.map(({ key }) => key),
      ),
      secrets: has(
        'Secrets',
        secrets.map(({ key }) => key),
      ),
      configMapMounts: has(
        'ConfigMaps',
        maps.flatMap(({ places }) => places),
      ),
      secretMounts: has(
        'Secrets',
        secrets.flatMap(({ places }) => places),
      ),
    };
  }

  /** What pods mount of a sort, and where, if it is there and not ours. */
  async function mounted(pods: readonly Live<Pod>[], sort: 'configMap' | 'secret') {
    const list = await scene.list(sort === 'configMap' ? ConfigMaps : Secrets);
    const present = new Set((list as Live<KubeObject>[]).filter(isForeign).map(({ metadata }) => keyOf(metadata)));
    return pods.flatMap((each) =>
      (each.spec.volumes ?? []).flatMap((volume) => {
        const name = sort === 'configMap' ? volume.configMap?.name : volume.secret?.secretName;
        const key = `${each.metadata.namespace ?? ''}/${name ?? ''}`;
        if (name === undefined || !present.has(key)) return [];
        const holder = each.metadata.name === 'bare' ? 'bare' : 'web.deployment';
        const mounts = each.spec.containers.flatMap(({ volumeMounts = [] }) => volumeMounts);
        const places = mounts
          .filter((mount) => mount.name === volume.name)
          .map(({ mountPath, subPath }) => `${key} ${holder} ${mountPath} ${subPath ?? '-'}`);
        return [{ key, places }];
      }),
    );
  }

  async function actual(): Promise<Record<string, string[]>> {
    const text = (value: unknown) => (value === undefined ? '-' : `${value as string | number}`);
    const ref = (value: unknown) => (value as { name: string } | undefined)?.name;
    const named = (list: (KubeObject & Spec)[], field?: string) =>
      sorted(
        list.map(({ metadata, spec }) =>
          [`${metadata.namespace ?? ''}/${text(spec['resourceName'])}`, ...(field ? [text(spec[field])] : [])].join(
            ' ',
          ),
        ),
      );
    const mounts = async (resource: Resource, field: string) =>
      sorted(
        (await mirrors(resource)).map(({ metadata, spec }) => {
          const holder = ref(spec['sliceRef']) ?? ref(spec['serviceInstanceRef']);
          return `${metadata.namespace ?? ''}/${text(ref(spec[field]))} ${text(holder)} ${text(spec['mountPath'])} ${text(spec['subPath'])}`;
        }),
      );
    return {
      services: named(await mirrors(XosServices), 'exposure'),
      ports: sorted(
        (await mirrors(XosServicePorts)).map(
          ({ metadata, spec }) =>
            `${metadata.namespace ?? ''}/${text(ref(spec['serviceRef']))} ${text(spec['internalPort'])} ${text(spec['externalPort'])} ${text(spec['protocol'])}`,
        ),
      ),
      configMaps: named(await mirrors(XosConfigMaps)),
      secrets: named(await mirrors(XosSecrets)),
      configMapMounts: await mounts(XosConfigMapVolumeMounts, 'configMapRef'),
      secretMounts: await mounts(XosSecretVolumeMounts, 'secretRef'),
    };
  }

  async function untilChosen(...chosen: string[]): Promise<Record<string, string[]>> {
    let [want, have]: Record<string, string[]>[] = [{}, {}];
    try {
      await scene.until(
        'the mirrors',
        async () => {
          [want, have] = [await expected(chosen), await actual()];
          return JSON.stringify(want) === JSON.stringify(have) ? true : undefined;
        },
        COLLECTED_MS,
      );
    } catch (error) {
      expect(have).toEqual(want);
      throw error;
    }
    await untilExact(scene);
    return have ?? {};
  }

  test('nothing of it, unless somebody chooses', async () => {
    await untilChosen();
  });

  test('all of it: what is there, each with one create and one status', async () => {
    const mark = scene.audit.mark();
    await choose(...ALL);
    const found = await untilChosen(...ALL);
    expect(found['services']).toContain(`${NS}/front NodePort`);
    expect(found['secretMounts']).toEqual([`${NS}/keys web.deployment /keys -`, `${NS}/of-the-bare-one bare /keys -`]);
    expect(found['configMapMounts']).toHaveLength(2);
    const count = Object.values(found).flat().length;
    const isReported = ({ status }: KubeObject & { status?: { conditions?: unknown } }) =>
      status?.conditions !== undefined;
    await scene.until('all to be reported', async () =>
      (await Promise.all(MIRRORED.map(mirrors))).flat().every(isReported) ? true : undefined,
    );
    const plurals = new Set(MIRRORED.map(({ plural }) => plural));
    // What is declared here goes its own way.
    const isMirror = ({ resource, name }: AuditedRequest) =>
      plurals.has(resource.replace('/status', '')) && !/^(ours|declared)/.test(name);
    const writes = scene.audit.since(mark).filter((request) => WRITES.has(request.verb) && isMirror(request));
    expect(countBy(writes, ({ verb, code }) => `${verb} ${code}`)).toEqual({ 'create 201': count, 'patch 200': count });
  });
  const MIRRORED = [
    XosServices,
    XosServicePorts,
    XosConfigMaps,
    XosSecrets,
    XosConfigMapVolumeMounts,
    XosSecretVolumeMounts,
  ];

  test('no value of anybody is anywhere', async () => {
    const all = await scene.kubectl('get', 'xos', '-A', '-o', 'json');
    const events = await scene.kubectl('get', 'events', '-A', '-o', 'json');
    for (const text of [all, events, scene.operator?.log() ?? '']) {
      expect(text).not.toContain(CANARY);
      expect(text).not.toContain('secret-canary');
    }
    const secret = await scene.get(XosSecrets, `${NS}/keys`);
    expect(secret?.status).toMatchObject({ entries: 1, keys: ['password'], type: 'Opaque' });
    expect(Object.keys(secret?.spec ?? {}).toSorted()).toEqual(
      ['adoptionPolicy', 'driftPolicy', 'resourceName', 'type', 'xosManaged'].filter((key) =>
        Object.hasOwn(secret?.spec ?? {}, key),
      ),
    );
  });

  test('what changes is followed: ports, mounts, and what goes', async () => {
    const ports = [{ name: 'http', port: 8080 }];
    await scene.kubectl(
      'patch',
      'service',
      '-n',
      NS,
      'front',
      '--type=merge',
      '-p',
      JSON.stringify({ spec: { ports } }),
    );
    // The port keeps its name, and loses its node port.
    const closed = JSON.stringify({ spec: { type: 'ClusterIP', ports: [{ name: 'http', port: 80 }] } });
    await scene.kubectl('patch', 'service', '-n', NS, 'shrinking', '--type=merge', '-p', closed);
    await scene.kubectl('delete', 'service', '-n', NS, 'headless');
    await untilChosen(...ALL);
    await scene.kubectl('delete', 'pod', '-n', NS, 'bare', '--grace-period=0', '--force');
    const template = {
      spec: {
        volumes: [mounting.volumes[0]],
        containers: [{ name: 'c', image: 'app:1', volumeMounts: [{ name: 'config', mountPath: '/new' }] }],
      },
    };
    await scene.kubectl(
      'patch',
      'deployment',
      '-n',
      NS,
      'web',
      '--type=merge',
      '-p',
      JSON.stringify({ spec: { template } }),
    );
    await scene.kubectl('rollout', 'status', '-n', NS, 'deployment/web', '--timeout=60s');
    const found = await untilChosen(...ALL);
    expect([found['secrets'], found['secretMounts'], found['configMapMounts']]).toEqual([
      [],
      [],
      [`${NS}/settings web.deployment /new -`],
    ]);
    await scene.kubectl('delete', 'configmap', '-n', NS, 'settings');
    expect((await untilChosen(...ALL))['configMapMounts']).toEqual([]);
  });

  test('who takes a Service over has it as it is, and its ports are no mirrors any more', async () => {
    const before = await scene.get(Services, `${NS}/front`);
    const spec = { xosManaged: true, adoptionPolicy: 'AdoptIfUnowned' };
    await scene.kubectl('patch', 'xosservice', '-n', NS, 'front', '--type=merge', '-p', JSON.stringify({ spec }));
    await scene.untilReady(XosServices, `${NS}/front`);
    await untilChosen(...ALL);
    expect((await scene.get(Services, `${NS}/front`))?.spec).toEqual(before?.spec);
    await scene.kubectl(
      'patch',
      'xosservice',
      '-n',
      NS,
      'front',
      '--type=merge',
      '-p',
      '{"spec":{"xosManaged":false}}',
    );
    await untilChosen(...ALL);
  });

  test('a Deployment that goes costs one delete for each mount of its slice, and none is made for its pods', async () => {
    await scene.apply(core('ConfigMap', 'settings', { data: { one: '1' } }));
    expect((await untilChosen(...ALL))['configMapMounts']).toEqual([`${NS}/settings web.deployment /new -`]);
    const mark = scene.audit.mark();
    await scene.kubectl('delete', 'deployment', '-n', NS, 'web');
    // As long as its ReplicaSet is not collected, both what is and what should be still have it.
    const mounts = async () => (await untilChosen(...ALL))['configMapMounts']?.length;
    await scene.until('the mount to go', async () => ((await mounts()) === 0 ? true : undefined), COLLECTED_MS);
    const ofMounts = ({ verb, resource }: AuditedRequest) =>
      WRITES.has(verb) && resource === XosConfigMapVolumeMounts.plural;
    const writes = scene.audit.since(mark).filter(ofMounts);
    expect(countBy(writes, ({ verb, code }) => `${verb} ${code}`)).toEqual({ 'delete 200': 1 });
  });

  test('a narrower choice removes what it leaves out, and without an inventory all goes but what was given back', async () => {
    await choose('Services');
    await untilChosen('Services');
    await scene.apply({ ...SERVICE, spec: { adoption: { enabled: false, resources: ALL } } });
    // What somebody took over and gave back is his own word, which nobody takes away from him.
    const left = JSON.stringify({ ...(await actual()), ...NOTHING, services: [`${NS}/front NodePort`] });
    await scene.until('no mirror', async () => (JSON.stringify(await actual()) === left ? true : undefined));
  });

  test('and nothing of anybody else was written', () => {
    const ours = /^xos|^events$/;
    const foreign = scene.audit.since(start).filter(({ verb, resource }) => WRITES.has(verb) && !ours.test(resource));
    const names = new Set(foreign.map(({ resource, name }) => `${resource}/${name}`));
    // What is declared here, and the Service that was taken over and given back.
    expect([...names].toSorted()).toEqual(['configmaps/declared', 'services/front', 'services/ours']);
  });
});
