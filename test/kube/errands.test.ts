/** Errands on a scripted API server and in virtual time: as whom, how often, and what is learned. */
import type { KubeObject, Live } from '../../src/api/object.ts';
import { Client } from '../../src/kube/client.ts';
import {
  type Connection,
  ConnectionError,
  type Request,
  type Response,
  type Stream,
} from '../../src/kube/connection.ts';
import { Errands } from '../../src/kube/errands.ts';
import { Store } from '../../src/kube/store.ts';
import {
  type Errand,
  type Observation,
  Observations,
  observationsByOwner,
  type Task,
} from '../../src/runtime/errand.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const MINUTE = 60_000;
const MARKS = { 'xos.opencord.org/owner-uid': 'owner' };
const REF = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'ns', name: 'a' };
const KINDS = {
  resources: [
    { name: 'configmaps', kind: 'ConfigMap', namespaced: true, verbs: ['get', 'patch', 'delete', 'list', 'watch'] },
    { name: 'configmaps/status', kind: 'ConfigMap', namespaced: true, verbs: ['get', 'patch', 'delete'] },
    { name: 'bindings', kind: 'Binding', namespaced: true, verbs: ['create'] },
  ],
};
const DESIRED = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', labels: MARKS, annotations: MARKS },
  data: { a: '1' },
};

function configMap(resourceVersion: string, more: object = {}): Live<KubeObject> {
  return { ...DESIRED, metadata: { ...DESIRED.metadata, namespace: 'ns', uid: 'u', resourceVersion, ...more } };
}
const refused = (status: number, reason: string, message = ''): Response => ({
  status,
  body: JSON.stringify({ kind: 'Status', status: 'Failure', reason, code: status, message }),
});
const ok = (body: object): Response => ({ status: 200, body: JSON.stringify(body) });

/** A server that answers discovery by itself and everything else as told; watches are refused. */
class Server implements Connection {
  readonly asked: Request[] = [];
  answer: (request: Request) => Response = () => refused(404, 'NotFound');

  send(request: Request): Promise<Response> {
    this.asked.push(request);
    if (request.path === '/api/v1') return Promise.resolve(ok(KINDS));
    if (request.path.startsWith('/apis/')) return Promise.resolve(refused(404, ''));
    return Promise.resolve(this.answer(request));
  }

  /** What a watch says that begins now; without it none can be opened. */
  watched: string | undefined;

  open(): Promise<Stream> {
    const { watched } = this;
    if (watched === undefined) return Promise.reject(new ConnectionError('No watches here.'));
    // It stays open.
    const chunks = new ReadableStream<string>({
      start: (controller) => {
        controller.enqueue(`${watched}\n`);
      },
    });
    return Promise.resolve({ status: 200, chunks, close: () => undefined });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  reset(): void {}

  /** How often something was asked for. */
  count(method: string, path = '/configmaps/'): number {
    return this.asked.filter((request) => request.method === method && request.path.includes(path)).length;
  }
}

function setup() {
  const [server, clock, log] = [new Server(), new VirtualClock(), { debug() {}, info() {}, warn() {}, error() {} }];
  const woken: (Observation | undefined)[] = [];
  const store = new Store(Observations, ({ after }) => woken.push(after as Observation | undefined));
  store.addIndex(observationsByOwner);
  const world = { clock, random: () => 1, log, signal: new AbortController().signal };
  const errands = new Errands({ ...world, connection: server, client: new Client(server, world), store });
  const run = async (task: Task, about: Errand['about'] = REF) =>
    await errands.perform({ as: { namespace: 'ns', name: 'p' }, owner: { key: 'ns/it', uid: 'owner' }, about, task });
  const known = () => [...store.values()][0];
  return { server, clock, errands, run, known, woken };
}
const CREATE = { do: 'create', object: DESIRED } as const;

test('creates as the ServiceAccount, only where there is nothing, and asks the kinds in its own name', async () => {
  const { server, run, known } = setup();
  server.answer = () => ok(configMap('5'));
  expect(await run(CREATE)).toBe(true);
  const [discovery, create] = server.asked;
  expect(discovery).toMatchObject({ path: '/api/v1' });
  expect(discovery?.as).toBeUndefined();
  expect(create).toMatchObject({ method: 'PATCH', as: 'system:serviceaccount:ns:p' });
  expect(create?.path).toMatch(/^\/api\/v1\/namespaces\/ns\/configmaps\/a\?/);
  expect(JSON.parse(create?.body ?? '')).toMatchObject({ metadata: { namespace: 'ns', resourceVersion: '1' } });
  expect(known()?.fact).toMatchObject({ state: 'Live', object: { metadata: { uid: 'u' } } });
});

test('learns what is there where the name is taken, and changes nothing', async () => {
  const { server, run, known } = setup();
  server.answer = ({ method }) =>
    method === 'PATCH' ? refused(409, 'Conflict') : ok(configMap('5', { annotations: {} }));
  expect(await run(CREATE)).toBe(false);
  expect(known()?.fact).toMatchObject({ state: 'Live', object: { metadata: { annotations: {} } } });
});

test('changes and deletes nothing but what it was told: its UID and version go along', async () => {
  const { server, run } = setup();
  server.answer = () => ok(configMap('6'));
  await run({ do: 'apply', object: DESIRED, uid: 'u', resourceVersion: '4', force: true });
  await run({ do: 'apply', object: DESIRED, uid: 'u', resourceVersion: '5', force: false });
  await run({ do: 'delete', uid: 'u', resourceVersion: '6' });
  const [, forced, careful, deletion] = server.asked;
  expect([forced?.path, careful?.path].map((path) => path?.includes('force=true'))).toEqual([true, false]);
  expect(JSON.parse(forced?.body ?? '')).toMatchObject({ metadata: { uid: 'u', resourceVersion: '4' } });
  expect(JSON.parse(careful?.body ?? '')).toMatchObject({ metadata: { uid: 'u', resourceVersion: '5' } });
  expect(JSON.parse(deletion?.body ?? '')).toMatchObject({ preconditions: { uid: 'u', resourceVersion: '6' } });
});

test.each([
  { name: 'is believed about what was written before it', version: '10', isStale: true },
  { name: 'says nothing about what was written after it began', version: '4', isStale: undefined },
])('a list that lacks an object $name', async ({ version, isStale }) => {
  const { server, run, known } = setup();
  const metadata = { resourceVersion: version, annotations: { 'k8s.io/initial-events-end': 'true' } };
  server.watched = JSON.stringify({ type: 'BOOKMARK', object: { metadata } });
  server.answer = () => ok(configMap('5'));
  await run(CREATE);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(known()?.stale).toBe(isStale);
});

test('looks again at what nobody watches, ever more rarely, and then every ten minutes', async () => {
  const { server, clock, run, known } = setup();
  server.answer = () => ok(configMap('5'));
  await run(CREATE);
  const looks: number[] = [];
  for (let minute = 1; minute <= 60; minute += 1) {
    for (let second = 0; second < 60; second += 1) {
      clock.advance(1_000);
      if (known()?.stale === true) await run({ do: 'observe' });
    }
    looks.push(server.count('GET'));
  }
  expect(looks[0]).toBeLessThanOrEqual(6);
  // The last half hour.
  expect((looks[59] ?? 0) - (looks[29] ?? 0)).toBe(3);
});

test('looks soon again at what changes, and each minute at what is in the way', async () => {
  const { server, clock, run, known } = setup();
  let version = 5;
  server.answer = () => ok(configMap(String((version += 1))));
  await run({ do: 'observe' });
  clock.advance(2_100);
  expect(known()?.stale).toBe(true);
  server.answer = () => ok(configMap('100', { annotations: {} }));
  for (let look = 0; look < 12; look += 1) await run({ do: 'observe' });
  expect(known()?.stale).toBeUndefined();
  clock.advance(MINUTE);
  expect(known()?.stale).toBe(true);
});

test('tries again what was refused, ever more slowly, but at least each minute', async () => {
  const { server, clock, run, known } = setup();
  const message =
    'configmaps "a" is forbidden: User "system:serviceaccount:ns:p" cannot create resource "configmaps" in API group ""';
  server.answer = () => refused(403, 'Forbidden', message);
  const waits: number[] = [];
  for (let time = 0; time < 12; time += 1) {
    expect(await run(CREATE)).toBe(false);
    expect(known()?.refusal).toMatchObject({
      reason: 'Forbidden',
      message:
        'ServiceAccount p of namespace ns may not create configmaps in namespace ns: give it that right with a Role and a RoleBinding.',
    });
    const since = clock.monotonic();
    while (known()?.refusal !== undefined) clock.advance(500);
    waits.push(clock.monotonic() - since);
  }
  expect([waits[0], waits[1], waits[2], waits[11]]).toEqual([500, 1_000, 2_000, MINUTE]);
});

test('makes what is deleted again and again ever more slowly', async () => {
  const { server, clock, run, known } = setup();
  server.answer = () => ok(configMap('5'));
  for (let time = 0; time < 20; time += 1) {
    await run(CREATE);
    clock.advance(100);
  }
  expect(server.count('PATCH')).toBe(2);
  expect(known()?.held).toBe(true);
  clock.advance(4_000);
  expect(known()?.held).toBeUndefined();
});

test('changes what differs for other reasons without delay', async () => {
  const { server, run } = setup();
  server.answer = () => ok(configMap('5'));
  for (let time = 0; time < 10; time += 1) {
    const object = { ...DESIRED, data: { a: String(time) } } as KubeObject;
    await run({ do: 'apply', object, uid: 'u', resourceVersion: '5', force: true });
  }
  expect(server.count('PATCH')).toBe(10);
});

test.each([
  ['a kind that nobody serves', { ...REF, kind: 'Nothing' }],
  ['a group that nobody serves', { ...REF, apiVersion: 'nobody.example.com/v1' }],
  ['an apiVersion that is a path', { ...REF, apiVersion: '../../v1' }],
])('%s is learned, and asked for again later', async (_what, about) => {
  const { clock, run, known } = setup();
  await run(CREATE, about);
  expect(known()?.fact).toEqual({ state: 'Unserved' });
  clock.advance(MINUTE);
  expect(known()?.fact).toBeUndefined();
});

test('a kind that cannot be kept is refused', async () => {
  const { run, known } = setup();
  await run(CREATE, { ...REF, kind: 'Binding' });
  expect(known()?.refusal).toMatchObject({
    reason: 'InvalidSpec',
    message: expect.stringContaining('cannot be kept') as string,
  });
});

test.each<[what: string, answer: Response, reason: string, says: string]>([
  ['a namespace that is not there', refused(404, 'NotFound'), 'DependencyNotReady', 'Namespace ns does not exist'],
  [
    'a field that is not there',
    refused(500, '', 'failed to create typed patch object (a; v1): .dota: field not declared in schema'),
    'InvalidSpec',
    'no field dota',
  ],
  [
    'a value of another type',
    refused(500, '', 'failed to create typed patch object (a; v1): .data.a: expected string, got 1-secret'),
    'InvalidSpec',
    'Its field data.a is of a type',
  ],
  [
    'a wrong encoding',
    refused(500, '', 'failed to convert new object (a; v1): illegal base64 secret'),
    'InvalidSpec',
    'A value in it is of a type',
  ],
  [
    'an operator that may not impersonate',
    refused(403, 'Forbidden', 'User "xos" cannot impersonate resource "serviceaccounts"'),
    'Forbidden',
    'The operator may not act as ServiceAccount p',
  ],
  ['a policy', refused(403, 'Forbidden', 'denied: secret'), 'Forbidden', 'a policy of the cluster denies it'],
  ['a server with a problem', refused(500, 'InternalError', 'secret'), 'ProgressingWithRetry', 'a problem of its own'],
])('%s gets a sentence, and nothing of the answer', async (_what, answer, reason, says) => {
  const { server, run, known } = setup();
  server.answer = () => answer;
  await run(CREATE);
  expect(known()?.refusal).toMatchObject({ reason, message: expect.stringContaining(says) as string });
  expect(known()?.refusal?.message).not.toContain('secret');
});

test('without an answer nobody knows, so it looks', async () => {
  const { server, run, known } = setup();
  server.answer = () => ok(configMap('5'));
  await run(CREATE);
  server.answer = () => {
    throw new ConnectionError('Gone.');
  };
  await expect(
    run({ do: 'apply', object: DESIRED, uid: 'u', resourceVersion: '5', force: true }),
  ).rejects.toMatchObject({ name: 'RetryableError' });
  expect(known()?.stale).toBe(true);
});

test('forgets what belongs to an owner that is gone, with its timers', async () => {
  const { server, clock, errands, run, known, woken } = setup();
  server.answer = () => ok(configMap('5'));
  await run(CREATE);
  errands.forget('owner');
  expect(known()).toBeUndefined();
  const before = woken.length;
  clock.advance(60 * MINUTE);
  expect(woken).toHaveLength(before);
});
