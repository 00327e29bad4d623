/**
 * Two copies of the operator, one of which works: whatever ends the leader, however often, the other one goes on; nothing is
 * lost or done twice, and nobody writes who does not lead. $XOS_KILLS says how often the leader is ended; each way takes turns.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import { type Lease, Leases } from '../../src/kube/lease.ts';
import type { OperatorProcess } from '../../hack/operator-process.ts';
import { Wire } from '../faults/wire.ts';
import { type AuditedRequest, countBy } from '../support/audit.ts';
import { untilExact } from '../support/inventory.ts';
import { startOperator } from '../support/operator.ts';
import { changedNothing, copyOf, isGuarded, reignsOf, strayed, uidOf, writesOf, bodiesToo } from '../support/reigns.ts';
import { deployment, managed, namespace } from '../support/samples.ts';
import { Scene } from '../support/scene.ts';

const LEASE = 'kube-system/xos-operator';
const NS = 'busy';
/** While it still hears what happens, a leader whose words do not get through has so long to say them. */
const UNHEARD_MS = 3_000;
/** Longer than any status is held back. */
const QUIET_MS = 4_000;

/** How a leader ends, and how soon the other one works then: `cut` and `broken` are its network. */
const WAYS = [
  { how: 'SIGTERM', withinMs: 2_000 },
  { how: 'SIGKILL', withinMs: 17_000 },
  { how: 'SIGSTOP', withinMs: 17_000 },
  { how: 'cut', withinMs: 17_000 },
  { how: 'broken', withinMs: 17_000 },
] as const;
type Way = (typeof WAYS)[number];
const KILLS = Number(process.env['XOS_KILLS'] ?? WAYS.length);

/** A copy of the operator, and its way to the API server. */
interface Copy {
  readonly name: string;
  readonly process: OperatorProcess;
  readonly wire: Wire;
  /** When it was gone, in milliseconds since 1970. */
  readonly gone: Promise<number>;
}

describe('two copies of the operator', () => {
  let scene: Scene;
  let folder: string;
  const copies = new Map<string, Copy>();
  /** Whose words did not get through for a while. */
  const unheard = new Set<string>();
  const took: Record<string, { ledMs: number; workedMs: number }[]> = {};

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'xos-leadership-'));
    scene = await Scene.start({ operator: false, apiServerArgs: [bodiesToo(folder)] });
    await scene.apply(namespace(NS), deployment(NS, 'web', 5));
  });
  afterAll(async () => {
    for (const copy of copies.values()) {
      await copy.process.kill();
      await copy.wire.close();
    }
    await scene.close();
    rmSync(folder, { recursive: true });
  });

  const startCopy = async (): Promise<Copy> => {
    const name = `copy-${copies.size + 1}`;
    const wire = await Wire.start(scene.cluster.kubeconfig);
    const process = startOperator({
      kubeconfig: wire.kubeconfig,
      args: ['--leader-elect', '--leader-election-namespace', 'kube-system'],
      env: { HOSTNAME: name },
      cluster: scene.cluster,
    });
    const copy = { name, process, wire, gone: process.exited.then(() => Date.now()) };
    copies.set(name, copy);
    scene.operator = process;
    await process.ready();
    return copy;
  };
  const holderOf = (lease: Lease | undefined) => lease?.spec?.holderIdentity?.split('_')[0] ?? '';
  /** Waits until somebody else than `before` leads. */
  const untilLed = async (before?: Copy) => {
    const led = async () => {
      const lease = await scene.get(Leases, LEASE);
      const next = copies.get(holderOf(lease));
      return next === undefined || next === before
        ? undefined
        : { leader: next, sinceMs: Date.parse(lease?.spec?.acquireTime ?? '') };
    };
    return await scene.until('another leader', led, 30_000);
  };
  const slice = (name: string, image: number) =>
    managed(
      'XosSlice',
      name,
      { controllerKind: 'Deployment', image: `registry.example.com/app:${image}`, replicas: 1 },
      NS,
    );
  /** When it first did something but tell of it: there was something to do all the time, so this is when it works. */
  const firstWriteMs = ({ name }: Copy) =>
    Math.min(
      ...writes()
        .filter((write) => copyOf(write) === name && write.resource !== 'events')
        .map(({ timeMs }) => timeMs),
    );
  /** Workloads come, change and go while the leader ends. */
  const churn = async (round: number) => {
    await scene.apply(
      deployment(NS, `web-${round % 3}`, 1 + ((round * 7) % 5)),
      slice(`slice-${round}`, round),
      slice('turned', round),
    );
    await scene.kubectl('scale', '-n', NS, 'deployment/web', `--replicas=${3 + ((round * 5) % 7)}`);
  };
  /** Ends a leader while workloads change. Returns when it began to. */
  const end = async ({ process, wire, name }: Copy, { how }: Way, round: number) => {
    const endedMs = Date.now();
    if (how === 'SIGTERM') await Promise.all([process.stop(), churn(round)]);
    else if (how === 'SIGKILL') await Promise.all([process.kill(), churn(round)]);
    else if (how === 'SIGSTOP') globalThis.process.kill(process.pid, how);
    else {
      unheard.add(name);
      wire.cut(how === 'cut' ? 'outward' : 'broken');
      await churn(round);
      if (how === 'cut') await pause(UNHEARD_MS);
      if (how === 'cut') wire.cut('both');
    }
    await churn(round + 1);
    return endedMs;
  };
  /** The one that was frozen, or heard by nobody, has found by itself that it no longer leads. */
  const after = async ({ process, wire, gone }: Copy, { how }: Way, nextMs: number) => {
    if (how === 'SIGSTOP') globalThis.process.kill(process.pid, 'SIGCONT');
    if (how === 'SIGTERM' || how === 'SIGKILL') return;
    expect(await process.exited).toEqual({ code: 1, signal: null });
    if (how === 'SIGSTOP') return;
    expect(await gone).toBeLessThan(nextMs);
    expect(wire.lastSentMs).toBeLessThan(nextMs);
    await untilQuiet();
    await wire.mend();
  };
  /** Waits until the new leader has done all that the old one wanted to: its statuses, too, which may wait a while. */
  const untilQuiet = async () => {
    let [mark, sinceMs] = [scene.audit.mark(), Date.now()];
    const quiet = () => {
      if (writesOf(scene.audit.since(mark)).length > 0) [mark, sinceMs] = [scene.audit.mark(), Date.now()];
      return Date.now() - sinceMs > QUIET_MS ? true : undefined;
    };
    await scene.until('nothing to be written', () => Promise.resolve(quiet()), 60_000);
  };

  test('only the first one works; the other one is ready, and writes nothing', async () => {
    const first = await startCopy();
    const { leader } = await untilLed();
    await startCopy();
    await untilExact(scene);
    expect(leader).toBe(first);
    expect(new Set(writes().map(copyOf))).toEqual(new Set([first.name]));
  });
  const requests = () => scene.audit.since(0);
  const writes = () => writesOf(requests());

  test(
    'whatever ends the leader, the other one goes on',
    async () => {
      let { leader } = await untilLed();
      for (let round = 0; round < KILLS; round += 1) {
        const way = WAYS[round % WAYS.length] ?? WAYS[0];
        await churn(2 * round);
        const endedMs = await end(leader, way, 2 * round + 1);
        const next = await untilLed(leader);
        await untilExact(scene, 60_000);
        const workedMs = firstWriteMs(next.leader) - endedMs;
        (took[way.how] ??= []).push({ ledMs: next.sinceMs - endedMs, workedMs });
        await after(leader, way, next.sinceMs);
        await startCopy();
        await untilExact(scene, 60_000);
        for (const name of [`slice-${2 * round + 2}`, 'turned']) await scene.untilReady(XosSlices, `${NS}/${name}`);
        ({ leader } = next);
      }
    },
    90_000 * KILLS,
  );

  test.each(WAYS)('within $withinMs ms after $how', ({ how, withinMs }) => {
    expect((took[how] ?? []).filter(({ workedMs }) => workedMs > withinMs)).toEqual([]);
  });

  test('nobody wrote who did not lead, and what arrived late had no effect', async () => {
    const [written, reigns] = [writes(), reignsOf(requests())];
    const late = strayed(written, reigns);
    report(written.length, late);
    expect(late.filter((write) => !unheard.has(copyOf(write))).map(inWords)).toEqual([]);
    expect(late.filter((write) => !isGuarded(write)).map(inWords)).toEqual([]);
    // What was made of what has gone since, the garbage collector removes; an Event only tells.
    const effective = late.filter((write) => write.resource !== 'events' && !changedNothing(write));
    const uids = await scene.kubectl('get', 'xos,pods,deployments', '-A', '-o', 'jsonpath={.items[*].metadata.uid}');
    const isLasting = (write: AuditedRequest) => write.verb !== 'create' || uids.includes(uidOf(write) ?? '');
    expect(effective.filter(isLasting).map(inWords)).toEqual([]);
    expect(late.length > 0).toBe(unheard.size > 0);
    // And yet each had been taken back by its sender, which a network that holds on to what it has does not learn.
    for (const [name, { wire }] of copies) {
      const resets = wire.heldEnds.filter((how) => how === 'reset').length;
      expect(resets).toBeGreaterThanOrEqual(late.filter((write) => copyOf(write) === name).length);
    }
    expect(new Set([...written.map(copyOf), ''])).toEqual(new Set([...reigns.map(({ holder }) => holder), '']));
  });

  test('nothing was made twice, or made again, or turned back', async () => {
    const made = writes().filter(
      ({ verb, resource, code }) => verb === 'patch' && resource === 'deployments' && code === 201,
    );
    const slices = (await scene.list(XosSlices, NS)).filter(({ spec }) => spec.xosManaged);
    expect(made.map(({ name }) => name).toSorted()).toEqual(slices.map(({ metadata }) => metadata.name).toSorted());
    expect(writes().filter(({ verb, resource }) => verb === 'delete' && resource === 'deployments')).toEqual([]);
    const images = writes()
      .filter(({ name, resource, code }) => name === 'turned' && resource === 'deployments' && code < 300)
      .map(({ answer }) => imageIn(answer));
    expect(images).toEqual(images.toSorted((left, right) => left - right));
    expect(images.at(-1)).toBe(2 * KILLS);
  });

  /** Numbers of the run, for people. */
  const report = (all: number, late: readonly AuditedRequest[]) => {
    const spread = (times: readonly number[]) => {
      const sorted = times.toSorted((left, right) => left - right);
      return [0, sorted.length >> 1, sorted.length - 1].map((at) => sorted[at]).join('/');
    };
    const ways = Object.entries(took).map(([how, times]) => {
      const [led, worked] = [times.map(({ ledMs }) => ledMs), times.map(({ workedMs }) => workedMs)];
      return `${how} ${times.length} (led after ${spread(led)} ms, worked after ${spread(worked)} ms)`;
    });
    const answers = countBy(late, ({ verb, resource, code }) => `${verb} ${resource} ${code}`);
    process.stderr.write(
      `leadership: ${ways.join(', ')}; ${all} writes, ${late.length} late: ${JSON.stringify(answers)}\n`,
    );
  };
});

function inWords(write: AuditedRequest): string {
  const { verb, resource, namespace: ns, name, code } = write;
  return `${copyOf(write)}: ${verb} ${resource} ${ns}/${name}, answered ${code}`;
}

/** Which image a Deployment runs: of `app:7` it is 7. */
function imageIn(answer: unknown): number {
  const { spec } = answer as { spec: { template: { spec: { containers: { image: string }[] } } } };
  return Number(spec.template.spec.containers[0]?.image.split(':').at(-1));
}
