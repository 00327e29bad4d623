/** Argo CD beside a cluster: its application controller, its repo server and a cache, and what they find in the namespace argocd. */
import { delimiter, dirname, join } from 'node:path';
import { freePorts } from '../../hack/cluster/ports.ts';
import { ensureController } from '../../hack/gitops/controllers.ts';
import { ensureGitops } from '../../hack/gitops/program.ts';
import { toStderr } from '../../hack/progress.ts';
import type { KubeObject, Live } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { namespace } from './samples.ts';
import { ROOT, type Scene } from './scene.ts';
import { homeOf, startTool } from './tool-process.ts';

const ARGOCD = 'argocd';
/** So that it looks into Git at once. */
const REFRESH = 'argocd.argoproj.io/refresh=hard';
/** For each event of a CRD it reads all schemas anew, one after the other: with all of ours that takes minutes on a small machine. */
const PATIENCE_MS = 400_000;
/** By which it deletes what an Application applied, when that is deleted. Source: Argo CD, "App Deletion". */
export const CASCADE = 'resources-finalizer.argocd.argoproj.io';

/** The part of an Application that is read. Source: argoproj.io/v1alpha1. */
export interface Application extends KubeObject {
  spec: Record<string, unknown>;
  status?: {
    sync?: { status: string; revision?: string };
    health?: { status: string };
    operationState?: { phase: string; message?: string; startedAt: string };
    resources?: { kind: string; namespace?: string; name: string; status?: string; health?: { status: string } }[];
    conditions?: { type: string; message: string }[];
    history?: object[];
  };
}

const Applications: Resource<Application> = {
  group: 'argoproj.io',
  version: 'v1alpha1',
  kind: 'Application',
  plural: 'applications',
  namespaced: true,
};

/** Its API server makes these, and nobody needs that here. */
const PROJECT = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AppProject',
  metadata: { name: 'default', namespace: ARGOCD },
  spec: {
    sourceRepos: ['*'],
    destinations: [{ namespace: '*', server: '*' }],
    clusterResourceWhitelist: [{ group: '*', kind: '*' }],
  },
};
const SESSION_KEY = JSON.stringify({ stringData: { 'server.secretkey': 'nobody signs in' } });

export class ArgoCd {
  readonly #scene: Scene;

  private constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** Installs it, with the health scripts as docs/gitops.md says. It ends with the cluster. */
  static async start(scene: Scene): Promise<ArgoCd> {
    const [{ program, sources }, kustomize, gitops] = await Promise.all([
      ensureController('argocd', toStderr),
      ensureController('kustomize', toStderr),
      ensureGitops(toStderr),
    ]);
    const argocd = new ArgoCd(scene);
    await argocd.#install(join(sources, 'manifests'));
    await argocd.#run(program, { kustomize: kustomize.program, gitops });
    return argocd;
  }

  /** Waits until an Application is as this commit has it, and Healthy. */
  async untilDone(name: string, commit: string): Promise<Live<Application>> {
    await this.#scene.kubectl('annotate', '--overwrite', 'application', '-n', ARGOCD, name, REFRESH);
    let last: Application['status'];
    const isDone = async () => {
      const application = await this.#scene.get(Applications, `${ARGOCD}/${name}`);
      last = application?.status;
      const { sync, health, operationState } = last ?? {};
      const isAsInGit = sync?.status === 'Synced' && sync.revision === commit && operationState?.phase === 'Succeeded';
      return isAsInGit && health?.status === 'Healthy' ? application : undefined;
    };
    return await this.#scene.until(`the Application ${name}`, isDone, PATIENCE_MS).catch((error: unknown) => {
      throw new Error(`The Application ${name} is ${JSON.stringify(trouble(last), undefined, 2)}`, { cause: error });
    });
  }

  /** How all Applications stand, and since when. */
  async stand(): Promise<object[]> {
    const all = await this.#scene.list(Applications);
    return all.map(({ metadata: { name }, status: { sync, health, operationState } = {} }) => ({
      name,
      sync: sync?.status,
      health: health?.status,
      since: operationState?.startedAt,
    }));
  }

  /** Deletes an Application, and what it applied if it has the finalizer for that. */
  async remove(name: string): Promise<void> {
    await this.#scene.kubectl('delete', 'application', '-n', ARGOCD, name, `--timeout=${PATIENCE_MS / 1_000}s`);
  }

  async #install(manifests: string): Promise<void> {
    const scene = this.#scene;
    await scene.apply(namespace(ARGOCD));
    await scene.kubectl('apply', '--server-side', '-k', join(manifests, 'crds'));
    await scene.kubectl('apply', '-n', ARGOCD, '-k', join(manifests, 'base', 'config'));
    await scene.kubectl('patch', 'secret', '-n', ARGOCD, 'argocd-secret', '-p', SESSION_KEY);
    const scripts = ['--type', 'merge', '--patch-file', join(ROOT, 'config', 'argocd', 'argocd-cm.yaml')];
    await scene.kubectl('patch', 'configmap', '-n', ARGOCD, 'argocd-cm', ...scripts);
    await scene.kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s');
    await scene.apply(PROJECT);
  }

  async #run(argocd: string, others: { kustomize: string; gitops: string }): Promise<void> {
    const { cluster } = this.#scene;
    const [redis, repo, repoMetrics, metrics] = await freePorts(4);
    const home = homeOf(cluster);
    const env = {
      PATH: [dirname(others.kustomize), cluster.environment['PATH']].join(delimiter),
      ARGOCD_FAKE_IN_CLUSTER: 'true',
      ARGOCD_GPG_ENABLED: 'false',
      ARGOCD_TLS_DATA_PATH: home,
      ARGOCD_SSH_DATA_PATH: home,
    };
    const start = (name: string, ...args: string[]) => {
      startTool(cluster, { name, program: argocd, args, env: { ...env, ARGOCD_BINARY_NAME: name } });
    };
    const cache = [`--redis=127.0.0.1:${redis}`];
    startTool(cluster, { name: 'redis', program: others.gitops, args: ['redis', `127.0.0.1:${redis}`] });
    const own = [
      '--address=127.0.0.1',
      `--port=${repo}`,
      '--metrics-address=127.0.0.1',
      `--metrics-port=${repoMetrics}`,
    ];
    start('argocd-repo-server', ...own, '--disable-tls', ...cache);
    const peers = [`--repo-server=127.0.0.1:${repo}`, '--repo-server-plaintext', ...cache];
    const rest = [`--namespace=${ARGOCD}`, `--metrics-port=${metrics}`, '--persist-resource-health'];
    start('argocd-application-controller', ...peers, ...rest);
  }
}

/** What is not as it should be, in short. */
function trouble({
  sync,
  health,
  operationState,
  conditions,
  resources = [],
}: NonNullable<Application['status']> = {}): object {
  const isWell = (each: { status?: string; health?: { status: string } }) =>
    each.status === 'Synced' && (each.health === undefined || each.health.status === 'Healthy');
  const { phase, message } = operationState ?? {};
  const others = resources.filter((each) => !isWell(each));
  return { sync: sync?.status, revision: sync?.revision, health: health?.status, phase, message, conditions, others };
}
