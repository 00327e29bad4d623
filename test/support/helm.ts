/** Helm, built when it is first asked for, with folders of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Build, ensureBuild, ensureHelm } from '../../hack/cluster/build.ts';
import { toStderr } from '../../hack/progress.ts';
import { run } from '../../hack/run.ts';
import { ROOT } from './scene.ts';

export const CHART = join(ROOT, 'charts', 'xos-operator');

export class Helm {
  readonly #build: Build;
  readonly #folder = mkdtempSync(join(tmpdir(), 'xos-helm-'));

  private constructor(build: Build) {
    this.#build = build;
  }

  static async find(): Promise<Helm> {
    const build = await ensureBuild(toStderr);
    await ensureHelm(build, toStderr);
    return new Helm(build);
  }

  /** The kubectl beside it. */
  get kubectl(): string {
    return this.#build.program('kubectl');
  }

  /** Runs it; with a kubeconfig where it needs a cluster. @throws {RunError} when it fails */
  async run(args: readonly string[], kubeconfig = join(this.#folder, 'none')): Promise<string> {
    const folders = ['HELM_CACHE_HOME', 'HELM_CONFIG_HOME', 'HELM_DATA_HOME'].map((name) => [name, this.#folder]);
    const env = { ...process.env, ...Object.fromEntries(folders), KUBECONFIG: kubeconfig };
    return (await run(this.#build.program('helm'), args, { env, timeoutMs: 150_000 })).stdout;
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
