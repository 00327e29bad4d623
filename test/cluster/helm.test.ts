/**
 * A release of the chart, of any name and in any namespace, on a real API server: it is installed, upgraded, rolled back,
 * uninstalled and installed again, while what the operator made stays as it is.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../src/api/object.ts';
import { CHART, Helm } from '../support/helm.ts';
import { ownKubeconfig } from '../support/own-rights.ts';
import { readyOf, ROOT, Scene } from '../support/scene.ts';

const DEMO = join(ROOT, 'examples', 'demo.yaml');
/** Neither is called as what config/default has. */
const RELEASE = 'team-model';
const NS = 'platform';
const WAIT = ['--wait', '--timeout', '120s'];
const OURS = 'app.kubernetes.io/part-of=xos-operator';
/** What guards the definitions stays as long as they do. */
const STAYING = ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'].map(
  (kind) => `${kind} definitions.xos.opencord.org`,
);
const SITES = 'xossites.xos.opencord.org';
/** By which a definition is told from an older one. */
const CHANGE = ['A site is where slices are', 'A site is, as of the next version, where slices are'] as const;
const nameOf = ({ kind, metadata }: KubeObject) => `${kind} ${metadata.name}`;

interface Installed extends KubeObject {
  spec: { replicas: number; template: { spec: { containers: [{ args: string[] }] } } };
}

describe('a release of the chart', () => {
  let scene: Scene;
  let helm: Helm;
  let folder: string;
  let mark: number;
  beforeAll(async () => {
    helm = await Helm.find();
    folder = mkdtempSync(join(tmpdir(), 'xos-chart-'));
    scene = await Scene.start({ operator: false, service: false, crds: false });
    mark = scene.audit.mark();
  }, 600_000);
  afterAll(async () => {
    await scene.close();
    helm.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (...args: string[]) => helm.run(args, scene.cluster.kubeconfig);
  const release = (verb: string, ...args: string[]) => run(verb, RELEASE, ...args, '--namespace', NS);
  const listed = async (...args: string[]) =>
    (JSON.parse(await scene.kubectl('get', ...args, '-o', 'json')) as { items: KubeObject[] }).items;
  const installed = async () =>
    JSON.parse(await scene.kubectl('get', 'deployment', '-n', NS, 'xos-operator', '-o', 'json')) as Installed;

  /** With the options that the chart gives it, but for its ports, which others on this machine may have. */
  async function startOperator(): Promise<void> {
    const { args } = (await installed()).spec.template.spec.containers[0];
    const options = args.filter((option) => !option.includes('bind-address'));
    await scene.startOperator([...options, `--leader-election-namespace=${NS}`], await ownKubeconfig(scene, NS));
  }

  /** The custom resources of the demo, and what they made, by UID. */
  async function whatRuns(): Promise<string[]> {
    const made = await listed('deployments,pods,serviceaccounts', '-n', 'demo-trust');
    return [...(await listed('xos', '-A')), ...made].map(
      ({ kind, metadata }) => `${kind} ${metadata.name} ${metadata.uid}`,
    );
  }

  const kindsOf = async (...scope: string[]) =>
    (await scene.kubectl('api-resources', '--verbs=list', '-o', 'name', ...scope)).trim().split('\n').join(',');
  /** What is ours beside the definitions. */
  const leftOver = async () =>
    (await listed(await kindsOf(), '-A', '-l', OURS))
      .filter(({ kind }) => kind !== 'CustomResourceDefinition')
      .map(({ kind, metadata }) => `${kind} ${metadata.name}`)
      .toSorted();

  const demoReady = () =>
    scene.until(
      'the demo to be Ready',
      async () => {
        const objects = await listed('xos', '-A');
        const wanted = parseAllDocuments(readFileSync(DEMO, 'utf8')).length - 1;
        const ready = objects.filter((object) => readyOf(object)?.status === 'True');
        return objects.length >= wanted && ready.length === objects.length ? true : undefined;
      },
      60_000,
    );

  test('makes the demo Ready, with no right missing', async () => {
    await release('install', CHART, '--create-namespace', ...WAIT);
    await startOperator();
    await scene.kubectl('apply', '-f', DEMO);
    await demoReady();
    const asked = scene.audit.since(mark, { watches: true }).filter(({ user }) => user.endsWith(':xos-operator'));
    expect(new Set(asked.map(({ user }) => user))).toEqual(new Set([`system:serviceaccount:${NS}:xos-operator`]));
    expect(asked.filter(({ code }) => code === 401 || code === 403)).toEqual([]);
  });

  test('is the only one of its cluster', async () => {
    await expect(run('install', 'second', CHART, '--namespace', 'elsewhere', '--create-namespace')).rejects.toThrow(
      /cannot be imported|invalid ownership metadata/,
    );
    expect(await listed('deployments', '-n', 'elsewhere')).toEqual([]);
  });

  test('is upgraded with its definitions, and rolled back', async () => {
    const before = await whatRuns();
    const next = join(folder, 'next');
    cpSync(CHART, next, { recursive: true });
    const file = join(next, 'files', 'xossites.yaml');
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll(...CHANGE));
    const told = () =>
      scene.kubectl('get', 'crd', SITES, '-o', 'jsonpath={.spec.versions[0].schema.openAPIV3Schema.description}');

    expect(await told()).toContain(CHANGE[0]);
    await release('upgrade', next, '--set', 'replicas=3', '--set', 'log.level=debug', ...WAIT);
    expect(await told()).toContain(CHANGE[1]);
    expect((await installed()).spec).toMatchObject({
      replicas: 3,
      template: { spec: { containers: [{ args: expect.arrayContaining(['--log-level=debug']) as unknown }] } },
    });

    await release('rollback', '1', ...WAIT);
    expect(await told()).toContain(CHANGE[0]);
    expect((await installed()).spec.replicas).toBe(2);
    expect(await whatRuns()).toEqual(before);
  });

  test('leaves the definitions and their guard, the custom resources and what they made, and nothing else', async () => {
    const before = await whatRuns();
    const definitions = (await listed('crd')).map(({ metadata }) => metadata.uid);
    await release('uninstall', ...WAIT);
    await scene.operator?.kill();

    expect(await whatRuns()).toEqual(before);
    expect((await listed('crd')).map(({ metadata }) => metadata.uid)).toEqual(definitions);
    expect(await leftOver()).toEqual(STAYING);
    const inNamespace = await listed(await kindsOf('--namespaced'), '-n', NS);
    expect(inNamespace.filter(({ kind }) => kind !== 'Event').map(nameOf)).toEqual([
      'ConfigMap kube-root-ca.crt',
      'ServiceAccount default',
      // Who worked last: the operator made it, and it goes with the namespace.
      'Lease xos-operator',
    ]);
  });

  test('is installed again over what was left', async () => {
    const before = await whatRuns();
    await release('install', CHART, ...WAIT);
    await startOperator();
    await demoReady();
    expect(await whatRuns()).toEqual(before);
    await scene.kubectl('delete', 'pod', '-n', 'demo-trust', 'demo-pod');
    await demoReady();
  });

  test('takes over what kubectl installed', async () => {
    await scene.operator?.kill();
    await release('uninstall', ...WAIT);
    await scene.kubectl('apply', '--server-side', '--force-conflicts', '-k', join(ROOT, 'config', 'default'));
    const taken = ['--take-ownership', '--force-conflicts'];
    await run('install', 'xos-operator', CHART, '--namespace', 'xos-system', ...taken, ...WAIT);
    await run('uninstall', 'xos-operator', '--namespace', 'xos-system', ...WAIT);
    // Helm did not make the namespace.
    expect(await leftOver()).toEqual(['Namespace xos-system', ...STAYING]);
  });
});
