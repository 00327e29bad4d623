/** The chart as Helm writes it out: it is config/default with values, each of which arrives where it belongs. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { run } from '../../hack/run.ts';
import { keyOf } from '../../src/api/meta.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { CHART, Helm } from '../support/helm.ts';
import { ROOT } from '../support/scene.ts';

const CONFIG = join(ROOT, 'config');
/** What the chart adds to everything. */
const ADDED = [
  'app.kubernetes.io/instance',
  'app.kubernetes.io/managed-by',
  'app.kubernetes.io/version',
  'helm.sh/chart',
];

/** Objects by what and where they are, without the labels of the chart. */
function byName(text: string): Record<string, KubeObject> {
  const documents = parseAllDocuments(text).map((document) => document.toJS() as KubeObject | null);
  const objects = documents.filter((object) => object !== null);
  return Object.fromEntries(
    objects.map((object) => {
      const { metadata } = object;
      const labels = Object.fromEntries(Object.entries(metadata.labels ?? {}).filter(([key]) => !ADDED.includes(key)));
      return [`${object.kind} ${keyOf(metadata)}`, { ...object, metadata: { ...metadata, labels } }];
    }),
  );
}

describe('the chart', () => {
  let helm: Helm;
  let folder: string;
  beforeAll(async () => {
    helm = await Helm.find();
    folder = mkdtempSync(join(tmpdir(), 'xos-chart-'));
    // kustomize takes no absolute paths.
    symlinkSync(CONFIG, join(folder, 'config'));
    symlinkSync(join(ROOT, 'crds'), join(folder, 'crds'));
  }, 600_000);
  afterAll(() => {
    helm.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const template = (...args: string[]) =>
    helm.run(['template', 'xos-operator', CHART, '--namespace', 'xos-system', ...args]);
  const kustomized = async (path: string) => (await run(helm.kubectl, ['kustomize', path])).stdout;

  test('has nothing that Helm would complain of', async () => {
    expect(await helm.run(['lint', '--strict', CHART])).toContain('0 chart(s) failed');
  });

  test('is what config/default is, but for the namespace', async () => {
    const { 'Namespace xos-system': _namespace, ...shipped } = byName(await kustomized(join(CONFIG, 'default')));
    expect(byName(await template())).toEqual(shipped);
  });

  test.each([
    { components: ['monitoring'], parts: ['service', 'serviceMonitor', 'prometheusRule', 'dashboard'] },
    {
      components: ['monitoring', 'components/metrics-auth'],
      parts: ['service', 'serviceMonitor', 'prometheusRule', 'dashboard', 'secure'],
    },
    { components: ['components/metrics-auth'], parts: ['secure'] },
  ])('has what config/ has in $components, by choice', async ({ components, parts }) => {
    const kustomization = { resources: ['config/default'], components: components.map((name) => `config/${name}`) };
    writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
    const { 'Namespace xos-system': _namespace, ...shipped } = byName(await kustomized(folder));
    const chosen = parts.flatMap((part) => ['--set', `metrics.${part}.enabled=true`]);
    expect(byName(await template(...chosen))).toEqual(shipped);
  });

  test('is what config/namespaced is, for the namespaces that it is given', async () => {
    const {
      'Namespace xos-system': _own,
      'Namespace team-a': _theirs,
      ...shipped
    } = byName(
      // There may be several such releases in a cluster.
      (await kustomized(join(CONFIG, 'namespaced'))).replaceAll('xos-operator-restricted', '$&-xos-system'),
    );
    expect(byName(await template('--set', 'namespaces={team-a}'))).toEqual(shipped);

    const two = byName(await template('--set', 'namespaces={team-a,team-b}'));
    const { 'Deployment xos-system/xos-operator': _deployment, ...others } = shipped;
    expect(two).toMatchObject(others);
    expect(Object.keys(two).length - Object.keys(shipped).length).toBe(2);
    expect(JSON.stringify(two['Deployment xos-system/xos-operator'])).toContain('"--namespaces=team-a,team-b"');
  });

  test('gives a second release that is restricted to namespaces nothing that the first one has', async () => {
    // Once in the cluster, as docs/installation.md says.
    const once = ['crds.install', 'policy.enabled', 'aggregatedRoles.enabled'].flatMap((part) => [
      '--set',
      `${part}=false`,
    ]);
    const namesOf = async (name: string) => {
      const restricted = ['--set', `namespaces={team-${name}}`, '--set', 'metrics.secure.enabled=true', ...once];
      return Object.keys(byName(await template(...restricted, '--namespace', name)));
    };
    const [one, other] = [await namesOf('one'), await namesOf('other')];
    expect(one).toContain('ClusterRole xos-metrics-reader-one');
    expect(one.filter((name) => other.includes(name))).toEqual([]);
  });

  test.each([
    { values: ['image.repo=a'], says: /repo/ },
    { values: ['replicas=two'], says: /replicas/ },
    { values: ['namespaces={team-a,*}'], says: /namespaces/ },
    { values: ['log.level=loud'], says: /level/ },
    { values: ['image.digest=sha256:0'], says: /digest/ },
  ])('refuses $values', async ({ values, says }) => {
    await expect(template(...values.flatMap((value) => ['--set', value]))).rejects.toThrow(says);
  });

  test('takes every value', async () => {
    const values = {
      image: { repository: 'registry.example.com/xos', digest: `sha256:${'0'.repeat(64)}`, pullPolicy: 'Always' },
      imagePullSecrets: [{ name: 'registry' }],
      defaultService: '',
      log: { level: 'debug', format: 'pretty' },
      args: ['--context=a b'],
      env: [{ name: 'TZ', value: 'UTC' }],
      priorityClassName: '',
      nodeSelector: { disk: 'ssd' },
      tolerations: [{ key: 'a', operator: 'Exists' }],
      affinity: { nodeAffinity: {} },
      podLabels: { team: 'web' },
      podAnnotations: { note: '{{ left }} alone' },
      serviceAccount: { annotations: { role: 'a' } },
      crds: { install: false },
      global: { anything: 1 },
      ...Object.fromEntries(
        ['policy', 'aggregatedRoles', 'networkPolicy', 'podDisruptionBudget'].map((part) => [part, { enabled: false }]),
      ),
    };
    writeFileSync(join(folder, 'values.json'), JSON.stringify(values));
    const objects = byName(await template('--values', join(folder, 'values.json')));
    expect(Object.keys(objects).toSorted()).toEqual([
      'ClusterRole xos-operator',
      'ClusterRole xos-operator-own',
      'ClusterRoleBinding xos-operator',
      'Deployment xos-system/xos-operator',
      'Role xos-system/xos-operator-leases',
      'RoleBinding xos-system/xos-operator-leases',
      'ServiceAccount xos-system/xos-operator',
    ]);
    const { spec } = objects['Deployment xos-system/xos-operator'] as unknown as { spec: { template: KubeObject } };
    expect(spec.template).toMatchObject({
      metadata: {
        labels: { team: 'web', 'app.kubernetes.io/name': 'xos-operator' },
        annotations: { note: '{{ left }} alone', 'xos.opencord.org/adopt': 'false' },
      },
      spec: {
        imagePullSecrets: values.imagePullSecrets,
        nodeSelector: values.nodeSelector,
        tolerations: values.tolerations,
        affinity: values.affinity,
        containers: [
          {
            image: `registry.example.com/xos@sha256:${'0'.repeat(64)}`,
            imagePullPolicy: 'Always',
            args: [
              '--leader-elect',
              '--health-probe-bind-address=:8081',
              '--metrics-bind-address=:8080',
              '--log-level=debug',
              '--log-format=pretty',
              '--context=a b',
            ],
            env: [{ name: 'POD_NAMESPACE' }, { name: 'TZ', value: 'UTC' }],
          },
        ],
      },
    });
    expect(spec.template).not.toHaveProperty('spec.priorityClassName');
    expect(objects['ServiceAccount xos-system/xos-operator']?.metadata.annotations).toEqual({ role: 'a' });
  });
});
