/**
 * Two copies of the operator, one of which works: whatever ends the leader, however often, the other one goes on; nothing is
 * lost or done twice, and nobody writes who does not lead. $XOS_KILLS says how often the leader is ended; each way takes turns.
 */
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import { type Lease, Leases } from '../../src/kube/lease.ts';
import type { OperatorProcess } from '../../hack/operator-process.ts';
import type { AuditedRequest } from '../support/audit.ts';
import { describeOnOwnCluster } from '../support/cluster.ts';
import { untilExact } from '../support/inventory.ts';
import { startOperator } from '../support/operator.ts';
import { deployment, managed, namespace } from '../support/samples.ts';
import { Scene } from '../support/scene.ts';

const KILLS = Number(process.env['XOS_KILLS'] ?? 4);
const LEASE = 'kube-system/xos-operator';
const NS = 'busy';
const READS = new Set(['get', 'list', 'watch']);
/** A write that was sent in time may be noted by the server a moment later. */
const IN_FLIGHT_MS = 1_000;

/** How a leader ends, and how soon the other one works then. */
const WAYS = [
  { how: 'SIGTERM', withinMs: 2_000 },
  { how: 'SIGKILL', withinMs: 17_000 },
  { how: 'SIGTERM', withinMs: 2_000 },
  { how: 'SIGSTOP', withinMs: 17_000 },
] as const;
type Way = (typeof WAYS)[number];

interface Reign {
  readonly holder: string;
  readonly sinceMs: number;
}

describeOnOwnCluster('two copies of the operator', () => {
  let scene: Scene;
  const copies = new Map<string, OperatorProcess>();
  const reigns: Reign[] = [];
  let started = 0;

  beforeAll(async () => {
    scene = await Scene.start({ operator: false });
    await scene.apply(namespace(NS), deployment(NS, 'web', 5));
  });
  afterAll(async () => {
    for (const copy of copies.values()) await copy.kill();
    await scene.close();
  });

  const startCopy = async () => {
    started += 1;
    const name = `copy-${started}`;
    const args = ['--leader-elect', '--leader-election-namespace', 'kube-system'];
    const copy = startOperator({
      kubeconfig: scene.cluster.kubeconfig,
      args,
      env: { HOSTNAME: name },
      cluster: scene.cluster,
    });
    copies.set(name, copy);
    scene.operator = copy;
    await copy.ready();
    return name;
  };
  const holderOf = (lease: Lease | undefined) => lease?.spec?.holderIdentity?.split('_')[0] ?? '';
  /** Waits until somebody else than `before` leads. */
  const untilLed = async (before: string, timeoutMs = 30_000) => {
    const lease = await scene.until(
      'another leader',
      async () => {
        const found = await scene.get(Leases, LEASE);
        return [before, ''].includes(holderOf(found)) ? undefined : found;
      },
      timeoutMs,
    );
    const reign = { holder: holderOf(lease), sinceMs: Date.parse(lease.spec?.acquireTime ?? '') };
    reigns.push(reign);
    return reign;
  };
  const end = async (name: string, { how }: Way) => {
    const copy = copies.get(name);
    if (copy === undefined) throw new Error(`${name} was never started.`);
    if (how === 'SIGTERM') await copy.stop();
    else if (how === 'SIGKILL') await copy.kill();
    else process.kill(copy.pid, how);
  };
  /** Workloads come, change and go while the leader ends. */
  const churn = async (round: number) => {
    await scene.apply(
      deployment(NS, `web-${round % 3}`, 1 + ((round * 7) % 5)),
      managed(
        'XosSlice',
        `slice-${round}`,
        { controllerKind: 'Deployment', image: `registry.example.com/app:${round}`, replicas: 1 },
        NS,
      ),
    );
    await scene.kubectl('scale', '-n', NS, 'deployment/web', `--replicas=${3 + ((round * 5) % 7)}`);
  };
  const writes = () => scene.audit.since(0).filter(({ verb, resource }) => !READS.has(verb) && resource !== 'leases');

  test('only the first one works; the other one is ready, and writes nothing', async () => {
    const first = await startCopy();
    const reign = await untilLed('');
    await startCopy();
    await untilExact(scene);
    expect(reign.holder).toBe(first);
    expect(new Set(writes().map(copyOf))).toEqual(new Set([first]));
  });

  test(
    'whatever ends the leader, the other one goes on in time',
    async () => {
      for (let round = 0; round < KILLS; round += 1) {
        const way = WAYS[round % WAYS.length] ?? WAYS[0];
        const leader = reigns.at(-1)?.holder ?? '';
        await churn(round);
        const endedMs = Date.now();
        const ending = end(leader, way);
        await churn(round + 1);
        const next = await untilLed(leader);

        expect(next.sinceMs - endedMs).toBeLessThan(way.withinMs);
        await ending;
        await wake(leader, way);
        await startCopy();
        await untilExact(scene, 60_000);
        await scene.untilReady(XosSlices, `${NS}/slice-${round + 1}`);
      }
    },
    60_000 * KILLS,
  );

  /** The frozen leader finds that it no longer leads, and ends. */
  const wake = async (name: string, { how }: Way) => {
    const copy = copies.get(name);
    if (how !== 'SIGSTOP' || copy === undefined) return;
    process.kill(copy.pid, 'SIGCONT');
    expect(await copy.exited).toEqual({ code: 1, signal: null });
  };

  test('nobody wrote who did not lead', () => {
    const strayed = writes().filter((request) => !reignsAt(request));
    expect(strayed).toEqual([]);
    expect(new Set(writes().map(copyOf))).toEqual(new Set(reigns.map(({ holder }) => holder)));
  });
  const reignsAt = (request: AuditedRequest) =>
    reigns.some(({ holder, sinceMs }, index) => {
      const untilMs = (reigns[index + 1]?.sinceMs ?? Infinity) + IN_FLIGHT_MS;
      return holder === copyOf(request) && request.timeMs >= sinceMs && request.timeMs < untilMs;
    });

  test('nothing was made twice, or made again', async () => {
    const made = writes().filter(
      ({ verb, resource, code }) => verb === 'patch' && resource === 'deployments' && code === 201,
    );
    const slices = (await scene.list(XosSlices, NS)).filter(({ spec }) => spec.xosManaged);
    expect(made.map(({ name }) => name).toSorted()).toEqual(slices.map(({ metadata }) => metadata.name).toSorted());
    expect(writes().filter(({ verb, resource }) => verb === 'delete' && resource === 'deployments')).toEqual([]);
  });
});

/** `xos-operator/0.1.0 (copy-1)` is `copy-1`. */
function copyOf({ userAgent }: AuditedRequest): string {
  return /\((.*)\)/.exec(userAgent)?.[1] ?? '';
}
