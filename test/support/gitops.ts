/** What GitOps tools make of objects, by their own libraries: the program of hack/gitops. */
import { join } from 'node:path';
import { checkout } from '../../hack/cluster/cache.ts';
import { ensureGitops } from '../../hack/gitops/program.ts';
import { toStderr } from '../../hack/progress.ts';
import { run } from '../../hack/run.ts';
import type { KubeObject } from '../../src/api/object.ts';

const HEALTH = join(checkout, 'config', 'argocd', 'argocd-cm.yaml');

/** How an object stands. */
export interface Verdict {
  readonly status: string;
  readonly message: string;
}

/** What Flux did, by `Kind/namespace/name`. */
export type Changes = Readonly<Record<string, 'created' | 'configured' | 'unchanged' | 'deleted' | 'skipped'>>;

/** What Flux makes of a HelmRelease: a HelmChart, and a release of it. */
export interface HelmRelease {
  readonly name: string;
  readonly namespace: string;
  readonly values: object;
  readonly chart: KubeObject;
}

export class GitopsTools {
  readonly #program: string;

  private constructor(program: string) {
    this.#program = program;
  }

  /** Builds the program if it is not there yet. */
  static async find(): Promise<GitopsTools> {
    return new GitopsTools(await ensureGitops(toStderr));
  }

  /** What kstatus says of each. */
  async kstatus(objects: readonly object[]): Promise<Verdict[]> {
    return (await this.#run(['kstatus'], JSON.stringify(objects))) as Verdict[];
  }

  /** What the health scripts of config/argocd say of each. */
  async argocd(objects: readonly object[]): Promise<Verdict[]> {
    return (await this.#run(['argocd', HEALTH], JSON.stringify(objects))) as Verdict[];
  }

  /** Does with these documents what Flux does for a Kustomization of this name, and waits for it. */
  async flux(verb: 'apply' | 'prune', kubeconfig: string, name: string, documents: string): Promise<Changes> {
    return (await this.#run(['flux', verb, kubeconfig, name], documents)) as Changes;
  }

  /** @throws {RunError} where the document has a field that helm-controller does not know */
  async helmRelease(document: string): Promise<HelmRelease> {
    return (await this.#run(['helmrelease'], document)) as HelmRelease;
  }

  async #run(args: readonly string[], input: string): Promise<unknown> {
    const { stdout } = await run(this.#program, args, { input, timeoutMs: 180_000 });
    return JSON.parse(stdout);
  }
}
