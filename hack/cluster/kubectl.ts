/** kubectl, run for one kubeconfig. */
import { run, type RunResult } from '../run.ts';

/** Which kubectl talks to which cluster. */
export interface Kubectl {
  program: string;
  kubeconfig: string;
  /** Where it keeps what it knows of the API; never the user's own cache, which another cluster at this address may have filled. */
  cacheDir: string;
}

/** What a call of kubectl may have beside its arguments. */
export interface KubectlOptions {
  /** What `-f -` reads. */
  input?: string;
  /** Killed after this time; 2 minutes when absent. */
  timeoutMs?: number;
}

/** Runs kubectl.
 * @throws {RunError} when it fails; its stderr is in the message. */
export function runKubectl(
  kubectl: Kubectl,
  args: readonly string[],
  { input, timeoutMs = 120_000 }: KubectlOptions = {},
): Promise<RunResult> {
  return run(kubectl.program, args, {
    env: {
      ...process.env,
      KUBECONFIG: kubectl.kubeconfig,
      KUBECACHEDIR: kubectl.cacheDir,
      KUBERC: 'off',
      // It ends before it is short of memory: a quarter of its time was collecting garbage.
      GOGC: '400',
    },
    timeoutMs,
    ...(input === undefined ? {} : { input }),
  });
}
