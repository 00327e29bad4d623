/** The operator's image, built of the Dockerfile where no registry can be asked, and kept while what goes into it stays the same. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { VERSION } from '../../src/version.ts';
import { cacheRoot, checkout } from '../cluster/cache.ts';
import { withLock } from '../cluster/lock.ts';
import { installMissing } from '../packages.ts';
import type { Print } from '../progress.ts';
import { UserError } from '../user-error.ts';
import { baseOf, makeBases, recipe } from './bases.ts';
import { buildah } from './buildah.ts';

/** What the image is called in an archive, and so in a cluster; `xos-operator:VERSION` is short for it. */
export const imageName = `docker.io/library/xos-operator:${VERSION}`;

const folder = join(cacheRoot(), 'images');
/** How many archives stay: somebody may have several checkouts, and nobody has endless disks. */
const KEPT = 3;

/** Whatever builds an image, or has one in buildah's store for a while, does it alone. */
export async function aloneInStore<T>(print: Print, work: () => Promise<T>): Promise<T> {
  return await withLock(join(folder, 'lock'), print, work);
}

/** Makes sure that images can be built here.
 * @throws {UserError} that says why they cannot. */
export async function requireImageTools(print: Print): Promise<void> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new UserError('make image needs Linux and root: elsewhere build the Dockerfile with docker build.');
  const otherwise = 'install them, or build the Dockerfile with docker build.';
  await installMissing({ who: 'make image', packages: { buildah: 'buildah', runc: 'runc' }, otherwise }, print);
}

/** The image as an archive that `docker load` and `ctr images import` take, built now if it is not there yet; gives its path.
 * @throws {UserError} where it cannot be built. */
export async function ensureImage(print: Print): Promise<string> {
  const archive = join(folder, `xos-operator-${contentKey()}.tar`);
  if (!existsSync(archive)) {
    await requireImageTools(print);
    await aloneInStore(print, async () => {
      if (!existsSync(archive)) await buildInto(archive, print);
    });
  }
  utimesSync(archive, new Date(), new Date());
  return archive;
}

async function buildInto(archive: string, print: Print): Promise<void> {
  // What a build left that was killed.
  await buildah('rm', '--all');
  await buildah('rmi', '--prune');
  await makeBases(print);
  print('Building the Dockerfile …');
  // Times in it are those of the epoch, so that the same sources give the same image.
  const reproducible = ['--timestamp', '0', '--no-cache', '--network', 'host', '--pull-never'];
  const given = [`VERSION=${VERSION}`, `NODE=${baseOf('NODE')}`, `BASE=${baseOf('BASE')}`];
  const [draft, idFile] = [join(folder, 'draft'), join(folder, 'id')];
  const options = [...reproducible, ...given.flatMap((each) => ['--build-arg', each]), '--iidfile', idFile];
  await buildah('bud', ...options, checkout);
  // By its id: a build whose starter was killed may end at any time, and would give its image the same name.
  const id = readFileSync(idFile, 'utf8');
  // Nothing can be added to an archive.
  rmSync(draft, { force: true });
  await buildah('push', id, `docker-archive:${draft}:${imageName}`);
  await buildah('rmi', id);
  renameSync(draft, archive);
  removeOldest();
}

/** Changes with whatever goes into the image: the recipe, and what .dockerignore lets through. */
function contentKey(): string {
  const admitted = readFileSync(join(checkout, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));
  const hash = createHash('sha256')
    .update(recipe)
    .update(readFileSync(import.meta.filename));
  for (const file of ['Dockerfile', '.dockerignore', ...admitted].flatMap(filesOf).toSorted())
    hash.update(`${file}\0`).update(readFileSync(join(checkout, file)));
  return hash.digest('hex').slice(0, 12);
}

/** A file itself, or every file in a folder. */
function filesOf(path: string): string[] {
  if (!statSync(join(checkout, path)).isDirectory()) return [path];
  return readdirSync(join(checkout, path)).flatMap((name) => filesOf(join(path, name)));
}

/** Those that were not used for the longest time. */
function removeOldest(): void {
  const archives = readdirSync(folder)
    .filter((name) => name.endsWith('.tar'))
    .map((name) => join(folder, name))
    .toSorted((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs);
  for (const archive of archives.slice(KEPT)) rmSync(archive, { force: true });
}
