/** What is looked at, by resource or by resource and namespace, and what is said where that is not possible. */
import { ConfigMaps } from '../../src/api/data.ts';
import { Namespaces, Pods } from '../../src/api/core.ts';
import { XosSites } from '../../src/api/generated/xossites.ts';
import { Client } from '../../src/kube/client.ts';
import type { Connection, Stream } from '../../src/kube/connection.ts';
import { Stores } from '../../src/kube/stores.ts';
import { Watches } from '../../src/kube/watches.ts';
import type { Source } from '../../src/runtime/kind.ts';
import { hurriedClock } from './scripted-server.ts';

const sources = [Pods, ConfigMaps, Namespaces, XosSites].map((resource): Source => ({ resource, wakes: () => [] }));
const END = { 'k8s.io/initial-events-end': 'true' };
const BOOKMARK = { type: 'BOOKMARK', object: { metadata: { resourceVersion: '7', annotations: END } } };

/** An empty list, and a watch from which nothing comes; or a refusal. */
function streamOf(refused: boolean): Stream {
  const lines = refused ? '' : `${JSON.stringify(BOOKMARK)}\n`;
  let close = () => undefined as void;
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  const chunks = async function* () {
    yield lines;
    if (!refused) await closed;
  };
  return { status: refused ? 403 : 200, chunks: chunks(), close };
}

const stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
});

async function following(namespaces: readonly string[] | undefined, refused: Set<string>) {
  const paths: string[] = [];
  const connection: Connection = {
    send: () => Promise.resolve({ status: 403, body: '' }),
    open: ({ path, signal }) => {
      const place = path.split('?')[0] ?? '';
      paths.push(place);
      const stream = streamOf([...refused].some((part) => place.includes(part)));
      signal?.addEventListener('abort', () => {
        stream.close();
      });
      return Promise.resolve(stream);
    },
    close: () => Promise.resolve(),
    reset: () => undefined,
  };
  const end = new AbortController();
  const how = { clock: hurriedClock, random: () => 0.5 };
  const silent = () => undefined;
  const stores = new Stores(sources, silent);
  const client = new Client(connection, how);
  const log = { debug: silent, info: silent, warn: silent, error: silent };
  const watches = new Watches(stores, { ...how, client, log, namespaces });
  const running = watches.run(end.signal);
  stops.push(async () => {
    end.abort();
    await running;
  });
  await watches.caughtUp;
  return { watches, stores, paths: () => [...new Set(paths)].toSorted() };
}

test('without namespaces each resource is looked at once, wherever its objects are', async () => {
  const { watches, paths } = await following(undefined, new Set());
  expect(paths()).toEqual([
    '/api/v1/configmaps',
    '/api/v1/namespaces',
    '/api/v1/pods',
    '/apis/xos.opencord.org/v1alpha1/xossites',
  ]);
  expect([watches.unready(), watches.remarks, watches.hasSynced(['pods'])]).toEqual([undefined, [], true]);
});

test('in namespaces each is looked at in each of them, and nothing else but our own kinds', async () => {
  const { watches, stores, paths } = await following(['a', 'b'], new Set());
  expect(paths()).toEqual([
    '/api/v1/namespaces/a/configmaps',
    '/api/v1/namespaces/a/pods',
    '/api/v1/namespaces/b/configmaps',
    '/api/v1/namespaces/b/pods',
    '/apis/xos.opencord.org/v1alpha1/xossites',
  ]);
  expect([watches.unready(), watches.remarks]).toEqual([undefined, []]);
  expect([...stores.all(Namespaces)].map(({ metadata }) => metadata.name)).toEqual(['a', 'b']);
});

test('a namespace that may not be looked at holds up itself alone, says so, and heals', async () => {
  const refused = new Set(['/namespaces/b/pods']);
  const { watches } = await following(['a', 'b'], refused);
  const seen = () => ['a', 'b'].map((namespace) => watches.hasSynced(['pods'], namespace));
  expect(seen()).toEqual([true, false]);
  expect([watches.hasSynced(['configmaps'], 'b'), watches.hasSynced(['pods'])]).toEqual([true, true]);
  expect(watches.unready()).toBeUndefined();
  expect(watches.remarks).toEqual([
    'Namespace b waits: The operator may not list and watch pods in namespace b; grant its account that right.',
  ]);
  expect(new Map(watches.problems()).get('configmaps')).toBeUndefined();
  expect(new Map(watches.problems()).get('pods')).toMatch(/in namespace b/);
  refused.clear();
  await Promise.all(watches.steps);
  expect([seen(), watches.remarks]).toEqual([[true, true], []]);
});

test('where no namespace may be looked at, there is nothing that could be done', async () => {
  const { watches } = await following(['a', 'b'], new Set(['/namespaces/']));
  expect(watches.unready()).toMatch(/may not list and watch pods in namespace a/);
});
