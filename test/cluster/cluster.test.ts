/** The local cluster itself: it starts, it ends, it leaves nothing behind, and it is a real Kubernetes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, openCluster, startCluster } from '../../hack/cluster/cluster.ts';
import { isRunning, type ProcessId } from '../../hack/cluster/processes.ts';
import { readProcesses } from '../../hack/cluster/record.ts';
import { waitFor } from '../../hack/wait.ts';
import { AuditLog } from '../support/audit.ts';
import { describeOnOwnCluster, ownCluster, startedCluster } from '../support/cluster.ts';
import { send } from '../support/raw-request.ts';

const library = join(import.meta.dirname, '..', '..', 'hack', 'cluster', 'cluster.ts');
const names = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok', 'reaper'];

/** Whatever runs for a cluster has its folder in its command line. */
function commandsNaming(stateDir: string): string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(commandOf)
    .filter((command) => command.includes(stateDir));
}

/** Empty for a process that has gone meanwhile, or that only waits to be buried. */
function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

function processesOf(stateDir: string): ProcessId[] {
  return [...readProcesses(stateDir).values()];
}

describeOnOwnCluster('start and stop', () => {
  const clusters: Cluster[] = [];
  afterEach(async () => {
    await Promise.all(clusters.splice(0).map((cluster) => cluster.stop()));
  });

  test('what was started runs, and after stop no process and no file of it is left', async () => {
    const cluster = await ownCluster();
    clusters.push(cluster);
    expect([...readProcesses(cluster.stateDir).keys()].toSorted()).toEqual(names);
    const processes = processesOf(cluster.stateDir);
    expect(processes.every(isRunning)).toBe(true);

    await cluster.stop();
    expect(processes.filter(isRunning)).toEqual([]);
    expect(commandsNaming(cluster.stateDir)).toEqual([]);
    expect(existsSync(cluster.stateDir)).toBe(false);
  });

  test('two clusters run side by side, and ending one leaves the other alone', async () => {
    clusters.push(...(await Promise.all([ownCluster({ nodes: 1 }), ownCluster({ nodes: 1 })])));
    const [first, second] = clusters as [Cluster, Cluster];
    await first.kubectl(['create', 'namespace', 'only-in-the-first']);
    await expect(second.kubectl(['get', 'namespace', 'only-in-the-first'])).rejects.toThrow('not found');

    await first.stop();
    expect(processesOf(second.stateDir).every(isRunning)).toBe(true);
    await second.kubectl(['get', 'nodes']);
  });

  test('the API server comes back at the same address with what it knew', async () => {
    const cluster = await ownCluster({ nodes: 1 });
    clusters.push(cluster);
    await cluster.kubectl(['create', 'namespace', 'kept']);
    await cluster.stopApiServer();
    await expect(cluster.kubectl(['get', 'namespace', 'kept', '--request-timeout=2s'])).rejects.toThrow();
    await cluster.startApiServer();
    await cluster.kubectl(['get', 'namespace', 'kept']);
  });

  test('a folder with something else in it is never taken, and never removed', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'xos-taken-'));
    writeFileSync(join(stateDir, 'thesis.txt'), 'years of work');
    await expect(startCluster({ stateDir, attached: true })).rejects.toThrow('not empty');
    expect(existsSync(join(stateDir, 'thesis.txt'))).toBe(true);
    rmSync(stateDir, { recursive: true });
  });
});

describeOnOwnCluster('when the starter is killed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'xos-starter-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function startStarter(stateDir: string, attached: boolean): ChildProcess {
    const script = `
      import(${JSON.stringify(library)})
        .then(({ startCluster }) => startCluster({ stateDir: ${JSON.stringify(stateDir)}, attached: ${attached}, nodes: 1 }))
        .then(() => console.log('started'));
      setInterval(() => {}, 1000);`;
    return spawn(process.execPath, ['--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  }

  async function killed(starter: ChildProcess): Promise<void> {
    starter.kill('SIGKILL');
    await once(starter, 'exit');
  }

  test('an attached cluster ends with it', async () => {
    const stateDir = join(folder, 'attached');
    const starter = startStarter(stateDir, true);
    if (starter.stdout !== null) await once(starter.stdout, 'data');
    const processes = processesOf(stateDir);
    expect(processes.filter(isRunning)).toHaveLength(names.length);

    await killed(starter);
    await waitFor('the processes to end', () => !processes.some(isRunning) || undefined, { timeoutMs: 10_000 });
    await waitFor('the state folder to go', () => !existsSync(stateDir) || undefined, { timeoutMs: 10_000 });
  });

  test.each([0, 5, 10, 20, 1000, 2500])('also %i ms after its reaper was started', async (delayMs) => {
    const stateDir = join(folder, `early-${delayMs}`);
    const starter = startStarter(stateDir, true);
    await waitFor('the reaper', () => readProcesses(stateDir).get('reaper'), { timeoutMs: 30_000, everyMs: 5 });
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    await killed(starter);
    await waitFor(
      'everything to be gone',
      () => (!existsSync(stateDir) && commandsNaming(stateDir).length === 0) || undefined,
      { timeoutMs: 10_000 },
    );
  });

  test('a cluster that is not attached runs on, and whoever comes later can end it', async () => {
    const stateDir = join(folder, 'detached');
    mkdirSync(stateDir);
    const starter = startStarter(stateDir, false);
    if (starter.stdout !== null) await once(starter.stdout, 'data');
    await killed(starter);
    const processes = processesOf(stateDir);
    expect(processes.filter(isRunning)).toHaveLength(names.length - 1);

    await openCluster(stateDir).stop();
    expect(processes.filter(isRunning)).toEqual([]);
  });
});

describeOnOwnCluster('the cluster', () => {
  const namespace = 'cluster-test';
  beforeAll(async () => {
    await startedCluster().kubectl(['create', 'namespace', namespace]);
  });
  afterAll(async () => {
    await startedCluster().kubectl(['delete', 'namespace', namespace, '--wait=false']);
  });

  test('says which version it is', async () => {
    const { stdout } = await startedCluster().kubectl(['version', '-o', 'json']);
    const { serverVersion, clientVersion } = JSON.parse(stdout) as Record<string, Record<string, string>>;
    expect(serverVersion).toMatchObject({ gitVersion: 'v1.37.2', major: '1', minor: '37', gitTreeState: 'clean' });
    expect(clientVersion).toMatchObject({ gitVersion: 'v1.37.2' });
  });

  test('runs the pods of a Deployment', async () => {
    const cluster = startedCluster();
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
    const cluster = startedCluster();
    const rules = [{ verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'] }];
    const kubeconfig = await cluster.mintUser({ name: 'reader', groups: ['readers'], rules, namespace });
    await cluster.kubectl(['-n', namespace, 'get', 'pods'], { kubeconfig });
    await expect(cluster.kubectl(['-n', 'default', 'get', 'pods'], { kubeconfig })).rejects.toThrow('Forbidden');
    await expect(cluster.kubectl(['-n', namespace, 'get', 'secrets'], { kubeconfig })).rejects.toThrow('Forbidden');
    const { stdout } = await cluster.kubectl(['auth', 'whoami', '-o', 'jsonpath={.status.userInfo}'], { kubeconfig });
    expect(JSON.parse(stdout)).toMatchObject({ username: 'reader', groups: expect.arrayContaining(['readers']) });
  });

  test('writes down every request, once, before it is answered', async () => {
    const cluster = startedCluster();
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

describeOnOwnCluster('creating by server-side apply with resourceVersion "1"', () => {
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

  beforeAll(async () => {
    await startedCluster().kubectl(['create', 'namespace', namespace]);
  });
  afterAll(async () => {
    await startedCluster().kubectl(['delete', 'namespace', namespace, '--wait=false']);
  });

  const pathOf = ({ apiVersion, plural }: (typeof kinds)[number], name: string) =>
    `/${apiVersion === 'v1' ? 'api' : 'apis'}/${apiVersion}/namespaces/${namespace}/${plural}/${name}`;

  function apply(target: (typeof kinds)[number], name: string, manager: string, force = false) {
    const { apiVersion, kind, body } = target;
    return send(startedCluster().kubeconfig, {
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
    const { body: before } = await send(startedCluster().kubeconfig, {
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
    const { body: after } = await send(startedCluster().kubeconfig, { method: 'GET', path: pathOf(target, 'present') });
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
