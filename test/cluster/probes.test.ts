/** What an operator says of itself over HTTP: whether it lives, whether it has seen everything, and what it did. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { OperatorProcess } from '../../hack/operator-process.ts';
import { ConfigMaps } from '../../src/api/data.ts';
import { XosConfigMaps } from '../../src/api/generated/xosconfigmaps.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { untilExact } from '../support/inventory.ts';
import { runOperator, startOperator } from '../support/operator.ts';
import { managed, namespace, pod } from '../support/samples.ts';
import { Scene } from '../support/scene.ts';

const ADDRESSES = ['--health-probe-bind-address=127.0.0.1:0', '--metrics-bind-address=127.0.0.1:0'];

describe('probes and metrics', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start({ operator: false });
  });
  afterAll(async () => {
    await scene.close();
  });

  const portOf = async (operator: OperatorProcess, what: string) =>
    Number((await operator.logged((line) => line['message'] === 'serving' && line['what'] === what))['port']);
  const get = async (port: number, path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: response.status, type: response.headers.get('content-type') ?? '', text: await response.text() };
  };

  test('it is ready when it has seen everything, and says what it waits for before', async () => {
    await scene.kubectl('delete', 'crd', 'xossites.xos.opencord.org');
    const { cluster } = scene;
    const operator = startOperator({ kubeconfig: cluster.kubeconfig, args: ADDRESSES, cluster });
    scene.operator = operator;
    const port = await portOf(operator, 'health');
    expect((await get(port, '/healthz')).status).toBe(200);
    const unready = await scene.until('a reason', async () => {
      const page = await get(port, '/readyz');
      return page.text.includes('xossites') ? page : undefined;
    });
    expect(unready).toMatchObject({ status: 503, text: expect.stringMatching(/^[^\n]+\.\n$/) as string });
    expect((await get(port, '/nothing')).status).toBe(404);
    await scene.installCrds();
    await operator.ready();
    expect(await get(port, '/readyz')).toMatchObject({ status: 200, text: 'ok\n' });
  });

  test('it counts what it does, by the names that dashboards know', async () => {
    await scene.apply(
      namespace('shop'),
      pod('shop', 'theirs'),
      managed('XosConfigMap', 'mine', { data: { a: 'SECRET-CANARY' } }, 'shop'),
    );
    await scene.untilReady(XosServiceInstances, 'shop/theirs', 'Observed');
    await untilExact(scene);
    await scene.untilReady(XosConfigMaps, 'shop/mine');
    const body = { data: { a: 'RIVAL-CANARY' } };
    await scene.client.patch(ConfigMaps, 'shop/mine', { type: 'merge', body, fieldManager: 'rival' });
    await scene.until('it to be put back', async () =>
      (await scene.get(ConfigMaps, 'shop/mine'))?.data?.['a'] === 'SECRET-CANARY' ? true : undefined,
    );
    const port = await portOf(scene.operator as OperatorProcess, 'metrics');
    const { text, type } = await get(port, '/metrics');
    expect(type).toContain('version=0.0.4');
    const value = (line: RegExp) => Number(new RegExp(`^${line.source} (\\S+)$`, 'm').exec(text)?.[1]);
    expect(value(/controller_runtime_reconcile_total\{controller="adoption\/pods",result="success"\}/)).toBeGreaterThan(
      0,
    );
    expect(value(/workqueue_adds_total\{name="adoption\/pods"\}/)).toBeGreaterThan(0);
    expect(value(/workqueue_depth\{name="adoption\/pods"\}/)).toBe(0);
    expect(value(/workqueue_queue_duration_seconds_count\{name="adoption\/pods"\}/)).toBeGreaterThan(0);
    expect(value(/workqueue_work_duration_seconds_count\{name="adoption\/pods"\}/)).toBeGreaterThan(0);
    expect(value(/workqueue_retries_total\{name="adoption\/pods"\}/)).toBe(0);
    expect(value(/controller_runtime_active_workers\{controller="adoption\/pods"\}/)).toBe(0);
    expect(value(/rest_client_requests_total\{method="POST",code="201"\}/)).toBeGreaterThan(0);
    expect(value(/xos_inventory_objects\{managed="true"\}/)).toBe(2);
    expect(value(/xos_inventory_objects\{managed="false"\}/)).toBeGreaterThanOrEqual(4);
    expect(value(/leader_election_master_status/)).toBe(1);
    expect(value(/xos_build_info\{version="[^"]+"\}/)).toBe(1);
    expect(value(/xos_reconcile_lag_seconds_count\{controller="adoption\/pods"\}/)).toBeGreaterThan(0);
    expect(value(/xos_reconcile_lag_seconds_count\{controller="xossites\.[^"]+"\}/)).toBe(0);
    expect(value(/xos_corrected_fields_total\{controller="xosconfigmaps\.[^"]+"\}/)).toBe(1);
    expect(value(/xos_refused_writes_total\{reason="QuotaExceeded"\}/)).toBe(0);
    expect(value(/xos_contested_objects/)).toBe(0);
    expect(value(/xos_watch_failing\{resource="pods"\}/)).toBe(0);
    expect(Math.abs(value(/xos_last_full_comparison_timestamp_seconds/) - Date.now() / 1_000)).toBeLessThan(60);
    expect(value(/process_resident_memory_bytes/)).toBeGreaterThan(50e6);
    expect(value(/process_start_time_seconds/)).toBeLessThan(Date.now() / 1_000);
    expect(text).not.toContain('CANARY');
    expect(text).not.toContain('shop');
  });

  test('how much it logs can be changed while it runs', async () => {
    const operator = scene.operator as OperatorProcess;
    const port = await portOf(operator, 'health');
    const put = async (body: string) =>
      (await fetch(`http://127.0.0.1:${port}/log-level`, { method: 'PUT', body })).status;
    const isDebug = (line: Readonly<Record<string, unknown>>) => line['level'] === 'debug';
    expect(await get(port, '/log-level')).toMatchObject({ status: 200, text: 'info\n' });
    expect(operator.records().some(isDebug)).toBe(false);
    expect([await put('loud'), await put('debug')]).toEqual([400, 200]);
    await scene.apply(namespace('loud'));
    await scene.apply(managed('XosConfigMap', 'one', { data: { a: 'b' } }, 'loud'));
    await operator.logged((line) => isDebug(line) && line['namespace'] === 'loud' && line['name'] === 'one');
    expect(await put('info')).toBe(200);
    expect(await get(port, '/log-level')).toMatchObject({ text: 'info\n' });
  });

  test('nobody who asks costs the API server a request', async () => {
    const operator = scene.operator as OperatorProcess;
    const [health, metrics] = [await portOf(operator, 'health'), await portOf(operator, 'metrics')];
    await scene.untilRest();
    const mark = scene.audit.mark();
    for (let i = 0; i < 20; i += 1) await Promise.all([get(health, '/readyz'), get(metrics, '/metrics')]);
    await sleep(1_000);
    expect(scene.audit.count(mark)).toEqual({});
  });

  test('an address that is taken, or is none, is one sentence', async () => {
    const port = await portOf(scene.operator as OperatorProcess, 'health');
    const taken = await runOperator([
      '--kubeconfig',
      scene.cluster.kubeconfig,
      `--metrics-bind-address=127.0.0.1:${port}`,
    ]);
    expect(taken).toMatchObject({ code: 2 });
    expect(taken.stderr).toContain('--metrics-bind-address cannot be used (EADDRINUSE); choose another one.');
    const wrong = await runOperator(['--metrics-bind-address=8080']);
    expect(wrong).toMatchObject({
      code: 2,
      stderr: '--metrics-bind-address must be like :8080 or 127.0.0.1:8080. See --help.\n',
    });
  });
});
