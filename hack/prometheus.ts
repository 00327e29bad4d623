/** Prometheus, for tests: the one on PATH, or Debian's, unpacked into the user's cache. Nothing is installed, and no service is started. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { cacheRoot } from './cluster/cache.ts';
import { unpack } from './packages.ts';

/** The paths of its programs. */
export interface PrometheusPrograms {
  readonly prometheus: string;
  readonly promtool: string;
}

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
    unpack(['prometheus'], folder);
    if (!existsSync(cached)) renameSync(folder, cached);
  } catch {
    // It cannot be had, or whoever was faster has made it.
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return programsIn(join(cached, 'usr', 'bin'));
}
