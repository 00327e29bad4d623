/**
 * Who we are and where the API server is. @kubernetes/client-node loads what is asked for here (client certificates,
 * tokens, token files, exec plugins) and is used for nothing else.
 */
import { createSecureContext } from 'node:tls';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { type Clock, systemClock } from '../runtime/clock.ts';
import { ConfigError } from './config-error.ts';
import { readKubeconfig } from './kubeconfig.ts';

/** What a TLS connection needs. The same object as long as nothing in it changed. */
export interface TlsIdentity {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly rejectUnauthorized: boolean;
  readonly servername?: string | undefined;
}

/** How to authenticate right now. */
export interface Identity {
  readonly tls: TlsIdentity;
  readonly headers: Readonly<Record<string, string>>;
}

/** A server, and an identity that may change while we run. */
export interface Credentials {
  readonly server: URL;
  /** For people: which context of which file. */
  readonly describe: string;
  /** Cheap: files and plugins are asked at most every 30 seconds. @throws ConfigError */
  identity(): Promise<Identity>;
  /** Forgets every cached token and certificate, because the server refused them. */
  forget(): void;
}

/** Where to look. An explicit kubeconfig comes before the service account of the pod that we run in. */
export interface CredentialSources {
  /** A file, or several in the notation of $KUBECONFIG. */
  readonly kubeconfig?: string | undefined;
  readonly context?: string | undefined;
  /** KUBERNETES_SERVICE_HOST and _PORT, which every pod has. */
  readonly inCluster?: { readonly host: string; readonly port: string; readonly folder?: string } | undefined;
}

const SERVICE_ACCOUNT_FOLDER = '/var/run/secrets/kubernetes.io/serviceaccount';
const FRESH_MS = 30_000;

/** Loads the credentials and tries them out, up to the first plugin or certificate. @throws ConfigError */
export async function loadCredentials(sources: CredentialSources, clock: Clock = systemClock): Promise<Credentials> {
  const credentials = new LoadedCredentials(sources, clock);
  await credentials.identity();
  return credentials;
}

class LoadedCredentials implements Credentials {
  readonly server: URL;
  readonly describe: string;
  readonly #sources: CredentialSources;
  readonly #clock: Clock;
  #config: KubeConfig | undefined;
  #identity: Promise<Identity> | undefined;
  #readAt = 0;
  #tls: TlsIdentity | undefined;

  constructor(sources: CredentialSources, clock: Clock) {
    this.#sources = sources;
    this.#clock = clock;
    this.#config = load(sources);
    this.describe = describe(sources, this.#config);
    this.server = serverOf(this.#config, this.describe);
  }

  identity(): Promise<Identity> {
    const now = this.#clock.monotonic();
    if (this.#identity && now - this.#readAt < FRESH_MS) return this.#identity;
    this.#readAt = now;
    const reading = this.#read();
    this.#identity = reading;
    // A failure is not kept: the next request tries again.
    reading.catch(() => {
      if (this.#identity === reading) this.#identity = undefined;
    });
    return reading;
  }

  forget(): void {
    this.#config = undefined;
    this.#identity = undefined;
  }

  async #read(): Promise<Identity> {
    this.#config ??= load(this.#sources);
    const options = await optionsOf(this.#config, this.describe);
    const tls = checked(tlsOf(options), this.describe);
    if (!this.#tls || !sameTls(this.#tls, tls)) this.#tls = tls;
    return { tls: this.#tls, headers: headersOf(options) };
  }
}

/** What client-node fills in. Source: KubeConfig.applyToHTTPSOptions. */
interface Options {
  ca?: Buffer | string;
  cert?: Buffer | string;
  key?: Buffer | string;
  rejectUnauthorized?: boolean;
  servername?: string;
  auth?: string;
  headers?: Record<string, string>;
}

async function optionsOf(config: KubeConfig, description: string): Promise<Options> {
  const options: Options = {};
  try {
    await config.applyToHTTPSOptions(options);
    return options;
  } catch (error) {
    throw new ConfigError(credentialProblem(config, description, error));
  }
}

function credentialProblem(config: KubeConfig, description: string, error: unknown): string {
  const exec = config.getCurrentUser()?.exec as { command?: string } | undefined;
  if (exec?.command !== undefined) {
    return `The credential plugin ${exec.command} of the ${description} failed; run it by hand to see why, or use other credentials.`;
  }
  // Of a file system error the path is safe to show; anything else may quote a secret.
  const file = typeof error === 'object' && error !== null && 'path' in error ? String(error.path) : undefined;
  return file === undefined
    ? `The credentials of the ${description} could not be obtained; check its user entry, or log in again.`
    : `The ${description} needs the file ${file}, which cannot be read; restore it or correct the path.`;
}

function load(sources: CredentialSources): KubeConfig {
  if (sources.kubeconfig !== undefined && sources.kubeconfig !== '')
    return encrypted(readKubeconfig(sources.kubeconfig, sources.context));
  if (sources.inCluster) return serviceAccount(sources.inCluster);
  throw new ConfigError('No cluster is named: give --kubeconfig FILE, set $KUBECONFIG, or run inside a cluster.');
}

/** client-node refuses plain http unless TLS verification is off; where there is no TLS, that says nothing. */
function encrypted(config: KubeConfig): KubeConfig {
  config.clusters = config.clusters.map((cluster) =>
    cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster,
  );
  return config;
}

function serviceAccount({
  host,
  port,
  folder = SERVICE_ACCOUNT_FOLDER,
}: NonNullable<CredentialSources['inCluster']>): KubeConfig {
  const address = host.includes(':') ? `[${host}]` : host;
  const tokenFile = join(folder, 'token');
  const config = new KubeConfig();
  config.loadFromClusterAndUser(
    { name: 'cluster', server: `https://${address}:${port}`, caFile: join(folder, 'ca.crt'), skipTLSVerify: false },
    { name: 'service-account', authProvider: { name: 'tokenFile', config: { tokenFile } } },
  );
  return config;
}

function describe(sources: CredentialSources, config: KubeConfig): string {
  return sources.kubeconfig
    ? `context ${config.getCurrentContext()} of ${sources.kubeconfig}`
    : 'service account of this pod';
}

function serverOf(config: KubeConfig, description: string): URL {
  const cluster = config.getCurrentCluster();
  const server = URL.parse(cluster?.server ?? '');
  if (!server || !/^https?:$/.test(server.protocol)) {
    throw new ConfigError(`The ${description} has no valid server address; it must be like https://host:6443.`);
  }
  if (cluster?.proxyUrl) {
    throw new ConfigError(
      `The ${description} asks for a proxy (proxy-url), which is not supported; use a server address that can be reached directly.`,
    );
  }
  return server;
}

function tlsOf(options: Options): TlsIdentity {
  return {
    ca: options.ca?.toString(),
    cert: options.cert?.toString(),
    key: options.key?.toString(),
    rejectUnauthorized: options.rejectUnauthorized ?? true,
    servername: options.servername,
  };
}

function sameTls(a: TlsIdentity, b: TlsIdentity): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function checked(tls: TlsIdentity, description: string): TlsIdentity {
  try {
    createSecureContext({ ca: tls.ca, cert: tls.cert, key: tls.key });
    return tls;
  } catch {
    throw new ConfigError(
      `The certificates or the key of the ${description} are damaged or do not belong together; get a fresh kubeconfig.`,
    );
  }
}

function headersOf(options: Options): Record<string, string> {
  const headers: Record<string, string> = {};
  // A token file ends with a newline, which no header may contain.
  for (const [name, value] of Object.entries(options.headers ?? {})) headers[name.toLowerCase()] = value.trim();
  if (options.auth !== undefined) headers['authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
  return headers;
}
