/** Builds a Go program once into the user's cache, with the flags of everything else here. */
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { cacheRoot } from '../cluster/cache.ts';
import { buildFlags, findGo, goEnvironment } from '../cluster/go-toolchain.ts';
import { withLock } from '../cluster/lock.ts';
import { elapsedSince, type Print, withHeartbeat } from '../progress.ts';
import { run, RunError } from '../run.ts';
import { UserError } from '../user-error.ts';

/** The flags of the build; whoever names a cached program has to name them too. */
export const GO_FLAGS = [...buildFlags, '-ldflags', '-s -w'];

/** What is built. */
export interface GoProgram {
  /** What it is called in messages. */
  readonly what: string;
  /** Where it is when it is built: a path that changes with whatever changes the result. */
  readonly program: string;
  /** The folder of the module whose go.mod says all versions. @throws {RunError} when it cannot be had */
  readonly folder: (go: string) => Promise<string>;
  /** The package to build, as seen from that folder. */
  readonly command: string;
}

/** Builds the program if it is not there yet.
 * @throws {UserError} when Go is missing or the build fails. */
export async function ensureGoProgram(wanted: GoProgram, print: Print): Promise<void> {
  const { program } = wanted;
  if (existsSync(program)) return;
  await mkdir(dirname(program), { recursive: true });
  await withLock(`${program}.lock`, print, async () => {
    if (!existsSync(program)) await build(wanted, print);
  });
}

async function build({ what, program, folder, command }: GoProgram, print: Print): Promise<void> {
  const startMs = Date.now();
  const draft = `${program}.draft-${process.pid}`;
  try {
    const go = await findGo(cacheRoot(), print);
    print(`Building ${what}, from Go modules, once …`);
    const args = ['build', ...GO_FLAGS, '-o', draft, command];
    const building = folder(go).then((cwd) => run(go, args, { cwd, env: goEnvironment() }));
    await withHeartbeat(building, (t) => `  … downloading and compiling, ${t}`, print, 30_000);
    await rename(draft, program);
  } catch (error) {
    throw error instanceof RunError ? buildFailed(what, error) : error;
  } finally {
    await rm(draft, { force: true });
  }
  print(`Built ${what} in ${elapsedSince(startMs)}.`);
}

function buildFailed(what: string, { result }: RunError): UserError {
  const reason = result.stderr.trim().split('\n').slice(-3).join(' | ');
  return new UserError(`Not built: ${what}; check the network and the disk space, then try again. Go said: ${reason}`);
}
