/** The pods of the simulated list: of the size and shape of real ones, each another. */

export const RELIST_PODS = 50_000;

/** A pod as the API server sends it, about 5 KB of JSON. */
export function podText(i: number): string {
  const name = `web-79fd576b44-${i.toString(36).padStart(5, '0')}`;
  const uid = `f4734282-6804-4817-ab6b-${i.toString(16).padStart(12, '0')}`;
  const version = String(1_000 + i);
  return TEMPLATE.replaceAll('NAME', name).replaceAll('UID', uid).replaceAll('VERSION', version);
}

const env = Array.from({ length: 10 }, (_, i) => ({ name: `VARIABLE_${i}`, value: 'x'.repeat(60) }));
const containers = ['web', 'proxy'].map((name) => ({
  name,
  image: `registry.example.com/team/${name}:1.2`,
  env,
  resources: {},
  terminationMessagePath: '/dev/termination-log',
  terminationMessagePolicy: 'File',
  imagePullPolicy: 'IfNotPresent',
}));
const conditions = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(
  (type) => ({ type, status: 'True', lastProbeTime: null, lastTransitionTime: '2026-11-24T00:26:00Z' }),
);
const fields = Object.fromEntries(
  env.map(({ name }) => [`k:{"name":"${name}"}`, { '.': {}, 'f:name': {}, 'f:value': {} }]),
);
const TEMPLATE = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'NAME',
    namespace: 'bench-0',
    uid: 'UID',
    resourceVersion: 'VERSION',
    creationTimestamp: '2026-11-24T00:25:00Z',
    labels: { app: 'bench', 'pod-template-hash': '79fd576b44' },
    ownerReferences: [
      { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-79fd576b44', uid: 'c392bc03', controller: true },
    ],
    managedFields: [{ manager: 'kube-controller-manager', operation: 'Update', fieldsV1: { 'f:env': fields } }],
  },
  spec: { nodeName: 'node-1', serviceAccountName: 'default', restartPolicy: 'Always', containers },
  status: {
    phase: 'Running',
    podIP: '10.0.0.1',
    podIPs: [{ ip: '10.0.0.1' }],
    conditions,
    containerStatuses: containers.map(({ name, image }) => ({
      name,
      image,
      ready: true,
      restartCount: 0,
      state: { running: { startedAt: '2026-11-24T00:26:00Z' } },
    })),
  },
});
