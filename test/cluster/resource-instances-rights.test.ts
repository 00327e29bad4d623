/** What a principal may not do is not done for it, and whatever it may or may not do, deleting ends. */
import { join } from 'node:path';
import { Namespaces } from '../../src/api/core.ts';
import { XosResourceInstances } from '../../src/api/generated/xosresourceinstances.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { ConfigMaps, configMap, resourceInstance, rights, tenant } from '../support/resource-instances.ts';
import { namespace } from '../support/samples.ts';
import { readyOf, ROOT, Scene } from '../support/scene.ts';

const NS = 'tenant';
const CANARY = 'c4n4ry-in-a-secret';

const PriorityClasses: Resource = {
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  namespaced: false,
};
const Widgets: Resource = {
  group: 'demo.example.com',
  version: 'v1',
  kind: 'Widget',
  plural: 'widgets',
  namespaced: true,
};

const priorityClass = (name: string) => ({
  apiVersion: 'scheduling.k8s.io/v1',
  kind: 'PriorityClass',
  metadata: { name },
  value: 7,
});
const widgetDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.demo.example.com' },
  spec: {
    group: 'demo.example.com',
    scope: 'Namespaced',
    names: { kind: 'Widget', plural: 'widgets', singular: 'widget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: { type: 'object', properties: { size: { type: 'string' } } },
        },
      },
    ],
  },
};
const widget = { apiVersion: 'demo.example.com/v1', kind: 'Widget', metadata: { name: 'w' }, size: '1000m' };

describe('the rights of a resource instance', () => {
  let scene: Scene;
  const instance = async (name: string, ns = NS) => await scene.get(XosResourceInstances, `${ns}/${name}`);
  const untilSays = async (name: string, reason: string, text: string, ns = NS) =>
    await scene.until(`${name} to say ${text}`, async () => {
      const now = await instance(name, ns);
      const ready = now && readyOf(now);
      return ready?.reason === reason && ready.message.includes(text) ? now : undefined;
    });
  const remove = async (name: string) => await scene.kubectl('delete', 'xri', '-n', NS, name, '--timeout=60s');

  beforeAll(async () => {
    scene = await Scene.start();
    await scene.apply(...tenant(NS));
  });
  afterAll(async () => {
    await scene.close();
  });

  test('are those of its principal: what is missing is named, and it heals when that comes', async () => {
    await scene.apply(resourceInstance(NS, 'poor', { manifests: [configMap('wanted')] }));
    const message = 'ServiceAccount tenant of namespace tenant may not patch configmaps in namespace tenant';
    const stalled = await untilSays('poor', 'Forbidden', message);
    expect(stalled.status?.resources).toMatchObject([{ name: 'wanted', state: 'Forbidden' }]);
    // The right to change is not the right to make.
    await scene.apply(...rights(NS, { name: 'some', resources: ['configmaps'], verbs: ['get', 'patch'], where: NS }));
    await untilSays('poor', 'Forbidden', 'may not create configmaps in namespace tenant');
    // A ServiceAccount is in the groups of all ServiceAccounts, as if it came itself.
    const subject = { kind: 'Group', name: `system:serviceaccounts:${NS}`, apiGroup: 'rbac.authorization.k8s.io' };
    const resources = ['configmaps', 'secrets'];
    await scene.apply(...rights(NS, { name: 'all', resources, where: NS, subject }));
    await scene.until('the ConfigMap', async () => await scene.get(ConfigMaps, `${NS}/wanted`), 70_000);
    await scene.untilReady(XosResourceInstances, `${NS}/poor`);
  });

  test('end at the namespace, if they do not go beyond', async () => {
    await scene.apply(namespace('elsewhere'));
    await scene.apply(
      resourceInstance(NS, 'far', { manifests: [configMap('far', {}, 'elsewhere'), configMap('near')] }),
    );
    const stalled = await untilSays('far', 'Forbidden', 'in namespace elsewhere');
    expect(stalled.status?.resources).toMatchObject([
      { name: 'far', namespace: 'elsewhere', state: 'Forbidden' },
      { name: 'near', state: 'Ready' },
    ]);
    await scene.apply(...rights(NS, { name: 'far', resources: ['configmaps'], where: 'elsewhere' }));
    await scene.until('the ConfigMap', async () => await scene.get(ConfigMaps, 'elsewhere/far'), 70_000);
    await remove('far');
    expect(await scene.get(ConfigMaps, 'elsewhere/far')).toBeUndefined();
  });

  test('block deleting where they are gone, until it is orphaned or they come back', async () => {
    await scene.kubectl('delete', 'rolebinding', '-n', NS, 'some', 'all');
    await scene.kubectl('delete', 'xri', '-n', NS, 'poor', '--wait=false');
    await untilSays('poor', 'DeletionBlocked', 'may not delete configmaps in namespace tenant');
    await scene.kubectl('patch', 'xri', '-n', NS, 'poor', '--type=merge', '-p', '{"spec":{"deletionPolicy":"Orphan"}}');
    await scene.untilGone(XosResourceInstances, `${NS}/poor`);
    expect(await scene.get(ConfigMaps, `${NS}/wanted`)).toBeDefined();
    await scene.apply(...rights(NS, { name: 'all', resources: ['configmaps', 'secrets'], where: NS }));
  });

  test('outlive the principal, if everything is deleted at once: what was applied goes with it', async () => {
    await scene.apply(resourceInstance(NS, 'last', { manifests: [configMap('last')] }));
    await scene.untilReady(XosResourceInstances, `${NS}/last`);
    await scene.kubectl('delete', '-n', NS, '--cascade=foreground', `xosprincipal/${NS}`, 'xri/last', '--timeout=60s');
    expect(await scene.get(ConfigMaps, `${NS}/last`)).toBeUndefined();
    await scene.apply(...tenant(NS));
  });

  test('without the one to watch still let what others change be put back', async () => {
    await scene.apply(
      ...tenant('blind'),
      ...rights('blind', {
        name: 'blind',
        resources: ['configmaps'],
        verbs: ['get', 'create', 'patch', 'delete'],
        where: 'blind',
      }),
      resourceInstance('blind', 'it', { manifests: [configMap('kept')] }),
    );
    await scene.untilReady(XosResourceInstances, 'blind/it');
    await scene.kubectl('patch', 'configmap', '-n', 'blind', 'kept', '--type=merge', '-p', '{"data":{"a":"other"}}');
    await scene.until('it to be put back', async () =>
      (await scene.get(ConfigMaps, 'blind/kept'))?.data?.['a'] === '1' ? true : undefined,
    );
  });

  test('never let a value of a Secret out, however wrong it is', async () => {
    const broken = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'broken' }, data: { key: `${CANARY}!` } };
    const typo = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'typo' }, stringdata: { key: CANARY } };
    const named = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'named' },
      stringData: { [`${CANARY} /`]: 'x' },
    };
    await scene.apply(...rights(NS, { name: 'all', resources: ['configmaps', 'secrets'], where: NS }));
    await scene.apply(resourceInstance(NS, 'secrets', { manifests: [broken, typo] }));
    const stalled = await scene.untilReady(XosResourceInstances, `${NS}/secrets`, 'InvalidSpec');
    expect(stalled.status?.resources?.map(({ state }) => state)).toEqual(['Failed', 'Failed']);
    expect(stalled.status?.resources?.[1]?.message).toContain('no field stringdata');
    await scene.apply(
      resourceInstance(NS, 'text', { resourceDefinition: `kind: Secret\ndata: {a: ${CANARY}\n  b: [${CANARY}` }),
      resourceInstance(NS, 'named', { manifests: [named] }),
    );
    await untilSays('text', 'InvalidSpec', 'is not accepted at line ');
    await scene.untilReady(XosResourceInstances, `${NS}/named`, 'InvalidSpec');
    const events = await scene.kubectl('get', 'events', '-A', '-o', 'json');
    const statuses = ['secrets', 'text'].map(async (name) => JSON.stringify((await instance(name))?.status));
    for (const text of [
      events.replaceAll(`data[${CANARY} /]`, ''),
      scene.operator?.log() ?? '',
      ...(await Promise.all(statuses)),
    ])
      expect(text).not.toContain(CANARY);
    await scene.kubectl('delete', 'xri', '-n', NS, 'secrets', 'text', 'named', '--timeout=60s');
  });

  test('for the whole cluster let a definition and its object come in one text, and go in the other order', async () => {
    const resources = ['customresourcedefinitions', 'widgets', 'priorityclasses', 'namespaces', 'configmaps'];
    await scene.apply(...rights(NS, { name: 'wide', resources }));
    const manifests = [widget, widgetDefinition, configMap('inside', {}, 'made'), namespace('made')];
    await scene.apply(resourceInstance(NS, 'both', { manifests }));
    const ready = await scene.untilReady(XosResourceInstances, `${NS}/both`);
    expect(ready.status?.resources?.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
      'Namespace Ready',
      'CustomResourceDefinition Ready',
      'ConfigMap Ready',
      'Widget Ready',
    ]);
    expect(await scene.get(Widgets, `${NS}/w`)).toMatchObject({ size: '1000m' });
    const mark = scene.audit.mark();
    await remove('both');
    const deleted = scene.audit.since(mark).filter(({ verb }) => verb === 'delete');
    expect(deleted.map(({ resource }) => resource)).toEqual([
      'widgets',
      'configmaps',
      'customresourcedefinitions',
      'namespaces',
    ]);
    expect(await scene.get(Namespaces, 'made')).toBeUndefined();
  });

  test('do not reach to a namespace that somebody else made, or to a kind that nobody serves', async () => {
    const unknown = { apiVersion: 'nobody.example.com/v1', kind: 'Thing', metadata: { name: 't' } };
    const before = await scene.get(Namespaces, 'elsewhere');
    await scene.apply(resourceInstance(NS, 'odd', { manifests: [namespace('elsewhere'), unknown] }));
    const stalled = await scene.untilReady(XosResourceInstances, `${NS}/odd`, 'NameConflict');
    expect(stalled.status?.resources?.[1]).toMatchObject({
      state: 'Pending',
      message: expect.stringContaining('serves no kind Thing of nobody.example.com/v1') as string,
    });
    await remove('odd');
    expect(await scene.get(Namespaces, 'elsewhere')).toEqual(before);
  });

  test('suffice for the example, and for deleting it', async () => {
    await scene.kubectl('apply', '-f', join(ROOT, 'examples', 'escape-hatch.yaml'));
    for (const name of ['web', 'demo-pod', 'greetings'])
      await scene.untilReady(XosResourceInstances, `escape-hatch/${name}`);
    const columns = await scene.kubectl('get', 'xri', '-n', 'escape-hatch', '--no-headers');
    expect(columns).toMatch(/^web +builder +2\/2 +True +Reconciled/m);
    await scene.kubectl('delete', 'xri', '-n', 'escape-hatch', '--all', '--timeout=60s');
    const definitions = await scene.kubectl('get', 'crd', '-o', 'name');
    expect(definitions).not.toContain('greetings');
    await scene.kubectl(
      'delete',
      '-f',
      join(ROOT, 'examples', 'escape-hatch.yaml'),
      '--ignore-not-found',
      '--timeout=90s',
    );
    expect(await scene.get(Namespaces, 'escape-hatch')).toBeUndefined();
  });

  test('that go first as the namespace ends are no reason for it not to end, and what is left is told', async () => {
    await scene.apply(
      ...tenant('ending'),
      ...rights('ending', { name: 'ending', resources: ['priorityclasses'] }),
      ...rights('ending', { name: 'inside', resources: ['configmaps'], where: 'ending' }),
      resourceInstance('ending', 'it', { manifests: [priorityClass('left-behind'), configMap('inside')] }),
    );
    await scene.untilReady(XosResourceInstances, 'ending/it');
    await scene.kubectl('delete', 'clusterrolebinding', 'ending');
    await scene.kubectl('delete', 'namespace', 'ending', '--timeout=90s');
    expect(await scene.get(PriorityClasses, 'left-behind')).toBeDefined();
    const notes = await scene.until('the Event', async () => {
      const told = JSON.parse(await scene.kubectl('get', 'events.events.k8s.io', '-n', 'default', '-o', 'json')) as {
        items: (KubeObject & { reason: string; note: string; regarding: { kind: string; name: string } })[];
      };
      const found = told.items.filter(({ reason }) => reason === 'LeftBehind');
      return found.length > 0 ? found : undefined;
    });
    expect(notes).toMatchObject([{ regarding: { kind: 'Namespace', name: 'ending' } }]);
    // Whether the ConfigMap inside is named too depends on what went first: its rights, or itself.
    expect(notes[0]?.note).toContain('PriorityClass left-behind');
  });
});
