/**
 * Nobody gets the operator to do what they may not do themselves: the shipped policies, with users who have all rights but
 * one, for every kind and every right. No operator runs, and users only try: what is refused never reaches it.
 */
import { join } from 'node:path';
import { guarded } from '../../hack/generate/admission.ts';
import { XosSites } from '../../src/api/generated/xossites.ts';
import type { JsonObject } from '../../src/api/object.ts';
import { kinds } from '../../src/kinds/index.ts';
import type { Connection } from '../../src/kube/connection.ts';
import { loadCredentials } from '../../src/kube/credentials.ts';
import { httpConnection } from '../../src/kube/http.ts';
import {
  everybodyWrites,
  grant,
  grantAllBut,
  lacking,
  NS,
  people,
  PEOPLE,
  rightsFor,
  sample,
  tries,
  type Try,
} from '../support/amplification.ts';
import { DryUser } from '../support/dry-users.ts';
import { namespace, xos } from '../support/samples.ts';
import { ROOT, Scene } from '../support/scene.ts';

const FULL = 'everything';
const POOR = 'nothing';
/** Has all rights, but only in the namespace. */
const LOCAL = 'everything-here';
/** Has all rights, but only to one ConfigMap. */
const NAMED = 'one-configmap';
const NOT_YOURSELF = /you may not do that yourself: ask for this right/;

const named = tries.map((each) => [each.guard.kind, each.name, each] as const);
/** One of every kind, of a slice one of each sort. */
const ofEveryKind = [...tries.map((each) => sample(each, 'kept')), xos('XosSite', 'kept', {})];
const mirrored = named.filter(([, , { guard }]) => guard.mirrored);
const rights = (each: Try) => [...rightsFor(each, 'write'), ...rightsFor(each, 'delete')];
const tryOf = (kind: string, name = 'plain'): Try => {
  const found = tries.find((each) => each.guard.kind === kind && each.name === name);
  if (found === undefined) throw new Error(`${kind} ${name} is not tried.`);
  return found;
};

describe('the policies', () => {
  let scene: Scene;
  let connection: Connection;
  const as = (user: string) => new DryUser(connection, NS, user);
  const applied = async (...items: object[]) => {
    const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    await scene.cluster.kubectl(['apply', '--server-side', '-f', '-'], { input });
  };

  beforeAll(async () => {
    scene = await Scene.start({ operator: false, service: false });
    connection = httpConnection(await loadCredentials({ kubeconfig: scene.cluster.kubeconfig }), {
      userAgent: 'users',
    });
    await scene.apply(namespace(NS));
    await applied(
      ...ofEveryKind,
      ...mirrored.map(([, , each]) => sample(each, 'mirror', false)),
      ...everybodyWrites(),
      ...grant(FULL, tries.flatMap(rights), { everywhere: true }),
      ...grant(LOCAL, tries.flatMap(rights)),
      ...grant(
        NAMED,
        rights(tryOf('XosConfigMap')).filter(({ verb }) => verb !== 'create'),
        { resourceNames: ['kept-plain'] },
      ),
      ...lacking.flatMap(grantAllBut),
      ...people(),
    );
    await scene.kubectl('apply', '--server-side', '-k', join(ROOT, 'config', 'default'));
    // One policy after another comes into force.
    for (const { resource, guard } of tries) {
      const [example] = tries.filter((each) => each.guard === guard);
      if (example === undefined) continue;
      await scene.until(`the policy for ${guard.kind}`, async () =>
        NOT_YOURSELF.test(await as(POOR).create(resource, sample(example, 'new'))) ? true : undefined,
      );
    }
  }, 180_000);
  afterAll(async () => {
    await connection.close();
    await scene.close();
  });

  test('are understood by the API server without a warning, every one', async () => {
    const said = await scene.until('every policy to be judged', async () => {
      const { items } = JSON.parse(await scene.kubectl('get', 'validatingadmissionpolicies', '-o', 'json')) as Judged;
      return items.every(({ status }) => status?.observedGeneration !== undefined) ? items : undefined;
    });
    expect(said).toHaveLength(guarded.filter(({ needs }) => needs.length > 0).length + 3);
    expect(said.flatMap(({ status }) => status?.typeChecking?.expressionWarnings ?? [])).toEqual([]);
  });

  test('know every kind', () => {
    expect(guarded.map(({ kind }) => kind).toSorted()).toEqual(kinds.map(({ resource }) => resource.kind).toSorted());
  });

  test.each(lacking.map((one) => ({ ...one, title: `${one.each.guard.kind} ${one.each.name}` })))(
    '$title: $doing needs $right.verb $right.need.resource',
    async ({ each, doing, user, right }) => {
      const {
        verb,
        need: { resource: plural },
      } = right;
      const words = new RegExp(
        `makes the XOS operator [^:]*\\b${verb}\\b[^:]* ${plural}[^:]*you may not do that yourself`,
      );
      const kept = sample(each, 'kept');
      if (doing === 'delete') {
        expect(await as(user).delete(each.resource, kept)).toMatch(words);
        return;
      }
      expect(await as(user).create(each.resource, sample(each, 'new'))).toMatch(words);
      expect(await as(user).patch(each.resource, kept, { spec: each.change })).toMatch(words);
      if (!each.guard.mirrored) return;
      // What others made joins by nobody who may not edit it.
      const joining = { spec: { xosManaged: true, adoptionPolicy: 'AdoptIfUnowned' } };
      expect(await as(user).patch(each.resource, sample(each, 'mirror'), joining)).toMatch(words);
    },
  );

  test.each(named)('%s %s: who has no right changes nothing of what is declared', async (_kind, _name, each) => {
    const kept = sample(each, 'kept');
    const owner = { apiVersion: 'v1', kind: 'Namespace', name: NS, uid: 'forged' };
    expect(await as(POOR).patch(each.resource, kept, { metadata: { ownerReferences: [owner] } })).toMatch(NOT_YOURSELF);
    expect(await as(POOR).patch(each.resource, kept, { metadata: { labels: { a: 'b' } } })).toMatch(NOT_YOURSELF);
    const owned = { ...kept, metadata: { ...kept.metadata, name: 'new', ownerReferences: [owner] } };
    expect(await as(POOR).create(each.resource, owned)).toMatch(NOT_YOURSELF);
    expect(await as(POOR).deleteAll(each.resource, kept.metadata.namespace)).toMatch(NOT_YOURSELF);
    expect(await as(FULL).deleteAll(each.resource, kept.metadata.namespace)).toBe('');
  });

  test.each(named)('%s %s: who has all rights writes and deletes it', async (_kind, _name, each) => {
    const kept = sample(each, 'kept');
    expect(await as(FULL).create(each.resource, sample(each, 'new'))).toBe('');
    expect(await as(FULL).patch(each.resource, kept, { spec: each.change })).toBe('');
    expect(await as(FULL).delete(each.resource, kept)).toBe('');
    // An annotation changes nothing that the operator does for it.
    expect(await as(POOR).patch(each.resource, kept, { metadata: { annotations: { note: 'free' } } })).toBe('');
  });

  test.each(mirrored)('%s %s: who has all rights lets it join, and gives it back', async (_kind, _name, each) => {
    const flip = async (prefix: string, spec: JsonObject) =>
      await as(FULL).patch(each.resource, sample(each, prefix), { spec });
    expect(await flip('mirror', { xosManaged: true, adoptionPolicy: 'AdoptIfUnowned' })).toBe('');
    // A mount and a port have no resource of their own to give back.
    const isPart = /Mount$|Port$/.test(each.guard.kind);
    expect(await flip('kept', { xosManaged: false })).toMatch(isPart ? /cannot go from true/ : /^$/);
  });

  test.each(mirrored)('%s %s: what is no right is none by a detour', async (_kind, _name, each) => {
    const [kept, mirror] = [sample(each, 'kept'), sample(each, 'mirror')];
    const change = async (object: typeof kept, body: Parameters<DryUser['patch']>[2]) =>
      await as(POOR).patch(each.resource, object, body);
    const owner = { apiVersion: 'v1', kind: 'Namespace', name: NS, uid: 'forged' };
    expect(await change(mirror, { spec: { xosManaged: true } })).toMatch(NOT_YOURSELF);
    // What has no resource of its own cannot be released by anybody.
    expect(await change(kept, { spec: { xosManaged: false } })).toMatch(
      /you may not do that yourself|cannot go from true/,
    );
    expect(await change(mirror, { metadata: { ownerReferences: [owner] } })).toMatch(NOT_YOURSELF);
    expect(await change(mirror, { metadata: { labels: { 'xos.opencord.org/managed': 'true' } } })).toMatch(
      NOT_YOURSELF,
    );
    expect(await as(POOR).create(each.resource, sample(each, 'new', false))).toMatch(NOT_YOURSELF);
    // It stands for what others made, and comes back.
    expect(await as(POOR).delete(each.resource, mirror)).toBe('');
  });

  test.each(ofEveryKind)('$kind $metadata.name: nobody forges its status', async (object) => {
    const resource = kinds.map((each) => each.resource).find(({ kind }) => kind === object.kind) ?? XosSites;
    const said = await as(FULL).patch(resource, object, { status: { observedGeneration: 7 } }, 'status');
    expect(said).toMatch(/Only the XOS operator writes the status/);
  });

  test.each(named.filter(([, , { needs }]) => needs.some(({ everywhere }) => everywhere)))(
    '%s %s: rights in one namespace are not enough',
    async (_kind, _name, each) => {
      expect(await as(LOCAL).create(each.resource, sample(each, 'new'))).toMatch(NOT_YOURSELF);
      expect(await as(LOCAL).delete(each.resource, sample(each, 'kept'))).toMatch(NOT_YOURSELF);
    },
  );

  test('a right to one object is enough for that one, and for no other', async () => {
    const { resource } = tryOf('XosConfigMap');
    expect(await as(NAMED).delete(resource, sample(tryOf('XosConfigMap'), 'kept'))).toBe('');
    await applied(sample(tryOf('XosConfigMap'), 'other'));
    expect(await as(NAMED).delete(resource, sample(tryOf('XosConfigMap'), 'other'))).toMatch(NOT_YOURSELF);
  });

  test('who scales a slice may scale what it makes', async () => {
    const { resource } = tryOf('XosSlice', 'deployment');
    const scale = async (user: string) =>
      await as(user).patch(
        resource,
        sample(tryOf('XosSlice', 'deployment'), 'kept'),
        { spec: { replicas: 9 } },
        'scale',
      );
    expect(await scale(FULL)).toMatch(/you may not update deployments\/scale yourself/);
    const scalable = ['deployments', 'replicasets', 'statefulsets'].map((plural) => `${plural}/scale`);
    const need = { group: 'apps', write: [], delete: [] };
    await applied(
      ...grant(
        'scaler',
        scalable.map((plural) => ({ verb: 'update', need: { ...need, resource: plural } })),
      ),
    );
    await scene.until('it to be scaled', async () => ((await scale('scaler')) === '' ? true : undefined));
  });

  const person = (name: string) => new DryUser(connection, PEOPLE, name);
  /** The kinds that somebody may see, here or everywhere. */
  const seenBy = async (name: string) => {
    const resources = kinds.map(({ resource }) => resource);
    const answers = await Promise.all(
      resources.map(async (each) => await person(name).list(each, each.namespaced ? NS : undefined)),
    );
    return resources.filter((_resource, index) => answers[index] === '').map(({ kind }) => kind);
  };
  /** And those that they may make. */
  const madeBy = async (name: string) => {
    const answers = await Promise.all(tries.map((each) => person(name).create(each.resource, sample(each, 'new'))));
    return [...new Set(tries.filter((_each, index) => answers[index] === '').map(({ guard }) => guard.kind))];
  };
  const ofKinds = (isWanted: (kind: string, namespaced: boolean) => boolean) =>
    kinds.filter(({ resource }) => isWanted(resource.kind, resource.namespaced)).map(({ resource }) => resource.kind);
  const inNamespaces = ofKinds((_kind, namespaced) => namespaced);
  const isOpenToSee = (kind: string) => !['XosSecret', 'XosResourceInstance'].includes(kind);

  test.each([
    ['view', inNamespaces.filter(isOpenToSee), []],
    ['view-everywhere', ofKinds(isOpenToSee), []],
    ['edit', inNamespaces, inNamespaces],
    // To see what the whole cluster shares is part of view.
    ['edit-everywhere', ofKinds(() => true), inNamespaces],
    ['admin', inNamespaces, inNamespaces],
    // Kubernetes' own role lets nobody make namespaces, or change them.
    ['admin-everywhere', ofKinds(() => true), ['XosImage', ...inNamespaces]],
  ])('who has the role %s sees and makes just this', async (name, seen, made) => {
    await scene.until('the roles to be gathered', async () =>
      (await seenBy(name)).length >= seen.length ? true : undefined,
    );
    expect((await seenBy(name)).toSorted()).toEqual(seen.toSorted());
    expect((await madeBy(name)).toSorted()).toEqual(made.toSorted());
  });

  test('our definitions are deleted with their annotation only, by anybody', async () => {
    const definition = 'xossites.xos.opencord.org';
    await expect(scene.kubectl('delete', 'crd', definition)).rejects.toThrow(
      /Set mode: Release in the XosKubernetesService/,
    );
    // All at once is no way around.
    const all =
      '/apis/apiextensions.k8s.io/v1/customresourcedefinitions?labelSelector=app.kubernetes.io/part-of=xos-operator';
    const together = await connection.send({ method: 'DELETE', path: all });
    expect(together.status).toBe(403);
    expect(together.body).toContain('Set mode: Release in the XosKubernetesService');
    const kubectl = scene.kubectl('delete', 'crd', '--all', '--wait=false');
    await expect(kubectl).rejects.toThrow(/Set mode: Release in the XosKubernetesService/);
    const left = await scene.kubectl('get', 'crd', '-o', 'jsonpath={.items[*].metadata.deletionTimestamp}');
    expect([left, (await scene.list(XosSites)).length]).toEqual(['', 1]);

    await scene.kubectl('annotate', 'crd', definition, 'xos.opencord.org/allow-deletion=true');
    await scene.kubectl('delete', 'crd', definition);
  });
});

interface Judged {
  items: { status?: { observedGeneration?: number; typeChecking?: { expressionWarnings?: object[] } } }[];
}
