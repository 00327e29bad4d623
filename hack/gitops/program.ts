/** Builds the program of this folder, once per version, into the user's cache: what GitOps tools make of our objects, by their own libraries. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheRoot } from '../cluster/cache.ts';
import { buildFlags, findGo, goEnvironment } from '../cluster/go-toolchain.ts';
import { withLock } from '../cluster/lock.ts';
import { elapsedSince, type Print, withHeartbeat } from '../progress.ts';
import { run, RunError } from '../run.ts';
import { UserError } from '../user-error.ts';

const FOLDER = import.meta.dirname;
const FLAGS = [...buildFlags, '-ldflags', '-s -w'];

/** The path of the program, built now if it is not there yet.
 * @throws {UserError} when Go is missing or the build fails. */
export async function ensureGitops(print: Print): Promise<string> {
  const program = join(cacheRoot(), 'gitops', sourcesKey());
  if (existsSync(program)) return program;
  await mkdir(dirname(program), { recursive: true });
  await withLock(`${program}.lock`, print, async () => {
    if (!existsSync(program)) await build(program, print);
  });
  return program;
}

async function build(program: string, print: Print): Promise<void> {
  const startMs = Date.now();
  const draft = `${program}.draft-${process.pid}`;
  try {
    const go = await findGo(cacheRoot(), print);
    print('Building what GitOps tools are made of, from Go modules, once …');
    const building = run(go, ['build', ...FLAGS, '-o', draft, '.'], { cwd: FOLDER, env: goEnvironment() });
    await withHeartbeat(building, (t) => `  … downloading and compiling, ${t}`, print, 30_000);
    await rename(draft, program);
  } catch (error) {
    throw error instanceof RunError ? buildFailed(error) : error;
  } finally {
    await rm(draft, { force: true });
  }
  print(`Built it in ${elapsedSince(startMs)}.`);
}

/** Changes with whatever changes the result. */
function sourcesKey(): string {
  const hash = createHash('sha256').update(JSON.stringify(FLAGS));
  const sources = readdirSync(FOLDER).filter((file) => /\.(go|mod|sum)$/.test(file));
  for (const file of sources.toSorted()) hash.update(readFileSync(join(FOLDER, file)));
  return hash.digest('hex').slice(0, 12);
}

function buildFailed({ result }: RunError): UserError {
  const reason = result.stderr.trim().split('\n').slice(-3).join(' | ');
  return new UserError(
    `The program of hack/gitops could not be built; check the network and the disk space, then try again. Go said: ${reason}`,
  );
}
