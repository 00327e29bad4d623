/**
 * `make bench`: what the inventory costs, beside what the API server can do at all on this machine. Everything is measured
 * in one run, in turns, several rounds; the table goes to stdout, every round as JSON to bench/results.
 * `BENCH_PODS` and `BENCH_ROUNDS` say how many.
 */
import { toStderr } from '../hack/progress.ts';
import { runMain } from '../hack/user-error.ts';
import { type AuditedRequest, countBy } from '../test/support/audit.ts';
import { type Latency, latencyOf } from './latency.ts';
import { RAW_AGENT } from './raw-writer.ts';
import { type Relist, relisted } from './relist.ts';
import { buildProgram, keepResults } from './results.ts';
import { rounded, type Row, tableOf } from './table.ts';
import { cpuSeconds, residentMb } from './usage.ts';
import { World } from './world.ts';

const PODS = Number(process.env['BENCH_PODS'] ?? 10_000);
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 4);
const REST_SECONDS = Number(process.env['BENCH_REST_SECONDS'] ?? 60);

/** One round: the operator adopts everything, and the raw writer writes the same. */
interface Round {
  readonly operatorRate: number;
  readonly rawRate: number;
  readonly operatorCpu: number;
  readonly serverCpu: number;
  /** Resident memory when all mirrors are there. */
  readonly operatorMb: number;
}

async function main(): Promise<number> {
  buildProgram();
  const relist = await relisted();
  toStderr(`a list of ${relist.pods}: ${JSON.stringify(relist)}`);
  const world = await World.start(PODS);
  try {
    const rounds: Round[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      rounds.push(await oneRound(world, round % 2 === 0));
      toStderr(`round ${round + 1} of ${ROUNDS}: ${JSON.stringify(rounds.at(-1))}`);
    }
    await world.startOperator();
    await world.untilAdopted(PODS);
    const rest = await atRest(world);
    const latency = await latencyOf(world);
    const restart = await restarted(world);
    const writes = await lifeOfOnePod(world);
    const results = { rounds, rest, restart, writes, latency, relist };
    const rows = rowsOf(results);
    process.stdout.write(`${tableOf(rows)}\n`);
    keepResults({ pods: PODS, rows, ...results });
    return 0;
  } finally {
    await world.close();
  }
}

/** The operator, and then the raw writer; or the other way round, so that neither always finds the fresher server. */
async function oneRound(world: World, operatorFirst: boolean): Promise<Round> {
  const operator = operatorFirst ? await adopted(world) : undefined;
  const mirrors = await world.mirrors();
  await world.forget();
  const mark = world.audit.mark();
  await world.raw.write(mirrors);
  const rawRate = rateOf(mirrorWrites(world.audit.since(mark, { agent: RAW_AGENT })));
  return { rawRate, ...(operator ?? (await adopted(world))) };
}

/** The operator finds a cluster without mirrors, and is ended when all are there. */
async function adopted(world: World): Promise<Omit<Round, 'rawRate'>> {
  await world.forget();
  const mark = world.audit.mark();
  const serverCpu = await world.serverCpuOf(async () => {
    await world.startOperator();
    await world.untilAdopted(PODS);
  });
  const operator = world.startedOperator;
  const operatorCpu = cpuSeconds(operator.pid);
  const operatorRate = rateOf(mirrorWrites(world.audit.since(mark)));
  const operatorMb = residentMb(operator.pid);
  await operator.kill();
  return { operatorRate, operatorCpu, serverCpu, operatorMb };
}

function mirrorWrites(requests: readonly AuditedRequest[]): AuditedRequest[] {
  return requests.filter(
    ({ verb, resource }) => ['create', 'patch'].includes(verb) && resource.startsWith('xosserviceinstances'),
  );
}

/** Mirrors a second, from the first write to the last. */
function rateOf(writes: readonly AuditedRequest[]): number {
  const times = writes.map(({ timeMs }) => timeMs);
  const [first, last] = times.reduce(([low, high], time) => [Math.min(low, time), Math.max(high, time)], [Infinity, 0]);
  return PODS / ((last - first) / 1_000);
}

async function atRest(world: World): Promise<{ requests: number; cpuPercent: number; residentMb: number }> {
  await world.untilIdle();
  const { pid } = world.startedOperator;
  const [mark, before] = [world.audit.mark(), cpuSeconds(pid)];
  await new Promise((resolve) => setTimeout(resolve, REST_SECONDS * 1_000));
  const cpuPercent = ((cpuSeconds(pid) - before) / REST_SECONDS) * 100;
  return { requests: world.audit.since(mark).length, cpuPercent, residentMb: residentMb(pid) };
}

async function restarted(world: World): Promise<{ writes: Record<string, number>; readyMs: number; listMs: number }> {
  // The count in status.inventory is written every 10 s: it has to be there.
  await new Promise((resolve) => setTimeout(resolve, 12_000));
  await world.operator?.kill();
  const listing = performance.now();
  for (const path of ['/api/v1/pods', '/apis/xos.opencord.org/v1alpha1/xosserviceinstances'])
    for await (const item of world.raw.list(path)) void item;
  const listMs = performance.now() - listing;
  const mark = world.audit.mark();
  const starting = performance.now();
  await world.startOperator();
  const readyMs = performance.now() - starting;
  await world.untilIdle();
  const written = world.audit.since(mark).filter(({ verb }) => !['list', 'get'].includes(verb));
  const writes = countBy(written, ({ verb, resource, name }) => `${verb} ${resource} ${name}`);
  return { writes, readyMs, listMs };
}

/** Requests for the mirrors of 100 pods that come, run and go. */
async function lifeOfOnePod(world: World): Promise<Record<string, number>> {
  const mark = world.audit.mark();
  await world.cluster.kubectl(['create', 'deployment', 'life', '-n', 'bench-0', '--image=a:1', '--replicas=100']);
  await world.cluster.kubectl(['rollout', 'status', '-n', 'bench-0', 'deployment/life', '--timeout=120s']);
  await world.untilIdle();
  await world.cluster.kubectl(['delete', 'deployment', 'life', '-n', 'bench-0']);
  await new Promise((resolve) => setTimeout(resolve, 10_000));
  await world.untilIdle();
  const own = world.audit.since(mark).filter(({ resource }) => resource.startsWith('xosserviceinstances'));
  return countBy(own, ({ verb, resource, code }) => `${verb} ${resource} ${code}`);
}

interface Results {
  readonly rounds: readonly Round[];
  readonly rest: Awaited<ReturnType<typeof atRest>>;
  readonly restart: Awaited<ReturnType<typeof restarted>>;
  readonly writes: Record<string, number>;
  readonly latency: Latency;
  readonly relist: Relist;
}

function rowsOf({ rounds, rest, restart, writes, latency, relist }: Results): Row[] {
  const rate = geometricMean(rounds.map(({ operatorRate, rawRate }) => operatorRate / rawRate));
  const cpu = median(rounds.map(({ operatorCpu, serverCpu }) => operatorCpu / serverCpu));
  const memory = Math.max(rest.residentMb, ...rounds.map(({ operatorMb }) => operatorMb));
  const perLife = Object.values(writes).reduce((sum, count) => sum + count, 0) / 100;
  return [
    { what: `adopt ${PODS} pods: rate against the raw writer`, must: '≥ 0.85', is: rounded(rate), met: rate >= 0.85 },
    { what: 'requests for a mirror in the life of a pod', must: '2', is: rounded(perLife), met: perLife <= 2 },
    { what: 'own CPU against that of the API server', must: '≤ 0.25', is: rounded(cpu), met: cpu <= 0.25 },
    {
      what: 'writes after a restart',
      must: '0',
      is: Object.keys(restart.writes).join(', ') || '0',
      met: Object.keys(restart.writes).length === 0,
    },
    {
      what: 'ready after a restart, against a bare list of pods and mirrors',
      must: '≤ 2',
      is: rounded(restart.readyMs / restart.listMs),
      met: restart.readyMs <= 2 * restart.listMs,
    },
    { what: 'resident memory, MB', must: '≤ 190', is: rounded(memory), met: memory <= 190 },
    {
      what: 'pod event to status stored, against a bare POST + PATCH: p50',
      must: '≤ 2',
      is: rounded(latency.p50 / latency.rawP50),
      met: latency.p50 <= 2 * latency.rawP50,
    },
    {
      what: 'the same: p99',
      must: '≤ 3',
      is: rounded(latency.p99 / latency.rawP99),
      met: latency.p99 <= 3 * latency.rawP99,
    },
    {
      what: `longest block in a relist of ${relist.pods}, against parsing it in one piece`,
      must: '≤ 0.05',
      is: rounded(relist.longestBlock / relist.inOnePiece),
      met: relist.longestBlock * 20 <= relist.inOnePiece,
    },
    { what: `requests at rest in ${REST_SECONDS} s`, must: '0', is: `${rest.requests}`, met: rest.requests === 0 },
    { what: 'CPU at rest, % of a core', must: '≤ 0.5', is: rounded(rest.cpuPercent), met: rest.cpuPercent <= 0.5 },
  ];
}

/** Whoever comes second finds a slower server: over an even number of rounds, each first in half of them, that cancels out. */
function geometricMean(ratios: readonly number[]): number {
  return Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

await runMain(main);
