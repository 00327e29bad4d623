import { type Handler, listOf, politely, telling, until, Reflecting } from './reflecting.ts';
import { beginWatch, bookmark, type Pod, pod, refuse, tell } from './scripted-server.ts';

let at: Reflecting;

afterEach(async () => {
  await at.stop();
});

describe('hostile input', () => {
  test('an unreadable line is asked for once more, and then passed over alone', async () => {
    const bad: Handler = (response) => {
      beginWatch(response);
      tell(response, 'ADDED', pod('b', '6'));
      response.write('SECRET-CANARY\n');
      tell(response, 'ADDED', pod('c', '8'));
      setTimeout(() => {
        politely(response);
      }, 20);
    };
    at = await Reflecting.start({ list: [listOf('5', 'a'), listOf('9', 'a', 'b', 'c', 'lost')], watch: [bad, bad] });
    await until(() => at.names === 'a b c lost');
    expect(at.watchedFrom.slice(0, 2)).toEqual(['5', '6']);
    expect(at.sink.told.filter((told) => told === 'Pod c')).toHaveLength(1);
    expect(at.warnings).toEqual([
      { level: 'warn', message: 'unreadable event passed over', fields: { resource: 'pods' } },
    ]);
    expect(JSON.stringify(at.logged)).not.toContain('CANARY');
  });

  test('an event without a proper object concerns that event only', async () => {
    const events: [string, object][] = [
      ['ADDED', {}],
      ['MODIFIED', { metadata: null }],
      ['DELETED', { metadata: { name: 5, resourceVersion: '6' } }],
      ['BOOKMARK', {}],
      ['ADDED', pod('b', '7')],
    ];
    at = await Reflecting.start({ list: [listOf('5', 'a')], watch: [telling(events)] });
    await until(() => at.names === 'a b');
    expect(at.watchedFrom).toEqual(['5']);
    expect(at.warnings).toHaveLength(3);
  });

  test('an object on which its reader throws concerns that object only', async () => {
    const keep = (one: Pod) => {
      if (one.metadata.name.startsWith('bad')) throw new Error('SECRET-CANARY');
      return one;
    };
    at = await Reflecting.start({
      keep,
      list: [listOf('5', 'a', 'bad')],
      watch: [
        telling([
          ['ADDED', pod('bad2', '6')],
          ['ADDED', pod('b', '7')],
        ]),
      ],
    });
    await until(() => at.names === 'a b');
    expect(at.logged.map(({ level, fields }) => [level, fields?.['name']])).toEqual([
      ['error', 'bad'],
      ['error', 'bad2'],
    ]);
    expect(JSON.stringify(at.logged)).not.toContain('CANARY');
  });

  test('of managedFields only our own are kept whole', async () => {
    const fieldsV1 = { 'f:metadata': {} };
    const { metadata, ...rest } = pod('a', '6');
    const managed = {
      ...rest,
      metadata: { ...metadata, managedFields: ['kubectl', 'xos-operator'].map((manager) => ({ manager, fieldsV1 })) },
    };
    const seen: unknown[] = [];
    at = await Reflecting.start({ list: [listOf('5')], watch: [telling([['ADDED', managed]])] });
    at.sink.upsert = (one) => {
      seen.push(one.metadata.managedFields);
    };
    await until(() => seen.length === 1);
    expect(seen).toEqual([[{ manager: 'kubectl' }, { manager: 'xos-operator', fieldsV1 }]]);
  });
});

describe('what a person must mend', () => {
  test.each([
    { code: 404, words: 'install its CustomResourceDefinition' },
    { code: 403, words: 'may not list and watch pods' },
  ])('$code is said once, tried on, and said once when it is mended', async ({ code, words }) => {
    let broken = true;
    const stream: Handler = (response, seen) => {
      if (broken) refuse(response, code, 'X');
      else telling([['BOOKMARK', bookmark('5', true)]])(response, seen);
    };
    at = await Reflecting.start({ stream: [stream] });
    await until(() => at.server.seen.length >= 4);
    expect(at.reflector.problem).toContain(words);
    broken = false;
    await at.reflector.synced;
    expect(at.reflector.problem).toBeUndefined();
    expect(at.logged.map(({ level }) => level)).toEqual(['warn', 'info']);
    expect(JSON.stringify(at.logged)).not.toContain('CANARY');
  });

  test('a definition that was deleted and made anew is listed anew', async () => {
    const missing: Handler = (response) => {
      refuse(response, 404, 'NotFound');
    };
    at = await Reflecting.start({ list: [listOf('5', 'a'), listOf('9', 'b')], watch: [missing] });
    await until(() => at.names === 'b');
    expect(at.reflector.hasSynced()).toBe(true);
  });
});
