import { gone, type Handler, kindOf, listOf, politely, telling, until, Reflecting } from './reflecting.ts';
import { answer, bookmark, page, type Pod, pod, refuse } from './scripted-server.ts';

let at: Reflecting;

afterEach(async () => {
  await at.stop();
});

describe('a streamed list', () => {
  test('fills the sink, and the same stream goes on as a watch', async () => {
    const events: [string, object][] = [
      ['ADDED', pod('a', '1')],
      ['ADDED', pod('b', '2')],
      ['ADDED', pod('c', '3')],
      ['MODIFIED', pod('a', '8')],
      ['DELETED', pod('c', '9')],
      ['BOOKMARK', bookmark('10', true)],
      ['ADDED', pod('d', '11')],
      ['DELETED', pod('b', '12')],
    ];
    at = await Reflecting.start({ stream: [telling(events, politely)] });
    await at.reflector.synced;
    await until(() => at.watchedFrom.length === 1);
    expect([...at.sink.pods]).toEqual([
      ['a', '8'],
      ['d', '11'],
    ]);
    expect(at.watchedFrom).toEqual(['12']);
    expect(at.server.seen[0]?.query.toString()).toMatch(
      /allowWatchBookmarks=true&timeoutSeconds=450&sendInitialEvents=true&resourceVersionMatch=NotOlderThan/,
    );
    expect(at.kinds).toEqual(['stream', 'watch']);
  });

  test('that breaks off begins anew, and is not taken for complete', async () => {
    const half = telling([['ADDED', pod('a', '1')]], politely);
    at = await Reflecting.start({
      stream: [
        half,
        half,
        telling([
          ['ADDED', pod('b', '2')],
          ['BOOKMARK', bookmark('5', true)],
        ]),
      ],
    });
    expect(at.reflector.hasSynced()).toBe(false);
    await at.reflector.synced;
    expect(at.names).toBe('b');
    expect(at.kinds).toEqual(['stream', 'stream', 'stream']);
  });

  test('in which nothing comes any more falls back to pages', async () => {
    at = await Reflecting.start({ stream: [telling([['ADDED', pod('a', '1')]])], list: [listOf('5', 'b')] });
    await at.reflector.synced;
    expect(at.names).toBe('b');
  });

  test.each([400, 405, 422])('refused with %d falls back to pages, once and for all', async (code) => {
    const refusal: Handler = (response) => {
      refuse(response, code, 'Invalid');
    };
    at = await Reflecting.start({ stream: [refusal], list: [listOf('5', 'a')], watch: [telling([['ERROR', gone]])] });
    await until(() => at.server.seen.length >= 5);
    expect(at.kinds.slice(0, 4)).toEqual(['stream', 'list', 'watch', 'list']);
    expect(at.warnings).toEqual([]);
  });
});

describe('a paged list', () => {
  test('asks for all pages of one version, and gives items their kind', async () => {
    const first: Handler = (response) => {
      answer(response, 200, page('5', [pod('a', '1')], 'to+ken'));
    };
    const kept: Pod[] = [];
    const keep = (one: Pod) => {
      kept.push(one);
      return one;
    };
    at = await Reflecting.start({ list: [first, listOf('5', 'b')], keep });
    await at.reflector.synced;
    expect(at.names).toBe('a b');
    expect(kept.map(({ kind, apiVersion }) => `${apiVersion} ${kind}`)).toEqual(['v1 Pod', 'v1 Pod']);
    expect(at.server.seen.filter((seen) => kindOf(seen) === 'list').map(({ query }) => query.toString())).toEqual([
      'limit=250',
      'limit=250&continue=to%2Bken',
    ]);
    await until(() => at.watchedFrom.length === 1);
    expect(at.watchedFrom).toEqual(['5']);
  });

  test('whose token expires begins anew', async () => {
    const first: Handler = (response) => {
      answer(response, 200, page('5', [pod('old', '1')], 'token'));
    };
    const expired: Handler = (response) => {
      refuse(response, 410, 'Expired');
    };
    at = await Reflecting.start({ list: [first, expired, listOf('9', 'new')] });
    await at.reflector.synced;
    expect(at.names).toBe('new');
    expect(at.sink.version).toBe('9');
  });

  test('asks for smaller pages when objects are large', async () => {
    const large = {
      ...pod('large', '1'),
      metadata: { ...pod('large', '1').metadata, annotations: { a: 'x'.repeat(2_100_000) } },
    };
    const first: Handler = (response) => {
      answer(response, 200, page('5', [large], 'token'));
    };
    at = await Reflecting.start({ list: [first, listOf('5', 'b')] });
    await at.reflector.synced;
    expect(at.server.seen[2]?.query.get('limit')).toBe('125');
  });
});
