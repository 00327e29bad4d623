/** Something of each sort: what makes the operator use every right that it has. */
import { XosConfigMaps } from '../../src/api/generated/xosconfigmaps.ts';
import { XosPrincipals } from '../../src/api/generated/xosprincipals.ts';
import { XosSecrets } from '../../src/api/generated/xossecrets.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosServices } from '../../src/api/generated/xosservices.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import { type Key, keyIn } from '../../src/api/meta.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { daemonSet, deployment, job, managed, namespace, pod, statefulSet, xos } from './samples.ts';
import { SERVICE } from './scene.ts';

/** Where what is declared lives. */
export const MINE = 'mine';
/** Where others run something. */
export const THEIRS = 'theirs';

/** All that can be mirrored is. */
export const CHOSEN = { ...SERVICE, spec: { adoption: { resources: ['Services', 'ConfigMaps', 'Secrets'] } } };

const core = (ns: string, kind: string, name: string, more: object): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: ns },
  ...more,
});
const service = (ns: string, name: string, port = 80) => core(ns, 'Service', name, { spec: { ports: [{ port }] } });

/** What others run: it mounts a ConfigMap and a Secret. */
export const FOREIGN: readonly KubeObject[] = [
  namespace(THEIRS),
  core(THEIRS, 'ConfigMap', 'settings', { data: { a: 'b' } }),
  core(THEIRS, 'Secret', 'keys', { stringData: { a: 'b' } }),
  service(THEIRS, 'front'),
  mounting('/'),
  // Nobody mirrors it, until somebody declares it.
  {
    ...pod(MINE, 'loner'),
    metadata: { name: 'loner', namespace: MINE, annotations: { 'xos.opencord.org/adopt': 'false' } },
  },
];

/** The same with another port, and mounted in another place. */
export const MOVED: readonly KubeObject[] = [service(THEIRS, 'front', 81), mounting('/moved/')];

function mounting(folder: string): KubeObject {
  const web = deployment(THEIRS, 'web') as KubeObject & { spec: { template: object } };
  const volumes = [
    { name: 'config', configMap: { name: 'settings' } },
    { name: 'secret', secret: { secretName: 'keys' } },
  ];
  const volumeMounts = volumes.map(({ name }) => ({ name, mountPath: folder + name }));
  const spec = { volumes, containers: [{ name: 'c', image: 'app:1', volumeMounts }] };
  return { ...web, spec: { ...web.spec, template: { ...web.spec.template, spec } } } as KubeObject;
}

const CONTROLLERS: Readonly<Record<string, object>> = {
  Deployment: { replicas: 1 },
  StatefulSet: { replicas: 1 },
  ReplicaSet: { replicas: 1 },
  DaemonSet: {},
  Job: {},
  CronJob: { schedule: '30 4 * * *' },
};

/** One of each kind, and a slice of each kind of controller, called `<sort>-<name>`. */
export function declared(name: string): KubeObject[] {
  const slices = Object.entries(CONTROLLERS).map(([controllerKind, spec]) =>
    managed('XosSlice', `${controllerKind.toLowerCase()}-${name}`, { controllerKind, image: 'app:1', ...spec }, MINE),
  );
  const inSlice = { sliceRef: { name: `mounting-${name}` } };
  const principalRef = { name: `principal-${name}` };
  const manifests = [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `applied-${name}` } }];
  return [
    managed('XosTrustDomain', `made-${name}`, {}),
    xos('XosSite', `site-${name}`, {}),
    managed('XosImage', `image-${name}`, { image: 'app', tag: name }),
    managed('XosPrincipal', `principal-${name}`, {}, MINE),
    managed('XosConfigMap', `config-${name}`, { data: { a: 'b' } }, MINE),
    managed('XosSecret', `secret-${name}`, { stringData: { a: 'b' } }, MINE),
    managed('XosConfigMapVolumeMount', `config-${name}`, mountOf('configMapRef', `config-${name}`, inSlice), MINE),
    managed('XosSecretVolumeMount', `secret-${name}`, mountOf('secretRef', `secret-${name}`, inSlice), MINE),
    managed('XosService', `service-${name}`, { exposure: 'ClusterIP' }, MINE),
    managed('XosServicePort', `port-${name}`, { serviceRef: { name: `service-${name}` }, internalPort: 80 }, MINE),
    managed('XosSlice', `group-${name}`, {}, MINE),
    managed('XosServiceInstance', `instance-${name}`, { image: 'app:1', sliceRef: { name: `group-${name}` } }, MINE),
    xos('XosResourceInstance', `resource-${name}`, { principalRef, manifests }, MINE),
    // It waits for what it mounts.
    managed('XosSlice', `mounting-${name}`, { controllerKind: 'Deployment', image: 'app:1', replicas: 1 }, MINE),
    ...slices,
  ];
}

function mountOf(field: string, name: string, where: object): object {
  return { [field]: { name }, ...where, mountPath: `/${field}` };
}

/** What takes over the pod that nobody mirrors. */
export const TAKING_OVER = managed(
  'XosServiceInstance',
  'loner',
  { image: 'app:1', adoptionPolicy: 'AdoptIfUnowned' },
  MINE,
);

/** Objects of each sort, with the custom resource of {@link declared} that a copied reference says they belong to. */
export function copies(name: string): { object: KubeObject; owner: Resource; key: Key }[] {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'app:1' }] } };
  const cronJob = {
    ...job(MINE, 'copy'),
    kind: 'CronJob',
    spec: { schedule: '30 4 * * *', jobTemplate: { spec: { template } } },
  };
  const of = (owner: Resource, sort: string, object: KubeObject) => ({
    object,
    owner,
    key: keyIn(MINE, `${sort}-${name}`),
  });
  const ofSlice = (object: KubeObject) => of(XosSlices, object.kind.toLowerCase(), object);
  return [
    of(XosPrincipals, 'principal', core(MINE, 'ServiceAccount', 'copy', {})),
    of(XosConfigMaps, 'config', core(MINE, 'ConfigMap', 'copy', {})),
    of(XosSecrets, 'secret', core(MINE, 'Secret', 'copy', {})),
    of(XosServices, 'service', service(MINE, 'copy')),
    of(XosServiceInstances, 'instance', pod(MINE, 'copy')),
    ofSlice(deployment(MINE, 'copy')),
    ofSlice(statefulSet(MINE, 'copy')),
    ofSlice(daemonSet(MINE, 'copy')),
    ofSlice({ ...deployment(MINE, 'copy'), kind: 'ReplicaSet' }),
    ofSlice(job(MINE, 'copy')),
    ofSlice(cronJob),
  ];
}
