/**
 * The resources of Kubernetes itself that we look at: what we read of them, and what we keep of those that are not ours.
 * Of a cluster with 100,000 pods only the picked fields fit into memory.
 */
import { keepWhole, pick } from './keep.ts';
import { identity, pickMeta } from './meta-kept.ts';
import { controllerOf, GROUP, groupOf, MARK, XOS_SLICE_LABEL } from './meta.ts';
import type { JsonObject, KubeObject } from './object.ts';
import { once, onceEach } from './once.ts';
import type { Resource } from './resource.ts';
import { pickMounts, pickVolumes, type Volume, type VolumeMount } from './volumes.ts';

export interface Terminated {
  reason?: string;
  exitCode?: number;
}

export interface ContainerStatus {
  name: string;
  ready?: boolean;
  restartCount?: number;
  state?: { waiting?: { reason?: string }; terminated?: Terminated };
  /** How it ended the last time. */
  lastState?: { terminated?: Terminated };
}

interface Container {
  name: string;
  image?: string;
  /** Of foreign pods, those of volumes that are kept. */
  volumeMounts?: VolumeMount[];
}

export interface Pod extends KubeObject {
  spec: {
    nodeName?: string;
    serviceAccountName?: string;
    containers: Container[];
    initContainers?: Container[];
    /** Of foreign pods only those of a ConfigMap or a Secret. */
    volumes?: Volume[];
  };
  status?: {
    phase?: string;
    reason?: string;
    podIP?: string;
    podIPs?: { ip: string }[];
    startTime?: string;
    conditions?: { type: string; status: string; reason?: string }[];
    containerStatuses?: ContainerStatus[];
    /** Of foreign pods only those that have not succeeded. */
    initContainerStatuses?: ContainerStatus[];
  };
}

/** What all workload controllers have in common, as far as we read it. */
export interface Workload extends KubeObject {
  /** Of foreign ones only `replicas` and `suspend` are kept. */
  spec?: {
    replicas?: number;
    suspend?: boolean;
    serviceName?: string;
    schedule?: string;
    /** Of a Job: how many pods at once, and how many that succeed. */
    parallelism?: number;
    completions?: number;
    selector?: { matchLabels?: Record<string, string> };
  };
  status?: {
    observedGeneration?: number;
    replicas?: number;
    readyReplicas?: number;
    updatedReplicas?: number;
    availableReplicas?: number;
    /** Of a StatefulSet: the revision that its pods are to have. */
    updateRevision?: string;
    desiredNumberScheduled?: number;
    currentNumberScheduled?: number;
    updatedNumberScheduled?: number;
    numberAvailable?: number;
    numberReady?: number;
    /** Of a Job: how many pods run. Of a CronJob: which Jobs do. */
    active?: number | JsonObject[];
    /** Of a Job: how many of its pods are ready. */
    ready?: number;
    succeeded?: number;
    failed?: number;
    /** The message holds what the API server said: for telling causes apart, never to be shown. */
    conditions?: { type: string; status: string; reason?: string; message?: string }[];
  };
}

export interface Namespace extends KubeObject {
  status?: { phase?: string };
}

export interface ServiceAccount extends KubeObject {
  automountServiceAccountToken?: boolean;
  imagePullSecrets?: { name: string }[];
}

export const Pods: Resource<Pod> = {
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  namespaced: true,
  keep: (pod) => (isOurs(pod) ? keepWhole(pod) : pickPod(pod)),
};
export const Namespaces: Resource<Namespace> = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
  keep: keepWhole,
};
export const ServiceAccounts: Resource<ServiceAccount> = {
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  namespaced: true,
  keep: (account) =>
    isOurs(account) ? keepWhole(account) : { ...identity(account), metadata: pickMeta(account.metadata) },
};
export const ReplicationControllers = workload('', 'v1', 'ReplicationController', 'replicationcontrollers');
export const Deployments = workload('apps', 'v1', 'Deployment', 'deployments');
export const StatefulSets = workload('apps', 'v1', 'StatefulSet', 'statefulsets');
export const DaemonSets = workload('apps', 'v1', 'DaemonSet', 'daemonsets');
export const ReplicaSets = workload('apps', 'v1', 'ReplicaSet', 'replicasets');
export const Jobs = workload('batch', 'v1', 'Job', 'jobs');
export const CronJobs = workload('batch', 'v1', 'CronJob', 'cronjobs');

function workload(group: string, version: string, kind: string, plural: string): Resource<Workload> {
  const keep = (object: Workload): Workload => (isOurs(object) ? keepWhole(object) : pickWorkload(object));
  return { group, version, kind, plural, namespaced: true, keep };
}

/** Whether a custom resource of ours is in charge: then every field counts, for drift. */
export function isOurs(object: KubeObject): boolean {
  const controller = controllerOf(object);
  return controller !== undefined && groupOf(controller) === GROUP;
}

function pickPod(pod: Pod): Pod {
  const { spec, status } = pod;
  const volumes = pickVolumes(spec.volumes ?? []);
  const pickContainer = pickerOf(volumes);
  const picked: Pod = {
    ...identity(pod),
    metadata: pickMeta(pod.metadata),
    spec: {
      ...onceEach(pick(spec, ['nodeName', 'serviceAccountName']), ['nodeName', 'serviceAccountName']),
      containers: once(spec.containers.map(pickContainer)),
      ...(spec.initContainers !== undefined && { initContainers: once(spec.initContainers.map(pickContainer)) }),
      ...(volumes.length > 0 && { volumes: once(volumes) }),
    },
  };
  if (status !== undefined) picked.status = pickPodStatus(status);
  return picked;
}

/** Cuts containers down; of their mounts those of the kept volumes stay. */
function pickerOf(volumes: readonly Volume[]): (container: Container) => Container {
  const kept = new Set(volumes.map(({ name }) => name));
  return (container) => {
    const mounts = pickMounts(container.volumeMounts ?? [], kept);
    return { ...pick(container, ['name', 'image']), ...(mounts.length > 0 && { volumeMounts: mounts }) };
  };
}

function pickPodStatus(status: NonNullable<Pod['status']>): NonNullable<Pod['status']> {
  const { conditions, containerStatuses, initContainerStatuses } = status;
  const relevant = conditions?.filter((condition) => condition.type === 'Ready' || condition.type === 'PodScheduled');
  return {
    ...pick(status, ['phase', 'reason', 'podIP', 'podIPs', 'startTime']),
    ...(relevant !== undefined && {
      conditions: once(relevant.map((condition) => pick(condition, ['type', 'status', 'reason']))),
    }),
    ...(containerStatuses !== undefined && { containerStatuses: once(containerStatuses.map(pickContainerStatus)) }),
    ...(initContainerStatuses !== undefined && {
      initContainerStatuses: once(initContainerStatuses.filter(isUnfinished).map(pickContainerStatus)),
    }),
  };
}

function isUnfinished({ state }: ContainerStatus): boolean {
  return state?.terminated?.exitCode !== 0;
}

/** Without times and messages, which make those of equal pods differ. */
function pickContainerStatus({ state, lastState, ...status }: ContainerStatus): ContainerStatus {
  const { waiting, terminated } = state ?? {};
  const last = lastState?.terminated;
  return {
    ...pick(status, ['name', 'ready', 'restartCount']),
    ...(waiting !== undefined && { state: { waiting: pick(waiting, ['reason']) } }),
    ...(terminated !== undefined && { state: { terminated: pickEnd(terminated) } }),
    ...(last !== undefined && { lastState: { terminated: pickEnd(last) } }),
  };
}

function pickEnd(end: Terminated): Terminated {
  return pick(end, ['reason', 'exitCode']);
}

function pickWorkload(object: Workload): Workload {
  return {
    ...identity(object),
    metadata: pickMeta(object.metadata),
    ...(object.spec !== undefined && { spec: pick(object.spec, ['replicas', 'suspend']) }),
    ...(object.status !== undefined && {
      status: pick(object.status, [
        'observedGeneration',
        'replicas',
        'readyReplicas',
        'updatedReplicas',
        'availableReplicas',
        'desiredNumberScheduled',
        'numberReady',
      ]),
    }),
  };
}

/** The slice name that a label on a controller asks for. */
export function sliceLabelOf(object: KubeObject): string | undefined {
  return object.metadata.labels?.[MARK.slice] ?? object.metadata.labels?.[XOS_SLICE_LABEL];
}
