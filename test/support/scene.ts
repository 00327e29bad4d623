/**
 * A cluster of its own with our CRDs, and the operator as a process on it: what every suite of the cluster ring starts
 * from. Users' steps go through kubectl; looking is done with our own client, which is cheaper than a process a look.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, startCluster } from '../../hack/cluster/cluster.ts';
import { installCrds } from '../../hack/cluster/start.ts';
import { waitFor } from '../../hack/wait.ts';
import type { Key } from '../../src/api/meta.ts';
import type { KubeObject, Live } from '../../src/api/object.ts';
import { type Resource, resourceName } from '../../src/api/resource.ts';
import { Client } from '../../src/kube/client.ts';
import type { Connection } from '../../src/kube/connection.ts';
import { loadCredentials } from '../../src/kube/credentials.ts';
import { isNotFound } from '../../src/kube/errors.ts';
import { httpConnection } from '../../src/kube/http.ts';
import { objectOf } from '../../src/kube/raw-object.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import type { OperatorProcess } from '../../hack/operator-process.ts';
import { AuditLog } from './audit.ts';
import { isWholeInventory, untilExact } from './inventory.ts';
import { startOperator } from './operator.ts';
import { misreadStatuses } from './misread-statuses.ts';
import { CRDS, snapshotFolder } from './snapshot.ts';
import { StatusRecorder } from './statuses.ts';
import { beyondRights } from './within-rights.ts';

export const ROOT = join(__dirname, '..', '..');

/** Tests rather have memory than time: a quarter of what an API server does at its start was collecting garbage. */
const GC_PERCENT = 400;
/** The count in status.inventory is written at most every ten seconds. */
const WINDOW_MS = 11_000;

/** How a scene differs from the plain one. */
export interface SceneOptions {
  /** Left out: three simulated nodes. */
  readonly nodes?: 'real';
  /** Left out: none but those that every cluster has. */
  readonly apiServerArgs?: readonly string[];
  /** Left out: our CRDs are installed. */
  readonly crds?: false;
  /** Left out: an operator is started, and is ready. */
  readonly operator?: false;
  /** Left out: an XosKubernetesService `kubernetes` exists, so that there is an inventory. */
  readonly service?: false;
}

export class Scene {
  readonly cluster: Cluster;
  readonly client: Client;
  readonly audit: AuditLog;
  operator: OperatorProcess | undefined;
  readonly #connection: Connection;
  readonly #folder: string;
  readonly #recorder: StatusRecorder;
  /** Whether the operator that was started last is restricted by nothing. */
  #seesAll = false;

  private constructor(cluster: Cluster, connection: Connection, recorder: StatusRecorder, folder: string) {
    this.cluster = cluster;
    this.#connection = connection;
    this.#recorder = recorder;
    this.#folder = folder;
    this.audit = new AuditLog(cluster.auditLog);
    this.client = new Client(connection, { clock: systemClock, random: Math.random });
  }

  static async start(options: SceneOptions = {}): Promise<Scene> {
    const folder = mkdtempSync(join(tmpdir(), 'xos-scene-'));
    const cluster = await startCluster({
      stateDir: join(folder, 'cluster'),
      attached: true,
      nodes: options.nodes ?? 3,
      apiServer: { args: options.apiServerArgs ?? [], gcPercent: GC_PERCENT },
      ...(options.crds !== false && { crds: CRDS, snapshot: snapshotFolder() }),
    });
    const connection = httpConnection(await loadCredentials({ kubeconfig: cluster.kubeconfig }), {
      userAgent: 'xos-test/1',
    });
    const recorder = await StatusRecorder.start(cluster.kubeconfig);
    const scene = new Scene(cluster, connection, recorder, folder);
    try {
      if (options.service !== false && options.crds !== false) await scene.apply(SERVICE);
      if (options.operator !== false) await scene.startOperator();
    } catch (error) {
      await scene.#end();
      throw error;
    }
    return scene;
  }

  /** Starts the operator and waits until it has seen everything. */
  async startOperator(
    args: readonly string[] = [],
    kubeconfig: string = this.cluster.kubeconfig,
  ): Promise<OperatorProcess> {
    const operator = this.launchOperator(args, kubeconfig);
    await operator.ready();
    return operator;
  }

  /** Starts the operator, and waits for nothing. */
  launchOperator(args: readonly string[], kubeconfig: string): OperatorProcess {
    this.#seesAll = kubeconfig === this.cluster.kubeconfig && !args.some((arg) => arg.startsWith('--namespaces'));
    this.operator = startOperator({ kubeconfig, args: [...args], cluster: this.cluster });
    return this.operator;
  }

  /** The first object of each shape of status that there was so far. */
  get seenStatuses(): readonly KubeObject[] {
    return [...this.#recorder.seen.values()];
  }

  /** Later than at the start of the cluster, or once more. */
  async installCrds(): Promise<void> {
    await installCrds(this.cluster.access, CRDS);
  }

  /** `kubectl apply -f -` of objects. */
  async apply(...objects: readonly object[]): Promise<void> {
    await this.cluster.kubectl(['apply', '-f', '-'], {
      input: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
    });
  }

  /** Sets `spec.mode` of the XosKubernetesService that steers. */
  async setMode(mode: 'Manage' | 'Observe' | 'Release'): Promise<void> {
    const patch = JSON.stringify({ spec: { mode } });
    await this.kubectl('patch', 'xoskubernetesservice', 'kubernetes', '--type=merge', '-p', patch);
  }

  async kubectl(...args: string[]): Promise<string> {
    return (await this.cluster.kubectl(args)).stdout;
  }

  async get<T extends KubeObject>(resource: Resource<T>, key: Key): Promise<Live<T> | undefined> {
    return await this.client.get(resource, key).catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
  }

  async list<T extends KubeObject>(resource: Resource<T>, namespace?: string): Promise<Live<T>[]> {
    const found: Live<T>[] = [];
    let token: string | undefined;
    do {
      const page = await this.client.list(resource, {
        limit: 500,
        continue: token,
        ...(namespace !== undefined && { namespace }),
      });
      found.push(...page.items.map((item) => objectOf(resource, item)).filter((object) => object !== undefined));
      token = page.continue;
    } while (token !== undefined);
    return found;
  }

  /** Waits until `probe` gives something. @throws naming `what`, with the operator's last words, if it never does */
  async until<T>(what: string, probe: () => Promise<T | undefined>, timeoutMs = 40_000): Promise<T> {
    try {
      return await waitFor(what, probe, { timeoutMs, everyMs: 100 });
    } catch (error) {
      const said = this.operator?.lastLines() ?? '';
      throw new Error(`${error instanceof Error ? error.message : what}\nThe operator said last:\n${said}`, {
        cause: error,
      });
    }
  }

  /** Waits until the operator asks for nothing and writes nothing any more. */
  async untilRest(): Promise<void> {
    let asked = {};
    const rests = async () => {
      const mark = this.audit.mark();
      await sleep(WINDOW_MS);
      asked = this.audit.count(mark);
      return Object.keys(asked).length === 0 ? true : undefined;
    };
    await this.until('the operator to rest', rests, 90_000).catch((error: unknown) => {
      throw new Error(`At last there were ${JSON.stringify(asked)}.`, { cause: error });
    });
  }

  /** Waits until an object of ours has this status and reason of Ready. */
  async untilReady<T extends KubeObject>(resource: Resource<T>, key: Key, reason = 'Reconciled'): Promise<Live<T>> {
    return await this.until(`${resourceName(resource)} ${key} to be ${reason}`, async () => {
      const object = await this.get(resource, key);
      return object !== undefined && readyOf(object)?.reason === reason ? object : undefined;
    });
  }

  /** Waits until an object of ours gives this reason for how it stands, in words that match. */
  async untilSays(
    resource: Resource,
    key: Key,
    reason: string,
    message: RegExp,
  ): Promise<{ reason: string; message: string }> {
    return await this.until(`${resource.kind} ${key} to say ${reason}, ${String(message)}`, async () => {
      const object = await this.get(resource, key);
      const said = object && readyOf(object);
      return said?.reason === reason && message.test(said.message) ? said : undefined;
    });
  }

  /** Where CRDs came after the controllers, a child outlives its owner by up to 30 s: so often the garbage collector looks for new kinds. */
  async untilGone(resource: Resource, key: Key): Promise<void> {
    await this.until(
      `${resourceName(resource)} ${key} to be gone`,
      async () => ((await this.get(resource, key)) === undefined ? true : undefined),
      120_000,
    );
  }

  /**
   * Ends everything.
   * @throws when the operator did what its shipped rights do not allow, said of an object what tools take for something else, or left
   *   an inventory that is not exact
   */
  async close(): Promise<void> {
    const verdict = await this.#verdict().catch(String);
    await this.#end();
    if (process.env['XOS_RECORD_STATUSES']) await this.#recorder.save();
    if (verdict !== '') throw new Error(verdict);
  }

  async #end(): Promise<void> {
    await this.#recorder.stop();
    await this.operator?.kill();
    await this.#connection.close();
    await this.cluster.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** What can be said against the operator at the end of every suite; empty: nothing. */
  async #verdict(): Promise<string> {
    const beyond = beyondRights(this.audit.since(0, { watches: true }));
    if (beyond.length > 0) return `The operator did what config/rbac has no right for: ${beyond.join(', ')}.`;
    const misread = await misreadStatuses(this.seenStatuses);
    if (misread.length > 0) return `Tools would misread what the operator said:\n${misread.join('\n')}`;
    if (this.operator?.running === true && this.#seesAll && (await isWholeInventory(this))) await untilExact(this);
    return '';
  }
}

export const SERVICE = {
  apiVersion: 'xos.opencord.org/v1alpha1',
  kind: 'XosKubernetesService',
  metadata: { name: 'kubernetes' },
  spec: {},
};

interface Reported {
  status?: { conditions?: { type: string; status: string; reason: string; message: string }[] };
}

/** The Ready condition of an object of ours. */
export function readyOf(object: KubeObject): { status: string; reason: string; message: string } | undefined {
  return (object as Reported).status?.conditions?.find(({ type }) => type === 'Ready');
}
