/** `make demo` as a user types it, on a cluster that nothing else uses and that nothing outlives. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cacheRoot, checkout, demoStateDir } from '../../hack/cluster/cache.ts';
import { openCluster } from '../../hack/cluster/cluster.ts';
import { realStateDir } from '../../hack/cluster/providers/choose.ts';
import { run } from '../../hack/run.ts';
import type { Pod } from '../../src/api/core.ts';
import type { Live } from '../../src/api/object.ts';

export class Demo {
  readonly #env: NodeJS.ProcessEnv;
  readonly #stateDir: string;
  readonly #cleaner: ChildProcess;

  /** `nodes` is what NODES says; left out: simulated ones. */
  constructor(nodes?: 'real') {
    // As where nobody has asked for anything else.
    const asked = { KUBECONFIG: undefined, PROVIDER: undefined, NODES: nodes };
    this.#env = { ...process.env, ...asked, XOS_CACHE_DIR: cacheWithoutClusters() };
    this.#stateDir = nodes === 'real' ? realStateDir(this.#env) : demoStateDir(this.#env);
    this.#cleaner = cleanerOf(this.#env);
  }

  /** What the demo prints. @throws RunError */
  async run(): Promise<string> {
    return (await run('make', ['demo'], { cwd: checkout, env: this.#env })).stdout;
  }

  /** The pod of the example, on the cluster that the demo left running. */
  async pod(): Promise<Live<Pod>> {
    const args = ['get', 'pod', '-n', 'demo-trust', 'demo-pod', '-o', 'json'];
    return JSON.parse((await openCluster(this.#stateDir).kubectl(args)).stdout) as Live<Pod>;
  }

  /** @throws when the cluster does not end */
  async close(): Promise<void> {
    this.#cleaner.stdin?.end();
    const [code] = (await once(this.#cleaner, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`The cluster of the demo did not end; what is left of it is in ${this.#stateDir}.`);
  }
}

/** A cache with the programs that are built: of the checkout itself somebody may have a cluster. */
function cacheWithoutClusters(): string {
  const folder = mkdtempSync(join(tmpdir(), 'xos-demo-'));
  for (const name of readdirSync(cacheRoot()).filter((each) => !each.startsWith('demo-')))
    symlinkSync(join(cacheRoot(), name), join(folder, name));
  return folder;
}

/** Ends the cluster and removes the cache when its input ends, also because we do. */
function cleanerOf(env: NodeJS.ProcessEnv): ChildProcess {
  const script = 'cat && make cluster-down && rm -r "$XOS_CACHE_DIR"';
  return spawn('sh', ['-c', script], { cwd: checkout, env, detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
}
