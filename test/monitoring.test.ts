/**
 * What is said of metrics and alerts is there, and nothing is there of which nothing is said. Alerts wait as long as they should,
 * and are quiet while all is well; promtool says so.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alerts } from '../hack/generate/alerts.ts';
import { panels } from '../hack/generate/dashboard.ts';
import { runAny } from '../hack/run.ts';
import { makeMetrics } from '../src/metrics.ts';
import { describeWithPrometheus } from './support/prometheus.ts';

const ROOT = join(__dirname, '..');
const RULES = join(ROOT, 'config', 'monitoring', 'rules.yaml');
const page = readFileSync(join(ROOT, 'docs', 'operations.md'), 'utf8');

async function exposed(): Promise<string[]> {
  const metrics = makeMetrics();
  metrics.read({
    controllers: [],
    work: { depthOf: () => 0, activeOf: () => 0, contested: 0 },
    inventory: { total: { managed: 0, adopted: 0 }, shortOf: 0, comparedAt: undefined },
    leadership: { leads: true },
    watches: { problems: () => [] },
  });
  return [...(await metrics.text()).matchAll(/^# TYPE (\S+)/gm)].map(([, name = '']) => name);
}

test('the page has every metric, and no other', async () => {
  const rows = page.split('\n').filter((line) => /^\| .* \| (gauge|counter|histogram)/.test(line));
  const said = rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`([a-z_]+)/g)].map(([, name = '']) => name),
  );
  expect(said.toSorted()).toEqual((await exposed()).toSorted());
});

test('alerts and dashboard ask for metrics that there are', async () => {
  const names = new Set(await exposed());
  const expressions = [...alerts, ...panels.flatMap(({ curves }) => curves)].map(({ expr }) => expr);
  const asked = expressions.flatMap((expr) => [...expr.matchAll(/([a-z_]+)\{/g)].map(([, name = '']) => name));
  expect(asked.map((name) => name.replace(/_bucket$/, '')).filter((name) => !names.has(name))).toEqual([]);
});

test('each alert has a runbook, and no runbook is for nothing', () => {
  const headings = [...page.matchAll(/^### (Xos\w+)$/gm)].map(([, name = '']) => name);
  expect(headings).toEqual(alerts.map(({ name }) => name));
});

const WELL = {
  'xos_build_info{job="xos-operator", instance="a", version="1"}': '1x120',
  'leader_election_master_status{job="xos-operator", instance="a"}': '1x120',
  'xos_last_full_comparison_timestamp_seconds{job="xos-operator", instance="a"}': '1700000000x120',
  // Another copy stands by: what waits there is done by the first.
  'leader_election_master_status{job="xos-operator", instance="b"}': '0x120',
  'xos_last_full_comparison_timestamp_seconds{job="xos-operator", instance="b"}': '0x120',
  'workqueue_depth{job="xos-operator", instance="b", name="adoption/pods"}': '0+100x120',
  'workqueue_depth{job="xos-operator", instance="a", name="adoption/pods"}': '90x120',
  // One object that somebody declared wrongly, some rivals, a few conflicts.
  'controller_runtime_reconcile_errors_total{job="xos-operator", instance="a", controller="c"}': '0+1x120',
  'xos_refused_writes_total{job="xos-operator", instance="a", reason="Conflict"}': '0+5x120',
  'xos_corrected_fields_total{job="xos-operator", instance="a", controller="c"}': '0 1 2 2x120',
  'rest_client_requests_total{job="xos-operator", instance="a", code="200"}': '0+95x120',
  'rest_client_requests_total{job="xos-operator", instance="a", code="500"}': '0+5x120',
  'xos_reconcile_lag_seconds_bucket{job="xos-operator", instance="a", controller="adoption/pods", le="10"}': '0+60x120',
  'xos_reconcile_lag_seconds_bucket{job="xos-operator", instance="a", controller="adoption/pods", le="30"}': '0+60x120',
  'xos_reconcile_lag_seconds_bucket{job="xos-operator", instance="a", controller="adoption/pods", le="+Inf"}':
    '0+60x120',
};

const copyA = (metric: string, labels = '') => `${metric}{job="xos-operator", instance="a"${labels}}`;

describeWithPrometheus('alerts wait', ({ promtool }) => {
  const folder = mkdtempSync(join(tmpdir(), 'xos-promtool-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  const firingAt = (minute: number, ...names: string[]) => ({
    expr: 'sort(count by (alertname) (ALERTS{alertstate="firing"}))',
    eval_time: `${minute}m`,
    exp_samples: names.map((alertname) => ({ labels: `{alertname="${alertname}"}`, value: 1 })),
  });
  const promtoolSays = async (series: Record<string, string>, ...expected: object[]) => {
    const input_series = Object.entries({ ...WELL, ...series }).map(([name, values]) => ({ series: name, values }));
    const file = join(folder, 'test.json');
    writeFileSync(
      file,
      JSON.stringify({
        rule_files: [RULES],
        evaluation_interval: '1m',
        tests: [{ interval: '1m', input_series, promql_expr_test: expected }],
      }),
    );
    return await runAny(promtool, ['test', 'rules', file]);
  };
  const FINE = { code: 0 };

  test('and the rules are valid', async () => {
    expect(await runAny(promtool, ['check', 'rules', RULES])).toMatchObject({ ...FINE, stderr: '' });
  });

  test('while all is as it mostly is, for two hours', async () => {
    const minutes = [1, 20, 40, 60, 80, 100, 119];
    expect(await promtoolSays({}, ...minutes.map((minute) => firingAt(minute)))).toMatchObject(FINE);
  });

  /** What happens, the minute at which nothing is told yet, and that by which it is. */
  const CASES: [alert: string, series: Record<string, string>, notAt: number, at: number][] = [
    ['XosOperatorDown', { [copyA('xos_build_info', ', version="1"')]: '1 1 stale _x60' }, 6, 8],
    ['XosOperatorNoLeader', { [copyA('leader_election_master_status')]: '1 1 0x60' }, 3, 5],
    ['XosOperatorTwoLeaders', { 'leader_election_master_status{job="xos-operator", instance="c"}': '0 0 1x60' }, 2, 4],
    ['XosWatchFailing', { [copyA('xos_watch_failing', ', resource="pods"')]: '0 0 1x60' }, 6, 8],
    ['XosNotCaughtUp', { [copyA('xos_last_full_comparison_timestamp_seconds')]: '0x60' }, 14, 16],
    ['XosQueueGrowing', { [copyA('workqueue_depth', ', name="adoption/pods"')]: '90 90 101x60' }, 16, 18],
    [
      'XosAdoptionSlow',
      { [copyA('xos_reconcile_lag_seconds_bucket', ', controller="adoption/pods", le="10"')]: '0+59x60' },
      10,
      12,
    ],
    [
      'XosReconcileErrors',
      { [copyA('controller_runtime_reconcile_errors_total', ', controller="c"')]: '0+12x60' },
      15,
      19,
    ],
    ['XosWritesRefused', { [copyA('xos_refused_writes_total', ', reason="Forbidden"')]: '0 0 1x60' }, 6, 8],
    ['XosInventoryTruncated', { [copyA('xos_inventory_missing')]: '0 0 1x60' }, 6, 8],
    ['XosContested', { [copyA('xos_contested_objects')]: '0 0 1x60' }, 6, 8],
    ['XosDrift', { [copyA('xos_corrected_fields_total', ', controller="c"')]: '0+1x60' }, 9, 14],
    ['XosApiServerFailing', { [copyA('rest_client_requests_total', ', code="500"')]: '0+20x60' }, 10, 16],
  ];

  test.each(CASES)('%s', async (alert, series, notAt, at) => {
    expect(await promtoolSays(series, firingAt(notAt), firingAt(at, alert))).toMatchObject(FINE);
  });

  test('none is left out', () => {
    expect(CASES.map(([alert]) => alert)).toEqual(alerts.map(({ name }) => name));
  });
});
