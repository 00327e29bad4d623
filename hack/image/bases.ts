/**
 * The images that the Dockerfile begins with, made of Debian packages and npm's, for where no registry can be asked. They have what
 * the Dockerfile needs of the official ones, and their names.
 */
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { checkout } from '../cluster/cache.ts';
import { unpack } from '../packages.ts';
import type { Print } from '../progress.ts';
import { run } from '../run.ts';
import { buildah, inContainer } from './buildah.ts';

const libraries = ['base-files', 'libc6', 'libgcc-s1', 'gcc-12-base', 'libstdc++6'];
const certificates = '/etc/ssl/certs/ca-certificates.crt';
/** What this file makes is made anew when it, or Node, changes. */
export const recipe = createHash('sha256')
  .update(readFileSync(import.meta.filename))
  .update(process.version)
  .digest('hex');
/** The one that comes with this Node. */
const npm = 'npm@11.6.2';

/** Makes what is not there yet. */
export async function makeBases(print: Print): Promise<void> {
  await make(baseOf('NODE'), print, async (root) => {
    unpack([...libraries, 'libatomic1', 'busybox-static'], root);
    const { stdout } = await run(join(root, 'bin/busybox'), ['--list']);
    for (const command of stdout
      .trim()
      .split('\n')
      .filter((each) => each !== 'busybox'))
      symlinkSync('busybox', join(root, 'bin', command));
    mkdirSync(join(root, 'usr/bin'), { recursive: true });
    symlinkSync('/bin/busybox', join(root, 'usr/bin/env'));
    await run('npm', ['install', '--global', '--prefix', join(root, 'usr/local'), npm]);
    put(process.execPath, join(root, 'usr/local/bin/node'));
    // A machine may have its own idea of whom to trust, and npm has to share it.
    if (existsSync(certificates)) put(certificates, join(root, certificates));
    const trust = [`NODE_EXTRA_CA_CERTS=${certificates}`, `npm_config_cafile=${certificates}`];
    return ['PATH=/usr/local/bin:/bin', ...(existsSync(certificates) ? trust : [])].flatMap((each) => ['--env', each]);
  });
  await make(baseOf('BASE'), print, async (root) => {
    unpack(libraries, root);
    await describePackages(root);
    const user = 'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin';
    writeFileSync(join(root, 'etc/passwd'), `root:x:0:0:root:/root:/sbin/nologin\n${user}\n`);
    writeFileSync(join(root, 'etc/group'), 'root:x:0:\nnonroot:x:65532:\n');
    return ['--user', '65532'];
  });
}

/** Says which packages are in it, as the official one does: whoever looks for vulnerable ones, or lists what is in it, reads that. */
async function describePackages(root: string): Promise<void> {
  const folder = join(root, 'var/lib/dpkg/status.d');
  mkdirSync(folder, { recursive: true });
  for (const name of libraries) {
    const { stdout } = await run('apt-cache', ['show', '--no-all-versions', name]);
    writeFileSync(join(folder, name), stdout);
  }
}

/** What an argument of the Dockerfile says that a stage begins with, but for the digest: that is of the official image alone. */
export function baseOf(argument: 'NODE' | 'BASE'): string {
  const text = readFileSync(join(checkout, 'Dockerfile'), 'utf8');
  const [, name] = new RegExp(`^ARG ${argument}=([^@\\s]+)`, 'm').exec(text) ?? [];
  if (name === undefined) throw new Error(`The Dockerfile has no argument ${argument}.`);
  return name;
}

async function make(name: string, print: Print, fill: (root: string) => Promise<string[]>): Promise<void> {
  if (await isMade(name)) return;
  print(`Making a stand-in for ${name} …`);
  const root = mkdtempSync(join(tmpdir(), 'xos-image-'));
  try {
    const config = await fill(root);
    await inContainer('scratch', async (container) => {
      await buildah('copy', container, root, '/');
      await buildah('config', ...config, '--annotation', `recipe=${recipe}`, container);
      await buildah('commit', '--timestamp', '0', container, name);
    });
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** The recipe is an annotation: a label would be handed down to what is built on it. */
async function isMade(name: string): Promise<boolean> {
  if ((await buildah('images', '--noheading', '--filter', `reference=${name}`)) === '') return false;
  const made = await buildah('inspect', '--type', 'image', '--format', '{{index .ImageAnnotations "recipe"}}', name);
  return made === recipe;
}

function put(file: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(file, to);
}
