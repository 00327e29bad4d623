/** The two foreign workloads that a file cannot hold: a finished run of the CronJob, and a pod that names its owner by UID. */
import { type Kubectl, runKubectl } from '../cluster/kubectl.ts';

const namespace = 'foreign';

/** Starts a run of the CronJob at once, and makes the pod of the EtcdCluster; both only where they are missing. */
export async function addForeignExtras(kubectl: Kubectl): Promise<void> {
  if (!(await exists(kubectl, 'job/report-now'))) {
    await runKubectl(kubectl, ['create', 'job', '-n', namespace, '--from=cronjob/report', 'report-now']);
  }
  if (await exists(kubectl, 'pod/main-0')) return;
  const { stdout: uid } = await runKubectl(kubectl, [
    'get',
    'etcdcluster',
    '-n',
    namespace,
    'main',
    '-o',
    'jsonpath={.metadata.uid}',
  ]);
  await runKubectl(kubectl, ['create', '-f', '-'], { input: JSON.stringify(memberPod(uid)) });
}

/** As the controller of EtcdClusters would make it, if there were one. */
function memberPod(uid: string): object {
  const owner = { apiVersion: 'database.example.com/v1', kind: 'EtcdCluster', name: 'main', uid, controller: true };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'main-0', namespace, ownerReferences: [owner] },
    spec: { containers: [{ name: 'etcd', image: 'registry.k8s.io/etcd:3.6' }] },
  };
}

async function exists(kubectl: Kubectl, name: string): Promise<boolean> {
  const { stdout } = await runKubectl(kubectl, ['get', name, '-n', namespace, '--ignore-not-found', '-o', 'name']);
  return stdout.trim() !== '';
}
