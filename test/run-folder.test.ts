/** What a run of tests leaves behind when it is killed: nothing. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '../hack/wait.ts';

const LIBRARY = join(__dirname, 'support', 'run-folder.ts');
const RUN = `
  import(${JSON.stringify(LIBRARY)}).then(({ makeRunFolder }) => {
    makeRunFolder();
    console.log(process.env.TMPDIR);
  });
  setInterval(() => {}, 1000);`;

test('the folder of a run goes when it is killed, but not before the clusters in it are gone', async () => {
  const run = spawn(process.execPath, ['--eval', RUN], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(run.stdout, 'data')) as [Buffer];
  const folder = line.toString().trim();
  const cluster = join(folder, 'xos-scene', 'cluster');
  mkdirSync(cluster, { recursive: true });
  writeFileSync(join(cluster, 'cluster.json'), '{}');

  run.kill('SIGKILL');
  await once(run, 'exit');
  await sleep(300);
  expect(existsSync(cluster)).toBe(true);
  rmSync(cluster, { recursive: true });
  await waitFor('the folder to go', () => !existsSync(folder) || undefined, { timeoutMs: 10_000 });
});
