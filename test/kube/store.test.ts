/** The store believes the watch, the list and our own writes, each as far as it can know. */
import { Pods } from '../../src/api/core.ts';
import type { Pod } from '../../src/api/core.ts';
import { Feed } from '../../src/kube/feed.ts';
import { Store } from '../../src/kube/store.ts';
import type { Index } from '../../src/runtime/view.ts';

function pod(name: string, resourceVersion: string, uid = name, node = 'n1'): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'ns', uid, resourceVersion },
    spec: { nodeName: node, containers: [] },
  };
}

const byNode: Index<Pod> = {
  name: 'pods by node',
  resource: Pods,
  keys: ({ spec }) => (spec.nodeName === undefined ? [] : [spec.nodeName]),
};

function storeWith(...pods: Pod[]) {
  const changes: string[] = [];
  const store = new Store(Pods, ({ before, after }) => {
    changes.push(
      `${(after ?? before)?.metadata.name ?? ''}${before === undefined ? '+' : ''}${after === undefined ? '-' : ''}`,
    );
  });
  store.addIndex(byNode);
  store.begin();
  for (const each of pods) store.add(each);
  store.commit('10');
  changes.length = 0;
  return { store, changes };
}

test('an answer to a write of ours is seen before the watch tells, and then only once', () => {
  const { store, changes } = storeWith();
  store.observe(pod('a', '11'));
  store.upsert(pod('a', '11'));
  expect([store.size, changes]).toEqual([1, ['a+']]);
});

/** As the API server writes a custom resource: with sorted fields. */
function line(version: string, uid = 'a'): string {
  const metadata = { name: 'a', namespace: 'ns', resourceVersion: version, uid };
  return JSON.stringify({ type: 'MODIFIED', object: { metadata, spec: { containers: [] } } });
}

test('of the answers to our writes the watch tells nothing new: they are not read once more', () => {
  const { store, changes } = storeWith(pod('a', '5'));
  const read: string[] = [];
  const keep = (object: Pod) => {
    read.push(object.metadata.resourceVersion ?? '');
    return object;
  };
  const silent = () => undefined;
  const log = { debug: silent, info: silent, warn: silent, error: silent };
  const feed = new Feed({ resource: { ...Pods, keep }, sink: store, log }, { version: '10', lenient: false });
  store.observe(pod('a', '11'));
  store.observe(pod('a', '13'));
  store.observe(pod('a', '14'));
  // Ours, somebody else's, ours, ours told twice, a namesake's.
  for (const each of [line('11'), line('12'), line('13'), line('13'), line('14', 'b')]) feed.take(each);
  expect([read, feed.version, feed.taken]).toEqual([['12', '13', '14'], '14', 5]);
  expect(changes).toEqual(['a', 'a', 'a']);
});

test('after a list an answer is no news any more, and is forgotten', () => {
  const { store } = storeWith();
  store.observe(pod('a', '11'));
  store.begin();
  store.add(pod('a', '11'));
  store.commit('20');
  expect(store.isEcho({ uid: 'a', resourceVersion: '11' })).toBe(false);
});

test('an answer that comes after the watch told of the end does not bring the object back', () => {
  const { store } = storeWith(pod('a', '5'));
  store.remove(pod('a', '12'));
  store.observe(pod('a', '11'));
  expect(store.size).toBe(0);
});

test('an older event does not undo a newer answer', () => {
  const { store } = storeWith(pod('a', '5'));
  store.observe(pod('a', '15', 'a', 'n2'));
  store.upsert(pod('a', '12'));
  expect(store.get('ns/a')?.spec.nodeName).toBe('n2');
});

test('a list takes away what it lacks, but not what we made meanwhile', () => {
  const { store, changes } = storeWith(pod('old', '5'), pod('stays', '6'));
  store.observe(pod('ours', '30'));
  changes.length = 0;
  store.begin();
  store.add(pod('stays', '6'));
  store.commit('20');
  expect([...store.values()].map(({ metadata }) => metadata.name)).toEqual(['stays', 'ours']);
  expect(changes).toEqual(['old-']);
});

test('after a restore from a backup, when versions go back, the list is the truth', () => {
  const { store } = storeWith(pod('lost', '9'));
  store.bookmark('500');
  store.begin();
  store.add(pod('restored', '3'));
  store.commit('4');
  expect([...store.values()].map(({ metadata }) => metadata.name)).toEqual(['restored']);
  store.observe(pod('new', '5'));
  expect(store.size).toBe(2);
});

test('an object that was made anew in a gap arrives as another, and an index follows a move', () => {
  const { store } = storeWith(pod('a', '5', 'first', 'n1'));
  store.upsert(pod('a', '12', 'second', 'n2'));
  expect(store.get('ns/a')?.metadata.uid).toBe('second');
  expect([[...store.table(byNode).at('n1')], [...store.table(byNode).at('n2')]]).toEqual([[], ['ns/a']]);
  store.remove(pod('a', '8', 'first'));
  expect(store.size).toBe(1);
});

describe('filled by namespaces', () => {
  const at = (namespace: string, name: string, version: string): Pod => {
    const made = pod(name, version);
    return { ...made, metadata: { ...made.metadata, namespace } };
  };
  const filled = () => {
    const { store } = storeWith();
    const [a, b] = [store.partOf('a'), store.partOf('b')];
    for (const part of [a, b]) part.begin();
    a.add(at('a', 'one', '5'));
    b.add(at('b', 'two', '6'));
    a.commit('10');
    b.commit('10');
    return { store, a, b };
  };
  const keys = (store: Store<Pod>) => [...store.values()].map(({ metadata }) => metadata.name);

  test('a list of one says nothing of the others, nor do lists at the same time', () => {
    const { store, a, b } = filled();
    a.begin();
    b.begin();
    b.add(at('b', 'two', '6'));
    a.commit('20');
    b.commit('21');
    expect(keys(store)).toEqual(['two']);
  });

  test('an answer counts unless the watch of its own namespace has passed it', () => {
    const { store, a, b } = filled();
    b.bookmark('100');
    store.observe(at('a', 'made', '50'));
    expect(keys(store)).toContain('made');
    a.bookmark('100');
    store.observe(at('a', 'late', '60'));
    expect(keys(store)).not.toContain('late');
  });
});
