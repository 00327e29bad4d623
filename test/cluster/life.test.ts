/** The life of an object among others: drift that is reported, fights, and what of others stands in the way, until it goes. */
import { Deployments, Namespaces, Pods, ServiceAccounts } from '../../src/api/core.ts';
import { ConfigMaps } from '../../src/api/data.ts';
import { XosConfigMaps } from '../../src/api/generated/xosconfigmaps.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import { XosTrustDomains } from '../../src/api/generated/xostrustdomains.ts';
import type { Condition, KubeObject } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { managed, namespace } from '../support/samples.ts';
import { readyOf, Scene } from '../support/scene.ts';

const NS = 'life';
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const config = (name: string, spec: object) => managed('XosConfigMap', name, spec, NS);

function conditionOf(object: KubeObject | undefined, type: string): Condition | undefined {
  return (object as { status?: { conditions?: Condition[] } } | undefined)?.status?.conditions?.find(
    (condition) => condition.type === type,
  );
}

describe('the life of an object', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start({ service: false });
    await scene.apply(namespace(NS), managed('XosSlice', 'group', {}, NS));
  });
  afterAll(async () => {
    await scene.close();
  });

  const untilCondition = async (resource: Resource, name: string, type: string, message: RegExp) =>
    await scene.until(`${resource.kind} ${name} to have ${type}, ${String(message)}`, async () => {
      const found = conditionOf(await scene.get(resource, `${NS}/${name}`), type);
      return found !== undefined && message.test(found.message) ? found : undefined;
    });
  const dataOf = async (name: string) => (await scene.get(ConfigMaps, `${NS}/${name}`))?.data;
  const patch = async (resource: string, name: string, body: object) =>
    await scene.kubectl('patch', resource, '-n', NS, name, '--type=merge', '-p', JSON.stringify(body));

  describe('with driftPolicy Report', () => {
    test('nothing that exists is written, and what differs is named, without its value', async () => {
      await scene.apply(config('report', { data: { a: '1' }, driftPolicy: 'Report' }));
      await scene.untilReady(XosConfigMaps, `${NS}/report`);
      await patch('configmap', 'report', { data: { a: 'edited-by-hand' } });
      const drifted = await untilCondition(
        XosConfigMaps,
        'report',
        'Drifted',
        /ConfigMap report differs .* in data\.a/,
      );
      expect(drifted).toMatchObject({ status: 'True', reason: 'DriftReported' });
      expect(drifted.message).not.toContain('edited-by-hand');
      expect(await dataOf('report')).toEqual({ a: 'edited-by-hand' });
      const mark = scene.audit.mark();
      await pause(3_000);
      expect(scene.audit.since(mark).filter(({ name }) => name === 'report')).toEqual([]);
    });

    test('what is deleted is made again, and Correct puts right at once', async () => {
      await scene.kubectl('delete', 'configmap', '-n', NS, 'report');
      await scene.until('it to be made again', async () =>
        (await dataOf('report'))?.['a'] === '1' ? true : undefined,
      );
      await scene.until('no drift', async () =>
        conditionOf(await scene.get(XosConfigMaps, `${NS}/report`), 'Drifted') === undefined ? true : undefined,
      );
      await patch('configmap', 'report', { data: { a: 'again' } });
      await untilCondition(XosConfigMaps, 'report', 'Drifted', /data\.a/);
      await scene.apply(config('report', { data: { a: '1' }, driftPolicy: 'Correct' }));
      await scene.until('it to be put right', async () => ((await dataOf('report'))?.['a'] === '1' ? true : undefined));
      await scene.until('no drift', async () =>
        conditionOf(await scene.get(XosConfigMaps, `${NS}/report`), 'Drifted') === undefined ? true : undefined,
      );
    });

    test('a pod whose template changed stays, and is told', async () => {
      const spec = { sliceRef: { name: 'group' }, driftPolicy: 'Report' };
      await scene.apply(managed('XosServiceInstance', 'told', { ...spec, image: 'a:1' }, NS));
      await scene.untilReady(XosServiceInstances, `${NS}/told`);
      const before = await scene.get(Pods, `${NS}/told`);
      await scene.apply(managed('XosServiceInstance', 'told', { ...spec, image: 'a:2' }, NS));
      await untilCondition(XosServiceInstances, 'told', 'Drifted', /Pod told differs .* in template/);
      expect((await scene.get(Pods, `${NS}/told`))?.metadata.uid).toBe(before?.metadata.uid);
    });
  });

  test('a fight with another writer is slowed down, and names the writer', async () => {
    await scene.apply(config('fight', { data: { a: 'ours' } }));
    await scene.untilReady(XosConfigMaps, `${NS}/fight`);
    const mark = scene.audit.mark();
    const end = new AbortController();
    const rival = (async () => {
      while (!end.signal.aborted) {
        await scene.client.patch(ConfigMaps, `${NS}/fight`, {
          type: 'merge',
          body: { data: { a: 'theirs' } },
          fieldManager: 'rival',
        });
        await pause(50);
      }
    })();
    await untilCondition(XosConfigMaps, 'fight', 'Contested', /rival wrote ConfigMap fight last and changes data\.a/);
    await pause(5_000);
    end.abort();
    await rival;
    const corrections = scene.audit
      .since(mark)
      .filter(({ resource, name, verb }) => resource === 'configmaps' && name === 'fight' && verb === 'patch');
    // A hundred times the rival wrote; a handful of corrections came at once, the rest ever later.
    expect(corrections.length).toBeLessThan(16);
    // Whoever changes what is declared does not wait for the end of a fight.
    await scene.apply(config('fight', { data: { a: 'ours', b: 'new' } }));
    await scene.until('the new key', async () => ((await dataOf('fight'))?.['b'] === 'new' ? true : undefined));
  });

  test('a pause stops creating and updating, not deleting', async () => {
    const paused = { ...config('paused', { data: { a: '1' } }) };
    paused.metadata = { ...paused.metadata, annotations: { 'xos.opencord.org/paused': 'true' } };
    await scene.apply(paused);
    await untilCondition(XosConfigMaps, 'paused', 'Paused', /remove it to go on/);
    expect(await dataOf('paused')).toBeUndefined();
    await scene.kubectl('annotate', 'xcm', '-n', NS, 'paused', 'xos.opencord.org/paused-');
    await scene.untilReady(XosConfigMaps, `${NS}/paused`);
    await scene.kubectl('annotate', 'xcm', '-n', NS, 'paused', 'xos.opencord.org/paused=true');
    await untilCondition(XosConfigMaps, 'paused', 'Paused', /./);
    await patch('configmap', 'paused', { data: { a: 'edited' } });
    await pause(1_500);
    expect(await dataOf('paused')).toEqual({ a: 'edited' });
    await scene.kubectl('delete', 'xcm', '-n', NS, 'paused');
    await scene.untilGone(ConfigMaps, `${NS}/paused`);
  });

  test('a chain of four is one readable sentence, and heals', async () => {
    await scene.apply(
      managed('XosServiceInstance', 'chain', { sliceRef: { name: 'group' }, image: 'a:1' }, NS),
      managed(
        'XosSecretVolumeMount',
        'vault',
        { secretRef: { name: 'vault' }, serviceInstanceRef: { name: 'chain' }, mountPath: '/v' },
        NS,
      ),
      managed('XosSecret', 'vault', { secretRef: { name: 'kept' } }, NS),
    );
    const said = await untilCondition(XosServiceInstances, 'chain', 'Ready', /Secret kept/);
    expect(said.message).toBe(
      'XosSecretVolumeMount vault is not ready: XosSecret vault is not ready: spec.secretRef names Secret kept, which does not exist: create it, or correct the reference.',
    );
    await scene.kubectl('create', 'secret', 'generic', '-n', NS, 'kept', '--from-literal=a=b');
    await scene.untilReady(XosServiceInstances, `${NS}/chain`);
  });

  describe('what of others stands in the way is named, and heals when it goes:', () => {
    const instanceIn = (ns: string, spec: object = {}) => [
      managed('XosSlice', 'group', {}, ns),
      managed('XosServiceInstance', 'app', { sliceRef: { name: 'group' }, image: 'a:1', ...spec }, ns),
    ];
    const untilStuck = async (ns: string, reason: string, message: RegExp) =>
      await scene.until(`the instance in ${ns} to be ${reason}, ${String(message)}`, async () => {
        const said = conditionOf(await scene.get(XosServiceInstances, `${ns}/app`), 'Ready');
        return said?.reason === reason && message.test(said.message) ? said : undefined;
      });
    /** Within a minute and a bit: nothing tells us that a quota was raised. */
    const untilHealed = async (ns: string) =>
      await scene.until(
        `the instance in ${ns} to heal`,
        async () => {
          const live = await scene.get(XosServiceInstances, `${ns}/app`);
          return live !== undefined && readyOf(live)?.status === 'True' ? live : undefined;
        },
        75_000,
      );

    test('a ResourceQuota, in few requests', async () => {
      const ns = 'quota';
      const quota = (pods: string) => ({
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'few', namespace: ns },
        spec: { hard: { pods } },
      });
      await scene.apply(namespace(ns), quota('0'));
      await scene.until('the quota to hold', async () =>
        (await scene.kubectl('get', 'resourcequota', '-n', ns, 'few', '-o', 'jsonpath={.status.hard.pods}')) === '0'
          ? true
          : undefined,
      );
      const mark = scene.audit.mark();
      await scene.apply(...instanceIn(ns));
      await untilStuck(ns, 'QuotaExceeded', /ResourceQuota few of the namespace is used up; raise it/);
      await pause(15_000);
      const tries = scene.audit
        .since(mark)
        .filter(({ verb, resource, namespace: where }) => verb === 'create' && resource === 'pods' && where === ns);
      expect(tries.length).toBeLessThan(14);
      await scene.apply(quota('5'));
      await untilHealed(ns);
    });

    test('a LimitRange', async () => {
      const ns = 'limits';
      const range = (cpu: string) => ({
        apiVersion: 'v1',
        kind: 'LimitRange',
        metadata: { name: 'small', namespace: ns },
        spec: { limits: [{ type: 'Container', max: { cpu } }] },
      });
      await scene.apply(namespace(ns), range('1'));
      const template = { spec: { containers: [{ name: 'main', resources: { limits: { cpu: '2' } } }] } };
      await scene.apply(...instanceIn(ns, { template }));
      await untilStuck(ns, 'Forbidden', /a LimitRange of the namespace does not allow it, by its maximum cpu/);
      await scene.apply(range('4'));
      await untilHealed(ns);
    });

    test('Pod Security', async () => {
      const ns = 'secure';
      const level = 'pod-security.kubernetes.io/enforce';
      await scene.apply({ ...namespace(ns), metadata: { name: ns, labels: { [level]: 'restricted' } } });
      await scene.apply(...instanceIn(ns));
      await untilStuck(
        ns,
        'Forbidden',
        /Pod Security level restricted of the namespace does not allow it; set securityContext\.allowPrivilegeEscalation, .* in spec\.template/,
      );
      await scene.kubectl('label', 'namespace', ns, `${level}-`);
      await untilHealed(ns);
    });

    test('a policy and a webhook of others', async () => {
      const ns = 'guarded';
      const matched = {
        resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': ns } },
      };
      const admission = 'admissionregistration.k8s.io/v1';
      await scene.apply(
        namespace(ns),
        {
          apiVersion: admission,
          kind: 'ValidatingAdmissionPolicy',
          metadata: { name: 'guard' },
          spec: { matchConstraints: matched, validations: [{ expression: 'false', message: 'never' }] },
        },
        {
          apiVersion: admission,
          kind: 'ValidatingAdmissionPolicyBinding',
          metadata: { name: 'guard' },
          spec: { policyName: 'guard', validationActions: ['Deny'] },
        },
      );
      await pause(2_000);
      await scene.apply(...instanceIn(ns));
      await untilStuck(ns, 'Forbidden', /the ValidatingAdmissionPolicy guard denies it/);
      await scene.apply({
        apiVersion: admission,
        kind: 'ValidatingWebhookConfiguration',
        metadata: { name: 'silent' },
        webhooks: [
          {
            name: 'silent.example.com',
            admissionReviewVersions: ['v1'],
            sideEffects: 'None',
            failurePolicy: 'Fail',
            clientConfig: { url: 'https://127.0.0.1:1/' },
            rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
            namespaceSelector: matched.namespaceSelector,
          },
        ],
      });
      await scene.kubectl('delete', 'validatingadmissionpolicybinding,validatingadmissionpolicy', 'guard');
      await scene.until(
        'the silent webhook to be named',
        async () =>
          /webhook silent\.example\.com does not answer/.test(
            conditionOf(await scene.get(XosServiceInstances, `${ns}/app`), 'Ready')?.message ?? '',
          )
            ? true
            : undefined,
        75_000,
      );
      await scene.kubectl('delete', 'validatingwebhookconfiguration', 'silent');
      await untilHealed(ns);
    });

    test('a namespace that is being deleted: nothing is made in it, and all goes', async () => {
      const ns = 'going';
      await scene.apply(namespace(ns), managed('XosTrustDomain', ns, {}), ...instanceIn(ns));
      await untilHealed(ns);
      await patchNamespaceFinalizer(ns, ['example.com/hold']);
      await scene.kubectl('delete', 'namespace', ns, '--wait=false');
      await scene.until('the trust domain to say so', async () =>
        /is being deleted/.test(conditionOf(await scene.get(XosTrustDomains, ns), 'Ready')?.message ?? '')
          ? true
          : undefined,
      );
      await scene.until(
        'the pods to be gone',
        async () => ((await scene.list(Pods, ns)).length === 0 ? true : undefined),
        60_000,
      );
      await patchNamespaceFinalizer(ns, null);
      await scene.until(
        'the namespace to be gone',
        async () => ((await scene.get(Namespaces, ns))?.metadata.deletionTimestamp === undefined ? true : undefined),
        60_000,
      );
      await scene.kubectl('delete', 'xtd', ns);
    });

    const patchNamespaceFinalizer = async (ns: string, finalizers: string[] | null) =>
      await scene.kubectl('patch', 'namespace', ns, '--type=merge', '-p', JSON.stringify({ metadata: { finalizers } }));
  });

  test('a pod that is lost with its node is made again on another one', async () => {
    await scene.apply(managed('XosServiceInstance', 'lost', { sliceRef: { name: 'group' }, image: 'a:1' }, NS));
    await scene.untilReady(XosServiceInstances, `${NS}/lost`);
    const before = await scene.get(Pods, `${NS}/lost`);
    await scene.kubectl('delete', 'node', before?.spec.nodeName ?? '');
    // Kubernetes waits for the better part of a minute before it gives a node up.
    await scene.until(
      'a pod on another node',
      async () => {
        const live = await scene.get(Pods, `${NS}/lost`);
        const isElsewhere = live?.spec.nodeName !== undefined && live.spec.nodeName !== before?.spec.nodeName;
        return isElsewhere && live.metadata.uid !== before?.metadata.uid ? live : undefined;
      },
      120_000,
    );
    await scene.untilReady(XosServiceInstances, `${NS}/lost`);
  });

  test('an edit that changes nothing causes no write but the status of its generation', async () => {
    await scene.apply(managed('XosSlice', 'still', { controllerKind: 'Deployment', image: 'a:1', replicas: 1 }, NS));
    await scene.untilReady(XosSlices, `${NS}/still`);
    await pause(3_000);
    const before = await scene.get(Deployments, `${NS}/still`);
    const mark = scene.audit.mark();
    await scene.apply(
      managed(
        'XosSlice',
        'still',
        { controllerKind: 'Deployment', image: 'a:1', replicas: 1, description: 'the same' },
        NS,
      ),
    );
    await pause(4_000);
    expect(scene.audit.count(mark)).toEqual({ 'patch xosslices/status 200': 1 });
    expect((await scene.get(Deployments, `${NS}/still`))?.metadata.generation).toBe(before?.metadata.generation);
    expect(await scene.get(ServiceAccounts, `${NS}/default`)).toBeDefined();
  });
});
