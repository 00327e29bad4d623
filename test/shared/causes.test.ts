/** Why another object is not ready, in its own words: the deepest cause, in one sentence that has an end. */
import type { KubeObject } from '../../src/api/object.ts';
import { whyNotReady } from '../../src/shared/causes.ts';

const object = (kind: string, status?: 'True' | 'False', message = ''): KubeObject =>
  ({
    apiVersion: 'v1',
    kind,
    metadata: { name: 'a' },
    status: { conditions: status === undefined ? [] : [{ type: 'Ready', status, message }] },
  }) as KubeObject;

test.each<[string, KubeObject, string]>([
  ['who said nothing yet is being made', object('A'), 'A a is not ready: it is being made.'],
  [
    'who is ready is, but what it makes is not seen yet',
    object('A', 'True', 'x'),
    'A a is not ready: it is being made.',
  ],
  [
    'who has no status at all',
    { apiVersion: 'v1', kind: 'A', metadata: { name: 'a' } },
    'A a is not ready: it is being made.',
  ],
  ['who says why is quoted', object('A', 'False', 'spec.x is wrong.'), 'A a is not ready: spec.x is wrong.'],
])('%s', (_what, of, words) => {
  expect(whyNotReady(of)).toBe(words);
});

test('a chain of four is one sentence', () => {
  const third = whyNotReady(object('C', 'False', 'spec.y names D d, which does not exist: create it.'));
  const second = whyNotReady(object('B', 'False', third));
  expect(whyNotReady(object('A', 'False', second))).toBe(
    'A a is not ready: B a is not ready: C a is not ready: spec.y names D d, which does not exist: create it.',
  );
});

test('two that wait for each other settle', () => {
  let message = '';
  for (let i = 0; i < 200; i += 1) message = whyNotReady(object(i % 2 === 0 ? 'A' : 'B', 'False', message));
  expect(message.length).toBeLessThan(700);
  const twice = whyNotReady(object('B', 'False', whyNotReady(object('A', 'False', message))));
  expect(twice).toBe(message);
});
