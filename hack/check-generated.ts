/** Fails when src/api/generated is not what the generator makes of crds/; leaves the folder up to date. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from './cluster/cache.ts';
import { run } from './run.ts';
import { runMain, UserError } from './user-error.ts';

const folder = join(checkout, 'src', 'api', 'generated');

async function main(): Promise<number> {
  const before = snapshot();
  await run('npm', ['run', '--silent', 'generate'], { cwd: checkout });
  if (snapshot() === before) return 0;
  throw new UserError(
    'src/api/generated was out of date; it has been generated anew: look at the difference and commit it.',
  );
}

function snapshot(): string {
  if (!existsSync(folder)) return '';
  const names = readdirSync(folder).toSorted();
  return JSON.stringify(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}

await runMain(main);
