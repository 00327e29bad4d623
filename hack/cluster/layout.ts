/** Where things are inside a cluster's state folder. */
import { join } from 'node:path';

/** The paths of one state folder. */
export class Layout {
  readonly stateDir: string;

  constructor(stateDir: string) {
    this.stateDir = stateDir;
  }

  /** What runs, and how: see record.ts. */
  get record(): string {
    return join(this.stateDir, 'cluster.json');
  }

  /** The administrator's kubeconfig. */
  get kubeconfig(): string {
    return join(this.stateDir, 'kubeconfig');
  }

  /** One JSON line for each request; see audit-policy.ts. */
  get auditLog(): string {
    return join(this.stateDir, 'audit.log');
  }

  get auditPolicy(): string {
    return join(this.stateDir, 'audit-policy.json');
  }

  get etcdData(): string {
    return join(this.stateDir, 'etcd');
  }

  get kubectlCache(): string {
    return join(this.stateDir, 'kubectl-cache');
  }

  get pki(): string {
    return join(this.stateDir, 'pki');
  }

  get logs(): string {
    return join(this.stateDir, 'logs');
  }

  /** One file for each process that belongs to the cluster. */
  get processes(): string {
    return join(this.stateDir, 'processes');
  }

  /** What a real node keeps. */
  get node(): string {
    return join(this.stateDir, 'node');
  }

  get users(): string {
    return join(this.stateDir, 'users');
  }

  /** A certificate or a key, for example `ca.crt`. */
  inPki(name: string): string {
    return join(this.pki, name);
  }

  /** The kubeconfig of a component or of a minted user. */
  userKubeconfig(user: string): string {
    return join(this.users, `${user}.kubeconfig`);
  }

  /** The output of one component. */
  log(component: string): string {
    return join(this.logs, `${component}.log`);
  }
}
