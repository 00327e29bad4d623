/**
 * Argo CD and Flux themselves: their controllers, each built as its own Go module says. That takes longer than all of Kubernetes, so only
 * `make test-tools` asks for it.
 */
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheRoot } from '../cluster/cache.ts';
import { goEnvironment } from '../cluster/go-toolchain.ts';
import type { Print } from '../progress.ts';
import { run } from '../run.ts';
import { ensureGoProgram } from './go-program.ts';

/** The newest versions that Go 1.26 builds, and of which all modules can be had. */
const MODULES = {
  argocd: { module: 'github.com/argoproj/argo-cd/v3', version: 'v3.2.11', command: './cmd' },
  /** Argo CD runs it. */
  kustomize: { module: 'sigs.k8s.io/kustomize/kustomize/v5', version: 'v5.8.1', command: '.' },
  'source-controller': flux('source-controller', 'v1.8.0'),
  'kustomize-controller': flux('kustomize-controller', 'v1.9.6'),
} satisfies Record<string, GoModule>;

interface GoModule {
  readonly module: string;
  readonly version: string;
  /** The package of the program. */
  readonly command: string;
  /** A module of its own, which is in a folder beside this one in Git only: here it has to be had by its version. */
  readonly beside?: string;
}

function flux(name: string, version: string): GoModule {
  const module = `github.com/fluxcd/${name}`;
  return { module, version, command: '.', beside: `${module}/api` };
}

/** What can be built here. */
type ControllerName = keyof typeof MODULES;

export const controllerNames = Object.keys(MODULES) as readonly ControllerName[];

/** A program, and the sources that it came from: its CRDs are there. */
export interface Controller {
  readonly program: string;
  readonly sources: string;
}

/** A program, built now if it is not there yet.
 * @throws {UserError} when Go is missing or the build fails. */
export async function ensureController(name: ControllerName, print: Print): Promise<Controller> {
  const of: GoModule = MODULES[name];
  const folder = join(cacheRoot(), 'gitops', `${name}-${of.version}`);
  const controller = { program: join(folder, name), sources: join(folder, 'sources') };
  const sources = async (go: string) => {
    await copySources(go, of, controller.sources);
    return controller.sources;
  };
  const what = `${name} ${of.version}`;
  await ensureGoProgram({ what, program: controller.program, folder: sources, command: of.command }, print);
  return controller;
}

/** A copy, because a go.mod may have to be changed. */
async function copySources(go: string, { module, version, beside }: GoModule, target: string): Promise<void> {
  const env = goEnvironment();
  // Outside of any module: this one is nobody's dependency.
  const { stdout } = await run(go, ['mod', 'download', '-json', `${module}@${version}`], { cwd: cacheRoot(), env });
  await rm(target, { recursive: true, force: true });
  await cp((JSON.parse(stdout) as { Dir: string }).Dir, target, { recursive: true });
  await run('chmod', ['-R', 'u+w', target]);
  if (beside === undefined) return;
  await run(go, ['mod', 'edit', `-dropreplace=${beside}`], { cwd: target, env });
  await run(go, ['get', `${beside}@${version}`], { cwd: target, env });
}
