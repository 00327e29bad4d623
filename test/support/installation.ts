/**
 * The operator as config/default installs it, under its own ServiceAccount; but as a process, because the nodes of the tests
 * are played and run nothing. It ends as its pods would: with its Deployment.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runAny, type RunResult } from '../../hack/run.ts';
import { Deployments, Namespaces } from '../../src/api/core.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { type Resource, resourceName } from '../../src/api/resource.ts';
import { kinds } from '../../src/kinds/index.ts';
import { isNotFound } from '../../src/kube/errors.ts';
import { type Changes, GitopsTools } from './gitops.ts';
import { ownKubeconfig } from './own-rights.ts';
import { ROOT, type Scene } from './scene.ts';
import { called } from './world.ts';

const DEFAULT = join(ROOT, 'config', 'default');
const PAGE = join(ROOT, 'docs', 'operations.md');
export const OURS = 'app.kubernetes.io/part-of=xos-operator';

const Definitions: Resource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
};

type Listed = { items: (KubeObject & { metadata: { deletionTimestamp?: string } })[] };

export class Installation {
  readonly #scene: Scene;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** Installs everything, or mends it, also what another tool left; the guard of the definitions is in force when this returns. */
  async install(): Promise<void> {
    const scene = this.#scene;
    await scene.kubectl('apply', '--server-side', '--force-conflicts', '-k', DEFAULT);
    await scene.kubectl('wait', '--for=condition=Established', 'crd', '-l', OURS, '--timeout=30s');
    if (scene.operator?.running !== true)
      await scene.startOperator(['--default-service=kubernetes'], await ownKubeconfig(scene));
    await scene.until('the guard of the definitions', async () =>
      scene.kubectl('delete', 'crd', 'xossites.xos.opencord.org', '--dry-run=server').then(
        () => undefined,
        () => true,
      ),
    );
  }

  /** Ends the operator when its Deployment is gone. */
  async endWithDeployment(): Promise<void> {
    await this.#scene.untilGone(Deployments, 'xos-system/xos-operator');
    await this.#scene.operator?.stop();
  }

  /** Removes the Deployment, and the operator with it. */
  async endOperator(): Promise<void> {
    await this.#scene.kubectl('delete', 'deployment', '-n', 'xos-system', 'xos-operator');
    await this.endWithDeployment();
  }

  /** Lets Flux take it over, as nothing else would be pruned, and prune it: gives what Flux did with each object. */
  async prune(): Promise<Changes> {
    const { cluster } = this.#scene;
    const tools = await GitopsTools.find();
    const documents = await this.#scene.kubectl('kustomize', DEFAULT);
    const flux = (verb: 'apply' | 'prune') => tools.flux(verb, cluster.kubeconfig, 'xos', documents);
    await flux('apply');
    return await flux('prune');
  }

  /** Types the commands that stand in docs/operations.md below this heading. */
  async typed(heading: string): Promise<RunResult> {
    const [, part = ''] = readFileSync(PAGE, 'utf8').split(`\n### ${heading}\n`);
    const [, commands] = /```sh\n([^]*?)```/.exec(part) ?? [];
    if (commands === undefined) throw new Error(`docs/operations.md says nothing to type below ${heading}.`);
    const { environment: env } = this.#scene.cluster;
    return await runAny('sh', ['-ec', commands], { cwd: ROOT, env, timeoutMs: 120_000 });
  }

  /** What waits for somebody to let it go, sorted: our definitions, namespaces and custom resources. */
  async waiting(): Promise<string[]> {
    const looks = [
      ...kinds.map(({ resource }) => this.#definition(resourceName(resource))),
      ...[Namespaces, ...kinds.map(({ resource }) => resource)].map((resource) => this.#served(resource)),
    ];
    return (await Promise.all(looks))
      .flat()
      .filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
      .map(called)
      .toSorted();
  }

  /** What is left of the installation itself, sorted. */
  async left(): Promise<string[]> {
    const policies = 'validatingadmissionpolicies,validatingadmissionpolicybindings';
    const { items } = await this.#list(`crd,namespaces,clusterroles,clusterrolebindings,${policies}`, '-l', OURS);
    return items.map(called).toSorted();
  }

  /** What there is of a kind; nothing where it has no definition any more. */
  async #served(resource: Resource): Promise<KubeObject[]> {
    return await orNothing(this.#scene.list(resource));
  }

  /** Without the schema, which is a megabyte for all of them: that is too much to ask for ten times a second. */
  async #definition(name: string): Promise<KubeObject[]> {
    return await orNothing(this.#scene.client.metadata(Definitions, name).then((definition) => [definition]));
  }

  async #list(what: string, ...args: string[]): Promise<Listed> {
    return JSON.parse(await this.#scene.kubectl('get', what, '-A', '-o', 'json', ...args)) as Listed;
  }
}

async function orNothing(found: Promise<KubeObject[]>): Promise<KubeObject[]> {
  return await found.catch((error: unknown) => {
    if (isNotFound(error)) return [];
    throw error;
  });
}
