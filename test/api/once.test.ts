import { once, onceEach } from '../../src/api/once.ts';

describe('once', () => {
  test('equal parts become one', () => {
    const first = once({ app: 'web', tier: ['a', 'b'] });
    expect(once({ app: 'web', tier: ['a', 'b'] })).toBe(first);
    expect(once({ app: 'web', tier: ['a', 'c'] })).not.toBe(first);
  });

  test('a text is never taken for a part that reads the same in JSON', () => {
    const part = once({ a: 1 });
    const { text } = onceEach({ text: JSON.stringify(part) }, ['text']);
    expect(text).toBe('{"a":1}');
  });

  test('what is long is left as it is, and not remembered', () => {
    const long = () => ({ note: 'x'.repeat(2_000) });
    const first = once(long());
    expect(once(long())).not.toBe(first);
  });

  test('memory is bounded: what was not seen for long is forgotten', () => {
    const first = once({ number: -1 });
    for (let number = 0; number < 10_000; number += 1) once({ number });
    expect(once({ number: -1 })).not.toBe(first);
  });

  test('of an object the given fields are shared, and the others stay', () => {
    const make = () => onceEach({ labels: { app: 'web' }, own: { app: 'web' }, count: 1, none: undefined }, ['labels']);
    const [one, other] = [make(), make()];
    expect(one.labels).toBe(other.labels);
    expect(one.own).not.toBe(other.own);
    expect(onceEach({ count: 1, gone: null, none: undefined }, ['count', 'gone', 'none'])).toEqual({
      count: 1,
      gone: null,
    });
  });
});
