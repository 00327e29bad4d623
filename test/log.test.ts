/** What gets into the log, and what cannot, whatever it is given. */
import { makeLog } from '../src/log.ts';
import { ConnectionError } from '../src/kube/connection.ts';
import { RetryableError } from '../src/runtime/errors.ts';
import { failureOf } from '../src/runtime/failure.ts';
import { type LogFields, objectFields } from '../src/runtime/log.ts';

const SECRET = 'yellow-bird';

/** What is written while `write` runs. */
function written(write: () => void): string {
  // winston writes to the console's own stream.
  const stream = Reflect.get(console, '_stderr') as NodeJS.WriteStream;
  const spy = jest.spyOn(stream, 'write').mockReturnValue(true);
  try {
    write();
    return spy.mock.calls.map(([text]) => String(text)).join('');
  } finally {
    spy.mockRestore();
  }
}

const line = (write: () => void) => JSON.parse(written(write)) as Record<string, unknown>;

test('a line has its fields in one order, and those around it', () => {
  const log = makeLog('info', 'json', () => ({ reconcileID: 'a-1', controller: 'c' }));
  const said = line(() => {
    log.warn('something', { failures: 2, name: 'n', controller: 'own' });
  });
  expect(Object.keys(said)).toEqual(['controller', 'failures', 'level', 'message', 'name', 'reconcileID', 'timestamp']);
  expect(said).toMatchObject({ controller: 'own', failures: 2, name: 'n', reconcileID: 'a-1', level: 'warn' });
});

test('a line about another object than the turn names that one only', () => {
  const log = makeLog('info', 'json', () => ({ namespace: 'a', name: 'b', reconcileID: 'a-1' }));
  const about = (key: string) =>
    line(() => {
      log.info('something', objectFields(key));
    });
  expect(about('node')).not.toHaveProperty('namespace');
  expect(about('node')).toMatchObject({ name: 'node', reconcileID: 'a-1' });
  expect(about('c/d')).toMatchObject({ namespace: 'c', name: 'd' });
});

test('a line for people has them too, and stays one line', () => {
  const log = makeLog('info', 'pretty');
  const said = written(() => {
    log.info('something', { name: 'n', error: 'two\nlines', port: 1 });
  });
  expect(said).toMatch(/^\S+ INFO {2}something name="n" error="two\\nlines" port=1\n$/);
});

test('what is not told costs nothing: nobody looks what is around it', () => {
  const around = jest.fn(() => undefined);
  const log = makeLog('info', 'json', around);
  expect(
    written(() => {
      log.debug('something');
    }),
  ).toBe('');
  expect(around).not.toHaveBeenCalled();
});

function brokenParse(): Error {
  try {
    JSON.parse(SECRET);
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('It was parsed.');
}

/** With another message than the one that its stack begins with, which is made when somebody first looks. */
function altered(): Error {
  const error = new Error(`a\n    at ${SECRET}`);
  expect(error.stack).toContain(SECRET);
  return Object.assign(error, { message: 'Nothing.' });
}

const secret = { kind: 'Secret', metadata: { name: SECRET }, data: { password: SECRET } };

test.each([
  ['an object', { error: secret }],
  ['an error', { error: new Error(SECRET, { cause: new Error(SECRET) }) }],
  ['an error that has more in it', { error: Object.assign(new Error('a'), secret) }],
  ['a list', { name: [SECRET] }],
  ['a text that only looks like one', { name: { toString: (): string => SECRET, toJSON: () => SECRET, length: 3 } }],
  ['a function', { name: () => SECRET }],
  ['a field that there is not', { password: SECRET }],
  ['a field of winston', { splat: [SECRET], stack: SECRET, cause: SECRET, metadata: secret }],
])('%s is not shown', (_what, fields) => {
  for (const form of ['json', 'pretty'] as const) {
    const said = written(() => {
      makeLog('debug', form).error('something', fields as unknown as LogFields);
    });
    expect(said).toContain('something');
    expect(said).not.toContain(SECRET);
  }
});

test('neither is a message that is none', () => {
  const said = written(() => {
    makeLog('debug', 'json').error(secret as unknown as string);
  });
  expect(said).toContain('(not shown)');
  expect(said).not.toContain(SECRET);
});

test('a text is cut', () => {
  const { error } = line(() => {
    makeLog('info', 'json').info('something', { error: 'x'.repeat(1_000_000) });
  });
  expect(String(error).length).toBe(2_000);
});

describe('of an error', () => {
  test('a sentence of ours is told', () => {
    expect(failureOf(new RetryableError('Later.'))).toBe('Later.');
    expect(failureOf(new ConnectionError('No answer.'))).toBe('No answer.');
  });

  test.each([
    ['one of a parser', brokenParse()],
    ['one with a cause', new Error(`It was ${SECRET}.`, { cause: brokenParse() })],
    ['one of many lines', new TypeError(`It was\n    at ${SECRET} (${SECRET}:1:1)\n    at ${SECRET}`)],
    ['one that says something else now', altered()],
    ['one with a strange name', Object.assign(new Error('a'), { name: `It was ${SECRET}` })],
    ['something else', SECRET],
  ])('%s tells what it is and where it arose, and not what it says', (_what, error) => {
    const said = failureOf(error);
    expect(said).not.toContain(SECRET);
    expect(said).toMatch(/^(SyntaxError|TypeError|Error)(\n {4}at .+)*$|^Something that is no error was thrown\.$/);
  });

  test('the place is told', () => {
    expect(failureOf(brokenParse())).toMatch(/^SyntaxError\n {4}at [\s\S]*log\.test\.ts/);
  });
});
