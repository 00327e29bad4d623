/** The local cluster itself: it starts, it ends, and it leaves nothing behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cluster, openCluster, takeSnapshot, startCluster } from '../../hack/cluster/cluster.ts';
import { isRunning, type ProcessId } from '../../hack/cluster/processes.ts';
import { readProcesses } from '../../hack/cluster/record.ts';
import { toStderr } from '../../hack/progress.ts';
import { waitFor } from '../../hack/wait.ts';
import { ownCluster } from '../support/cluster.ts';
import { SERVICE } from '../support/scene.ts';
import { CRDS } from '../support/snapshot.ts';

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

describe('start and stop', () => {
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

  test('a cluster that begins with a snapshot has what that holds, of which nothing runs', async () => {
    const snapshot = await takeSnapshot(mkdtempSync(join(tmpdir(), 'xos-cluster-')), CRDS, toStderr);
    clusters.push(snapshot);
    const running = [...readProcesses(snapshot.stateDir)].filter(([, process]) => isRunning(process));
    expect(running.map(([name]) => name)).toEqual(['reaper']);

    const stateDir = mkdtempSync(join(tmpdir(), 'xos-cluster-'));
    const cluster = await startCluster({ stateDir, attached: true, nodes: 1, crds: CRDS, snapshot: snapshot.stateDir });
    clusters.push(cluster);
    const { stdout } = await cluster.kubectl(['get', 'xos', '--all-namespaces', '--output=name']);
    expect(stdout).toBe('');
    await cluster.kubectl(['create', '-f', '-'], { input: JSON.stringify(SERVICE) });
  });

  test('a folder with something else in it is never taken, and never removed', async () => {
    const stateDir = mkdtempSync(join(tmpdir(), 'xos-taken-'));
    writeFileSync(join(stateDir, 'thesis.txt'), 'years of work');
    await expect(startCluster({ stateDir, attached: true })).rejects.toThrow('not empty');
    expect(existsSync(join(stateDir, 'thesis.txt'))).toBe(true);
    rmSync(stateDir, { recursive: true });
  });
});

describe('when the starter is killed', () => {
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
