/** Brings an image onto a node that runs: what a registry would do elsewhere. */
import { readFileSync } from 'node:fs';
import { pathOfRoot } from '../../../packages.ts';
import { run } from '../../../run.ts';
import { UserError } from '../../../user-error.ts';
import { processesWith } from '../../processes.ts';
import { markVariable, readRecord } from '../../record.ts';

/** Imports an archive of an image, under the name that is in it.
 * @throws {UserError} where no real node runs. */
export async function loadImage(stateDir: string, archive: string): Promise<void> {
  const id = readRecord(stateDir)?.id ?? '';
  const runtime = processesWith(markVariable, id).find(({ pid }) => nameOf(pid) === 'containerd');
  if (runtime === undefined) throw new UserError('No real node runs: start one with make cluster-up NODES=real.');
  // The node has a file system of its own, which is seen through the process.
  const socket = `/proc/${runtime.pid}/root/run/containerd/containerd.sock`;
  const env = { ...process.env, PATH: pathOfRoot() };
  await run('ctr', ['--address', socket, '--namespace', 'k8s.io', 'images', 'import', archive], { env });
}

function nameOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return undefined;
  }
}
