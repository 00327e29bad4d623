/** The dashboard for Grafana: what one wants to see at a glance, two panels a row. */

/** One curve, or one for each value of a label. */
interface Curve {
  readonly expr: string;
  readonly legend: string;
}

export interface Panel {
  readonly title: string;
  /** In Grafana's words. */
  readonly unit: 'short' | 's' | 'bytes' | 'reqps' | 'ops' | 'dateTimeFromNow';
  readonly curves: readonly Curve[];
}

const JOB = 'job="$job"';
const rate = (metric: string, labels: string, more = '') =>
  `sum by (${labels}) (rate(${metric}{${JOB}${more}}[$__rate_interval]))`;
const p99 = (metric: string, more = '') => `histogram_quantile(0.99, ${rate(`${metric}_bucket`, 'le', more)})`;
const median = (metric: string, more = '') => `histogram_quantile(0.5, ${rate(`${metric}_bucket`, 'le', more)})`;
const ADOPTION = ', controller=~"adoption/.*"';

export const panels: readonly Panel[] = [
  {
    title: 'Copies that work',
    unit: 'short',
    curves: [{ expr: `leader_election_master_status{${JOB}}`, legend: '{{instance}}' }],
  },
  {
    title: 'Inventory',
    unit: 'short',
    curves: [
      { expr: `max by (managed) (xos_inventory_objects{${JOB}})`, legend: 'managed: {{managed}}' },
      { expr: `max(xos_inventory_missing{${JOB}})`, legend: 'kept out by maxObjects' },
    ],
  },
  {
    title: 'How far the inventory is behind',
    unit: 's',
    curves: [
      { expr: median('xos_reconcile_lag_seconds', ADOPTION), legend: 'half' },
      { expr: p99('xos_reconcile_lag_seconds', ADOPTION), legend: '99 of 100' },
    ],
  },
  {
    title: 'Keys that wait where it works',
    unit: 'short',
    curves: [
      {
        expr: `workqueue_depth{${JOB}} and ignoring (name) leader_election_master_status{${JOB}} == 1`,
        legend: '{{name}}',
      },
    ],
  },
  {
    title: 'Turns',
    unit: 'ops',
    curves: [{ expr: rate('controller_runtime_reconcile_total', 'result'), legend: '{{result}}' }],
  },
  {
    title: 'Failures, by controller',
    unit: 'ops',
    curves: [
      { expr: `${rate('controller_runtime_reconcile_errors_total', 'controller')} > 0`, legend: '{{controller}}' },
    ],
  },
  {
    title: 'Writes that were refused',
    unit: 'ops',
    curves: [{ expr: `${rate('xos_refused_writes_total', 'reason')} > 0`, legend: '{{reason}}' }],
  },
  {
    title: 'What others change',
    unit: 'short',
    curves: [
      { expr: `max(xos_contested_objects{${JOB}})`, legend: 'objects that are fought about' },
      { expr: `sum(increase(xos_corrected_fields_total{${JOB}}[1h]))`, legend: 'fields put back within an hour' },
    ],
  },
  {
    title: 'Requests to the API server',
    unit: 'reqps',
    curves: [{ expr: rate('rest_client_requests_total', 'method, code'), legend: '{{method}} {{code}}' }],
  },
  {
    title: 'How long the API server takes',
    unit: 's',
    curves: [
      { expr: median('rest_client_request_duration_seconds'), legend: 'half' },
      { expr: p99('rest_client_request_duration_seconds'), legend: '99 of 100' },
    ],
  },
  {
    title: 'Memory',
    unit: 'bytes',
    curves: [
      { expr: `process_resident_memory_bytes{${JOB}}`, legend: '{{instance}}' },
      { expr: `nodejs_heap_size_used_bytes{${JOB}}`, legend: '{{instance}}, objects' },
    ],
  },
  {
    title: 'CPU',
    unit: 'short',
    curves: [{ expr: rate('process_cpu_seconds_total', 'instance'), legend: '{{instance}}' }],
  },
];

const SIZE = { w: 12, h: 8 };
const SOURCE = { type: 'prometheus', uid: '${datasource}' };

function panelJson({ title, unit, curves }: Panel, index: number): object {
  const gridPos = { ...SIZE, x: (index % 2) * SIZE.w, y: Math.floor(index / 2) * SIZE.h };
  const targets = curves.map(({ expr, legend }, at) => ({
    datasource: SOURCE,
    expr,
    legendFormat: legend,
    refId: 'ABC'.charAt(at),
  }));
  return {
    id: index + 1,
    type: 'timeseries',
    title,
    datasource: SOURCE,
    gridPos,
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
    targets,
  };
}

const VARIABLES = [
  { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' },
  {
    name: 'job',
    label: 'Job',
    type: 'query',
    datasource: SOURCE,
    query: 'label_values(xos_build_info, job)',
    refresh: 1,
    current: { text: 'xos-operator', value: 'xos-operator' },
  },
];

/** The dashboard, as Grafana reads it. */
export function dashboard(): object {
  return {
    uid: 'xos-operator',
    title: 'XOS operator',
    tags: ['xos'],
    schemaVersion: 39,
    editable: true,
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    templating: { list: VARIABLES },
    panels: panels.map(panelJson),
  };
}
