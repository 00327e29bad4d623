/**
 * Asks a credential plugin, as kubectl does, and keeps the answer until it expires. Source: Kubernetes documentation,
 * "client-go credential plugins".
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Clock } from '../runtime/clock.ts';
import type { KubeconfigCluster, PluginConfig } from './kubeconfig-schema.ts';

/** What a plugin gives: a token, or a certificate with its key in PEM, or both. */
export interface PluginCredential {
  readonly token?: string;
  readonly clientCertificateData?: string;
  readonly clientKeyData?: string;
  /** Until when it may be used, in RFC 3339; absent: until it is refused. */
  readonly expirationTimestamp?: string;
}

/** A plugin that asks nobody needs a second; one that waits for a person must not hold the operator up for ever. */
const TIMEOUT_MS = 60_000;
const run = promisify(execFile);

export class ExecPlugin {
  readonly #config: PluginConfig;
  readonly #cluster: KubeconfigCluster;
  readonly #clock: Clock;
  #kept: PluginCredential | undefined;

  constructor(config: PluginConfig, cluster: KubeconfigCluster, clock: Clock) {
    this.#config = config;
    this.#cluster = cluster;
    this.#clock = clock;
  }

  /** @throws any error, whose message may quote what the plugin said: not to be shown */
  async credential(): Promise<PluginCredential> {
    if (this.#kept === undefined || this.#isOver(this.#kept)) this.#kept = await this.#ask();
    return this.#kept;
  }

  #isOver({ expirationTimestamp }: PluginCredential): boolean {
    return expirationTimestamp !== undefined && Date.parse(expirationTimestamp) <= this.#clock.now().getTime();
  }

  async #ask(): Promise<PluginCredential> {
    const { command, args, env } = this.#config;
    const own = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]));
    // Without KUBERNETES_EXEC_INFO some plugins refuse to work.
    const environment = { ...process.env, ...own, KUBERNETES_EXEC_INFO: JSON.stringify(this.#request()) };
    const { stdout } = await run(command, args ?? [], { env: environment, timeout: TIMEOUT_MS });
    const { status } = JSON.parse(stdout) as { status?: PluginCredential };
    if (status === undefined) throw new Error('The plugin gave no credential.');
    return status;
  }

  #request(): object {
    const { apiVersion, provideClusterInfo } = this.#config;
    const cluster = {
      server: this.#cluster.server,
      'tls-server-name': this.#cluster['tls-server-name'],
      'insecure-skip-tls-verify': this.#cluster['insecure-skip-tls-verify'],
      'certificate-authority-data': this.#cluster['certificate-authority-data'],
    };
    return {
      apiVersion,
      kind: 'ExecCredential',
      spec: { interactive: false, ...(provideClusterInfo === true && { cluster }) },
    };
  }
}
