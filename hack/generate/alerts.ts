/** What wakes a person: the alerts. docs/operations.md says what to do about each. */

/** One alert. */
export interface Alert {
  readonly name: string;
  /** `critical`: nobody works, or two do. `warning`: somebody waits in vain. `info`: worth a look when there is time. */
  readonly severity: 'critical' | 'warning' | 'info';
  readonly expr: string;
  /** How long it has to hold. */
  readonly for: string;
  /** One sentence. */
  readonly summary: string;
  /** What it means, and what to do first. */
  readonly description: string;
}

/** The job under which Prometheus scrapes the operator; the ServiceMonitor makes it so. */
const JOB = 'job="xos-operator"';
/** One operator: the labels beside those that tell its copies apart. Who scrapes one cluster has no label `cluster`. */
const OPERATOR = 'cluster, namespace, job';
const leads = `leader_election_master_status{${JOB}}`;
const failing = `sum by (${OPERATOR}) (rate(rest_client_requests_total{${JOB}, code=~"0|429|5.."}[5m]))`;

export const alerts: readonly Alert[] = [
  {
    name: 'XosOperatorDown',
    severity: 'critical',
    expr: `absent(xos_build_info{${JOB}})`,
    for: '5m',
    summary: 'No copy of the XOS operator is seen.',
    description:
      'What is declared is not made, and the inventory stands still; what runs goes on. Look at the pods of the operator.',
  },
  {
    name: 'XosOperatorNoLeader',
    severity: 'critical',
    expr: `sum by (${OPERATOR}) (${leads}) == 0`,
    for: '2m',
    summary: 'Copies of the XOS operator run, and none of them works.',
    description:
      'All of them stand by. Look at the Lease xos-operator: who holds it, and whether the copies may write it.',
  },
  {
    name: 'XosOperatorTwoLeaders',
    severity: 'critical',
    expr: `sum by (${OPERATOR}) (${leads}) > 1`,
    for: '1m',
    summary: 'More than one copy of the XOS operator works.',
    description: 'One of them was started without leader election. End the one that was started by hand.',
  },
  {
    name: 'XosWatchFailing',
    severity: 'warning',
    expr: `max by (${OPERATOR}, resource) (xos_watch_failing{${JOB}}) == 1`,
    for: '5m',
    summary: 'The XOS operator cannot follow changes of {{ $labels.resource }}.',
    description:
      'What depends on {{ $labels.resource }} is out of date. /readyz and the log say what is missing: a CRD, a right, or the API server.',
  },
  {
    name: 'XosNotCaughtUp',
    severity: 'warning',
    expr: `xos_last_full_comparison_timestamp_seconds{${JOB}} == 0 and ${leads} == 1`,
    for: '15m',
    summary: 'The XOS operator has not got through what it found when it began.',
    description:
      'It has worked since its start without ever having nothing to do. Look at workqueue_depth and at XosWatchFailing.',
  },
  {
    name: 'XosQueueGrowing',
    severity: 'warning',
    expr: `workqueue_depth{${JOB}} > 100 and ignoring (name) ${leads} == 1`,
    for: '15m',
    summary: 'The XOS operator does not get through with {{ $labels.name }}.',
    description:
      '{{ $value }} keys of {{ $labels.name }} wait. Look at how long requests to the API server take, and at the CPU of the operator.',
  },
  {
    name: 'XosAdoptionSlow',
    severity: 'warning',
    expr: `histogram_quantile(0.99, sum by (${OPERATOR}, le) (rate(xos_reconcile_lag_seconds_bucket{${JOB}, controller=~"adoption/.*"}[10m]))) > 10`,
    for: '10m',
    summary: 'The inventory of XOS is behind what runs.',
    description:
      'One mirror in a hundred is written {{ $value | humanizeDuration }} or more after the change that it shows.',
  },
  {
    name: 'XosReconcileErrors',
    severity: 'warning',
    expr: `sum by (${OPERATOR}, controller) (rate(controller_runtime_reconcile_errors_total{${JOB}}[5m])) > 0.1`,
    for: '15m',
    summary: 'Many objects of {{ $labels.controller }} cannot be brought to what they should be.',
    description:
      'It fails {{ $value | humanize }} times a second. The conditions of the objects, and the log, say why.',
  },
  {
    name: 'XosWritesRefused',
    severity: 'warning',
    expr: `sum by (${OPERATOR}, reason) (increase(xos_refused_writes_total{${JOB}, reason=~"Forbidden|QuotaExceeded"}[15m])) > 0`,
    for: '5m',
    summary: 'The API server refuses writes of the XOS operator: {{ $labels.reason }}.',
    description:
      'A right is missing, a policy is in the way, or a quota is used up. The condition Ready of the objects says which.',
  },
  {
    name: 'XosInventoryTruncated',
    severity: 'warning',
    expr: `max by (${OPERATOR}) (xos_inventory_missing{${JOB}}) > 0`,
    for: '5m',
    summary: 'The inventory of XOS is not complete: {{ $value }} mirrors are missing.',
    description: 'spec.adoption.maxObjects of the XosKubernetesService keeps them out. Raise it, or adopt less.',
  },
  {
    name: 'XosContested',
    severity: 'warning',
    expr: `max by (${OPERATOR}) (xos_contested_objects{${JOB}}) > 0`,
    for: '5m',
    summary: 'Somebody changes or deletes again and again what XOS looks after.',
    description:
      '{{ $value }} objects are put right ever more slowly. The condition Contested says which, and who the other one is.',
  },
  {
    name: 'XosDrift',
    severity: 'info',
    expr: `sum by (${OPERATOR}, controller) (increase(xos_corrected_fields_total{${JOB}}[1h])) > 10`,
    for: '0m',
    summary: 'Somebody changes what XOS looks after.',
    description:
      '{{ $value | humanize }} fields of what {{ $labels.controller }} declare were put back within an hour. Events named Updated say where.',
  },
  {
    name: 'XosApiServerFailing',
    severity: 'warning',
    // A few among a few mean nothing.
    expr: `${failing} / sum by (${OPERATOR}) (rate(rest_client_requests_total{${JOB}}[5m])) > 0.1 and ${failing} > 0.2`,
    for: '10m',
    summary: 'The API server does not serve the XOS operator well.',
    description:
      '{{ $value | humanizePercentage }} of the requests are not answered, or put off. Look at the health and at the load of the API server.',
  },
];

/** The rules, as Prometheus reads them. */
export function ruleGroups(): { groups: { name: string; rules: object[] }[] } {
  const rules = alerts.map(({ name, severity, expr, summary, description, for: lasting }) => ({
    alert: name,
    expr,
    for: lasting,
    labels: { severity },
    annotations: { summary, description, runbook: `docs/operations.md#${name.toLowerCase()}` },
  }));
  return { groups: [{ name: 'xos-operator', rules }] };
}
