/** A cluster in containers, made by kind where Docker is. Written without Docker at hand: not tried. */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Print } from '../../progress.ts';
import { run, runAny, RunError } from '../../run.ts';
import { UserError } from '../../user-error.ts';
import { cacheRoot, checkoutKey } from '../cache.ts';
import { findKubectl } from '../find-kubectl.ts';
import type { Access, Provider } from './provider.ts';

const name = `xos-${checkoutKey()}`;
const config = join(import.meta.dirname, '..', 'kind.yaml');

/** The kind cluster of this checkout. */
export function kindProvider(): Provider {
  const folder = join(cacheRoot(), `kind-${checkoutKey()}`);
  return {
    up: (print) => up(folder, print),
    down: async (print) => {
      await kind(['delete', 'cluster', '--name', name]);
      await rm(folder, { recursive: true, force: true });
      print('The kind cluster is gone.');
    },
    status: async (print) => {
      const runs = await exists();
      print(runs ? `The kind cluster ${name} exists.` : 'No kind cluster of this checkout exists.');
      return 0;
    },
  };
}

async function up(folder: string, print: Print): Promise<Access> {
  await requireTools();
  const kubeconfig = join(folder, 'kubeconfig');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const target = ['--name', name, '--kubeconfig', kubeconfig];
  if (await exists()) {
    await kind(['export', 'kubeconfig', ...target]);
  } else {
    print('Creating a kind cluster …');
    await kind(['create', 'cluster', ...target, '--config', config, '--wait', '180s']);
  }
  const cacheDir = join(folder, 'kubectl-cache');
  return { program: await findKubectl(), kubeconfig, cacheDir, folder };
}

async function exists(): Promise<boolean> {
  const { stdout } = await kind(['get', 'clusters']);
  return stdout.split('\n').includes(name);
}

async function requireTools(): Promise<void> {
  for (const [program, ...args] of [
    ['docker', 'info'],
    ['kind', 'version'],
  ]) {
    if (program !== undefined) await requireTool(program, args);
  }
}

async function requireTool(program: string, args: string[]): Promise<void> {
  const result = await runAny(program, args).catch(() => undefined);
  if (result?.code === 0) return;
  throw new UserError(
    `PROVIDER=kind needs a working ${program}: install it, or leave PROVIDER out to use the cluster that is built here.`,
  );
}

async function kind(args: string[]): ReturnType<typeof run> {
  try {
    return await run('kind', args);
  } catch (error) {
    if (!(error instanceof RunError)) return missing();
    const reason = error.result.stderr.trim().split('\n').at(-1) ?? '';
    throw new UserError(`kind ${args[0]} failed; see \`docker ps\` and try again: ${reason}`);
  }
}

function missing(): never {
  throw new UserError('PROVIDER=kind needs kind: install it from https://kind.sigs.k8s.io.');
}
