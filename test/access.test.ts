/** Who may see a page, how often the API server is asked about it, and what becomes of it while that does not answer. */
import { Access } from '../src/access.ts';
import { ConnectionError } from '../src/kube/connection.ts';
import type { Verdict } from '../src/kube/reviews.ts';
import type { LogFields } from '../src/runtime/log.ts';
import type { Page } from '../src/serve.ts';
import { VirtualClock } from './support/virtual-clock.ts';

function door(answer: (token: string) => Verdict | Error) {
  const clock = new VirtualClock();
  const asked: string[] = [];
  const lines: [string, LogFields | undefined][] = [];
  const note = (message: string, fields?: LogFields) => void lines.push([message, fields]);
  const reviews = {
    mayGet: async (path: string, token: string) => {
      asked.push(`${path} ${token}`);
      await Promise.resolve();
      const verdict = answer(token);
      if (verdict instanceof Error) throw verdict;
      return verdict;
    },
  };
  const access = new Access({ reviews, clock, log: { debug: note, info: note, warn: note, error: note } });
  const page = access.guard('/metrics', () => ({ status: 200, text: 'seen' }));
  const ask = async (authorization?: string, method = 'GET'): Promise<Page> =>
    await page({ method, isLocal: false, body: '', authorization });
  return { clock, asked, lines, ask, bearer: (token: string) => ask(`Bearer ${token}`) };
}

const sentence = expect.stringMatching(/^[A-Z][^\n]+\.\n$/) as string;

test.each([
  ['without a token', undefined, 'Allowed', 401],
  ['with something else', 'Basic YTpi', 'Allowed', 401],
  ['with two tokens', 'Bearer a b', 'Allowed', 401],
  ['with a token that nobody has', 'Bearer a', 'Unknown', 401],
  ['with one whose holder may not', 'Bearer a', 'Forbidden', 403],
  ['with one whose holder may', 'bearer a', 'Allowed', 200],
] as const)('%s', async (_how, authorization, verdict, status) => {
  const { ask } = door(() => verdict);
  const page = await ask(authorization);
  expect(page).toMatchObject({ status, text: status === 200 ? 'seen' : sentence });
  expect(page.headers?.['www-authenticate']).toBe(status === 401 ? 'Bearer' : undefined);
});

test('it can be read only', async () => {
  const { ask, asked } = door(() => 'Allowed');
  expect(await ask('Bearer a', 'POST')).toMatchObject({ status: 405, text: sentence });
  expect(asked).toEqual([]);
});

test('what was said counts for a moment, a refusal for a shorter one', async () => {
  const { clock, asked, bearer } = door((token) => (token === 'good' ? 'Allowed' : 'Unknown'));
  for (const token of ['good', 'bad']) for (let i = 0; i < 3; i += 1) await bearer(token);
  expect(asked).toEqual(['/metrics good', '/metrics bad']);
  await clock.run(10_000);
  expect((await bearer('bad')).status).toBe(401);
  expect((await bearer('good')).status).toBe(200);
  expect(asked).toEqual(['/metrics good', '/metrics bad', '/metrics bad']);
  await clock.run(50_000);
  await bearer('good');
  expect(asked.length).toBe(4);
});

test('who asks at the same time with the same token gets the same answer', async () => {
  const { asked, bearer } = door(() => 'Allowed');
  const pages = await Promise.all([bearer('a'), bearer('a'), bearer('a')]);
  expect(pages.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(asked.length).toBe(1);
});

test('strangers are asked about a few times a second, and do not keep out who is known', async () => {
  const { clock, asked, bearer } = door((token) => (token === 'good' ? 'Allowed' : 'Unknown'));
  await bearer('good');
  for (let i = 0; i < 50; i += 1) await bearer(`bad-${i}`);
  expect(asked.length).toBe(10);
  expect(await bearer('bad-50')).toMatchObject({ status: 429, text: sentence });
  expect((await bearer('good')).status).toBe(200);
  await clock.run(1_000);
  expect((await bearer('bad-50')).status).toBe(401);
});

test('so many are remembered, and no more', async () => {
  const { clock, asked, bearer } = door(() => 'Allowed');
  const names = Array.from({ length: 101 }, (_, index) => `t${index}`);
  for (const name of names) {
    await bearer(name);
    await clock.run(100);
  }
  await bearer('t100');
  expect(asked.length).toBe(101);
  await bearer('t0');
  expect(asked.length).toBe(102);
});

test('while it cannot be asked only who is known sees it, that is said once, and it heals', async () => {
  let works = true;
  const { lines, bearer, asked } = door(() => (works ? 'Allowed' : new ConnectionError('No answer.')));
  await bearer('known');
  works = false;
  for (let i = 0; i < 3; i += 1) {
    expect(await bearer('a')).toMatchObject({ status: 503, text: sentence });
    expect((await bearer('known')).status).toBe(200);
  }
  expect(asked.length).toBe(4);
  expect(lines).toEqual([['cannot ask the API server who may see a page', { error: 'No answer.' }]]);
  works = true;
  expect((await bearer('a')).status).toBe(200);
});
