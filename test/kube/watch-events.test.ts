import { linesOf, parseEvent } from '../../src/kube/watch-events.ts';

async function* chunksOf(...chunks: string[]): AsyncGenerator<string> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

async function allLines(chunks: AsyncIterable<string>, longest?: number): Promise<string[]> {
  const all: string[] = [];
  for await (const lines of linesOf(chunks, longest)) all.push(...lines);
  return all;
}

describe('lines of a watch', () => {
  test('are the same wherever the chunks are cut', async () => {
    const text = '{"a":"ü"}\n\n{"b":1}\n';
    for (let cut = 0; cut <= text.length; cut += 1) {
      const lines = await allLines(chunksOf(text.slice(0, cut), text.slice(cut)));
      expect(lines).toEqual(['{"a":"ü"}', '', '{"b":1}']);
    }
    expect(await allLines(chunksOf(...text.split('')))).toEqual(['{"a":"ü"}', '', '{"b":1}']);
  });

  test('a cut last line is a broken connection, after what came before', async () => {
    const seen: string[] = [];
    const reading = async () => {
      for await (const lines of linesOf(chunksOf('{"a":1}\n{"b"'))) seen.push(...lines);
    };
    await expect(reading()).rejects.toThrow('in the middle of an event');
    expect(seen).toEqual(['{"a":1}']);
  });

  test('a line without end is given up', async () => {
    await expect(allLines(chunksOf('x'.repeat(60), 'x'.repeat(60)), 100)).rejects.toThrow('too long');
    await expect(allLines(chunksOf('x'.repeat(60), '\n', 'x'.repeat(60), '\n'), 100)).resolves.toHaveLength(2);
  });
});

describe('an event', () => {
  test.each([
    '',
    'null',
    '{',
    '[]',
    '{"type":"ADDED"}',
    '{"type":"ADDED","object":null}',
    '{"type":"NEW","object":{}}',
    '{"type":["ADDED"],"object":{}}',
  ])('is not %j', (line) => {
    expect(parseEvent(line)).toBeUndefined();
  });

  test('keeps every field, also those that only look dangerous', () => {
    const event = parseEvent('{"type":"ADDED","object":{"data":{"__proto__":"x","constructor":"y"}}}');
    expect(JSON.stringify(event?.object)).toBe('{"data":{"__proto__":"x","constructor":"y"}}');
  });
});
