/** Any YAML, applied as a principal: made, kept, put back, pruned, left or taken away, and never over what others made. */
import { Deployments } from '../../src/api/core.ts';
import { type XosResourceInstance, XosResourceInstances } from '../../src/api/generated/xosresourceinstances.ts';
import type { Live } from '../../src/api/object.ts';
import { ConfigMaps, configMap, OWNER_UID, resourceInstance, rights, tenant } from '../support/resource-instances.ts';
import { deployment } from '../support/samples.ts';
import { readyOf, Scene } from '../support/scene.ts';

const NS = 'xri';
const KEY = `${NS}/it`;
const applying = (...manifests: object[]) => resourceInstance(NS, 'it', { manifests });

describe('a resource instance', () => {
  let scene: Scene;
  const live = async (name: string) => await scene.get(ConfigMaps, `${NS}/${name}`);
  const instance = async (name = 'it') => await scene.get(XosResourceInstances, `${NS}/${name}`);
  const patch = async (name: string, data: object) =>
    await scene.kubectl('patch', 'configmap', '-n', NS, name, '--type=merge', '-p', JSON.stringify(data));
  const settled = async (generation?: number): Promise<Live<XosResourceInstance>> =>
    await scene.until('the instance to be Ready', async () => {
      const now = await instance();
      const isSeen = now?.status?.observedGeneration === (generation ?? now?.metadata.generation);
      return now !== undefined && isSeen && readyOf(now)?.reason === 'Reconciled' ? now : undefined;
    });
  const untilData = async (name: string, wanted: object) =>
    await scene.until(`${name} to be ${JSON.stringify(wanted)}`, async () =>
      JSON.stringify((await live(name))?.data) === JSON.stringify(wanted) ? true : undefined,
    );
  /** What the operator asked for since then, Events apart. */
  const requests = (mark: number) =>
    scene.audit
      .since(mark)
      // What is counted is told from time to time, whatever else happens.
      .filter(({ resource }) => resource !== 'events' && resource !== 'xoskubernetesservices/status')
      .map(({ verb, resource, name }) => `${verb} ${resource} ${name}`);

  beforeAll(async () => {
    scene = await Scene.start();
    const resources = ['configmaps', 'secrets', 'deployments', 'services'];
    await scene.apply(...tenant(NS), ...rights(NS, { name: 'basic', resources, where: NS }));
    await scene.untilReady({ ...XosResourceInstances, kind: 'XosPrincipal', plural: 'xosprincipals' }, `${NS}/${NS}`);
  });
  afterAll(async () => {
    await scene.close();
  });

  test('applies what it holds, with no more requests than that takes', async () => {
    const mark = scene.audit.mark();
    await scene.apply(applying(configMap('one'), configMap('two')));
    const { metadata, status } = await settled();
    expect(status).toMatchObject({
      ready: '2/2',
      resources: [
        { name: 'one', state: 'Ready' },
        { name: 'two', state: 'Ready' },
      ],
    });
    const one = await live('one');
    expect(one?.metadata.annotations).toMatchObject({ [OWNER_UID]: metadata.uid });
    expect(status?.resources?.[0]?.uid).toBe(one?.metadata.uid);
    expect(requests(mark).filter((request) => !request.startsWith('get /api'))).toEqual([
      'patch xosresourceinstances it',
      'patch xosresourceinstances/status it',
      'patch configmaps one',
      'patch configmaps two',
      'patch xosresourceinstances/status it',
    ]);
  });

  test('causes no request when it is applied again, or at rest', async () => {
    const mark = scene.audit.mark();
    await scene.apply(applying(configMap('one'), configMap('two')));
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(requests(mark)).toEqual([]);
  });

  test('follows a change, also a field that is removed, with one write an object', async () => {
    await scene.apply(applying(configMap('one', { a: '1', b: '2' }), configMap('two')));
    await untilData('one', { a: '1', b: '2' });
    await settled();
    const mark = scene.audit.mark();
    await scene.apply(applying(configMap('one', { b: '3' }), configMap('two')));
    await untilData('one', { b: '3' });
    await settled();
    // A status that says "in progress" is held back for a second; on a slow machine it may be written all the same.
    const [patched, ...statuses] = requests(mark);
    expect(patched).toBe('patch configmaps one');
    expect(new Set(statuses)).toEqual(new Set(['patch xosresourceinstances/status it']));
    expect(statuses.length).toBeLessThanOrEqual(2);
  });

  test('puts back what others change in its fields, and leaves theirs alone', async () => {
    const mark = scene.audit.mark();
    await patch('one', { data: { b: 'other', mine: 'stays' }, metadata: { labels: { mine: 'stays' } } });
    await untilData('one', { b: '3', mine: 'stays' });
    expect((await live('one'))?.metadata.labels).toMatchObject({ mine: 'stays' });
    await patch('one', { metadata: { labels: { [OWNER_UID]: null } } });
    await scene.until('our label', async () =>
      (await live('one'))?.metadata.labels?.[OWNER_UID] === undefined ? undefined : true,
    );
    expect(requests(mark).filter((request) => request.startsWith('patch'))).toEqual([
      'patch configmaps one',
      'patch configmaps one',
    ]);
  });

  test('makes what was deleted again', async () => {
    const before = await live('two');
    await scene.kubectl('delete', 'configmap', '-n', NS, 'two');
    const after = await scene.until('another one', async () => await live('two'));
    expect(after.metadata.uid).not.toBe(before?.metadata.uid);
    await scene.until('the new UID', async () =>
      (await instance())?.status?.resources?.some(({ uid }) => uid === after.metadata.uid) === true ? true : undefined,
    );
  });

  test('prunes what leaves it, but not what only looks like it', async () => {
    const one = await live('one');
    await scene.apply({
      ...configMap('copy', {}, NS),
      metadata: { ...one?.metadata, name: 'copy', managedFields: [] },
    });
    await scene.apply(applying(configMap('two')));
    await scene.untilGone(ConfigMaps, `${NS}/one`);
    expect((await settled()).status?.resources).toMatchObject([{ name: 'two' }]);
    expect(await live('copy')).toBeDefined();
  });

  test('does nothing while paused, forgets nothing of it, and goes on', async () => {
    await scene.kubectl('annotate', 'xri', '-n', NS, 'it', 'xos.opencord.org/paused=true');
    await scene.until('Paused', async () =>
      (await instance())?.status?.conditions?.some(({ type }) => type === 'Paused') ? true : undefined,
    );
    await scene.apply({ ...applying(configMap('three')), metadata: { name: 'it', namespace: NS } });
    await patch('two', { data: { a: 'other' } });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect([(await live('two'))?.data, await live('three')]).toEqual([{ a: 'other' }, undefined]);
    expect((await instance())?.status?.resources).toMatchObject([{ name: 'two' }]);
    await scene.kubectl('annotate', 'xri', '-n', NS, 'it', 'xos.opencord.org/paused-');
    await untilData('three', { a: '1' });
    await scene.untilGone(ConfigMaps, `${NS}/two`);
  });

  test('only reports drift where that is wanted', async () => {
    await scene.apply(resourceInstance(NS, 'reporting', { driftPolicy: 'Report', manifests: [configMap('watched')] }));
    await scene.untilReady(XosResourceInstances, `${NS}/reporting`);
    await patch('watched', { data: { a: 'other' } });
    const drifted = await scene.until('Drifted', async () => {
      const [entry] = (await instance('reporting'))?.status?.resources ?? [];
      return entry?.state === 'Drifted' ? entry : undefined;
    });
    expect(drifted.message).toBe('It differs from what is declared in data.a.');
    expect((await live('watched'))?.data).toEqual({ a: 'other' });
    const said = async () =>
      (await instance('reporting'))?.status?.conditions?.find(({ type }) => type === 'Drifted')?.message;
    expect(await said()).toMatch(/^ConfigMap watched differs from what is declared in data\.a\./);
    const policy = '{"spec":{"driftPolicy":"Correct"}}';
    await scene.kubectl('patch', 'xri', '-n', NS, 'reporting', '--type=merge', '-p', policy);
    await untilData('watched', { a: '1' });
    await scene.until('no drift', async () => ((await said()) === undefined ? true : undefined));
  });

  test('leaves what somebody else made byte for byte, says so, and applies the rest', async () => {
    await scene.apply(configMap('taken', { whose: 'theirs' }, NS));
    const before = await live('taken');
    await scene.apply(resourceInstance(NS, 'second', { manifests: [configMap('taken'), configMap('free')] }));
    const stalled = await scene.untilReady(XosResourceInstances, `${NS}/second`, 'NameConflict');
    expect(readyOf(stalled)?.message).toContain('ConfigMap taken: It exists already and belongs to somebody else');
    expect(stalled.status?.resources).toMatchObject([
      { name: 'taken', state: 'Conflict' },
      { name: 'free', state: 'Ready' },
    ]);
    await scene.kubectl('label', 'xri', '-n', NS, 'second', 'touched=yes');
    expect(await live('taken')).toEqual(before);
    await scene.kubectl('delete', 'xri', '-n', NS, 'second', '--timeout=30s');
    expect(await live('taken')).toEqual(before);
    expect(await live('free')).toBeUndefined();
  });

  test('takes over what nobody keeps where that is wanted, but not from Helm, nor against another writer', async () => {
    const helm = { 'meta.helm.sh/release-name': 'shop' };
    await scene.apply({
      ...configMap('helmed', {}, NS),
      metadata: { name: 'helmed', namespace: NS, annotations: helm },
    });
    const before = [await live('taken'), await live('helmed')];
    const adopting = (data: object, ...more: object[]) =>
      resourceInstance(NS, 'third', {
        adoptionPolicy: 'AdoptIfUnowned',
        manifests: [configMap('taken', data), ...more],
      });
    await scene.apply(adopting({ whose: 'mine' }, configMap('helmed')));
    const stalled = await scene.untilReady(XosResourceInstances, `${NS}/third`, 'NameConflict');
    expect(stalled.status?.resources).toMatchObject([{ state: 'Conflict' }, { state: 'Conflict' }]);
    expect(stalled.status?.resources?.[1]?.message).toContain('the Helm release shop');
    expect([await live('taken'), await live('helmed')]).toEqual(before);
    await scene.apply(adopting({ whose: 'theirs' }));
    await scene.untilReady(XosResourceInstances, `${NS}/third`);
    expect((await live('taken'))?.metadata.uid).toBe(before[0]?.metadata.uid);
    await scene.kubectl('delete', 'xri', '-n', NS, 'third', '--timeout=30s');
    expect(await live('taken')).toBeUndefined();
    expect(await live('helmed')).toEqual(before[1]);
  });

  test('is ready when what it applied is ready, and takes the text of the original XOS', async () => {
    const { spec } = deployment(NS, 'web', 2);
    const resourceDefinition = `# first\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: ${JSON.stringify(spec)}\n---\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: mode}\nstringData: {text: "0400"}\n`;
    await scene.apply(resourceInstance(NS, 'text', { resourceDefinition }));
    const ready = await scene.untilReady(XosResourceInstances, `${NS}/text`);
    expect(ready.status?.resources).toMatchObject([{ kind: 'Secret' }, { kind: 'Deployment', state: 'Ready' }]);
    expect((await scene.get(Deployments, `${NS}/web`))?.status?.readyReplicas).toBe(2);
    const mark = scene.audit.mark();
    await scene.operator?.kill();
    await scene.startOperator();
    await scene.until('a look at both', async () =>
      scene.audit.since(mark).filter(({ verb, name }) => verb === 'get' && ['web', 'mode'].includes(name)).length === 2
        ? true
        : undefined,
    );
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    // Nothing of it is written because of a restart; the inventory has its own pace.
    const ofTheInventory =
      /^patch xos(?:slices|serviceinstances|images|principals|trustdomains|kubernetesservices)\/status /;
    const patches = requests(mark).filter((request) => request.startsWith('patch '));
    expect(patches.filter((request) => !ofTheInventory.test(request))).toEqual([]);
  });

  test('leaves what it applied where it is to be orphaned', async () => {
    await scene.apply(resourceInstance(NS, 'text', { deletionPolicy: 'Orphan', manifests: [configMap('left')] }));
    await scene.untilReady(XosResourceInstances, `${NS}/text`);
    await scene.kubectl('delete', 'xri', '-n', NS, 'text', '--timeout=30s');
    expect(await live('left')).toBeDefined();
  });

  test('deletes exactly what it made, and not what took its name since', async () => {
    await scene.apply(applying(configMap('three'), configMap('replaced')));
    await settled();
    const mine = await live('replaced');
    await scene.operator?.kill();
    await scene.kubectl('delete', 'configmap', '-n', NS, 'replaced');
    await scene.apply({
      ...configMap('replaced'),
      metadata: { ...mine?.metadata, uid: '', resourceVersion: '', managedFields: [] },
    });
    const theirs = await live('replaced');
    await scene.kubectl('delete', 'xri', '-n', NS, 'it', '--wait=false');
    await scene.startOperator();
    await scene.untilGone(XosResourceInstances, KEY);
    expect(await live('three')).toBeUndefined();
    expect(await live('replaced')).toEqual(theirs);
  });

  test('leaves nothing behind when it is killed between recording and applying', async () => {
    const many = Array.from({ length: 150 }, (_, i) => configMap(`crash-${i}`));
    await scene.apply(applying(...many));
    await scene.until('the first', async () => await live('crash-0'));
    await scene.operator?.kill();
    const pending = (await instance())?.status?.resources ?? [];
    expect(pending).toHaveLength(150);
    expect(pending.filter(({ uid }) => uid === undefined).length).toBeGreaterThan(0);
    await scene.apply(applying(configMap('crash-149')));
    await scene.startOperator();
    await settled(2);
    const left = (await scene.list(ConfigMaps, NS)).map(({ metadata }) => metadata.name);
    expect(left.filter((name) => name.startsWith('crash'))).toEqual(['crash-149']);
  });
});
