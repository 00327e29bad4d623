/** The value of a secret appears in Secrets and in the XosSecret that declares it, and nowhere else, whatever goes wrong. */
import { Pods } from '../../src/api/core.ts';
import { Secrets } from '../../src/api/data.ts';
import { XosSecrets } from '../../src/api/generated/xossecrets.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { leaksOf } from '../support/canary.ts';
import { managed, namespace } from '../support/samples.ts';
import { readyOf, Scene } from '../support/scene.ts';

const NS = 'canary';
const CANARY = 'yellow-bird-that-sings';
const secret = (name: string, spec: object) => managed('XosSecret', name, spec, NS);

describe('the value of a secret', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start({ service: false, operator: false });
    await scene.startOperator(['--log-level', 'debug']);
    await scene.apply(namespace(NS), managed('XosSlice', 'group', {}, NS));
  });
  afterAll(async () => {
    await scene.close();
  });

  const untilSays = async (name: string, reason: string) =>
    await scene.until(`XosSecret ${name} to be ${reason}`, async () => {
      const live = await scene.get(XosSecrets, `${NS}/${name}`);
      return live !== undefined && readyOf(live)?.reason === reason ? true : undefined;
    });
  const leaks = async () => await leaksOf(CANARY, scene, scene.operator?.logFile ?? '');

  test('is in the Secret, and in no log, Event, status or other object', async () => {
    await scene.apply(
      secret('good', { stringData: { password: CANARY } }),
      managed('XosServiceInstance', 'app', { sliceRef: { name: 'group' }, image: 'a:1' }, NS),
      managed(
        'XosSecretVolumeMount',
        'm',
        { secretRef: { name: 'good' }, serviceInstanceRef: { name: 'app' }, mountPath: '/s' },
        NS,
      ),
    );
    await scene.untilReady(XosServiceInstances, `${NS}/app`);
    expect((await scene.get(Pods, `${NS}/app`))?.spec).toBeDefined();
    expect((await scene.get(Secrets, `${NS}/good`))?.data?.['password']).toBe(Buffer.from(CANARY).toString('base64'));
    expect(await leaks()).toEqual([]);
  });

  test('does not show when it is wrong, too large, refused, taken, edited or replaced', async () => {
    await scene.kubectl('create', 'secret', 'generic', '-n', NS, 'taken', `--from-literal=a=b`);
    await scene.apply(
      secret('json', { dataJSON: `{"password": ${CANARY}}` }),
      secret('nested', { dataJSON: `{"password": {"a": "${CANARY}"}}` }),
      secret('key', { stringData: { 'no name!': CANARY } }),
      secret('base64', { data: { password: `${CANARY}!` } }),
      secret('type', { type: 'kubernetes.io/dockerconfigjson', stringData: { '.dockerconfigjson': CANARY } }),
      secret('taken', { stringData: { a: CANARY } }),
      secret('good', { stringData: { password: CANARY }, immutable: true }),
    );
    for (const name of ['json', 'nested', 'key', 'base64', 'type']) await untilSays(name, 'InvalidSpec');
    await untilSays('taken', 'NameConflict');
    await scene.kubectl('patch', 'secret', '-n', NS, 'good', '--type=merge', '-p', '{"metadata":{"labels":{"a":"b"}}}');
    await scene.apply(secret('good', { stringData: { password: `${CANARY} twice` }, immutable: true }));
    await scene.until('the replacement', async () => {
      const live = await scene.get(Secrets, `${NS}/good`);
      return live?.data?.['password'] === Buffer.from(`${CANARY} twice`).toString('base64') ? true : undefined;
    });
    await scene.apply(secret('good', { stringData: { password: CANARY }, driftPolicy: 'Report' }));
    await scene.until('the drift to be told', async () =>
      JSON.stringify((await scene.get(XosSecrets, `${NS}/good`))?.status ?? {}).includes('Drifted') ? true : undefined,
    );
    expect(await leaks()).toEqual([]);
  });

  test('and the search finds it where it is', async () => {
    await scene.apply(managed('XosConfigMap', 'leak', { data: { a: CANARY } }, NS));
    await scene.until('both objects to be found', async () => {
      const found = await leaks();
      return found.includes('XosConfigMap leak') && found.includes('ConfigMap leak') ? true : undefined;
    });
  });
});
