/**
 * `make image`: builds the Dockerfile where no registry can be asked, writes the image as an archive that `docker load` and
 * `ctr images import` take, and says what it is like.
 */
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { VERSION } from '../../src/version.ts';
import { checkout } from '../cluster/cache.ts';
import { installMissing } from '../packages.ts';
import { toStderr } from '../progress.ts';
import { runAny } from '../run.ts';
import { runMain, UserError } from '../user-error.ts';
import { makeBases } from './bases.ts';
import { buildah, inContainer } from './buildah.ts';

const NAME = `docker.io/library/xos-operator:${VERSION}`;
const ARCHIVE = join(checkout, 'dist', `xos-operator-${VERSION}.tar`);

/** The part of what buildah says about an image that is read. */
interface Inspected {
  FromImageID: string;
  OCIv1: { config: Config };
}

interface Config {
  User: string;
  Entrypoint: string[];
}

async function main(): Promise<number> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new UserError('make image needs Linux and root: elsewhere build the Dockerfile with docker build.');
  const otherwise = 'install them, or build the Dockerfile with docker build.';
  await installMissing({ who: 'make image', packages: { buildah: 'buildah', runc: 'runc' }, otherwise }, toStderr);
  await makeBases(toStderr);
  toStderr('Building the Dockerfile …');
  // Times in it are those of the epoch, so that the same sources give the same image.
  const reproducible = ['--timestamp', '0', '--no-cache', '--network', 'host', '--pull-never'];
  await buildah('bud', ...reproducible, '--build-arg', `VERSION=${VERSION}`, '--tag', NAME, checkout);
  mkdirSync(join(checkout, 'dist'), { recursive: true });
  // Nothing can be added to an archive.
  rmSync(ARCHIVE, { force: true });
  await buildah('push', NAME, `docker-archive:${ARCHIVE}:${NAME}`);
  const lines = Object.entries(await factsOf()).map(([what, is]) => `${`${what}:`.padEnd(12)} ${is}`);
  process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}

async function factsOf(): Promise<Record<string, string>> {
  const { OCIv1, FromImageID } = JSON.parse(await buildah('inspect', '--type', 'image', NAME)) as Inspected;
  return {
    image: NAME,
    id: `sha256:${FromImageID}`,
    archive: ARCHIVE,
    size: `${(statSync(ARCHIVE).size / 1e6).toFixed(0)} MB`,
    user: OCIv1.config.User,
    start: `${(await startOf(OCIv1.config)).toFixed(0)} ms until it has read all of itself, container included`,
    audit: await audited(),
  };
}

/** Milliseconds that it takes to start the container and to load the program. */
async function startOf({ Entrypoint }: Config): Promise<number> {
  return await inContainer(NAME, async (container) => {
    const started = performance.now();
    const said = await buildah('run', container, '--', ...Entrypoint, '--version');
    if (!said.includes(VERSION)) throw new Error(`The image says ${said} where its version is ${VERSION}.`);
    return performance.now() - started;
  });
}

/** What is known against the packages that are in the image. */
async function audited(): Promise<string> {
  const { stdout } = await runAny('npm', ['audit', '--omit=dev', '--json'], { cwd: checkout });
  const { metadata } = JSON.parse(stdout) as { metadata?: { vulnerabilities: { total: number } } };
  if (metadata === undefined) return 'the registry answers no npm audit';
  const { total } = metadata.vulnerabilities;
  return total === 0 ? 'no known vulnerable package' : `${total} vulnerable packages: see npm audit --omit=dev`;
}

await runMain(main);
