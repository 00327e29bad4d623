/** Asking what stands above an owner: its metadata alone, once, and no answer is an answer. */
import { Ancestry } from '../../src/kube/ancestry.ts';
import { Client } from '../../src/kube/client.ts';
import { type Connection, ConnectionError, type Request } from '../../src/kube/connection.ts';
import { Store } from '../../src/kube/store.ts';
import { type Ancestor, Ancestors } from '../../src/runtime/ancestor.ts';
import type { Change } from '../../src/runtime/change.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const KINDS = {
  resources: [{ name: 'etcdclusters', kind: 'EtcdCluster', namespaced: true, verbs: ['get', 'patch', 'delete'] }],
};
const link = (uid = 'u-1') => ({
  owner: { apiVersion: 'db/v1', kind: 'EtcdCluster', name: 'main', uid },
  namespace: 'ns',
});
const found = (metadata: object) => ({
  metadata: { name: 'main', namespace: 'ns', uid: 'u-1', resourceVersion: '7', ...metadata },
});

/** Over an API server that gives this answer for the object. */
function world(answer: { status?: number; body?: object; breaks?: true }) {
  const clock = new VirtualClock();
  const requests: Request[] = [];
  const connection = {
    send: (request: Request) => {
      if (request.path === '/apis/db/v1') return Promise.resolve({ status: 200, body: JSON.stringify(KINDS) });
      requests.push(request);
      if (answer.breaks) return Promise.reject(new ConnectionError('It broke.'));
      return Promise.resolve({ status: answer.status ?? 200, body: JSON.stringify(answer.body ?? {}) });
    },
  } as unknown as Connection;
  const changes: Change[] = [];
  const store = new Store<Ancestor>(Ancestors, (change) => void changes.push(change));
  const nothing = () => undefined;
  const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
  const client = new Client(connection, { clock, random: () => 0 });
  return { clock, requests, changes, store, ancestry: new Ancestry({ client, store, clock, log }) };
}

test('the metadata alone is asked for, and of that only what is read is kept', async () => {
  const owner = { apiVersion: 'x/v1', kind: 'Tenant', name: 't', uid: 'u-2', controller: true };
  const body = found({ ownerReferences: [owner], annotations: { secret: 'x' }, labels: { app: 'db' } });
  const { requests, store, ancestry } = world({ body });
  await ancestry.trace(link());
  expect(requests.map(({ method, path, accept }) => [method, path, accept])).toEqual([
    ['GET', '/apis/db/v1/namespaces/ns/etcdclusters/main', expect.stringContaining('as=PartialObjectMetadata')],
  ]);
  expect(store.get('u-1')?.found).toMatchObject({ kind: 'EtcdCluster', metadata: { ownerReferences: [owner] } });
  expect(JSON.stringify(store.get('u-1'))).not.toContain('secret');
});

test.each([
  { name: 'it may not be read', answer: { status: 403 } },
  { name: 'it is not there', answer: { status: 404 } },
  { name: 'it is a namesake', answer: { body: found({ uid: 'u-other' }) } },
])('that $name is an answer, and not asked again', async ({ answer }) => {
  const { requests, store, ancestry } = world(answer);
  await ancestry.trace(link());
  await ancestry.trace(link());
  expect(requests).toHaveLength(1);
  expect(store.get('u-1')).toMatchObject({ found: undefined });
});

test('a kind that is not served costs no request for the object', async () => {
  const { requests, store, ancestry } = world({});
  await ancestry.trace({ ...link(), owner: { ...link().owner, kind: 'Unknown' } });
  expect([requests.length, store.get('u-1')?.found]).toEqual([0, undefined]);
});

test('after ten minutes it is asked again, and the same answer wakes nobody', async () => {
  const { clock, requests, changes, ancestry } = world({ body: found({}) });
  await ancestry.trace(link());
  clock.advance(600_000);
  await ancestry.trace(link());
  expect([requests.length, changes.length]).toEqual([2, 1]);
});

test('no answer at all is tried again by the queue', async () => {
  const { store, ancestry } = world({ breaks: true });
  await expect(ancestry.trace(link())).rejects.toThrow('It broke.');
  expect(store.get('u-1')).toBeUndefined();
  await expect(ancestry.trace(link())).rejects.toThrow('It broke.');
});

describe('what is known already', () => {
  const known = async () => {
    const answer: { status?: number; body?: object } = { body: found({}) };
    const { clock, store, ancestry } = world(answer);
    await ancestry.trace(link());
    clock.advance(600_000);
    return { answer, store, ancestry };
  };

  test.each([
    { what: 'outlives an error that passes', status: 500, is: true },
    { what: 'goes with the right to read it', status: 403, is: false },
    { what: 'goes when it is gone', status: 404, is: false },
  ])('$what', async ({ status, is }) => {
    const { answer, store, ancestry } = await known();
    answer.status = status;
    await ancestry.trace(link());
    expect(store.get('u-1')?.found !== undefined).toBe(is);
  });

  test('outlives a reference that has its UID, and means another object', async () => {
    const { answer, store, ancestry } = await known();
    answer.status = 404;
    await ancestry.trace({ ...link(), namespace: 'elsewhere' });
    expect(store.get('u-1')?.found).toBeDefined();
  });
});
