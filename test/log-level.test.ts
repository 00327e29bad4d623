/** Who may change how much is logged, and to what. */
import { logLevelPage } from '../src/log-level.ts';
import type { AdjustableLog } from '../src/log.ts';
import { isLoopback } from '../src/serve.ts';

const silent = () => undefined;

function page() {
  const log: AdjustableLog = { level: 'info', debug: silent, info: silent, warn: silent, error: silent };
  return { log, ask: logLevelPage(log) };
}

test('tells the level, and changes it', () => {
  const { log, ask } = page();
  expect(ask({ method: 'GET', body: '', isLocal: true })).toEqual({ status: 200, text: 'info\n' });
  expect(ask({ method: 'PUT', body: 'debug\n', isLocal: true })).toEqual({ status: 200, text: 'debug\n' });
  expect(log.level).toBe('debug');
});

test.each([
  ['from elsewhere', 403, { method: 'PUT', body: 'debug', isLocal: false }],
  ['to a level that there is not', 400, { method: 'PUT', body: 'loud', isLocal: true }],
  ['to nothing', 400, { method: 'PUT', body: '', isLocal: true }],
  ['by another method', 405, { method: 'POST', body: 'debug', isLocal: true }],
] as const)('does not change it %s', (_how, status, request) => {
  const { log, ask } = page();
  expect(ask(request).status).toBe(status);
  expect(log.level).toBe('info');
});

test.each([
  ['127.0.0.1', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['10.0.0.127', false],
  ['::ffff:10.0.0.1', false],
  ['fe80::1', false],
  ['', false],
])('%s is loopback: %s', (address, expected) => {
  expect(isLoopback(address)).toBe(expected);
});
