/** A fight is named while it goes on, told in one Event, and over when it is quiet; a rival who takes his time is noticed too. */
import { Pods } from '../../src/api/core.ts';
import { ConfigMaps } from '../../src/api/data.ts';
import { XosConfigMaps } from '../../src/api/generated/xosconfigmaps.ts';
import { XosResourceInstances } from '../../src/api/generated/xosresourceinstances.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import type { Condition } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { configMap, resourceInstance, rights, tenant } from '../support/resource-instances.ts';
import { managed, namespace } from '../support/samples.ts';
import { readyOf, Scene } from '../support/scene.ts';

const NS = 'fights';
/** The first wait is 2 s; twice the second one, and a minute. */
const OVER_MS = 90_000;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describe('a fight', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start({ service: false });
    await scene.apply(namespace(NS), managed('XosSlice', 'group', {}, NS));
  });
  afterAll(async () => {
    await scene.close();
  });

  const contested = async (resource: Resource, name: string) => {
    const object = (await scene.get(resource, `${NS}/${name}`)) as
      { status?: { conditions?: Condition[] } } | undefined;
    return object?.status?.conditions?.find(({ type }) => type === 'Contested');
  };
  const valueOf = async () => (await scene.get(ConfigMaps, `${NS}/web`))?.data?.['a'];
  const toldOf = async (kind: string, reason: string) => {
    const path = `jsonpath={range .items[?(@.reason=="${reason}")]}{.regarding.kind}{"\\n"}{end}`;
    const told = await scene.kubectl('get', 'events.events.k8s.io', '-n', NS, '-o', path);
    return told.split('\n').filter((each) => each === kind).length;
  };

  test('with a writer who takes his time ends when he does, and then one correction is at once again', async () => {
    await scene.apply(managed('XosConfigMap', 'web', { data: { a: 'ours' } }, NS));
    await scene.untilReady(XosConfigMaps, `${NS}/web`);
    const spoil = async () => {
      const body = { data: { a: 'theirs' } };
      await scene.client.patch(ConfigMaps, `${NS}/web`, { type: 'merge', body, fieldManager: 'rival' });
    };
    const corrected = async () =>
      await scene.until('it to be put back', async () => ((await valueOf()) === 'ours' ? true : undefined));
    for (let rounds = 0; rounds < 10; rounds += 1) {
      await spoil();
      await corrected();
      await pause(300);
    }
    const said = await scene.until('it to be named', async () => await contested(XosConfigMaps, 'web'));
    expect(said).toMatchObject({ status: 'True', reason: 'FightingWriter' });
    expect(said.message).toMatch(/^rival wrote ConfigMap web last and changes data\.a again and again/);
    expect(said.message).not.toContain('theirs');
    const live = await scene.get(XosConfigMaps, `${NS}/web`);
    expect(live && readyOf(live)).toMatchObject({ status: 'True', reason: 'Reconciled' });

    await scene.until(
      'it to be over',
      async () => ((await contested(XosConfigMaps, 'web')) === undefined ? true : undefined),
      OVER_MS,
    );
    expect(await toldOf('XosConfigMap', 'FightingWriter')).toBe(1);
    // Ten corrections were made, and three of them told.
    expect(await toldOf('XosConfigMap', 'Updated')).toBe(3);
    const mark = scene.audit.mark();
    await spoil();
    await corrected();
    expect(scene.audit.since(mark).filter(({ resource }) => resource === 'configmaps').length).toBe(1);
    expect(await contested(XosConfigMaps, 'web')).toBeUndefined();
  });

  test('about what a principal applied is named as for all kinds', async () => {
    const tenants = 'tenants';
    await scene.apply(
      ...tenant(tenants),
      ...rights(tenants, { name: 'all', resources: ['configmaps'], where: tenants }),
    );
    await scene.apply(resourceInstance(tenants, 'it', { manifests: [configMap('kept', { a: 'ours' })] }));
    await scene.untilReady(XosResourceInstances, `${tenants}/it`);
    const spoil = { type: 'merge', body: { data: { a: 'theirs' } }, fieldManager: 'rival' } as const;
    const said = await scene.until(
      'it to be named',
      async () => {
        await scene.client.patch(ConfigMaps, `${tenants}/kept`, spoil);
        const object = (await scene.get(XosResourceInstances, `${tenants}/it`)) as
          { status?: { conditions?: Condition[] } } | undefined;
        return object?.status?.conditions?.find(({ type }) => type === 'Contested');
      },
      60_000,
    );
    expect(said).toMatchObject({ status: 'True', reason: 'FightingWriter' });
    expect(said.message).toMatch(/^rival wrote ConfigMap kept last and changes data\.a again and again/);
    expect(said.message).not.toContain('theirs');
  });

  test('with whoever deletes what is made is slowed down and named', async () => {
    await scene.apply(managed('XosServiceInstance', 'app', { sliceRef: { name: 'group' }, image: 'a:1' }, NS));
    const seen = new Set<string>();
    const mark = scene.audit.mark();
    const said = await scene.until('it to be named', async () => {
      const pod = await scene.get(Pods, `${NS}/app`);
      if (pod !== undefined && !seen.has(pod.metadata.uid)) {
        seen.add(pod.metadata.uid);
        await scene.kubectl('delete', 'pod', '-n', NS, 'app', '--grace-period=0', '--force');
      }
      return await contested(XosServiceInstances, 'app');
    });
    expect(said).toMatchObject({ reason: 'FightingDeleter' });
    expect(said.message).toContain('Somebody deletes Pod app each time it is made');
    const made = scene.audit.since(mark).filter(({ verb, resource }) => verb === 'create' && resource === 'pods');
    // Two at once, and then ever later.
    expect([3, 4]).toContain(made.length);
    await scene.untilReady(XosServiceInstances, `${NS}/app`);
  });
});
