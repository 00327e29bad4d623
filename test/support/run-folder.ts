/** Where everything temporary of a run is: it goes when the run is over, also when somebody interrupts or kills it. */
import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Its input ends with the run. Clusters end by then by themselves, and their reapers must find here which processes are theirs. What a
 * reaper removes at the same time is looked for again.
 */
const SWEEP = `
  cat
  for second in $(seq 60); do
    find "$0" -maxdepth 3 -name cluster.json | grep -q . || rm -rf --one-file-system "$0"
    test -e "$0" || exit 0
    sleep 1
  done`;

/** Called by each globalSetup, whose environment every worker and every program of a test inherits. */
export function makeRunFolder(): void {
  const folder = mkdtempSync(join(tmpdir(), 'xos-run-'));
  // In a session of its own, so that a Ctrl-C on the terminal does not take it first.
  const sweeper = spawn('sh', ['-c', SWEEP, folder], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  // Neither the process nor the pipe keeps the run alive.
  sweeper.unref();
  if ('unref' in sweeper.stdin && typeof sweeper.stdin.unref === 'function') sweeper.stdin.unref();
  process.env['TMPDIR'] = folder;
}
