/**
 * How the operator is started: options, variables and a file, in this order, validated once and then frozen. What there is
 * stands in config/fields.ts. The only reader of process.env.
 */
import { join } from 'node:path';
import { CONFIG_VARIABLE, parseCommandLine } from './config/command-line.ts';
import type { Options } from './config/fields.ts';
import { configFile } from './config/file.ts';
import { printed } from './config/print.ts';
import { type Choice, chosenFrom, commandLine, environment, type Environment, isSet } from './config/sources.ts';
import { NothingToRun, UsageError } from './config/usage-error.ts';
import type { LogFormat, LogLevel } from './log.ts';

/** Where to listen. */
export interface Address {
  /** Left out: on every address of the machine. */
  readonly host?: string;
  /** 0: one that is free. */
  readonly port: number;
}

/** The files of a certificate and its key. */
export interface CertificateFiles {
  readonly certificate: string;
  readonly key: string;
}

export interface Config {
  /** One file, or several in the notation of $KUBECONFIG. */
  readonly kubeconfig?: string;
  readonly context?: string;
  /** Where a pod finds its API server; absent outside a cluster. */
  readonly inCluster?: { readonly host: string; readonly port: string };
  /** The XosKubernetesService to create at start if there is none. */
  readonly defaultService?: string;
  /** The only namespaces that are looked after; absent: all. */
  readonly namespaces?: readonly string[];
  /** Where the Lease is by which copies of the operator agree who works; absent: this one works in any case. */
  readonly election?: { readonly namespace: string; readonly name: string };
  /** Where /healthz and /readyz are served; absent: nowhere. */
  readonly health?: Address;
  /** Where /metrics is served; absent: nowhere. */
  readonly metrics?: Address;
  /** With what /metrics is served over TLS, to whom the API server lets see it; absent: to anybody, without TLS. */
  readonly metricsTls?: CertificateFiles;
  /** Where traces are sent; absent: there are none. */
  readonly tracing?: Tracing;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  /** Which copy of the operator this is: stands in Events, in the Lease and in the user agent. */
  readonly instance: string;
  /** The key of an object whose reconcile is made to throw: for the tests of isolation. */
  readonly injectFault?: string;
}

export interface Tracing {
  /** What comes before /v1/traces. */
  readonly endpoint: string;
  /** The part of the turns that is traced, from 0 to 1. */
  readonly ratio: number;
}

/** @throws UsageError; NothingToRun after --help, --version and --print-config, which print */
export function readConfig(argv: readonly string[], env: Environment = process.env): Config {
  const { texts, config: path = env[CONFIG_VARIABLE], printConfig } = parseCommandLine(argv);
  const files = isSet(path) ? [configFile(path)] : [];
  const chosen = chosenFrom([commandLine(texts), environment(env), ...files]);
  const choice = withElection(chosen, inClusterOf(env) !== undefined);
  const config = configOf(optionsIn(choice), env);
  if (!printConfig) return config;
  process.stdout.write(printed(choice));
  throw new NothingToRun();
}

/** Left to itself it stands for election where it runs as a pod, which may have copies; elsewhere somebody starts it by hand. */
function withElection(choice: Choice, isInCluster: boolean): Choice {
  if (choice.has('leaderElect')) return choice;
  const value = isInCluster && !choice.has('kubeconfig');
  return new Map([...choice, ['leaderElect', { value, origin: 'default' }]]);
}

/** The schema, and the defaults, make them so. */
function optionsIn(choice: Choice): Options {
  return Object.fromEntries([...choice].map(([name, { value }]) => [name, value])) as unknown as Options;
}

function configOf(options: Options, env: Environment): Config {
  const { kubeconfig, context, defaultService, injectFault, logLevel, logFormat } = options;
  const { healthProbeBindAddress: health, metricsBindAddress: metrics } = options;
  return Object.freeze({
    logLevel,
    logFormat,
    ...given({ kubeconfig, context, defaultService, injectFault, inCluster: inClusterOf(env) }),
    ...given({ health: addressIn(health), metrics: addressIn(metrics), metricsTls: certificateIn(options) }),
    ...given({ election: electionIn(options), tracing: tracingIn(options), namespaces: namespacesIn(options) }),
    // It becomes part of a header.
    instance: (env['HOSTNAME'] ?? `xos-operator-${process.pid}`).replaceAll(/[^\w.-]/g, '-'),
  });
}

/** What is there of it. */
function given<T extends object>(parts: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const there = Object.entries(parts).filter(([, value]) => value !== undefined);
  return Object.fromEntries(there) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

function inClusterOf(env: Environment): Config['inCluster'] {
  const [host, port] = [env['KUBERNETES_SERVICE_HOST'], env['KUBERNETES_SERVICE_PORT']];
  return host === undefined || port === undefined ? undefined : { host, port };
}

function namespacesIn({ namespaces }: Options): Config['namespaces'] {
  return namespaces === undefined ? undefined : [...new Set(namespaces.split(','))];
}

function addressIn(text: string | undefined): Address | undefined {
  if (text === undefined) return undefined;
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, colon).replaceAll(/[[\]]/g, '');
  return { ...(host !== '' && { host }), port: Number(text.slice(colon + 1)) };
}

function electionIn({
  leaderElect,
  leaderElectionNamespace: namespace,
  leaderElectionId: name,
}: Options): Config['election'] {
  if (leaderElect !== true) return undefined;
  if (namespace !== undefined) return { namespace, name };
  throw new UsageError(
    '--leader-elect needs to know where its Lease is: give --leader-election-namespace, or set POD_NAMESPACE. See --help.',
  );
}

function certificateIn(options: Options): CertificateFiles | undefined {
  const { metricsBindAddress, metricsSecure, metricsCertPath: folder, metricsCertName, metricsCertKey } = options;
  if (!metricsSecure) return undefined;
  if (metricsBindAddress === undefined)
    throw new UsageError('--metrics-secure needs to know where to serve: give --metrics-bind-address. See --help.');
  if (folder === undefined)
    throw new UsageError('--metrics-secure needs a certificate: give its folder with --metrics-cert-path. See --help.');
  return { certificate: join(folder, metricsCertName), key: join(folder, metricsCertKey) };
}

function tracingIn({ tracingEndpoint, tracingSamplingRatio: ratio }: Options): Tracing | undefined {
  return tracingEndpoint === undefined ? undefined : { endpoint: tracingEndpoint.replace(/\/+$/, ''), ratio };
}
