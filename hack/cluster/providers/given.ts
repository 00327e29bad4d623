/** The cluster that the user's KUBECONFIG names: used as it is, never started and never ended. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { UserError } from '../../user-error.ts';
import { cacheRoot, checkoutKey } from '../cache.ts';
import { findKubectl } from '../find-kubectl.ts';
import { runKubectl } from '../kubectl.ts';
import type { Access, Provider } from './provider.ts';

/** The cluster behind a kubeconfig file. */
export function givenProvider(kubeconfig: string): Provider {
  return {
    up: async (print) => {
      const access = await reach(kubeconfig);
      print(`Using the cluster of KUBECONFIG=${kubeconfig}.`);
      return access;
    },
    down: async (print) => {
      print(`The cluster of KUBECONFIG=${kubeconfig} was not started here, so it is left alone.`);
    },
    status: async (print) => {
      await reach(kubeconfig);
      print(`The cluster of KUBECONFIG=${kubeconfig} is ready.`);
      return 0;
    },
  };
}

async function reach(kubeconfig: string): Promise<Access> {
  if (!kubeconfig.split(delimiter).some((file) => existsSync(file))) {
    throw new UserError(
      `KUBECONFIG names ${kubeconfig}, which does not exist: correct it, or unset it to use a local cluster.`,
    );
  }
  const folder = join(cacheRoot(), `given-${checkoutKey()}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const cacheDir = join(folder, 'kubectl-cache');
  const access = { program: await findKubectl(), kubeconfig, cacheDir, folder };
  try {
    await runKubectl(access, ['get', '--raw', '/readyz', '--request-timeout=10s']);
  } catch {
    throw new UserError(
      `The cluster of KUBECONFIG=${kubeconfig} does not answer: start it, or unset KUBECONFIG to use a local cluster.`,
    );
  }
  return access;
}
