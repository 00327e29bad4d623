/** Prometheus, for tests: the one on PATH, or Debian's, unpacked into the user's cache. Nothing is installed, and no service is started. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { cacheRoot } from './cluster/cache.ts';

/** The paths of its programs. */
export interface PrometheusPrograms {
  readonly prometheus: string;
  readonly promtool: string;
}

/** The download is 20 MB. */
const TIMEOUT_MS = 120_000;
const PATIENCE = ['-o', 'Acquire::Retries=0', '-o', 'Acquire::http::Timeout=20'];

/** Synchronous, so that a test file knows what to leave out while it is loaded. Undefined: it is not here, and cannot be had. */
export function findPrometheus(): PrometheusPrograms | undefined {
  const cached = join(cacheRoot(), 'prometheus');
  return onPath() ?? programsIn(join(cached, 'usr', 'bin')) ?? unpacked(cached);
}

function onPath(): PrometheusPrograms | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map(programsIn).find((programs) => programs !== undefined);
}

function programsIn(folder: string): PrometheusPrograms | undefined {
  const programs = { prometheus: join(folder, 'prometheus'), promtool: join(folder, 'promtool') };
  return Object.values(programs).every((path) => existsSync(path)) ? programs : undefined;
}

/** Two processes may do this at once: each has a folder of its own, and the first one stays. */
function unpacked(cached: string): PrometheusPrograms | undefined {
  mkdirSync(cacheRoot(), { recursive: true });
  const folder = mkdtempSync(`${cached}-`);
  try {
    // Where nothing was ever installed the lists of packages are missing.
    if (!downloaded(folder) && !(runs('apt-get', [...PATIENCE, 'update'], folder) && downloaded(folder)))
      return undefined;
    const [archive] = readdirSync(folder);
    if (archive === undefined || !runs('dpkg-deb', ['--extract', archive, 'all'], folder)) return undefined;
    if (!existsSync(cached)) renameSync(join(folder, 'all'), cached);
  } catch {
    // Whoever was faster has made it.
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return programsIn(join(cached, 'usr', 'bin'));
}

function downloaded(folder: string): boolean {
  return runs('apt-get', [...PATIENCE, 'download', 'prometheus'], folder);
}

function runs(program: string, args: readonly string[], cwd: string): boolean {
  return spawnSync(program, args, { cwd, stdio: 'ignore', timeout: TIMEOUT_MS }).status === 0;
}
