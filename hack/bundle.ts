/** `make bundle`: writes dist/install.yaml, one file with everything that config/default installs. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { VERSION } from '../src/version.ts';
import { checkout } from './cluster/cache.ts';
import { findKubectl } from './cluster/find-kubectl.ts';
import { run } from './run.ts';
import { runMain } from './user-error.ts';

const BUNDLE = join(checkout, 'dist', 'install.yaml');
const HEADER = `# The XOS operator ${VERSION}: kubectl apply --server-side -f install.yaml\n`;

async function main(): Promise<number> {
  const { stdout } = await run(await findKubectl(), ['kustomize', join(checkout, 'config', 'default')]);
  mkdirSync(join(checkout, 'dist'), { recursive: true });
  writeFileSync(BUNDLE, HEADER + stdout);
  process.stdout.write(`${BUNDLE}\n`);
  return 0;
}

await runMain(main);
