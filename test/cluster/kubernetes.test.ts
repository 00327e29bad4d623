/** The local cluster is a real Kubernetes: what the operator builds on holds there. */
import type { Cluster } from '../../hack/cluster/cluster.ts';
import { AuditLog } from '../support/audit.ts';
import { ownCluster } from '../support/cluster.ts';
import { send } from '../support/raw-request.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await ownCluster({ nodes: 1 });
});
afterAll(() => cluster.stop());

describe('the local cluster', () => {
  const namespace = 'cluster-test';
  beforeAll(() => cluster.kubectl(['create', 'namespace', namespace]));

  test('says which version it is', async () => {
    const { stdout } = await cluster.kubectl(['version', '-o', 'json']);
    const { serverVersion, clientVersion } = JSON.parse(stdout) as Record<string, Record<string, string>>;
    expect(serverVersion).toMatchObject({ gitVersion: 'v1.37.2', major: '1', minor: '37', gitTreeState: 'clean' });
    expect(clientVersion).toMatchObject({ gitVersion: 'v1.37.2' });
  });

  test('runs the pods of a Deployment', async () => {
    await cluster.kubectl([
      '-n',
      namespace,
      'create',
      'deployment',
      'web',
      '--image=registry.example/web:1',
      '--replicas=3',
    ]);
    await cluster.kubectl(['-n', namespace, 'rollout', 'status', 'deployment/web', '--timeout=60s']);
    const { stdout } = await cluster.kubectl([
      '-n',
      namespace,
      'get',
      'pods',
      '-o',
      'jsonpath={.items[*].status.phase}',
    ]);
    expect(stdout).toBe('Running Running Running');
  });

  test('lets a minted user do what the rules say, there, and nothing else', async () => {
    const rules = [{ verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] }];
    const kubeconfig = await cluster.mintUser({ name: 'reader', groups: ['readers'], rules, namespace });
    await cluster.kubectl(['-n', namespace, 'get', 'pods'], { kubeconfig });
    await expect(cluster.kubectl(['-n', 'default', 'get', 'pods'], { kubeconfig })).rejects.toThrow('Forbidden');
    await expect(cluster.kubectl(['-n', namespace, 'get', 'secrets'], { kubeconfig })).rejects.toThrow('Forbidden');
    const { stdout } = await cluster.kubectl(['auth', 'whoami', '-o', 'jsonpath={.status.userInfo}'], { kubeconfig });
    expect(JSON.parse(stdout)).toMatchObject({ username: 'reader', groups: expect.arrayContaining(['readers']) });
  });

  test('writes down every request, once, before it is answered', async () => {
    const audit = new AuditLog(cluster.auditLog);
    const mark = audit.mark();
    const path = `/api/v1/namespaces/${namespace}/configmaps`;
    await send(cluster.kubeconfig, { method: 'POST', path, body: { metadata: { name: 'counted' } } });
    await send(cluster.kubeconfig, { method: 'POST', path, body: { metadata: { name: 'counted' } } });
    await send(cluster.kubeconfig, { method: 'GET', path: `${path}/counted` });
    expect(audit.count(mark, { agent: 'xos-test' })).toEqual({
      'create configmaps 201': 1,
      'create configmaps 409': 1,
      'get configmaps 200': 1,
    });
    expect(audit.count(mark)).toEqual({});
  });
});

describe('creating by server-side apply with resourceVersion "1"', () => {
  const namespace = 'create-only-test';
  const pod = { containers: [{ name: 'main', image: 'registry.example/app:1' }] };
  const labels = { app: 'web' };
  const kinds = [
    { kind: 'ConfigMap', apiVersion: 'v1', plural: 'configmaps', body: { data: { key: 'value' } } },
    { kind: 'Secret', apiVersion: 'v1', plural: 'secrets', body: { stringData: { key: 'value' } } },
    {
      kind: 'ServiceAccount',
      apiVersion: 'v1',
      plural: 'serviceaccounts',
      body: { automountServiceAccountToken: false },
    },
    { kind: 'Pod', apiVersion: 'v1', plural: 'pods', body: { spec: pod } },
    { kind: 'Service', apiVersion: 'v1', plural: 'services', body: { spec: { ports: [{ port: 80 }] } } },
    {
      kind: 'Deployment',
      apiVersion: 'apps/v1',
      plural: 'deployments',
      body: { spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: pod } } },
    },
  ];

  beforeAll(() => cluster.kubectl(['create', 'namespace', namespace]));

  const pathOf = ({ apiVersion, plural }: (typeof kinds)[number], name: string) =>
    `/${apiVersion === 'v1' ? 'api' : 'apis'}/${apiVersion}/namespaces/${namespace}/${plural}/${name}`;

  function apply(target: (typeof kinds)[number], name: string, manager: string, force = false) {
    const { apiVersion, kind, body } = target;
    return send(cluster.kubeconfig, {
      method: 'PATCH',
      path: `${pathOf(target, name)}?fieldManager=${manager}&force=${force}`,
      contentType: 'application/apply-patch+yaml',
      body: { apiVersion, kind, metadata: { name, namespace, resourceVersion: '1' }, ...body },
    });
  }

  test.each(kinds)('creates a $kind that is absent, with one entry of ours', async (target) => {
    const { code, body } = await apply(target, 'absent', 'xos');
    expect(code).toBe(201);
    const { managedFields } = body['metadata'] as { managedFields: { manager: string; operation: string }[] };
    expect(managedFields.map(({ manager, operation }) => `${manager}/${operation}`)).toEqual(['xos/Apply']);
  });

  test.each(kinds)('never touches a $kind that is present, not even with force or the same content', async (target) => {
    await apply(target, 'present', 'somebody');
    const { body: before } = await send(cluster.kubeconfig, {
      method: 'GET',
      path: pathOf(target, 'present'),
    });
    for (const [manager, force] of [
      ['somebody', false],
      ['xos', false],
      ['xos', true],
    ] as const) {
      expect((await apply(target, 'present', manager, force)).code).toBe(409);
    }
    const { body: after } = await send(cluster.kubeconfig, { method: 'GET', path: pathOf(target, 'present') });
    // Pods and Deployments get their status from others meanwhile.
    expect(withoutOthers(after)).toEqual(withoutOthers(before));
  });

  test('lets one of many win a race', async () => {
    const [target] = kinds as [(typeof kinds)[number]];
    const managers = Array.from({ length: 12 }, (_, index) => `racer-${index}`);
    const answers = await Promise.all(managers.map((manager) => apply(target, 'raced', manager, true)));
    expect(answers.map(({ code }) => code).toSorted((a, b) => a - b)).toEqual([
      201,
      ...managers.slice(1).map(() => 409),
    ]);
  });
});

/** What no controller or kubelet writes. */
function withoutOthers(object: Record<string, unknown>): unknown {
  const { kind, metadata, data, spec } = object as {
    kind: string;
    metadata: Record<string, unknown>;
    data: unknown;
    spec: Record<string, unknown>;
  };
  const { uid, labels, creationTimestamp, generation } = metadata;
  const isSettled = kind !== 'Pod' && kind !== 'Deployment';
  return {
    uid,
    labels,
    creationTimestamp,
    ...(isSettled ? { data, spec, metadata } : { generation, containers: spec['containers'] }),
  };
}
