/**
 * `make bench-growth`: how the cost of the inventory grows with the number of pods. One cluster, more and more pods, and
 * each time an operator that finds no mirrors yet. Prints a table, and the plot that stands in docs/performance.md.
 * `BENCH_SIZES` are the numbers of pods, multiples of 500.
 */
import { toStderr } from '../hack/progress.ts';
import { runMain } from '../hack/user-error.ts';
import { buildProgram, keepResults } from './results.ts';
import { rounded } from './table.ts';
import { cpuSeconds, residentMb } from './usage.ts';
import { World } from './world.ts';

const SIZES = (process.env['BENCH_SIZES'] ?? '1000,10000,50000').split(',').map(Number);

interface Size {
  readonly pods: number;
  /** Seconds, until all were adopted. */
  readonly operatorCpu: number;
  readonly serverCpu: number;
  /** MB, when all were just adopted, and of an operator that found them so. */
  readonly adopting: number;
  readonly restarted: number;
}

async function main(): Promise<number> {
  buildProgram();
  const most = Math.max(...SIZES);
  const world = await World.start(0, most);
  try {
    const sizes: Size[] = [];
    for (const pods of SIZES) {
      await world.forget();
      await world.populate(pods);
      sizes.push(await costOf(world, pods));
      toStderr(JSON.stringify(sizes.at(-1)));
    }
    process.stdout.write(`${tableOf(sizes)}\n\n${plotOf(sizes)}\n`);
    keepResults({ sizes });
    return 0;
  } finally {
    await world.close();
  }
}

async function costOf(world: World, pods: number): Promise<Size> {
  const serverCpu = await world.serverCpuOf(async () => {
    await world.startOperator();
    await world.untilAdopted(pods);
  });
  const first = world.startedOperator;
  const [operatorCpu, adopting] = [cpuSeconds(first.pid), residentMb(first.pid)];
  await first.kill();
  const second = await world.startOperator();
  await world.untilIdle();
  const restarted = residentMb(second.pid);
  await second.kill();
  return { pods, operatorCpu, serverCpu, adopting, restarted };
}

function tableOf(sizes: readonly Size[]): string {
  const lines = sizes.map(
    ({ pods, operatorCpu, serverCpu, adopting, restarted }) =>
      `| ${[pods, operatorCpu, (operatorCpu / pods) * 1_000, operatorCpu / serverCpu, adopting, restarted].map(rounded).join(' | ')} |`,
  );
  const head = '| pods | own CPU, s | a pod, ms | against the API server | MB, just adopted | MB, after a restart |';
  return [head, '|---|---|---|---|---|---|', ...lines].join('\n');
}

/** Both as a multiple of what the smallest costs, beside the number of pods: below that line is better than linear. */
function plotOf(sizes: readonly Size[]): string {
  const line = (of: (size: Size) => number) => {
    const [smallest] = sizes;
    return `[${sizes.map((size) => rounded(of(size) / (smallest === undefined ? 1 : of(smallest)))).join(', ')}]`;
  };
  return [
    '```mermaid',
    'xychart-beta',
    '  title "Cost against that of the smallest: pods, CPU, memory"',
    `  x-axis "pods" [${sizes.map(({ pods }) => pods).join(', ')}]`,
    '  y-axis "times"',
    `  line ${line(({ pods }) => pods)}`,
    `  line ${line(({ operatorCpu }) => operatorCpu)}`,
    `  line ${line(({ adopting }) => adopting)}`,
    '```',
  ].join('\n');
}

await runMain(main);
