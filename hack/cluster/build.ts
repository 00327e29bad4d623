/** Builds the cluster's programs from Go modules, once per version, into the user's cache. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { elapsedSince, type Print, withHeartbeat } from '../progress.ts';
import { run, RunError } from '../run.ts';
import { UserError } from '../user-error.ts';
import { cacheRoot } from './cache.ts';
import { buildFlags, findGo } from './go-toolchain.ts';
import { withLock } from './lock.ts';
import { inModule, kubernetesVersion, linkFlags, moduleDir, stampVariables } from './go-module.ts';

/** The folders of kwok's module whose Stage files make nodes and pods come alive at once. */
const stageFolders = ['node/fast', 'node/heartbeat-with-lease', 'pod/fast'];

/** The packages of the programs that every cluster needs; go.mod names them as tools. */
const packages = [
  'go.etcd.io/etcd/server/v3',
  ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl'].map(inKubernetes),
  'sigs.k8s.io/kwok/cmd/kwok',
];

/** What only a real node needs: two minutes that nobody else should wait. */
const nodePrograms = { kubelet: inKubernetes('kubelet'), 'kube-proxy': inKubernetes('kube-proxy') };

/** What only those need who install the chart. */
const helmProgram = { helm: 'helm.sh/helm/v4/cmd/helm' };

/** Programs, by the name that the Go module gives them (etcd is called `server` there). */
export type ProgramName =
  | 'server'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'kubectl'
  | 'kwok'
  | keyof typeof nodePrograms
  | keyof typeof helmProgram;

/** What a finished build holds. */
export class Build {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** The path of one program. */
  program(name: ProgramName): string {
    return join(this.folder, 'bin', name);
  }

  /** The folder of kwok's Stage files. */
  get stages(): string {
    return join(this.folder, 'stages');
  }
}

/** Where the build for this go.mod is, or will be. */
export function buildFolder(): string {
  return join(cacheRoot(), 'cluster', buildKey());
}

/** The programs, built now if they are not there yet.
 * @throws {UserError} when Go is missing or the build fails. */
export async function ensureBuild(print: Print): Promise<Build> {
  const folder = buildFolder();
  if (existsSync(folder)) return new Build(folder);
  await mkdir(dirname(folder), { recursive: true });
  await withLock(`${folder}.lock`, print, async () => {
    if (!existsSync(folder)) await buildInto(folder, print);
  });
  return new Build(folder);
}

/** Adds the programs of a real node to a build.
 * @throws {UserError} when they cannot be built. */
export async function ensureNodePrograms(build: Build, print: Print): Promise<void> {
  await ensureMore(build, 'the programs of a real node', nodePrograms, print);
}

/** Adds Helm to a build.
 * @throws {UserError} when it cannot be built. */
export async function ensureHelm(build: Build, print: Print): Promise<void> {
  await ensureMore(build, 'Helm', helmProgram, print);
}

/** Programs, each with its package. */
type More = Readonly<Partial<Record<ProgramName, string>>>;

async function ensureMore(build: Build, what: string, more: More, print: Print): Promise<void> {
  const names = Object.keys(more) as ProgramName[];
  const isMissing = () => !names.every((name) => existsSync(build.program(name)));
  if (!isMissing()) return;
  await withLock(`${build.folder}.lock`, print, async () => {
    if (isMissing()) await add(build, what, more, print);
  });
}

async function add(build: Build, what: string, more: More, print: Print): Promise<void> {
  const startMs = Date.now();
  const draft = `${build.folder}.draft-${process.pid}`;
  try {
    const go = await findGo(cacheRoot(), print);
    await compile(go, draft, { what, wanted: Object.values(more) }, print);
    for (const name of Object.keys(more) as ProgramName[]) await rename(join(draft, 'bin', name), build.program(name));
  } catch (error) {
    throw error instanceof RunError ? buildFailed(what, error) : error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  print(`Built ${what} in ${elapsedSince(startMs)}.`);
}

function inKubernetes(command: string): string {
  return `k8s.io/kubernetes/cmd/${command}`;
}

async function buildInto(folder: string, print: Print): Promise<void> {
  const what = `Kubernetes ${kubernetesVersion()}`;
  const startMs = Date.now();
  await removeDrafts(folder);
  const draft = `${folder}.draft-${process.pid}`;
  try {
    const go = await findGo(cacheRoot(), print);
    await compile(go, draft, { what, wanted: packages }, print);
    await copyStages(go, join(draft, 'stages'));
    await publish(draft, folder);
  } catch (error) {
    throw error instanceof RunError ? buildFailed(what, error) : error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  print(`Built ${what} in ${elapsedSince(startMs)}: ${folder}`);
}

interface Compilation {
  readonly what: string;
  readonly wanted: readonly string[];
}

async function compile(go: string, draft: string, { what, wanted }: Compilation, print: Print): Promise<void> {
  print(`Building ${what} from Go modules, once: downloading sources …`);
  const download = run(go, ['mod', 'download'], inModule());
  await withHeartbeat(download, (t) => `  … downloading sources, ${t} (next: compiling)`, print);
  print('  compiling; this takes up to 10 minutes the first time and seconds later …');
  const flags = [...buildFlags, '-ldflags', await linkFlags(go)];
  const compiling = run(go, ['build', ...flags, '-o', `${join(draft, 'bin')}/`, ...wanted], inModule());
  await withHeartbeat(compiling, (t) => `  … compiling, ${t} (next: starting)`, print, 30_000);
}

async function copyStages(go: string, target: string): Promise<void> {
  const { stdout } = await run(go, ['list', '-m', '-f', '{{.Dir}}', 'sigs.k8s.io/kwok'], inModule());
  await mkdir(target, { recursive: true });
  for (const name of stageFolders) {
    const source = join(stdout.trim(), 'kustomize', 'stage', name);
    const files = await readdir(source);
    for (const file of files.filter(isStageFile)) {
      await copyFile(join(source, file), join(target, file));
      // The module cache is read-only; a copy that nobody may delete would be a nuisance.
      await chmod(join(target, file), 0o644);
    }
  }
}

function isStageFile(file: string): boolean {
  return file.endsWith('.yaml') && file !== 'kustomization.yaml';
}

/** Two builds may still race (see lock.ts): the first one stays, and both are the same. */
async function publish(draft: string, folder: string): Promise<void> {
  try {
    await rename(draft, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
}

/** What killed builds left behind. */
async function removeDrafts(folder: string): Promise<void> {
  for (const name of await readdir(dirname(folder))) {
    if (!name.startsWith(`${basename(folder)}.draft-`)) continue;
    await rm(join(dirname(folder), name), { recursive: true, force: true });
  }
}

/** Changes with whatever changes the result. */
function buildKey(): string {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum']) hash.update(readFileSync(join(moduleDir, file)));
  hash.update(JSON.stringify([buildFlags, packages, stampVariables, stageFolders]));
  return `${kubernetesVersion()}-${hash.digest('hex').slice(0, 12)}`;
}

function buildFailed(what: string, { result }: RunError): UserError {
  const reason = result.stderr.trim().split('\n').slice(-3).join(' | ');
  return new UserError(
    `${what} could not be built; check the network and the disk space, then try again. Go said: ${reason}`,
  );
}
