/** Flux beside a cluster: its source controller and its kustomize controller, and what they find in the namespace flux-system. */
import { join } from 'node:path';
import { freePorts } from '../../hack/cluster/ports.ts';
import { ensureController } from '../../hack/gitops/controllers.ts';
import { toStderr } from '../../hack/progress.ts';
import type { Condition, KubeObject, Live } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { namespace } from './samples.ts';
import type { Scene } from './scene.ts';
import { homeOf, startTool } from './tool-process.ts';

export const FLUX = 'flux-system';
const PATIENCE_MS = 150_000;

/** The part of a Kustomization that is read. Source: kustomize.toolkit.fluxcd.io/v1. */
interface Kustomization extends KubeObject {
  status?: {
    observedGeneration?: number;
    lastAppliedRevision?: string;
    conditions?: Condition[];
    history?: { totalReconciliations: number }[];
  };
}

const Kustomizations: Resource<Kustomization> = {
  group: 'kustomize.toolkit.fluxcd.io',
  version: 'v1',
  kind: 'Kustomization',
  plural: 'kustomizations',
  namespaced: true,
};

export class Flux {
  readonly #scene: Scene;

  private constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** Installs it. It ends with the cluster. */
  static async start(scene: Scene): Promise<Flux> {
    const [source, kustomize] = await Promise.all([
      ensureController('source-controller', toStderr),
      ensureController('kustomize-controller', toStderr),
    ]);
    await scene.apply(namespace(FLUX));
    for (const { sources } of [source, kustomize])
      await scene.kubectl('apply', '--server-side', '-k', join(sources, 'config', 'crd'));
    await scene.kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s');
    const [storage] = await freePorts(1);
    const address = `127.0.0.1:${storage}`;
    const kept = [
      `--storage-path=${homeOf(scene.cluster)}`,
      `--storage-addr=${address}`,
      `--storage-adv-addr=${address}`,
    ];
    await run(scene, 'source-controller', source.program, kept);
    await run(scene, 'kustomize-controller', kustomize.program, []);
    return new Flux(scene);
  }

  /** What is in a Git repository, by this name; it is looked into every few seconds. */
  async source(name: string, url: string): Promise<void> {
    await this.#scene.apply({
      apiVersion: 'source.toolkit.fluxcd.io/v1',
      kind: 'GitRepository',
      metadata: { name, namespace: FLUX },
      spec: { url, ref: { branch: 'main' }, interval: '5s' },
    });
  }

  /** The archive that the source controller makes of a chart. */
  async archive(chart: KubeObject): Promise<Uint8Array> {
    await this.#scene.apply(chart);
    const { name, namespace: where } = chart.metadata;
    const patience = `--timeout=${PATIENCE_MS / 1_000}s`;
    await this.#scene.kubectl('wait', '--for=condition=Ready', '-n', where ?? FLUX, `helmchart/${name}`, patience);
    const url = await this.#scene.kubectl(
      'get',
      '-n',
      where ?? FLUX,
      `helmchart/${name}`,
      '-o',
      'jsonpath={.status.artifact.url}',
    );
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`${url} answers ${answer.status}.`);
    return new Uint8Array(await answer.arrayBuffer());
  }

  /** Waits until a Kustomization has applied this commit, and everything in it is Current. */
  async untilDone(name: string, commit: string): Promise<Live<Kustomization>> {
    let last: Kustomization['status'];
    const isDone = async () => {
      const found = await this.#scene.get(Kustomizations, `${FLUX}/${name}`);
      last = found?.status;
      const ready = last?.conditions?.find(({ type }) => type === 'Ready');
      const isApplied = last?.lastAppliedRevision?.endsWith(commit) && ready?.status === 'True';
      return isApplied && last?.observedGeneration === found?.metadata.generation ? found : undefined;
    };
    return await this.#scene.until(`the Kustomization ${name}`, isDone, PATIENCE_MS).catch((error: unknown) => {
      throw new Error(`The Kustomization ${name} is ${JSON.stringify(last, undefined, 2)}`, { cause: error });
    });
  }

  /** How often a Kustomization was applied so far, with one and the same result. */
  async reconciliations(name: string): Promise<number> {
    const found = await this.#scene.get(Kustomizations, `${FLUX}/${name}`);
    return found?.status?.history?.[0]?.totalReconciliations ?? 0;
  }

  /** Deletes a Kustomization, and with it what it applied. */
  async remove(name: string): Promise<void> {
    const patience = `--timeout=${PATIENCE_MS / 1_000}s`;
    await this.#scene.kubectl('delete', 'kustomizations.kustomize.toolkit.fluxcd.io', '-n', FLUX, name, patience);
  }
}

async function run({ cluster }: Scene, name: string, program: string, more: readonly string[]): Promise<void> {
  const [metrics, health] = await freePorts(2);
  const args = [`--metrics-addr=127.0.0.1:${metrics}`, `--health-addr=127.0.0.1:${health}`, '--events-addr=', ...more];
  startTool(cluster, { name, program, args, env: { RUNTIME_NAMESPACE: FLUX } });
}
