/**
 * Who we are and where the API server is: client certificates, tokens, token files, plugins. See docs/decisions/0012 for
 * why no library does it.
 */
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { join } from 'node:path';
import { type Clock, systemClock } from '../runtime/clock.ts';
import { ConfigError } from './config-error.ts';
import { ExecPlugin, type PluginCredential } from './exec-plugin.ts';
import { type Kubeconfig, readKubeconfig } from './kubeconfig.ts';
import type { KubeconfigCluster, KubeconfigUser } from './kubeconfig-schema.ts';

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
  #access: Access | undefined;
  #identity: Promise<Identity> | undefined;
  #readAt = 0;
  #tls: TlsIdentity | undefined;

  constructor(sources: CredentialSources, clock: Clock) {
    this.#sources = sources;
    this.#clock = clock;
    this.#access = load(sources, clock);
    this.describe = this.#access.describe;
    this.server = serverOf(this.#access);
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
    this.#access = undefined;
    this.#identity = undefined;
  }

  async #read(): Promise<Identity> {
    this.#access ??= load(this.#sources, this.#clock);
    const given = await pluginCredential(this.#access);
    const tls = checked(await tlsOf(this.#access, given), this.describe);
    if (!this.#tls || !sameTls(this.#tls, tls)) this.#tls = tls;
    return { tls: this.#tls, headers: await headersOf(this.#access, given) };
  }
}

/** A cluster, and a way to log in there. */
interface Access {
  readonly describe: string;
  readonly cluster: KubeconfigCluster;
  readonly user: KubeconfigUser;
  readonly plugin: ExecPlugin | undefined;
}

function load({ kubeconfig, context, inCluster }: CredentialSources, clock: Clock): Access {
  if (kubeconfig) {
    const found = readKubeconfig(kubeconfig, context);
    return accessOf(`context ${found.context} of ${kubeconfig}`, found, clock);
  }
  if (inCluster) return accessOf('service account of this pod', serviceAccount(inCluster), clock);
  throw new ConfigError('No cluster is named: give --kubeconfig FILE, set $KUBECONFIG, or run inside a cluster.');
}

function accessOf(describe: string, { cluster, user }: Omit<Kubeconfig, 'context'>, clock: Clock): Access {
  const legacy = user['auth-provider'];
  if (legacy) {
    throw new ConfigError(
      `The ${describe} logs in by the auth-provider ${legacy.name ?? ''}, which is not supported; use its credential plugin (exec) instead.`,
    );
  }
  if (user.as) {
    throw new ConfigError(
      `The ${describe} acts as another user (as), which is not supported; use credentials of that user.`,
    );
  }
  return { describe, cluster, user, plugin: user.exec ? new ExecPlugin(user.exec, cluster, clock) : undefined };
}

function serviceAccount({
  host,
  port,
  folder = SERVICE_ACCOUNT_FOLDER,
}: NonNullable<CredentialSources['inCluster']>): Omit<Kubeconfig, 'context'> {
  const address = host.includes(':') ? `[${host}]` : host;
  return {
    cluster: { server: `https://${address}:${port}`, 'certificate-authority': join(folder, 'ca.crt') },
    user: { tokenFile: join(folder, 'token') },
  };
}

function serverOf({ describe, cluster }: Access): URL {
  const server = URL.parse(cluster.server ?? '');
  if (!server || !/^https?:$/.test(server.protocol)) {
    throw new ConfigError(`The ${describe} has no valid server address; it must be like https://host:6443.`);
  }
  if (cluster['proxy-url']) {
    throw new ConfigError(
      `The ${describe} asks for a proxy (proxy-url), which is not supported; use a server address that can be reached directly.`,
    );
  }
  return server;
}

async function pluginCredential({ plugin, user, describe }: Access): Promise<PluginCredential> {
  try {
    return (await plugin?.credential()) ?? {};
  } catch {
    throw new ConfigError(
      `The credential plugin ${user.exec?.command ?? ''} of the ${describe} failed; run it by hand to see why, or use other credentials.`,
    );
  }
}

async function tlsOf({ cluster, user, describe }: Access, given: PluginCredential): Promise<TlsIdentity> {
  const [ca, cert, key] = await Promise.all([
    inlineOrFile(cluster['certificate-authority-data'], cluster['certificate-authority'], describe),
    given.clientCertificateData ?? inlineOrFile(user['client-certificate-data'], user['client-certificate'], describe),
    given.clientKeyData ?? inlineOrFile(user['client-key-data'], user['client-key'], describe),
  ]);
  const rejectUnauthorized = cluster['insecure-skip-tls-verify'] !== true;
  return { ca, cert, key, rejectUnauthorized, servername: cluster['tls-server-name'] };
}

/** What stands in the kubeconfig in base64, or else in a file. */
async function inlineOrFile(data: string | undefined, path: string | undefined, describe: string) {
  if (data) return Buffer.from(data, 'base64').toString();
  return path ? await contentOf(path, describe) : undefined;
}

async function contentOf(path: string, describe: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new ConfigError(
      `The ${describe} needs the file ${path}, which cannot be read; restore it or correct the path.`,
    );
  }
}

function sameTls(a: TlsIdentity, b: TlsIdentity): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function checked(tls: TlsIdentity, describe: string): TlsIdentity {
  try {
    createSecureContext({ ca: tls.ca, cert: tls.cert, key: tls.key });
    return tls;
  } catch {
    throw new ConfigError(
      `The certificates or the key of the ${describe} are damaged or do not belong together; get a fresh kubeconfig.`,
    );
  }
}

async function headersOf({ user, describe }: Access, given: PluginCredential): Promise<Record<string, string>> {
  const token = user.tokenFile ? await contentOf(user.tokenFile, describe) : (user.token ?? given.token);
  // A token file ends with a newline, which no header may contain.
  if (token) return { authorization: `Bearer ${token.trim()}` };
  if (!user.username) return {};
  return { authorization: `Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}` };
}
