/** The network between a node and the machine: two addresses that nobody else here has. */
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { pathOfRoot } from '../../../packages.ts';
import { runAny } from '../../../run.ts';

/** A pair of addresses at the ends of a virtual cable. */
export interface Cable {
  /** Of the link on the machine, and of the node's cgroups. */
  name: string;
  /** The machine's end. */
  host: string;
  /** The node's end: its address. */
  node: string;
}

/** How many networks of four addresses 198.18.0.0/15 has: a range for tests of networks (RFC 2544), which nobody routes. */
const networks = 2 ** 15;

/** A cable whose addresses and name are free on this machine. */
export function freeCable(): Cable {
  const taken = new Set(
    Object.values(networkInterfaces())
      .flat()
      .map((used) => used?.address),
  );
  for (;;) {
    const index = randomInt(networks);
    const host = addressOf(index, 1);
    if (!taken.has(host)) return { name: `xos-${index}`, host, node: addressOf(index, 2) };
  }
}

/** Takes the machine's end away, and with it the other one. The kernel would do that too, but on a busy machine minutes later. */
export async function removeCable(name: string): Promise<void> {
  if (!existsSync(join('/sys/class/net', name))) return;
  await runAny('ip', ['link', 'delete', name], { env: { ...process.env, PATH: pathOfRoot() } });
}

function addressOf(index: number, end: number): string {
  const offset = index * 4 + end;
  return `198.${18 + (offset >> 16)}.${(offset >> 8) & 255}.${offset & 255}`;
}
