/** A lock file that names its owner, so that the lock of an owner who died can be broken. */
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeOf } from '../error-code.ts';
import type { Print } from '../progress.ts';
import { identify, isRunning, type ProcessId } from './processes.ts';

/** Runs `work` while holding the lock. Waits for a living owner, however long it takes, and says so.
 *
 * Breaking a dead owner's lock leaves a tiny window for two owners: what is done under the lock must survive that. */
export async function withLock<T>(file: string, print: Print, work: () => Promise<T>): Promise<T> {
  await acquire(file, print);
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

async function acquire(file: string, print: Print): Promise<void> {
  // On a fresh machine nothing is there.
  mkdirSync(dirname(file), { recursive: true });
  for (let tries = 0; !tryToTake(file); tries += 1) {
    const owner = readOwner(file);
    if (owner === undefined || !isRunning(owner)) {
      rmSync(file, { force: true });
      continue;
    }
    if (tries % 150 === 0) print(`Process ${owner.pid} works on it already; waiting for that …`);
    await sleep(200);
  }
}

/** The lock appears with its content in one step: nobody ever reads a lock without an owner. */
function tryToTake(file: string): boolean {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, JSON.stringify(identify(process.pid)));
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function readOwner(file: string): ProcessId | undefined {
  try {
    const owner: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isProcessId(owner) ? owner : undefined;
  } catch {
    return undefined;
  }
}

function isProcessId(value: unknown): value is ProcessId {
  return typeof value === 'object' && value !== null && 'pid' in value && 'startTime' in value;
}
