/** A local Kubernetes cluster as a value: start one, or open one that runs, and use it. */
import { cp } from 'node:fs/promises';
import { delimiter, dirname } from 'node:path';
import { silent, type Print } from '../progress.ts';
import type { RunResult } from '../run.ts';
import { UserError } from '../user-error.ts';
import { Build, ensureBuild, ensureNodePrograms } from './build.ts';
import type { ApiServerOptions } from './components/api-server.ts';
import { deadComponents } from './health.ts';
import { type Kubectl, type KubectlOptions, runKubectl } from './kubectl.ts';
import { launch } from './launch.ts';
import { Layout } from './layout.ts';
import type { NodeProvider } from './nodes/provider.ts';
import { realNode } from './nodes/real.ts';
import { loadImage } from './nodes/real/load.ts';
import { requireRealNode } from './nodes/real/requirements.ts';
import { simulatedNodes } from './nodes/simulated.ts';
import { type Plan, prepare } from './prepare.ts';
import { identify, killAll, signal, type ProcessId } from './processes.ts';
import { startReaper } from './reaper.ts';
import {
  type ClusterRecord,
  type Component,
  markVariable,
  readProcesses,
  readRecord,
  recordProcess,
} from './record.ts';
import { removeCluster } from './remove.ts';
import { ComponentEnded, installCrds, settle, startComponents, startFoundation, waitForApiServer } from './start.ts';
import { type NewUser, rightsOf, writeUser } from './users.ts';

/** The number of simulated nodes, 3 when absent; or one real node. */
export type Nodes = number | 'real';

/** What is in a new cluster before its controllers start. */
interface Contents {
  /**
   * A kustomization of CRDs. The garbage collector looks for new kinds only every 30 s, and takes no child of an owner that it
   * does not know.
   */
  crds?: string;
  /** The state folder of a snapshot with these CRDs, see `takeSnapshot`: they come from there, which takes less time. */
  snapshot?: string | undefined;
}

/** What a new cluster should be like. */
export interface StartOptions extends Contents {
  /** An empty folder, or one that does not exist yet; it is removed with the cluster. */
  stateDir: string;
  /** Whether the cluster ends with the process that starts it, however that ends. */
  attached: boolean;
  nodes?: Nodes;
  apiServer?: ApiServerOptions;
  onProgress?: Print;
}

const apiServerName = 'kube-apiserver';
/** How often a start is repeated because somebody else took a port meanwhile. */
const attempts = 3;

/** A running cluster. */
export class Cluster {
  readonly stateDir: string;
  /** The administrator's kubeconfig file. */
  readonly kubeconfig: string;
  /** The audit log: one JSON line for each request. */
  readonly auditLog: string;
  /** The API server's address. */
  readonly server: string;
  /** The kubectl that belongs to this cluster. */
  readonly access: Kubectl;
  readonly #id: string;

  constructor(stateDir: string, record: ClusterRecord) {
    const layout = new Layout(stateDir);
    this.stateDir = stateDir;
    this.kubeconfig = layout.kubeconfig;
    this.auditLog = layout.auditLog;
    this.server = record.server;
    this.#id = record.id;
    this.access = {
      program: new Build(record.build).program('kubectl'),
      kubeconfig: layout.kubeconfig,
      cacheDir: layout.kubectlCache,
    };
  }

  /** Runs kubectl, as the administrator or with another kubeconfig.
   * @throws {RunError} when it fails. */
  kubectl(args: readonly string[], options: KubectlOptions & { kubeconfig?: string } = {}): Promise<RunResult> {
    const { kubeconfig = this.kubeconfig } = options;
    return runKubectl({ ...this.access, kubeconfig }, args, options);
  }

  /** For programs that find the cluster by their environment. They, and what they start, end with it at the latest. */
  get environment(): NodeJS.ProcessEnv {
    const { program, kubeconfig, cacheDir } = this.access;
    return {
      ...process.env,
      PATH: dirname(program) + delimiter + (process.env['PATH'] ?? ''),
      KUBECONFIG: kubeconfig,
      KUBECACHEDIR: cacheDir,
      [markVariable]: this.#id,
    };
  }

  /** Makes a user who may do what the rules say and nothing else; gives the path of their kubeconfig. */
  async mintUser(user: NewUser): Promise<string> {
    const { name: commonName, groups = [] } = user;
    const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: rightsOf(user) });
    await this.kubectl(['apply', '--server-side', '-f', '-'], { input });
    return writeUser(this.stateDir, this.server, { commonName, groups });
  }

  /** Kills the API server: every connection to it is cut. */
  async stopApiServer(): Promise<void> {
    await killAll([this.#apiServerProcess()]);
  }

  /** Starts the API server again, at the same address and with an empty watch cache; returns when it is ready. */
  async startApiServer(): Promise<void> {
    const component = this.#apiServerComponent();
    if (deadComponents(this.stateDir).includes(apiServerName)) launch(this.stateDir, component);
    await waitForApiServer(this.stateDir, [component]);
  }

  /** Freezes the component of this name: its connections stay open, and it does nothing. */
  pauseComponent(name: string): void {
    signal(this.#processOf(name), 'SIGSTOP');
  }

  /** Ends a pause. */
  resumeComponent(name: string): void {
    signal(this.#processOf(name), 'SIGCONT');
  }

  /** Kills the component of this name, as a power cut would. */
  async stopComponent(name: string): Promise<void> {
    await killAll([this.#processOf(name)]);
  }

  /** Starts again every component that ended. */
  async startComponents(): Promise<void> {
    await startComponents(this.stateDir);
  }

  /** Brings an image onto the real node, from an archive. */
  async loadImage(archive: string): Promise<void> {
    await loadImage(this.stateDir, archive);
  }

  /** Lets a process of the caller end with the cluster at the latest, so that it never outlives a crash. */
  adopt(name: string, pid: number): void {
    const id = identify(pid);
    if (id !== undefined) recordProcess(this.stateDir, name, id);
  }

  /** Ends exactly the processes of this cluster and removes its state folder. */
  async stop(): Promise<void> {
    await removeCluster(this.stateDir);
  }

  #apiServerComponent(): Component {
    const components = readRecord(this.stateDir)?.components;
    const component = components?.find(({ name }) => name === apiServerName);
    if (component === undefined) throw new Error(`There is no API server in ${this.stateDir}.`);
    return component;
  }

  #apiServerProcess(): ProcessId {
    return this.#processOf(apiServerName);
  }

  #processOf(name: string): ProcessId {
    const id = readProcesses(this.stateDir).get(name);
    if (id === undefined) throw new Error(`${name} was never started.`);
    return id;
  }
}

/** The cluster of a state folder, whether or not all of it runs.
 * @throws {UserError} when there is none. */
export function openCluster(stateDir: string): Cluster {
  const record = readRecord(stateDir);
  if (record === undefined) throw new UserError(`There is no cluster in ${stateDir}.`);
  return new Cluster(stateDir, record);
}

/** Starts a new cluster, building its programs first where they are missing; returns when pods can run on it.
 * @throws {UserError} when the programs cannot be built or the folder is taken. */
export async function startCluster(options: StartOptions): Promise<Cluster> {
  const { stateDir, attached, nodes = 3, apiServer = {}, onProgress = silent } = options;
  if (nodes === 'real') await requireRealNode(onProgress);
  const build = await ensureBuild(onProgress);
  if (nodes === 'real') await ensureNodePrograms(build, onProgress);
  const plan = () => ({ stateDir, attached, build, nodes: providerOf(nodes), apiServer });
  return await onFreePorts(stateDir, onProgress, () => start(plan(), options));
}

/**
 * A cluster of which only its memory is left: what an API server writes when it finds nothing, and these CRDs. Those that begin with it
 * are spared that. It ends like any other, with this process at the latest.
 * @throws {UserError} when the programs cannot be built or the folder is taken.
 */
export async function takeSnapshot(stateDir: string, crds: string, onProgress: Print): Promise<Cluster> {
  const build = await ensureBuild(onProgress);
  const plan = { stateDir, attached: true, build, nodes: simulatedNodes(0), apiServer: {} };
  const cluster = await onFreePorts(stateDir, onProgress, () => startApi(plan, { crds }));
  await cluster.stopApiServer();
  await cluster.stopComponent('etcd');
  return cluster;
}

/** Starts again where another program took a port between its choice and its use. */
async function onFreePorts(stateDir: string, onProgress: Print, starting: () => Promise<Cluster>): Promise<Cluster> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await starting();
    } catch (error) {
      await removeCluster(stateDir);
      const again = error instanceof ComponentEnded && error.lostPort && attempt < attempts;
      if (!again) throw error;
      onProgress('Another program took a port of the cluster: trying others …');
    }
  }
}

function providerOf(nodes: Nodes): NodeProvider {
  return nodes === 'real' ? realNode() : simulatedNodes(nodes);
}

async function start(plan: Plan, contents: Contents): Promise<Cluster> {
  const cluster = await startApi(plan, contents);
  await startComponents(plan.stateDir);
  await settle(cluster.access, plan.nodes);
  return cluster;
}

/** The API server and what it stands on; no controller has seen anything yet. */
async function startApi(plan: Plan, { crds, snapshot }: Contents): Promise<Cluster> {
  const { stateDir, attached } = plan;
  await prepare(plan);
  if (snapshot !== undefined)
    await cp(new Layout(snapshot).etcdData, new Layout(stateDir).etcdData, { recursive: true });
  if (attached) startReaper(stateDir);
  await startFoundation(stateDir);
  const cluster = openCluster(stateDir);
  if (crds !== undefined && snapshot === undefined) await installCrds(cluster.access, crds);
  return cluster;
}
