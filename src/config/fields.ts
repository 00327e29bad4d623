/**
 * What can be configured: one table, from which follow the options of the command line with their help, the variables, the
 * fields of the configuration file, the schema that checks all three, and the table in docs/operations.md.
 */
import { LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel } from '../log.ts';

/** What is configured, by the names that the fields of the file have. */
export interface Options {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly defaultService?: string;
  readonly namespaces?: string;
  readonly leaderElect?: boolean;
  readonly leaderElectionNamespace?: string;
  readonly leaderElectionId: string;
  readonly healthProbeBindAddress?: string;
  readonly metricsBindAddress?: string;
  readonly metricsSecure: boolean;
  readonly metricsCertPath?: string;
  readonly metricsCertName: string;
  readonly metricsCertKey: string;
  readonly tracingEndpoint?: string;
  readonly tracingSamplingRatio: number;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  readonly injectFault?: string;
}

export type Scalar = string | number | boolean;

export interface Field {
  /** As in the file; the option is the same with hyphens. */
  readonly name: keyof Options;
  /** What stands for the value in the help. */
  readonly value: string;
  /** The first that is set counts. */
  readonly variables: readonly string[];
  readonly schema: Readonly<{ type: 'string' | 'number' | 'boolean' } & Record<string, unknown>>;
  /** The end of the sentence about a wrong value, after its name: what it has to be. */
  readonly must: string;
  readonly meaning: string;
  /** Left out: nothing. */
  readonly default?: Scalar;
  /** What counts if it is not set, where that is no constant. */
  readonly otherwise?: string;
  /** For tests: in no help and on no page. */
  readonly hidden?: true;
}

/** `host:port` or `:port`. */
const ADDRESS = '^(\\[[0-9a-fA-F:.]+\\]|[A-Za-z0-9.-]*):[0-9]{1,5}$';
const LABEL = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$';
const SUBDOMAIN = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';
/** `a,b`. Longer names are refused by the API server. */
const NAMESPACES = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(,[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';
const FILE_NAME = '^[A-Za-z0-9_-][A-Za-z0-9._-]*$';
/** Without a name and a password, which would be shown by --print-config, and without a query. */
const ENDPOINT = '^https?://[^@?#\\s/]+(/[^@?#\\s]*)?$';

const path = { schema: { type: 'string', minLength: 1 }, must: 'must be a path' } as const;
const address = { schema: { type: 'string', pattern: ADDRESS }, must: 'must be like :8080 or 127.0.0.1:8080' } as const;
const flag = { schema: { type: 'boolean' }, must: 'must be true or false', value: 'true|false' } as const;
const objectName = {
  schema: { type: 'string', maxLength: 253, pattern: SUBDOMAIN },
  must: "must be a name of lower case letters, digits, '-' and '.'",
} as const;
const fileName = {
  schema: { type: 'string', maxLength: 253, pattern: FILE_NAME },
  must: 'must be the name of a file',
} as const;

export const fields: readonly Field[] = [
  {
    ...path,
    name: 'kubeconfig',
    value: 'FILE',
    variables: ['KUBECONFIG'],
    otherwise: 'the ServiceAccount of the pod',
    meaning: 'how to reach the cluster',
  },
  {
    name: 'context',
    value: 'NAME',
    variables: ['XOS_CONTEXT'],
    schema: { type: 'string', minLength: 1 },
    must: 'must be the name of a context',
    otherwise: 'its current one',
    meaning: 'which context of the kubeconfig',
  },
  {
    ...objectName,
    name: 'defaultService',
    value: 'NAME',
    variables: ['XOS_DEFAULT_SERVICE'],
    otherwise: 'none',
    meaning: 'creates this XosKubernetesService at start if there is none at all; without one there is no inventory',
  },
  {
    name: 'namespaces',
    value: 'NAMES',
    variables: ['XOS_NAMESPACES'],
    schema: { type: 'string', pattern: NAMESPACES },
    must: 'must be names of namespaces with commas between them, like team-a,team-b',
    otherwise: 'all',
    meaning: 'looks after these namespaces only, and asks for nothing else',
  },
  {
    ...flag,
    name: 'leaderElect',
    variables: ['XOS_LEADER_ELECT'],
    otherwise: 'true in a pod, false elsewhere',
    meaning: 'of several copies one works, and the others stand by',
  },
  {
    name: 'leaderElectionNamespace',
    value: 'NAME',
    variables: ['XOS_LEADER_ELECTION_NAMESPACE', 'POD_NAMESPACE'],
    schema: { type: 'string', maxLength: 63, pattern: LABEL },
    must: "must be a name of lower case letters, digits and '-'",
    meaning: 'where the Lease is by which they agree',
  },
  {
    ...objectName,
    name: 'leaderElectionId',
    value: 'NAME',
    variables: ['XOS_LEADER_ELECTION_ID'],
    default: 'xos-operator',
    meaning: 'the name of the Lease',
  },
  {
    ...address,
    name: 'healthProbeBindAddress',
    value: 'ADDRESS',
    variables: ['XOS_HEALTH_PROBE_BIND_ADDRESS'],
    otherwise: 'nowhere',
    meaning: 'serves /healthz, /readyz and /log-level there, such as :8081',
  },
  {
    ...address,
    name: 'metricsBindAddress',
    value: 'ADDRESS',
    variables: ['XOS_METRICS_BIND_ADDRESS'],
    otherwise: 'nowhere',
    meaning: 'serves /metrics there, such as :8080',
  },
  {
    ...flag,
    name: 'metricsSecure',
    variables: ['XOS_METRICS_SECURE'],
    default: false,
    meaning: 'serves /metrics over TLS, and only to whom the API server lets get /metrics',
  },
  {
    ...path,
    name: 'metricsCertPath',
    value: 'FOLDER',
    variables: ['XOS_METRICS_CERT_PATH'],
    meaning: 'where the certificate and its key are; they are read again when they change',
  },
  {
    ...fileName,
    name: 'metricsCertName',
    value: 'NAME',
    variables: ['XOS_METRICS_CERT_NAME'],
    default: 'tls.crt',
    meaning: 'the file of the certificate in that folder',
  },
  {
    ...fileName,
    name: 'metricsCertKey',
    value: 'NAME',
    variables: ['XOS_METRICS_CERT_KEY'],
    default: 'tls.key',
    meaning: 'the file of its key in that folder',
  },
  {
    name: 'tracingEndpoint',
    value: 'URL',
    variables: ['XOS_TRACING_ENDPOINT', 'OTEL_EXPORTER_OTLP_ENDPOINT'],
    schema: { type: 'string', maxLength: 2_000, pattern: ENDPOINT },
    must: 'must be a URL without a password, like http://localhost:4318',
    otherwise: 'no traces',
    meaning: 'sends traces there, to /v1/traces, as OTLP over HTTP',
  },
  {
    name: 'tracingSamplingRatio',
    value: 'NUMBER',
    variables: ['XOS_TRACING_SAMPLING_RATIO'],
    schema: { type: 'number', minimum: 0, maximum: 1 },
    must: 'must be a number between 0 and 1',
    default: 1,
    meaning: 'which part of the turns is traced',
  },
  {
    name: 'logLevel',
    value: 'LEVEL',
    variables: ['XOS_LOG_LEVEL'],
    schema: { type: 'string', enum: [...LOG_LEVELS] },
    must: `must be one of ${LOG_LEVELS.join(', ')}`,
    default: 'info',
    meaning: `how much is logged: ${LOG_LEVELS.join(', ')}`,
  },
  {
    name: 'logFormat',
    value: 'FORMAT',
    variables: ['XOS_LOG_FORMAT'],
    schema: { type: 'string', enum: [...LOG_FORMATS] },
    must: `must be one of ${LOG_FORMATS.join(', ')}`,
    default: 'json',
    meaning: 'json, or pretty for people',
  },
  {
    name: 'injectFault',
    value: 'KEY',
    variables: ['XOS_INJECT_FAULT'],
    schema: { type: 'string', minLength: 1 },
    must: 'must be the key of an object',
    meaning: 'a reconcile of this object fails',
    hidden: true,
  },
];

/** `--log-level` */
export function flagOf(name: string): string {
  return `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
