/**
 * Random specs of every kind on a real API server: each is refused by it, or ends Ready or with a condition that says why;
 * none stops the operator or anybody else, and after deleting nothing is left.
 */
import fc from 'fast-check';
import {
  CronJobs,
  DaemonSets,
  Deployments,
  Jobs,
  Pods,
  ReplicaSets,
  ServiceAccounts,
  StatefulSets,
} from '../../src/api/core.ts';
import { ConfigMaps, Secrets } from '../../src/api/data.ts';
import { XosPrincipals } from '../../src/api/generated/xosprincipals.ts';
import { keyOf } from '../../src/api/meta.ts';
import type { Json, JsonObject, KubeObject } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { Services } from '../../src/api/service.ts';
import { kinds } from '../../src/kinds/index.ts';
import { ApiError } from '../../src/kube/errors.ts';
import { NAMES, specOf } from '../support/arbitraries.ts';
import { crds } from '../support/crds.ts';
import { managed, namespace, xos } from '../support/samples.ts';
import { readyOf, Scene } from '../support/scene.ts';

/** Another number gives another set; a failure can be had again with its own. */
const SEED = Number(process.env['XOS_SEED'] ?? 20_261_123);
const EACH = 25;
const NS = 'generated';
const CHILDREN: Resource[] = [
  Pods,
  Deployments,
  StatefulSets,
  DaemonSets,
  ReplicaSets,
  Jobs,
  CronJobs,
  Services,
  ConfigMaps,
  Secrets,
  ServiceAccounts,
] as Resource[];

/** The service that steers would change the mode of everybody else. */
const drawn = kinds
  .map(({ resource }) => resource)
  .filter(({ kind }) => kind !== 'XosKubernetesService')
  .map((resource) => ({ resource, crd: crds.find(({ crd }) => crd.spec.names.kind === resource.kind)?.crd }));

/** Things that no schema allows, put in place of one field each. */
const ODDITIES: Json[] = [
  null,
  [],
  {},
  '',
  'x'.repeat(1_000_000),
  -1,
  1e21,
  true,
  '\u0000',
  '\u202e💥',
  { ['__proto__']: { a: 1 } },
  [[[[[]]]]],
];

describe('generated specs', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start({ service: false });
    await scene.apply(namespace(NS));
    for (const { resource } of drawn) {
      if (['XosPrincipal', 'XosSite', 'XosImage', 'XosConfigMap', 'XosSlice', 'XosService'].includes(resource.kind))
        for (const name of NAMES.slice(0, 2)) await scene.apply(known(resource, name));
    }
  });
  afterAll(async () => {
    await scene.close();
  });

  const SPECS: Record<string, object> = {
    XosSite: { displayName: 'a' },
    XosImage: { image: 'a' },
    XosConfigMap: { data: {} },
  };
  const known = ({ kind, namespaced }: Resource, name: string) =>
    xos(kind, name, SPECS[kind] ?? {}, namespaced ? NS : undefined);

  /** Whether the API server took it. */
  const create = async (resource: Resource, name: string, spec: JsonObject): Promise<KubeObject | undefined> => {
    const object = managed(resource.kind, name, { ...spec, xosManaged: true }, resource.namespaced ? NS : undefined);
    return await scene.client.create(resource, object as KubeObject).catch((error: unknown) => {
      if (error instanceof ApiError && error.status < 500) return undefined;
      throw error;
    });
  };

  const accepted: { resource: Resource; object: KubeObject }[] = [];

  test('are refused by the API server, or end with a condition that says how it stands', async () => {
    for (const { resource, crd } of drawn) {
      if (crd === undefined) throw new Error(`There is no CRD of ${resource.kind}.`);
      const specs = fc.sample(specOf(crd), { seed: SEED, numRuns: EACH });
      for (const [i, spec] of specs.entries()) {
        const plain = { ...spec, deletionPolicy: undefined } as unknown as JsonObject;
        const object = await create(resource, `g${i}-${resource.plural}`, plain);
        if (object !== undefined) accepted.push({ resource, object });
      }
    }
    // A quarter at least must get through, or this test says nothing.
    expect(accepted.length).toBeGreaterThan((drawn.length * EACH) / 4);
    await scene.apply(managed('XosPrincipal', 'control', {}, NS));
    await scene.untilReady(XosPrincipals, `${NS}/control`);
    await scene.until('a sentence about each', async () => ((await silent()).length === 0 ? true : undefined), 90_000);
    expect(scene.operator?.running).toBe(true);
  }, 300_000);

  const silent = async () => {
    const about = await Promise.all(
      accepted.map(async ({ resource, object }) => {
        const live = await scene.get(resource, keyOf(object.metadata));
        return live === undefined || (readyOf(live)?.message ?? '') === ''
          ? `${object.kind} ${object.metadata.name}`
          : undefined;
      }),
    );
    return about.filter((name) => name !== undefined);
  };

  test('what makes no sense at all is refused, and disturbs nobody', async () => {
    for (const { resource, crd } of drawn) {
      const fields = Object.keys(crd?.spec.versions[0].schema.openAPIV3Schema.properties['spec']?.properties ?? {});
      for (const [i, field] of fields.filter((name) => name !== 'xosManaged').entries()) {
        const odd = ODDITIES[(i + resource.plural.length) % ODDITIES.length] ?? null;
        const object = await create(resource, `odd${i}-${resource.plural}`, { [field]: odd });
        if (object !== undefined) accepted.push({ resource, object });
      }
    }
    await scene.until(
      'a sentence about each that was taken',
      async () => ((await silent()).length === 0 ? true : undefined),
      60_000,
    );
    await scene.apply(managed('XosPrincipal', 'control', { automountToken: false }, NS));
    await scene.until('the control to follow', async () =>
      (await scene.get(ServiceAccounts, `${NS}/control`))?.automountServiceAccountToken === false ? true : undefined,
    );
    expect(scene.operator?.running).toBe(true);
    expect(scene.operator?.lastLines()).not.toMatch(/an internal error/);
  }, 300_000);

  test('leave nothing when they are deleted', async () => {
    for (const { resource } of drawn) {
      const plural = `${resource.plural}.${resource.group}`;
      await scene.kubectl('delete', plural, '--all', '--wait=false', ...(resource.namespaced ? ['-n', NS] : []));
    }
    await scene.until(
      'nothing to be left',
      async () => {
        const ours = await Promise.all(drawn.map(async ({ resource }) => await scene.list(resource)));
        const children = await Promise.all(CHILDREN.map(async (resource) => await scene.list(resource, NS)));
        const left = children.flat().filter(({ metadata }) => !['default', 'kube-root-ca.crt'].includes(metadata.name));
        return ours.flat().length + left.length === 0 ? true : undefined;
      },
      120_000,
    );
  }, 200_000);
});
