/** `make image`: builds the Dockerfile where no registry can be asked, writes the image as an archive, and says what it is like. */
import { copyFileSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { VERSION } from '../../src/version.ts';
import { checkout } from '../cluster/cache.ts';
import { toStderr } from '../progress.ts';
import { runAny } from '../run.ts';
import { runMain } from '../user-error.ts';
import { type ImageConfig, readImage } from './archive.ts';
import { aloneInStore, ensureImage, imageName, requireImageTools } from './build.ts';
import { buildah, inContainer } from './buildah.ts';

const ARCHIVE = join(checkout, 'dist', `xos-operator-${VERSION}.tar`);

async function main(): Promise<number> {
  await requireImageTools(toStderr);
  const built = await ensureImage(toStderr);
  mkdirSync(join(checkout, 'dist'), { recursive: true });
  copyFileSync(built, ARCHIVE);
  const { id, config } = await readImage(ARCHIVE);
  const facts: Record<string, string> = {
    image: imageName,
    id,
    archive: ARCHIVE,
    size: `${(statSync(ARCHIVE).size / 1e6).toFixed(0)} MB`,
    user: config.User,
    start: await aloneInStore(toStderr, () => startOf(config)),
    audit: await audited(),
  };
  const lines = Object.entries(facts).map(([what, is]) => `${`${what}:`.padEnd(12)} ${is}`);
  process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}

/** How long the program takes until it has read all of itself, from before its container is made. */
async function startOf({ Entrypoint: [node = '', ...program] }: ImageConfig): Promise<string> {
  const image = await buildah('pull', '--quiet', `docker-archive:${ARCHIVE}`);
  try {
    return await inContainer(image, async (container) => {
      const timed = async (...args: readonly string[]) => {
        const started = performance.now();
        const said = await buildah('run', container, '--', node, ...args);
        if (!said.includes(VERSION)) throw new Error(`The image says ${said} where its version is ${VERSION}.`);
        return performance.now() - started;
      };
      // Of three times the shortest: what a machine does besides is no property of the image.
      const shortest = async (...args: readonly string[]) =>
        Math.min(await timed(...args), await timed(...args), await timed(...args)).toFixed(0);
      const whole = await shortest(...program, '--version');
      const empty = await shortest('--print', `'${VERSION}'`);
      return `${whole} ms until it has read all of itself; ${empty} ms of them are the container's, and Node's`;
    });
  } finally {
    await buildah('rmi', image);
  }
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
