/**
 * Each alert fires when what it is for happens, on a Prometheus that scrapes running operators. Here no alert waits before it fires:
 * how long each one does is in test/monitoring.test.ts.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { alerts } from '../../hack/generate/alerts.ts';
import { panels } from '../../hack/generate/dashboard.ts';
import type { OperatorProcess } from '../../hack/operator-process.ts';
import { runAny } from '../../hack/run.ts';
import { ConfigMaps } from '../../src/api/data.ts';
import { type FaultProxy, startFaultProxy } from '../faults/proxy.ts';
import { startOperator } from '../support/operator.ts';
import { describeWithPrometheus, Prometheus } from '../support/prometheus.ts';
import { deployment, leaseOfSomebody, managed, namespace, pod } from '../support/samples.ts';
import { ROOT, Scene, SERVICE } from '../support/scene.ts';

const CONFIG = join(ROOT, 'config');
/** The parts of what kustomize makes that are looked at. */
interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly labels: Record<string, string> };
  readonly spec: {
    readonly selector: Record<string, string> & { readonly matchLabels: Record<string, string> };
    readonly template: {
      readonly metadata: { readonly labels: Record<string, string> };
      readonly spec: { readonly containers: readonly { readonly ports: readonly object[] }[] };
    };
  };
}

const METRICS = '--metrics-bind-address=127.0.0.1:0';

describeWithPrometheus('alerts on a running operator', (programs) => {
  let scene: Scene;
  let proxy: FaultProxy;
  let prometheus: Prometheus;
  let port: number;
  const fired: string[] = [];
  beforeAll(async () => {
    scene = await Scene.start({ operator: false });
    proxy = await startFaultProxy({ upstreamKubeconfig: scene.cluster.kubeconfig });
    prometheus = await Prometheus.start(programs, scene.cluster);
  });
  afterEach(() => {
    proxy.rules.clear();
  });
  afterAll(async () => {
    await prometheus.stop();
    await scene.operator?.kill();
    await proxy.close();
    await scene.close();
  });

  const portOf = async (operator: OperatorProcess) =>
    Number((await operator.logged((line) => line['message'] === 'serving' && line['what'] === 'metrics'))['port']);
  const serving = async (kubeconfig: string, ...args: string[]) => {
    scene.operator = startOperator({ kubeconfig, args: [METRICS, ...args], cluster: scene.cluster });
    return await portOf(scene.operator);
  };
  const namesOf = async () => (await prometheus.alerts()).map(({ labels }) => labels['alertname'] ?? '');
  /** Makes something happen that these alerts, which are quiet before, are for. */
  const untilFiring = async (names: readonly string[], happen: () => Promise<void>) => {
    const before = await namesOf();
    expect(names.filter((name) => before.includes(name))).toEqual([]);
    await happen();
    await scene.until(
      names.join(' and '),
      async () => {
        const firing = new Set(await namesOf());
        return names.every((name) => firing.has(name)) ? true : undefined;
      },
      40_000,
    );
    fired.push(...names);
  };
  const configMaps = (ns: string, count: number) =>
    Array.from({ length: count }, (_, index) => managed('XosConfigMap', `map-${index}`, { data: { a: 'b' } }, ns));

  test('what is missing at the start, and nothing any more when it is there', async () => {
    await untilFiring(['XosWatchFailing', 'XosNotCaughtUp'], async () => {
      await scene.kubectl('delete', 'crd', 'xossites.xos.opencord.org');
      port = await serving(proxy.kubeconfig);
      prometheus.scrape(port);
    });
    const [failing] = (await prometheus.alerts()).filter(({ labels }) => labels['alertname'] === 'XosWatchFailing');
    expect(failing?.annotations['summary']).toBe(
      'The XOS operator cannot follow changes of xossites.xos.opencord.org.',
    );
    await scene.installCrds();
    await scene.operator?.ready();
    const quiet = async () => ((await namesOf()).length === 0 ? true : undefined);
    await scene.until('quiet', quiet, 20_000).catch(() => undefined);
    expect(await namesOf()).toEqual([]);
  });

  test('what is exposed is as Prometheus wants it, and every expression of the dashboard gives something', async () => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    const checked = await runAny(programs.promtool, ['check', 'metrics'], { input: text });
    expect(checked).toMatchObject({ code: 0, stderr: '' });
    await scene.apply(namespace('seen'), pod('seen', 'theirs'));
    for (const { expr } of panels.flatMap(({ curves }) => curves)) {
      const asked = expr.replaceAll('$job', 'xos-operator').replaceAll('$__rate_interval', '1m').replace(/ > 0$/, '');
      await scene.until(asked, async () => ((await prometheus.query(asked)).length > 0 ? true : undefined));
    }
  });

  test('the ServiceMonitor finds the pods of the Deployment, under the job that the alerts are about', async () => {
    const overlay = mkdtempSync(join(tmpdir(), 'xos-overlay-'));
    const [resources, components] = ['default', 'monitoring'].map((name) => [relative(overlay, join(CONFIG, name))]);
    writeFileSync(
      join(overlay, 'kustomization.yaml'),
      JSON.stringify({ namespace: 'elsewhere', resources, components }),
    );
    const objects = parseAllDocuments(await scene.kubectl('kustomize', overlay)).map(
      (document) => document.toJS() as Manifest,
    );
    rmSync(overlay, { recursive: true });
    const one = (kind: string, name: string) =>
      objects.filter(
        ({ kind: each, metadata }) => each === kind && metadata.name === name && metadata.namespace === 'elsewhere',
      );
    const [monitor] = one('ServiceMonitor', 'xos-operator');
    const [service] = one('Service', 'xos-operator-metrics');
    const [operator] = one('Deployment', 'xos-operator');
    expect(service?.metadata.labels).toMatchObject(monitor?.spec.selector.matchLabels ?? {});
    expect(service?.metadata.labels['app.kubernetes.io/name']).toBe('xos-operator');
    expect(monitor?.spec).toMatchObject({ jobLabel: 'app.kubernetes.io/name', endpoints: [{ port: 'metrics' }] });
    expect(service?.spec).toMatchObject({ ports: [{ name: 'metrics', targetPort: 'metrics' }] });
    expect(operator?.spec.template.metadata.labels).toMatchObject(service?.spec.selector ?? {});
    expect(operator?.spec.template.spec.containers.flatMap(({ ports }) => ports)).toContainEqual({
      name: 'metrics',
      containerPort: 8080,
    });
    expect(one('PrometheusRule', 'xos-operator')).toHaveLength(1);
    expect(one('ConfigMap', 'xos-operator-dashboard')).toHaveLength(1);
  });

  test('an API server that does not take writes', async () => {
    proxy.rules.add({ match: ({ method }) => method === 'POST' || method === 'PATCH', action: { status: 500 } });
    await untilFiring(['XosApiServerFailing', 'XosReconcileErrors'], async () => {
      await scene.apply(namespace('failing'), ...configMaps('failing', 40));
    });
  });

  test('a quota, a bound, and somebody who changes what is ours', async () => {
    const firing = ['XosWritesRefused', 'XosInventoryTruncated', 'XosContested', 'XosDrift'];
    await untilFiring(firing, async () => {
      const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'none', namespace: 'full' } };
      await scene.apply(namespace('full'), { ...quota, spec: { hard: { 'count/configmaps': '0' } } });
      await scene.apply({ ...SERVICE, spec: { adoption: { maxObjects: 1 } } });
      const data = { a: 'ours', b: 'ours' };
      await scene.apply(
        ...configMaps('full', 1),
        namespace('fought'),
        managed('XosConfigMap', 'web', { data }, 'fought'),
      );
      await scene.apply(pod('fought', 'one'), pod('fought', 'two'));
      for (let rounds = 0; rounds < 9; rounds += 1) {
        await scene.until('it to be put back', async () =>
          (await scene.get(ConfigMaps, 'fought/web'))?.data?.['a'] === 'ours' ? true : undefined,
        );
        const body = { data: { a: 'theirs', b: 'theirs' } };
        await scene.client.patch(ConfigMaps, 'fought/web', { type: 'merge', body, fieldManager: 'rival' });
      }
    });
    await scene.apply(SERVICE);
  });

  test('an API server that takes long', async () => {
    proxy.rules.add({
      match: ({ method, path }) => method === 'POST' && path.includes('xosserviceinstances'),
      action: { delayMs: 11_000 },
    });
    await untilFiring(['XosQueueGrowing', 'XosAdoptionSlow'], async () => {
      await scene.apply(namespace('slow'), deployment('slow', 'web', 250));
    });
  });

  test('two that work, none that does, and none at all', async () => {
    const first = scene.operator;
    await untilFiring(['XosOperatorTwoLeaders'], async () => {
      prometheus.scrape(port, await serving(scene.cluster.kubeconfig));
    });
    await untilFiring(['XosOperatorDown'], async () => {
      await Promise.all([first?.kill(), scene.operator?.kill()]);
    });
    await untilFiring(['XosOperatorNoLeader'], async () => {
      await scene.apply(leaseOfSomebody('kube-system'));
      const election = ['--leader-elect', '--leader-election-namespace=kube-system'];
      prometheus.scrape(await serving(scene.cluster.kubeconfig, ...election));
    });
    // The rules are evaluated one after another: one may still be as it was before the last scrape.
    await scene.until('XosOperatorDown to end', async () =>
      (await namesOf()).includes('XosOperatorDown') ? undefined : true,
    );
  });

  test('none is left out', () => {
    expect(fired.toSorted()).toEqual(alerts.map(({ name }) => name).toSorted());
  });
});
