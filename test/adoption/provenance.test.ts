/** Where something comes from: each mark, which one counts, and where it was found. */
import { provenanceOf } from '../../src/adoption/provenance.ts';
import { Deployments, Pods, ReplicaSets } from '../../src/api/core.ts';
import type { KubeObject, ObjectMeta } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { live, viewOf } from '../support/view.ts';

type Meta = Partial<ObjectMeta>;

function object(resource: Resource, name: string, metadata: Meta = {}): KubeObject {
  const apiVersion = resource.group === '' ? 'v1' : `${resource.group}/v1`;
  const all = {
    apiVersion,
    kind: resource.kind,
    metadata: { name, namespace: 'ns', ...metadata },
    spec: { containers: [] },
  };
  // What is not kept cannot be seen.
  return resource.keep?.(all) ?? all;
}

const owner = (kind: string, name: string, apiVersion = 'apps/v1') => ({
  ownerReferences: [{ apiVersion, kind, name, uid: `${kind}:ns/${name}`, controller: true }],
});
const writtenBy = (...managers: string[]): Meta => ({
  managedFields: managers.map((manager) => ({ manager, operation: 'Update' })),
});

test.each<[what: string, metadata: Meta, source: string, name: string | undefined, evidence: string]>([
  [
    'a Helm release, by its annotations, also one of another namespace',
    { annotations: { 'meta.helm.sh/release-name': 'web', 'meta.helm.sh/release-namespace': 'tools' } },
    'Helm',
    'tools/web',
    'metadata.annotations[meta.helm.sh/release-name]',
  ],
  [
    'a chart, by its labels',
    {
      labels: {
        'helm.sh/chart': 'web-1.2',
        'app.kubernetes.io/managed-by': 'Helm',
        'app.kubernetes.io/instance': 'web',
      },
    },
    'Helm',
    'web',
    'metadata.labels[app.kubernetes.io/managed-by]',
  ],
  [
    'a chart, by its name alone',
    { labels: { 'helm.sh/chart': 'web-1.2' } },
    'Helm',
    'web-1.2',
    'metadata.labels[helm.sh/chart]',
  ],
  [
    'an Argo CD application, by what it tracks',
    { annotations: { 'argocd.argoproj.io/tracking-id': 'shop:apps/Deployment:ns/web' } },
    'ArgoCD',
    'shop',
    'metadata.annotations[argocd.argoproj.io/tracking-id]',
  ],
  [
    'an Argo CD application, by its label',
    { labels: { 'argocd.argoproj.io/instance': 'shop' } },
    'ArgoCD',
    'shop',
    'metadata.labels[argocd.argoproj.io/instance]',
  ],
  [
    'a Flux kustomization, with its namespace',
    { labels: { 'kustomize.toolkit.fluxcd.io/name': 'apps', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' } },
    'Flux',
    'flux-system/apps',
    'metadata.labels[kustomize.toolkit.fluxcd.io/name]',
  ],
  [
    'a Helm release of Flux, and not the Helm that it uses',
    {
      labels: { 'helm.toolkit.fluxcd.io/name': 'web', 'helm.toolkit.fluxcd.io/namespace': 'ns' },
      annotations: { 'meta.helm.sh/release-name': 'web' },
    },
    'Flux',
    'web',
    'metadata.labels[helm.toolkit.fluxcd.io/name]',
  ],
  [
    'OLM, by the owner that it labels',
    {
      labels: { 'olm.owner': 'etcd.v1', 'olm.owner.namespace': 'operators', 'olm.owner.kind': 'ClusterServiceVersion' },
    },
    'OLM',
    'operators/etcd.v1',
    'metadata.labels[olm.owner]',
  ],
  [
    'OLM v1, by the extension that it labels',
    {
      labels: {
        'olm.operatorframework.io/owner-kind': 'ClusterExtension',
        'olm.operatorframework.io/owner-name': 'argo',
      },
    },
    'OLM',
    'argo',
    'metadata.labels[olm.operatorframework.io/owner-name]',
  ],
  [
    'OLM, by the operator that a part belongs to',
    { labels: { 'operators.coreos.com/etcd.operators': '' } },
    'OLM',
    'etcd.operators',
    'metadata.labels[operators.coreos.com/etcd.operators]',
  ],
  [
    'a kubelet, of a static pod',
    { annotations: { 'kubernetes.io/config.mirror': 'abc' }, ...owner('Node', 'n1', 'v1') },
    'Static',
    'n1',
    'metadata.annotations[kubernetes.io/config.mirror]',
  ],
  [
    'nobody who only copied the mark of a static pod',
    { annotations: { 'kubernetes.io/config.mirror': 'abc' }, ...writtenBy('kubectl-create') },
    'kubectl',
    'kubectl-create',
    'metadata.managedFields',
  ],
  ...['kubectl', 'kubectl-client-side-apply', 'kubectl-create', 'kubectl-run'].map(
    (manager) =>
      [
        `kubectl, by the field manager ${manager}`,
        writtenBy(manager),
        'kubectl',
        manager,
        'metadata.managedFields',
      ] as [string, Meta, string, string, string],
  ),
  [
    'no kubectl, by a name that only begins so',
    writtenBy('kubectlish'),
    'Other',
    'kubectlish',
    'metadata.managedFields',
  ],
  [
    'Flux, by a field manager alone',
    writtenBy('kustomize-controller'),
    'Flux',
    'kustomize-controller',
    'metadata.managedFields',
  ],
  ['whoever wrote first', writtenBy('terraform', 'kubectl-edit'), 'Other', 'terraform', 'metadata.managedFields'],
  [
    'an operator, by a custom resource that controls it',
    owner('EtcdCluster', 'db', 'etcd.example.com/v1'),
    'Operator',
    'EtcdCluster/db',
    'metadata.ownerReferences',
  ],
  [
    'a controller of Kubernetes that cannot be seen',
    owner('Deployment', 'gone'),
    'Controller',
    'Deployment/gone',
    'metadata.ownerReferences',
  ],
  [
    'a resource of XOS',
    owner('XosSlice', 'mine', 'xos.opencord.org/v1alpha1'),
    'XOS',
    'XosSlice/mine',
    'metadata.ownerReferences',
  ],
  ['nobody that could be told', {}, 'Unknown', undefined, 'metadata'],
])('comes from %s', (_what, metadata, ...[source, name, evidence]) => {
  const pod = live(object(Pods, 'p', metadata));
  expect(provenanceOf(pod, viewOf())).toEqual({ source, evidence, ...(name !== undefined && { name }) });
});

describe('a pod of a controller', () => {
  const pod = live(object(Pods, 'web-1-x', { ...owner('ReplicaSet', 'web-1'), labels: { 'helm.sh/chart': 'copied' } }));
  const set = object(ReplicaSets, 'web-1', owner('Deployment', 'web'));
  const from = (deployment: KubeObject) => provenanceOf(pod, viewOf([ReplicaSets, set], [Deployments, deployment]));

  test('says who put the controller there, and on what that was seen', () => {
    expect(from(object(Deployments, 'web', { annotations: { 'meta.helm.sh/release-name': 'shop' } }))).toEqual({
      source: 'Helm',
      name: 'shop',
      evidence: 'metadata.annotations[meta.helm.sh/release-name] of Deployment web',
    });
  });

  test('says what its own marks say, where those above have none', () => {
    expect(from(object(Deployments, 'web', writtenBy('kubectl-create'))).evidence).toBe(
      'metadata.labels[helm.sh/chart]',
    );
  });

  test('does not follow a reference that lies', () => {
    const namesake = { ...set, metadata: { ...set.metadata, uid: 'another' } };
    expect(
      provenanceOf(live(object(Pods, 'p', owner('ReplicaSet', 'web-1'))), viewOf([ReplicaSets, namesake])),
    ).toEqual({
      source: 'Controller',
      name: 'ReplicaSet/web-1',
      evidence: 'metadata.ownerReferences',
    });
  });
});

test('what a stranger wrote stays within the bounds of the CRD', () => {
  const lie = owner('K'.repeat(250_000), 'x', 'example.com/v1');
  expect(provenanceOf(live(object(Pods, 'p', lie)), viewOf()).name?.length).toBe(512);
});
