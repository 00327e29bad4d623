import type { ServerResponse } from 'node:http';
import { gone, type Handler, listOf, politely, rudely, telling, until, Reflecting } from './reflecting.ts';
import { answer, beginWatch, bookmark, hurriedClock, pod, refuse, type Seen } from './scripted-server.ts';

let at: Reflecting;

afterEach(async () => {
  await at.stop();
});

describe('a watch', () => {
  test('that the server ends resumes without a list, and is no error', async () => {
    const events: [string, object][] = [
      ['ADDED', pod('b', '6')],
      ['BOOKMARK', bookmark('9')],
    ];
    at = await Reflecting.start({
      list: [listOf('5', 'a')],
      watch: [telling(events, politely), telling([['DELETED', pod('a', '10')]], politely)],
    });
    await until(() => at.watchedFrom.length === 3);
    expect(at.watchedFrom).toEqual(['5', '9', '10']);
    expect(at.names).toBe('b');
    expect(at.sink.lists).toBe(1);
    expect(at.logged).toEqual([]);
  });

  test('that is cut in the middle of a line resumes after the last whole one', async () => {
    const cut: Handler = (response) => {
      telling([['ADDED', pod('b', '6')]])(response, at.server.seen[0] as Seen);
      response.write('{"type":"ADDED","object":{"meta');
      setTimeout(() => {
        rudely(response);
      }, 10);
    };
    const cutPolitely: Handler = (response) => {
      beginWatch(response);
      response.end('{"type":"ADDED","object":{"meta');
    };
    at = await Reflecting.start({
      list: [listOf('5', 'a')],
      watch: [cut, cutPolitely, telling([['ADDED', pod('c', '7')]])],
    });
    await until(() => at.names === 'a b c');
    expect(at.watchedFrom).toEqual(['5', '6', '6']);
    expect(at.kinds.filter((kind) => kind === 'list')).toHaveLength(1);
  });

  test.each<{ how: string; old: Handler }>([
    {
      how: 'status',
      old: (response) => {
        refuse(response, 410, 'Gone');
      },
    },
    { how: 'event', old: telling([['ERROR', gone]]) },
  ])('too old, by $how 410, lists again and derives what was deleted', async ({ old }) => {
    at = await Reflecting.start({ list: [listOf('5', 'a', 'b'), listOf('9', 'b', 'c')], watch: [old] });
    await until(() => at.watchedFrom.length === 2);
    expect(at.names).toBe('b c');
    expect(at.watchedFrom).toEqual(['5', '9']);
    expect(at.warnings).toEqual([]);
  });

  test('from a version that the server has not reached lists again', async () => {
    const tooLarge: Handler = (response) => {
      refuse(response, 504, 'Timeout', {
        details: { causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large' }], retryAfterSeconds: 1 },
      });
    };
    at = await Reflecting.start({ list: [listOf('500', 'a'), listOf('7', 'b')], watch: [tooLarge] });
    await until(() => at.watchedFrom.length === 2);
    expect(at.watchedFrom).toEqual(['500', '7']);
    expect(at.names).toBe('b');
  });

  test('in which nothing comes is opened again from where it was', async () => {
    at = await Reflecting.start({ list: [listOf('5', 'a')], watch: [telling([['BOOKMARK', bookmark('6')]])] });
    await until(() => at.watchedFrom.length === 2);
    expect(at.watchedFrom).toEqual(['5', '6']);
    expect(at.sink.lists).toBe(1);
  });

  test('refused with 429 waits as long as the server says', async () => {
    const times: number[] = [];
    const busy: Handler = (response) => {
      times.push(hurriedClock.monotonic());
      answer(response, 429, { kind: 'Status', code: 429 }, { 'retry-after': '20' });
    };
    at = await Reflecting.start({
      list: [listOf('5', 'a')],
      watch: [
        busy,
        (response) => {
          times.push(hurriedClock.monotonic());
          beginWatch(response);
        },
      ],
    });
    await until(() => times.length === 2);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(20_000);
  });

  test('that fails with a pause to be kept is not asked before it is over', async () => {
    const busy = { kind: 'Status', code: 429, reason: 'TooManyRequests', details: { retryAfterSeconds: 20 } };
    let began = 0;
    const refused: Handler = (response, seen) => {
      began = hurriedClock.monotonic();
      telling([['ERROR', busy]])(response, seen);
    };
    at = await Reflecting.start({ list: [listOf('5', 'a')], watch: [refused] });
    await until(() => at.watchedFrom.length === 2);
    expect(hurriedClock.monotonic() - began).toBeGreaterThanOrEqual(20_000);
    expect(at.sink.lists).toBe(1);
  });

  test('that is always too old is no reason for a storm of lists', async () => {
    const old = telling([
      ['BOOKMARK', bookmark('5', true)],
      ['ERROR', gone],
    ]);
    at = await Reflecting.start({ stream: [old] });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(at.sink.lists).toBeGreaterThan(2);
    expect(at.sink.lists).toBeLessThan(12);
  });

  test('that always ends at once is asked for less and less', async () => {
    const useless = Array.from({ length: 500 }, () => (response: ServerResponse) => {
      beginWatch(response);
      response.end();
    });
    at = await Reflecting.start({ list: [listOf('5', 'a')], watch: useless });
    await until(() => at.reflector.problem !== undefined);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(at.server.seen.length).toBeLessThan(25);
    expect(at.reflector.problem).toBe('The API server ends watches at once.');
  });
});
