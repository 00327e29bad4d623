/** Asking for Events: seldom, about one object, and with nothing of their words kept. */
import { Jobs } from '../../src/api/core.ts';
import { Client } from '../../src/kube/client.ts';
import type { Connection, Request } from '../../src/kube/connection.ts';
import { Inquiries } from '../../src/kube/inquiries.ts';
import { Store } from '../../src/kube/store.ts';
import { type Complaint, Complaints } from '../../src/runtime/complaint.ts';
import type { Change } from '../../src/runtime/change.ts';
import { live } from '../support/view.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const job = live({ apiVersion: 'batch/v1', kind: Jobs.kind, metadata: { name: 'j', namespace: 'ns', uid: 'u-1' } });
const event = (message: string, lastTimestamp: string) => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: lastTimestamp, namespace: 'ns', uid: lastTimestamp, resourceVersion: '1' },
  message,
  lastTimestamp,
});

/** Inquiries over an API server that answers each question with these Events, or with this status. */
function world(answer: { items?: object[]; status?: number }) {
  const clock = new VirtualClock();
  const requests: Request[] = [];
  const body = JSON.stringify({ kind: 'EventList', metadata: { resourceVersion: '9' }, items: answer.items ?? [] });
  const connection = {
    send: (request: Request) => {
      requests.push(request);
      return Promise.resolve({ status: answer.status ?? 200, headers: {}, body });
    },
  } as unknown as Connection;
  const changes: Change[] = [];
  const store = new Store<Complaint>(Complaints, (change) => void changes.push(change));
  const nothing = () => undefined;
  const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
  const client = new Client(connection, { clock, random: () => 0 });
  return { clock, requests, changes, store, inquiries: new Inquiries({ client, store, clock, log }) };
}

const quota = (name: string) =>
  `Error creating: pods "j-" is forbidden: exceeded quota: ${name}, requested: pods=1, secret=x`;

test('the newest Event counts, and of its words the name of the obstacle alone', async () => {
  const items = [event(quota('new'), '2026-01-01T00:00:02Z'), event(quota('old'), '2026-01-01T00:00:01Z')];
  const { requests, store, inquiries } = world({ items });
  await inquiries.ask(job, 'ns/slice');
  expect(requests.map(({ path }) => decodeURIComponent(path))).toEqual([
    '/api/v1/namespaces/ns/events?fieldSelector=involvedObject.uid=u-1,reason=FailedCreate&limit=50',
  ]);
  const found = store.get('ns/u-1');
  expect(found).toMatchObject({ at: '2026-01-01T00:00:02Z', owner: 'ns/slice', obstacle: { sort: 'Quota' } });
  expect(found?.obstacle?.words).toContain('ResourceQuota new of the namespace');
  expect(JSON.stringify(found)).not.toContain('secret');
});

test('a StatefulSet says it in its own way', async () => {
  const message =
    'create Pod s-0 in StatefulSet s failed error: pods "s-0" is forbidden: exceeded quota: few, requested: pods=1';
  const { store, inquiries } = world({ items: [event(message, '2026-01-01T00:00:01Z')] });
  await inquiries.ask(job, 'ns/slice');
  expect(store.get('ns/u-1')?.obstacle?.sort).toBe('Quota');
});

test('is asked ever more seldom, and what is known already wakes nobody', async () => {
  const { clock, requests, changes, inquiries } = world({ items: [event(quota('few'), '2026-01-01T00:00:01Z')] });
  for (let second = 0; second < 600; second += 1) {
    await inquiries.ask(job, 'ns/slice');
    clock.advance(1_000);
  }
  expect(requests.length).toBeLessThan(20);
  expect(changes.length).toBe(1);
});

test('who may not look at Events, or finds none, knows nothing, and that is no failure', async () => {
  for (const answer of [{ status: 403 }, { items: [] }]) {
    const { store, inquiries } = world(answer);
    await inquiries.ask(job, 'ns/slice');
    expect(store.get('ns/u-1')).toBeUndefined();
  }
});

test('what was complained of about an object goes with it', async () => {
  const { store, inquiries } = world({ items: [event(quota('few'), '2026-01-01T00:00:01Z')] });
  await inquiries.ask(job, 'ns/slice');
  expect(store.size).toBe(1);
  inquiries.forget(job);
  inquiries.forget(job);
  expect(store.size).toBe(0);
});
