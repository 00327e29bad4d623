/**
 * How the operator is started: options, each with an environment variable behind it, validated once and then frozen.
 * The only reader of process.env.
 */
import { Ajv, type ErrorObject } from 'ajv';
import { Command, CommanderError, Option } from 'commander';
import { LOG_LEVELS, type LogFormat, type LogLevel } from './log.ts';
import { VERSION } from './version.ts';

/** Where to listen. */
export interface Address {
  /** Left out: on every address of the machine. */
  readonly host?: string;
  /** 0: one that is free. */
  readonly port: number;
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
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  /** Which copy of the operator this is: stands in Events, in the Lease and in the user agent. */
  readonly instance: string;
  /** The key of an object whose reconcile is made to throw: for the tests of isolation. */
  readonly injectFault?: string;
}

/** A wrong option. The message is one line for people. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Asked for help or the version, which was printed: there is nothing to run. */
export class NothingToRun extends Error {
  override readonly name = 'NothingToRun';
}

/** `host:port` or `:port`. */
const ADDRESS = '^(\\[[0-9a-fA-F:.]+\\]|[A-Za-z0-9.-]*):[0-9]{1,5}$';
const LABEL = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';
const SUBDOMAIN = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';
/** `a,b`. Longer names are refused by the API server. */
const NAMESPACES = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(,[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';
/** Patterns in words. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  [ADDRESS]: 'like :8080 or 127.0.0.1:8080',
  [NAMESPACES]: 'names of namespaces with commas between them, such as team-a,team-b',
};
const schema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    kubeconfig: { type: 'string', minLength: 1 },
    context: { type: 'string', minLength: 1 },
    defaultService: { type: 'string', maxLength: 253, pattern: SUBDOMAIN },
    namespaces: { type: 'string', pattern: NAMESPACES },
    leaderElect: { enum: ['true', 'false'] },
    leaderElectionNamespace: { type: 'string', maxLength: 63, pattern: LABEL },
    leaderElectionId: { type: 'string', maxLength: 253, pattern: SUBDOMAIN },
    healthProbeBindAddress: { type: 'string', pattern: ADDRESS },
    metricsBindAddress: { type: 'string', pattern: ADDRESS },
    logLevel: { enum: [...LOG_LEVELS] },
    logFormat: { enum: ['json', 'pretty'] },
    injectFault: { type: 'string', minLength: 1 },
  },
};

interface Options extends Omit<Config, 'inCluster' | 'instance' | 'namespaces' | 'election' | 'health' | 'metrics'> {
  readonly namespaces?: string;
  readonly leaderElect?: 'true' | 'false';
  readonly leaderElectionNamespace?: string;
  readonly leaderElectionId: string;
  readonly healthProbeBindAddress?: string;
  readonly metricsBindAddress?: string;
}
type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the command line and the environment. @throws UsageError; NothingToRun after --help and --version */
export function readConfig(argv: readonly string[], env: Environment = process.env): Config {
  const options = parse(argv, env);
  const validate = new Ajv({ allErrors: false }).compile<Options>(schema);
  if (!validate(options)) throw new UsageError(sentenceFor(validate.errors ?? []));
  const { leaderElect: _elects, leaderElectionNamespace, leaderElectionId, ...others } = options;
  const { healthProbeBindAddress: _health, metricsBindAddress: _metrics, namespaces, ...rest } = others;
  const [host, port] = [env['KUBERNETES_SERVICE_HOST'], env['KUBERNETES_SERVICE_PORT']];
  const inCluster = host !== undefined && port !== undefined ? { inCluster: { host, port } } : {};
  return Object.freeze({
    ...rest,
    ...inCluster,
    ...(namespaces !== undefined && { namespaces: [...new Set(namespaces.split(','))] }),
    ...(elects(options, inCluster) && {
      election: electionIn(leaderElectionNamespace ?? env['POD_NAMESPACE'], leaderElectionId),
    }),
    ...addressesIn(options),
    // It becomes part of a header.
    instance: (env['HOSTNAME'] ?? `xos-operator-${process.pid}`).replaceAll(/[^\w.-]/g, '-'),
  });
}

/** Left to itself it does where it runs as a pod, which may have copies; elsewhere somebody starts it by hand. */
function elects({ leaderElect, kubeconfig }: Options, { inCluster }: Pick<Config, 'inCluster'>): boolean {
  return leaderElect === undefined ? kubeconfig === undefined && inCluster !== undefined : leaderElect === 'true';
}

function addressesIn({ healthProbeBindAddress: health, metricsBindAddress: metrics }: Options) {
  return {
    ...(health !== undefined && { health: addressIn(health) }),
    ...(metrics !== undefined && { metrics: addressIn(metrics) }),
  };
}

function addressIn(text: string): Address {
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, colon).replaceAll(/[[\]]/g, '');
  return { ...(host !== '' && { host }), port: Number(text.slice(colon + 1)) };
}

function electionIn(namespace: string | undefined, name: string): { namespace: string; name: string } {
  if (namespace !== undefined && namespace !== '') return { namespace, name };
  throw new UsageError(
    '--leader-elect needs to know where its Lease is: give --leader-election-namespace, or set POD_NAMESPACE. See --help.',
  );
}

function parse(argv: readonly string[], env: Environment): unknown {
  const command = new Command('xos-operator')
    .description(
      'Turns the custom resources of xos.opencord.org into Kubernetes resources, and shows what others run as custom resources.',
    )
    .version(VERSION)
    .addOption(
      new Option('--kubeconfig <file>', 'how to reach the cluster; left out inside a cluster').env('KUBECONFIG'),
    )
    .addOption(
      new Option('--context <name>', 'which context of the kubeconfig; by default its current one').env('XOS_CONTEXT'),
    )
    .addOption(
      new Option(
        '--default-service <name>',
        'creates this XosKubernetesService at start if there is none at all; by default none is created',
      ).env('XOS_DEFAULT_SERVICE'),
    )
    .addOption(
      new Option('--namespaces <a,b>', 'looks after these namespaces only, and asks for nothing else').env(
        'XOS_NAMESPACES',
      ),
    )
    .addOption(new Option('--log-level <level>', 'debug, info, warn or error').env('XOS_LOG_LEVEL').default('info'))
    .addOption(new Option('--log-format <format>', 'json, or pretty for people').env('XOS_LOG_FORMAT').default('json'))
    .addOption(new Option('--inject-fault <namespace/name>').env('XOS_INJECT_FAULT').hideHelp())
    .configureOutput({ writeErr: () => undefined })
    .allowExcessArguments(false)
    .exitOverride();
  for (const option of [...electionOptions(), ...listenOptions()]) command.addOption(option);
  // Commander reads process.env by itself; what the caller passed has to count.
  for (const option of command.options) {
    const value = option.envVar === undefined ? undefined : env[option.envVar];
    if (value !== undefined && value !== '') command.setOptionValueWithSource(option.attributeName(), value, 'env');
  }
  try {
    return command.parse([...argv], { from: 'user' }).opts();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) throw new NothingToRun();
    throw new UsageError(`${error.message.replace(/^error: /, '')}. See --help.`);
  }
}

function electionOptions(): Option[] {
  return [
    new Option(
      '--leader-elect [true|false]',
      'of several copies one works, the others stand by; by default true in a pod, and false elsewhere',
    )
      .env('XOS_LEADER_ELECT')
      .preset('true'),
    new Option('--leader-election-namespace <namespace>', 'where the Lease is; by default $POD_NAMESPACE').env(
      'XOS_LEADER_ELECTION_NAMESPACE',
    ),
    new Option('--leader-election-id <name>', 'the name of the Lease')
      .env('XOS_LEADER_ELECTION_ID')
      .default('xos-operator'),
  ];
}

function listenOptions(): Option[] {
  return [
    new Option('--health-probe-bind-address <address>', 'serves /healthz and /readyz there, such as :8081').env(
      'XOS_HEALTH_PROBE_BIND_ADDRESS',
    ),
    new Option('--metrics-bind-address <address>', 'serves /metrics there, such as :8080').env(
      'XOS_METRICS_BIND_ADDRESS',
    ),
  ];
}

function sentenceFor([error]: ErrorObject[]): string {
  const name = (error?.instancePath ?? '').slice(1).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const values = error?.keyword === 'enum' ? (error.params as { allowedValues: string[] }).allowedValues : undefined;
  const described = DESCRIPTIONS[String(error?.params['pattern'])];
  if (described !== undefined) return `--${name} must be ${described}. See --help.`;
  const allowed = values === undefined ? (error?.message ?? 'is wrong') : `must be one of ${values.join(', ')}`;
  return `--${name} ${allowed}. See --help.`;
}
