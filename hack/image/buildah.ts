/** Buildah with a store of its own, so that what is called like an official image here is not taken for one elsewhere. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cacheRoot } from '../cluster/cache.ts';
import { run } from '../run.ts';

const store = join(cacheRoot(), 'images');

/** Runs buildah and gives what it printed. @throws RunError */
export async function buildah(...args: readonly string[]): Promise<string> {
  mkdirSync(store, { recursive: true });
  // The driver that works on every file system; the images are few and small.
  const where = ['--root', join(store, 'root'), '--runroot', join(store, 'run'), '--storage-driver', 'vfs'];
  const { stdout } = await run('buildah', [...where, ...args]);
  return stdout.trim();
}

/** Works in a container that is there as long as the work takes. */
export async function inContainer<T>(image: string, work: (container: string) => Promise<T>): Promise<T> {
  const container = await buildah('from', '--pull-never', image);
  try {
    return await work(container);
  } finally {
    await buildah('rm', container);
  }
}
