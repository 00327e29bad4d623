/** The values of the chart: each with its type, its default and what it is for, in one place; from it come three files. */
import { stringify } from 'yaml';
import { LOG_LEVELS } from '../../src/log.ts';
import type { Schema } from './crd.ts';
import { fields, table } from './docs.ts';

/** What config/ says where the chart has a value. */
export interface Shipped {
  readonly deployment: {
    spec: {
      replicas: number;
      template: { spec: { priorityClassName: string; containers: [{ args: string[]; resources: object }] } };
    };
  };
  readonly budget: { spec: { maxUnavailable: number } };
}

/** JSON Schema, as far as Helm 3 reads it too. */
interface Value extends Schema {
  readonly $schema?: string;
  readonly pattern?: string;
  readonly uniqueItems?: boolean;
  readonly properties?: Record<string, Value>;
  readonly items?: Value;
}

const NOTE = '# Generated from hack/generate/chart-values.ts by `npm run generate`. Do not edit.\n';

/** The values.schema.json: what it does not name is refused. */
export function valuesSchema(shipped: Shipped): Value {
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...group('Values of the chart xos-operator.', { ...program(shipped), ...pods(shipped), ...around(shipped) }),
  };
}

/** The values.yaml. */
export function valuesFile(schema: Value): string {
  return `${NOTE}\n${entries(schema)}`;
}

/** The table of the README. */
export function valuesTable({ properties = {} }: Value): string {
  const rows = Object.entries(properties).flatMap(([name, value]) => [...fields(value, name, false)]);
  return table(rows.filter(([, { properties: below }]) => below === undefined));
}

/** What is run, and how. */
function program({ deployment }: Shipped): Record<string, Value> {
  const [{ args }] = deployment.spec.template.spec.containers;
  const service = args.find((option) => option.startsWith('--default-service='))?.split('=')[1] ?? '';
  return {
    image: group('The image of the operator.', {
      repository: text('xos-operator', 'Where the image is: its registry and its name.', '^[^\\s@]+$'),
      tag: text('', 'Left out: the version of the chart.', '^([A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?$'),
      digest: text('', 'Counts in place of the tag.', '^(sha256:[0-9a-f]{64})?$'),
      pullPolicy: text('', 'Left out: as Kubernetes has it, IfNotPresent.', '^(Always|IfNotPresent|Never)?$'),
    }),
    imagePullSecrets: list('Secrets for the registry, each as `name: NAME`.'),
    replicas: number(deployment.spec.replicas, 'How many copies run. One works, the others stand by.'),
    defaultService: text(
      service,
      'The XosKubernetesService to create at start if there is none; without one there is no inventory. Empty: none is created.',
      '^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$',
    ),
    namespaces: {
      ...list(
        'The only namespaces that it looks after, where it gets a Role each; they have to exist. In the cluster it then has rights on its own kinds alone. Empty: all.',
      ),
      items: { type: 'string', pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$' },
      uniqueItems: true,
    },
    log: group('What the operator logs.', {
      level: choice('info', [...LOG_LEVELS], 'How much.'),
      format: choice('json', ['json', 'pretty'], 'How: `pretty` is for people.'),
    }),
    args: list('More options of the operator; `--help` lists them.', 'string'),
    env: list('More environment variables of the container, each as `name: NAME` and `value: VALUE`.'),
  };
}

/** Where and as what its pods run. */
function pods({ deployment }: Shipped): Record<string, Value> {
  const { priorityClassName, containers } = deployment.spec.template.spec;
  return {
    resources: free(
      containers[0].resources,
      'What the container asks for, and its limits. The heap follows the memory limit.',
    ),
    priorityClassName: text(priorityClassName, 'Empty: none.', '^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$'),
    nodeSelector: free({}, 'Labels of the nodes on which it may run.'),
    tolerations: list('Taints of nodes that it bears.'),
    affinity: free({}, 'Affinity of the pods. They spread over nodes where that is possible in any case.'),
    podLabels: free({}, 'More labels of the pods.'),
    podAnnotations: free({}, 'More annotations of the pods.'),
    serviceAccount: group('The ServiceAccount xos-operator.', {
      annotations: free({}, 'Annotations of the ServiceAccount.'),
    }),
  };
}

/** What is installed beside it. */
function around({ budget }: Shipped): Record<string, Value> {
  const labels = () => free({}, 'More labels, by which a Prometheus picks what it reads.');
  return {
    crds: group('The CustomResourceDefinitions.', {
      install: flag(
        true,
        'Installs and upgrades them. They stay when the release is uninstalled, as does what guards them.',
      ),
    }),
    policy: group('The admission policies.', {
      enabled: flag(
        true,
        'Installs the policies by which nobody gets the operator to do what they may not do themselves. Without them whoever writes custom resources has the rights of the operator.',
      ),
    }),
    aggregatedRoles: group('Roles for people.', {
      enabled: flag(true, 'Installs xos-view, xos-edit and xos-admin, which become part of view, edit and admin.'),
    }),
    networkPolicy: group('The NetworkPolicy.', {
      enabled: flag(
        true,
        'Lets in only who scrapes and probes, and out only what goes to ports 443 and 6443 and to DNS. Leave it out where the API server has another port.',
      ),
    }),
    podDisruptionBudget: group('The PodDisruptionBudget.', {
      enabled: flag(true, 'Keeps copies standing while nodes are drained.'),
      maxUnavailable: number(budget.spec.maxUnavailable, 'How many copies may be away for that.'),
    }),
    metrics: group('Who reads the metrics at port 8080, which are served in any case.', {
      service: group('A Service.', {
        enabled: flag(
          false,
          'Installs a Service with the annotations `prometheus.io/scrape` and `prometheus.io/port`.',
        ),
      }),
      serviceMonitor: group('A ServiceMonitor.', {
        enabled: flag(false, 'Installs the Service and a ServiceMonitor. Needs the CRDs of the Prometheus Operator.'),
        labels: labels(),
      }),
      prometheusRule: group('Alerts.', {
        enabled: flag(false, 'Installs the alerts as a PrometheusRule. Needs the CRDs of the Prometheus Operator.'),
        labels: labels(),
      }),
      secure: group('TLS.', {
        enabled: flag(
          false,
          'Serves them over TLS, and only to whom the API server lets get `/metrics`. The Secret xos-operator-metrics-tls has to be there, with `tls.crt`, `tls.key` and `ca.crt`.',
        ),
      }),
      dashboard: group('A dashboard.', {
        enabled: flag(false, 'Installs the dashboard for Grafana as a ConfigMap with the label `grafana_dashboard`.'),
      }),
    }),
    global: free({}, 'What a chart that has this one in it shares with all of them; nothing of it is read.'),
  };
}

function group(description: string, properties: Record<string, Value>): Value {
  return { type: 'object', description, additionalProperties: false, properties };
}

function text(value: string, description: string, pattern: string): Value {
  return { type: 'string', description, default: value, pattern };
}

function choice(value: string, values: string[], description: string): Value {
  return { type: 'string', description, default: value, enum: values };
}

function number(value: number, description: string): Value {
  return { type: 'integer', description, default: value, minimum: 0 };
}

function flag(value: boolean, description: string): Value {
  return { type: 'boolean', description, default: value };
}

function free(value: object, description: string): Value {
  return { type: 'object', description, default: value };
}

function list(description: string, type = 'object'): Value {
  return { type: 'array', description, default: [], items: { type } };
}

/** Keys, each below what it is for. */
function entries({ properties = {} }: Value): string {
  return Object.entries(properties)
    .map(([name, value]) => {
      const own =
        value.properties === undefined
          ? stringify({ [name]: value.default })
          : `${name}:\n${entries(value).replaceAll(/^(?=.)/gm, '  ')}`;
      return `# ${value.description ?? ''}\n${own}`;
    })
    .join('');
}
