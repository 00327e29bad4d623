/** Any YAML, applied as a principal: what it may, where nothing is in the way, recorded first, kept, and taken away again. */
import { XosResourceInstances } from '../../src/api/generated/xosresourceinstances.ts';
import type { KubeObject, Live } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { describeOnOwnCluster } from '../support/cluster.ts';
import { managed, namespace, xos } from '../support/samples.ts';
import { readyOf, Scene } from '../support/scene.ts';

type ConfigMap = KubeObject & { data?: Record<string, string> };
const ConfigMaps: Resource<ConfigMap> = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
};
const KEY = 'xri/it';
const OWNER = 'xos.opencord.org/owner-uid';

const configMap = (name: string, data: object = { a: '1' }, ns?: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...(ns !== undefined && { namespace: ns }) },
  data,
});
const instance = (spec: object, name = 'it') =>
  xos('XosResourceInstance', name, { principalRef: { name: 'applier' }, ...spec }, 'xri');
const applying = (...manifests: object[]) => instance({ manifests });

/** The right to everything of these resources, in the namespace. */
function rights(
  name: string,
  resources: string[],
  verbs = ['get', 'list', 'watch', 'create', 'patch', 'delete'],
): object[] {
  const metadata = { name, namespace: 'xri' };
  const apiGroup = 'rbac.authorization.k8s.io';
  return [
    { apiVersion: `${apiGroup}/v1`, kind: 'Role', metadata, rules: [{ apiGroups: ['*'], resources, verbs }] },
    {
      apiVersion: `${apiGroup}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup, kind: 'Role', name },
      subjects: [{ kind: 'ServiceAccount', name: 'applier', namespace: 'xri' }],
    },
  ];
}

describeOnOwnCluster('a resource instance', () => {
  let scene: Scene;
  const data = async (name: string) => (await scene.get(ConfigMaps, `xri/${name}`))?.data;
  const entries = async (key = KEY) => (await scene.get(XosResourceInstances, key))?.status?.resources ?? [];
  const untilData = async (name: string, wanted: object) =>
    await scene.until(`${name} to be ${JSON.stringify(wanted)}`, async () =>
      JSON.stringify(await data(name)) === JSON.stringify(wanted) ? true : undefined,
    );

  beforeAll(async () => {
    scene = await Scene.start();
    await scene.apply(
      namespace('xri'),
      managed('XosPrincipal', 'applier', {}, 'xri'),
      ...rights('basic', ['configmaps', 'secrets', 'deployments']),
    );
  });
  afterAll(async () => {
    await scene.close();
  });

  test('applies what it holds as the principal, with no more writes than that takes', async () => {
    const mark = scene.audit.mark();
    await scene.apply(applying(configMap('one'), configMap('two')));
    const ready = await scene.untilReady(XosResourceInstances, KEY);
    expect(ready.status).toMatchObject({
      ready: '2/2',
      resources: [
        { name: 'one', state: 'Ready' },
        { name: 'two', state: 'Ready' },
      ],
    });
    const one = await scene.get(ConfigMaps, 'xri/one');
    expect(one?.metadata.annotations).toMatchObject({ [OWNER]: ready.metadata.uid });
    expect(ready.status?.resources?.[0]?.uid).toBe(one?.metadata.uid);
    const writes = scene.audit
      .since(mark)
      .filter(({ verb, resource }) => verb !== 'get' && verb !== 'list' && resource !== 'events');
    expect(writes.map(({ verb, resource, name }) => `${verb} ${resource} ${name}`)).toEqual([
      'patch xosresourceinstances it',
      'patch xosresourceinstances/status it',
      'patch configmaps one',
      'patch configmaps two',
      'patch xosresourceinstances/status it',
    ]);
  });
});
