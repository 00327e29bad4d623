/** What a demo that was killed may have left running. */
import { mkdirSync } from 'node:fs';
import { Layout } from '../cluster/layout.ts';
import { killAll, isRunning } from '../cluster/processes.ts';
import { readProcesses } from '../cluster/record.ts';
import type { Print } from '../progress.ts';

/** Ends the operator of an earlier demo on the same cluster: two would only confuse who reads the log. */
export async function endEarlierOperator(folder: string, print: Print): Promise<void> {
  mkdirSync(new Layout(folder).processes, { recursive: true, mode: 0o700 });
  const earlier = readProcesses(folder).get('operator');
  if (earlier === undefined || !isRunning(earlier)) return;
  print(`The operator of an earlier demo is still running (process ${earlier.pid}): ending it …`);
  await killAll([earlier]);
}
