/** The operator's image, built of the Dockerfile where no registry can be asked, and kept while what goes into it stays the same. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { VERSION } from '../../src/version.ts';
import { cacheRoot, checkout } from '../cluster/cache.ts';
import { withLock } from '../cluster/lock.ts';
import { installMissing } from '../packages.ts';
import type { Print } from '../progress.ts';
import { run } from '../run.ts';
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
  const revision = await revisionOfInputs();
  const archive = join(folder, `xos-operator-${contentKey(revision)}.tar`);
  if (!existsSync(archive)) {
    await requireImageTools(print);
    await aloneInStore(print, async () => {
      if (!existsSync(archive)) await buildInto(archive, revision, print);
    });
  }
  utimesSync(archive, new Date(), new Date());
  return archive;
}

async function buildInto(archive: string, revision: string, print: Print): Promise<void> {
  // What a build left that was killed.
  await buildah('rm', '--all');
  await buildah('rmi', '--prune');
  await makeBases(print);
  print('Building the Dockerfile …');
  // Times in it are those of the epoch, so that the same sources give the same image.
  const reproducible = ['--timestamp', '0', '--no-cache', '--network', 'host', '--pull-never'];
  const given = [`VERSION=${VERSION}`, `REVISION=${revision}`, `NODE=${baseOf('NODE')}`, `BASE=${baseOf('BASE')}`];
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

/** What goes into the image: the recipe, and what .dockerignore lets through. */
function inputs(): string[] {
  const admitted = readFileSync(join(checkout, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));
  return ['Dockerfile', '.dockerignore', ...admitted];
}

/** The commit that last changed what goes into the image, so that other commits give the same image; `unknown` where none has it as it is. */
async function revisionOfInputs(): Promise<string> {
  const git = async (...args: readonly string[]) =>
    (await run('git', [...args, '--', ...inputs()], { cwd: checkout })).stdout.trim();
  try {
    const isCommitted = (await git('status', '--porcelain')) === '';
    return (isCommitted && (await git('log', '-1', '--format=%H'))) || 'unknown';
  } catch {
    // The sources may have come without git's folder, and to a machine without git.
    return 'unknown';
  }
}

/** Changes with whatever changes the image. */
function contentKey(revision: string): string {
  const hash = createHash('sha256')
    .update(recipe)
    .update(revision)
    .update(readFileSync(import.meta.filename));
  for (const file of inputs().flatMap(filesOf).toSorted())
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
