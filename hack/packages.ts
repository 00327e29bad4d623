/** Programs of Debian that a tool needs: found, or installed where that is possible. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Print } from './progress.ts';
import { run, RunError } from './run.ts';
import { UserError } from './user-error.ts';

/** Where Debian has programs for root, which is not on everybody's PATH. */
const rootPath = ['/usr/sbin', '/sbin'];

const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
/** Of one download, or unpacking. */
const TIMEOUT_MS = 120_000;
const patience = ['-o', 'Acquire::Retries=0', '-o', 'Acquire::http::Timeout=20'];

/** Programs or files by the Debian package that has them, and who needs them. */
export interface Needs {
  readonly who: string;
  /** A program on PATH or the path of a file, and its package. */
  readonly packages: Readonly<Record<string, string>>;
  /** What to do where they cannot be installed. */
  readonly otherwise: string;
}

/** PATH with the programs for root. */
export function pathOfRoot(): string {
  return [process.env['PATH'] ?? '', ...rootPath].join(delimiter);
}

/** Makes sure that programs are there.
 * @throws {UserError} that says which are not. */
export async function installMissing({ who, packages: needed, otherwise }: Needs, print: Print): Promise<void> {
  const missing = Object.keys(needed).filter((name) => !isThere(name));
  if (missing.length === 0) return;
  const packages = missing.map((name) => needed[name] ?? name);
  print(`Installing what ${who} needs: ${packages.join(', ')} …`);
  try {
    await apt('update');
    // What is installed stays, and who is in its way is refused.
    await apt('install', '--yes', '--no-remove', '--no-install-recommends', ...packages);
  } catch (error) {
    const why = error instanceof RunError ? 'apt-get could not install them' : 'apt-get is not here to install them';
    throw new UserError(`${who} needs the packages ${packages.join(', ')}, and ${why}: ${otherwise}`);
  }
}

/** Unpacks Debian packages into a folder, without installing them. Synchronous: a test file has to know while it is loaded.
 * @throws {Error} where they cannot be had. */
export function unpack(packages: readonly string[], root: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'xos-packages-'));
  const get = (...args: readonly string[]) => {
    runSync('apt-get', [...patience, ...args], folder);
  };
  try {
    try {
      get('download', ...packages);
    } catch {
      // Where nothing was ever installed the lists of packages are missing.
      get('update');
      get('download', ...packages);
    }
    for (const file of readdirSync(folder)) runSync('dpkg-deb', ['--extract', file, root], folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function runSync(program: string, args: readonly string[], cwd: string): void {
  execFileSync(program, args, { cwd, env: environment, stdio: 'ignore', timeout: TIMEOUT_MS });
}

async function apt(...args: readonly string[]): Promise<void> {
  await run('apt-get', [...patience, ...args], { env: environment });
}

function isThere(name: string): boolean {
  if (name.startsWith('/')) return existsSync(name);
  return pathOfRoot()
    .split(delimiter)
    .some((folder) => existsSync(join(folder, name)));
}
