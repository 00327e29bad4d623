/** What a real node needs of the machine: Linux, root, namespaces, and some programs of Debian. */
import { installMissing, pathOfRoot } from '../../../packages.ts';
import type { Print } from '../../../progress.ts';
import { runAny } from '../../../run.ts';
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

/** Folders that the node covers with its own; the state folder may not be in one. */
const covered = ['/run', '/var/lib', '/var/log'];

/** Makes sure that a node can run here; installs packages that are missing.
 * @throws {UserError} that says why it cannot. */
export async function requireRealNode(print: Print): Promise<void> {
  requireRoot();
  await installMissing(
    { who: 'NODES=real', packages: needed, otherwise: 'install them, or leave NODES=real out.' },
    print,
  );
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

/** In a container of its own even root may lack what containers are made of. */
async function requireNamespaces(): Promise<void> {
  const flags = ['--net', '--mount', '--pid', '--fork', '--mount-proc'];
  const attempt = `
    [ -w /sys/fs/cgroup/memory ] || [ -w /sys/fs/cgroup ]
    mount -t tmpfs tmpfs /run
    ip link add xos0 type veth peer name xos1
    iptables -t nat -L -n`;
  const env = { ...process.env, PATH: pathOfRoot() };
  const result = await runAny('unshare', [...flags, 'sh', '-ec', attempt], { env }).catch(() => undefined);
  if (result?.code === 0) return;
  throw new UserError(
    'NODES=real needs the rights to make namespaces, mounts, cgroups and network links, which this machine does not give, even to root: leave it out.',
  );
}
