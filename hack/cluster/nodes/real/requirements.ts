/** What a real node needs of the machine: Linux, root, namespaces, and some programs of Debian. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Print } from '../../../progress.ts';
import { run, runAny, RunError } from '../../../run.ts';
import { UserError } from '../../../user-error.ts';

/** A file or a program on PATH, and the Debian package that has it. */
const needed: Readonly<Record<string, string>> = {
  bash: 'bash',
  containerd: 'containerd',
  runc: 'runc',
  '/usr/lib/cni/ptp': 'containernetworking-plugins',
  iptables: 'iptables',
  conntrack: 'conntrack',
  ip: 'iproute2',
  unshare: 'util-linux',
  ethtool: 'ethtool',
  socat: 'socat',
  '/bin/busybox': 'busybox-static',
};

/** Where Debian has programs for root, which is not on everybody's PATH. */
const rootPath = ['/usr/sbin', '/sbin'];

/** Folders that the node covers with its own; the state folder may not be in one. */
const covered = ['/run', '/var/lib', '/var/log'];

/** Makes sure that a node can run here; installs packages that are missing.
 * @throws {UserError} that says why it cannot. */
export async function requireRealNode(print: Print): Promise<void> {
  requireRoot();
  await installMissing(print);
  await requireNamespaces();
}

/** @throws {UserError} when what the node writes would be hidden from it. */
export function requireVisible(stateDir: string): void {
  const above = covered.find((folder) => stateDir.startsWith(`${folder}/`));
  if (above === undefined) return;
  throw new UserError(`A real node hides ${above}, so its state cannot be in ${stateDir}: choose another folder.`);
}

function requireRoot(): void {
  if (process.platform !== 'linux') {
    throw new UserError(
      'NODES=real needs Linux: leave it out to use simulated nodes, or use PROVIDER=kind with Docker.',
    );
  }
  if (process.getuid?.() !== 0) {
    throw new UserError('NODES=real needs root, for containers and network: use sudo, or leave it out.');
  }
}

async function installMissing(print: Print): Promise<void> {
  const missing = Object.keys(needed).filter((name) => !isThere(name));
  if (missing.length === 0) return;
  const packages = missing.map((name) => needed[name] ?? name);
  const advice = `NODES=real needs the packages ${packages.join(', ')}`;
  print(`Installing what a real node needs: ${packages.join(', ')} …`);
  try {
    // Where another container runtime is installed, it stays, and the node is refused.
    const install = ['install', '--yes', '--no-remove', '--no-install-recommends', ...packages];
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const patience = ['-o', 'Acquire::Retries=0', '-o', 'Acquire::http::Timeout=20'];
    await run('apt-get', [...patience, 'update'], { env });
    await run('apt-get', [...patience, ...install], { env });
  } catch (error) {
    const why = error instanceof RunError ? 'apt-get could not install them' : 'apt-get is not here to install them';
    throw new UserError(`${advice}, and ${why}: install them, or leave NODES=real out.`);
  }
}

function isThere(name: string): boolean {
  if (name.startsWith('/')) return existsSync(name);
  return nodePath()
    .split(delimiter)
    .some((folder) => existsSync(join(folder, name)));
}

/** PATH with the programs for root. */
export function nodePath(): string {
  return [process.env['PATH'] ?? '', ...rootPath].join(delimiter);
}

/** In a container of its own even root may lack what containers are made of. */
async function requireNamespaces(): Promise<void> {
  const flags = ['--net', '--mount', '--pid', '--fork', '--mount-proc'];
  const attempt = 'mount -t tmpfs tmpfs /run && ip link add xos0 type veth peer name xos1 && iptables -t nat -L -n';
  const env = { ...process.env, PATH: nodePath() };
  const result = await runAny('unshare', [...flags, 'sh', '-ec', attempt], { env }).catch(() => undefined);
  if (result?.code === 0) return;
  throw new UserError(
    'NODES=real needs the rights to make namespaces, mounts and network links, which this machine does not give, even to root: leave it out.',
  );
}
