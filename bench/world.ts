/** A cluster with as many foreign pods as asked for, and the operator as a process beside it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkout } from '../hack/cluster/cache.ts';
import { type Cluster, startCluster } from '../hack/cluster/cluster.ts';
import { readProcesses } from '../hack/cluster/record.ts';
import { OperatorProcess } from '../hack/operator-process.ts';
import { toStderr } from '../hack/progress.ts';
import { waitFor } from '../hack/wait.ts';
import { AuditLog } from '../test/support/audit.ts';
import { type Mirror, RawWriter } from './raw-writer.ts';
import { cpuSeconds } from './usage.ts';

/** The compiled program: what an image holds. */
const PROGRAM = join(checkout, 'dist', 'main.js');
/** Pods of one Deployment. */
const PER_CONTROLLER = 500;
const GROUP = '/apis/xos.opencord.org/v1alpha1';
const PODS = `${GROUP}/xosserviceinstances`;
const NAMESPACED = ['xosserviceinstances', 'xosslices', 'xosprincipals'];
const SLOWLY = { timeoutMs: 1_800_000, everyMs: 500 };

export class World {
  readonly cluster: Cluster;
  readonly audit: AuditLog;
  readonly raw: RawWriter;
  readonly #folder: string;
  /** The part of a core that the API server uses at rest, at most: each node tells it every ten seconds that it is there. */
  readonly #serverRests: number;
  #namespaces = 0;
  operator: OperatorProcess | undefined;

  private constructor(cluster: Cluster, folder: string, nodes: number) {
    this.cluster = cluster;
    this.#folder = folder;
    this.#serverRests = 0.13 + nodes / 2_000;
    this.audit = new AuditLog(cluster.auditLog);
    this.raw = new RawWriter(cluster.kubeconfig);
  }

  /** With so many pods, and nodes for `atMost`. */
  static async start(pods: number, atMost = pods): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), 'xos-bench-'));
    const nodes = Math.max(3, Math.ceil(atMost / 100));
    const crds = join(checkout, 'config', 'crd');
    const cluster = await startCluster({ stateDir: join(folder, 'cluster'), attached: true, nodes, crds });
    const world = new World(cluster, folder, nodes);
    await world.#apply({
      apiVersion: 'xos.opencord.org/v1alpha1',
      kind: 'XosKubernetesService',
      ...named('kubernetes'),
      spec: {},
    });
    await world.populate(pods);
    await world.untilServerIdle();
    return world;
  }

  async close(): Promise<void> {
    await this.operator?.kill();
    await this.raw.close();
    await this.cluster.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async startOperator(): Promise<OperatorProcess> {
    const logFile = join(this.#folder, 'operator.log');
    rmSync(logFile, { force: true });
    this.operator = new OperatorProcess({ kubeconfig: this.cluster.kubeconfig, logFile, main: PROGRAM });
    this.cluster.adopt(`operator-${this.operator.pid}`, this.operator.pid);
    await this.operator.ready(300_000);
    return this.operator;
  }

  /** The operator that runs. @throws {Error} when none was started. */
  get startedOperator(): OperatorProcess {
    if (this.operator === undefined) throw new Error('No operator was started.');
    return this.operator;
  }

  get apiServerPid(): number {
    const id = readProcesses(this.cluster.stateDir).get('kube-apiserver');
    if (id === undefined) throw new Error('There is no API server.');
    return id.pid;
  }

  /** Waits until all mirrors of pods are there, and nobody has anything to do any more. */
  async untilAdopted(count: number): Promise<void> {
    await waitFor(`${count} mirrors`, async () => ((await this.raw.count(PODS)) >= count ? true : undefined), SLOWLY);
    await this.untilIdle();
  }

  /** Waits until the operator rests. */
  async untilIdle(): Promise<void> {
    await resting('the operator', this.operator?.pid ?? 0, 0.01);
  }

  /** Waits until the API server has nothing left to do, such as to tell everybody of what was deleted. */
  async untilServerIdle(): Promise<void> {
    await resting('the API server', this.apiServerPid, this.#serverRests);
  }

  /** CPU seconds that some work costs the API server, beyond what the heartbeats of the nodes cost it meanwhile. */
  async serverCpuOf(work: () => Promise<void>): Promise<number> {
    const atRest = await resting('the API server', this.apiServerPid, this.#serverRests);
    const [before, began] = [cpuSeconds(this.apiServerPid), performance.now()];
    await work();
    const seconds = (performance.now() - began) / 1_000;
    return cpuSeconds(this.apiServerPid) - before - atRest * seconds;
  }

  /** The mirrors of pods as they are, ready to be written once more by the raw writer. */
  async mirrors(): Promise<Mirror[]> {
    const found: Mirror[] = [];
    for await (const { apiVersion, kind, metadata, spec, status } of this.raw.list<Item>(PODS)) {
      const { name, namespace, labels, ownerReferences } = metadata;
      found.push({
        collection: `${GROUP}/namespaces/${namespace}/xosserviceinstances`,
        name,
        body: { apiVersion, kind, metadata: { name, namespace, labels, ownerReferences }, spec },
        status,
      });
    }
    return found;
  }

  /** Removes every mirror. */
  async forget(): Promise<void> {
    for (let i = 0; i < this.#namespaces; i += 1)
      for (const kind of NAMESPACED) await this.raw.removeAll(`${GROUP}/namespaces/bench-${i}/${kind}`);
    for (const kind of ['xosserviceinstances', ...NAMESPACED]) {
      for await (const { metadata } of this.raw.list<Item>(`${GROUP}/${kind}`))
        await this.raw.removeAll(`${GROUP}/namespaces/${metadata.namespace}/${kind}`);
    }
    for (const kind of ['xostrustdomains', 'xosimages']) await this.raw.removeAll(`${GROUP}/${kind}`);
    await waitFor('no mirror', async () => ((await this.raw.count(PODS)) === 0 ? true : undefined), SLOWLY);
    await this.untilServerIdle();
  }

  /** Waits until so many pods run, in namespaces of 500 each. */
  async populate(pods: number): Promise<void> {
    const controllers = Math.ceil(pods / PER_CONTROLLER);
    for (let i = this.#namespaces; i < controllers; i += 1) {
      const replicas = Math.min(PER_CONTROLLER, pods - i * PER_CONTROLLER);
      await this.#apply({ apiVersion: 'v1', kind: 'Namespace', ...named(`bench-${i}`) });
      await this.#apply(deployment(`bench-${i}`, replicas));
    }
    this.#namespaces = controllers;
    await waitFor('all pods to run', async () => ((await this.#running()) >= pods ? true : undefined), {
      timeoutMs: 1_800_000,
      everyMs: 3_000,
    });
    toStderr(`${pods} pods run.`);
  }

  async #running(): Promise<number> {
    const args = ['get', 'deployments', '-A', '-o', 'jsonpath={.items[*].status.readyReplicas}'];
    const { stdout } = await this.cluster.kubectl(args);
    return stdout.split(' ').reduce((sum, count) => sum + Number(count), 0);
  }

  async #apply(object: object): Promise<void> {
    await this.cluster.kubectl(['apply', '-f', '-'], { input: JSON.stringify(object) });
  }
}

const LOOK_SECONDS = 3;

/** Waits until a process uses less than such a part of a core. Returns which part that is. */
async function resting(what: string, pid: number, part: number): Promise<number> {
  let before: number | undefined;
  const rests = () => {
    const now = cpuSeconds(pid);
    const used = (now - (before ?? -Infinity)) / LOOK_SECONDS;
    before = now;
    return Promise.resolve(used < part ? used : undefined);
  };
  return await waitFor(`${what} to rest`, rests, { timeoutMs: 600_000, everyMs: LOOK_SECONDS * 1_000 });
}

interface Item {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace: string; labels?: object; ownerReferences?: object[] };
  spec: object;
  status: object;
}

function named(name: string, namespace?: string): object {
  return { metadata: { name, ...(namespace !== undefined && { namespace }) } };
}

function deployment(namespace: string, replicas: number): object {
  const labels = { app: 'bench' };
  const env = Array.from({ length: 10 }, (_, i) => ({ name: `VARIABLE_${i}`, value: 'x'.repeat(60) }));
  const containers = ['web', 'proxy'].map((name) => ({ name, image: `registry.example.com/team/${name}:1.2`, env }));
  const template = {
    metadata: { labels, annotations: { 'example.com/notes': 'n'.repeat(500) } },
    spec: { containers },
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    ...named('web', namespace),
    spec: { replicas, selector: { matchLabels: labels }, template },
  };
}
