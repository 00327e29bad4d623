import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadCredentials } from '../../src/kube/credentials.ts';
import type { Connection } from '../../src/kube/connection.ts';
import { httpConnection } from '../../src/kube/http.ts';
import { answer, beginWatch, pod, scriptedServer, type ScriptedServer, tell } from './scripted-server.ts';
import { type FaultProxy, startFaultProxy } from '../faults/proxy.ts';

let folder: string;
let server: ScriptedServer;
let proxy: FaultProxy;
let connection: Connection;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'proxy-test-'));
  server = await scriptedServer((seen, response) => {
    if (seen.query.has('watch')) {
      beginWatch(response);
      tell(response, 'ADDED', pod('a', '1'));
      setTimeout(() => {
        tell(response, 'ADDED', pod('b', '2'));
      }, 150);
    } else answer(response, seen.method === 'POST' ? 201 : 200, { method: seen.method, body: seen.body });
  });
  const upstreamKubeconfig = join(folder, 'upstream');
  const user = { name: 'u', user: { token: 'secret' } };
  const cluster = { name: 'c', cluster: { server: server.origin } };
  const context = { name: 'x', context: { cluster: 'c', user: 'u' } };
  writeFileSync(
    upstreamKubeconfig,
    JSON.stringify({ clusters: [cluster], users: [user], contexts: [context], 'current-context': 'x' }),
  );
  proxy = await startFaultProxy({ upstreamKubeconfig });
  connection = httpConnection(await loadCredentials({ kubeconfig: proxy.kubeconfig }), {
    userAgent: 'xos-operator/test',
  });
});

afterEach(async () => {
  await connection.close();
  await proxy.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

const post = () => connection.send({ method: 'POST', path: '/api/v1/pods?x=1', body: '{"a":1}' });

/** What comes on a watch; `onFirst` is called after the first event. */
async function watched(onFirst: () => void = () => undefined): Promise<string> {
  const stream = await connection.open({ method: 'GET', path: '/api/v1/pods?watch=true' });
  let text = '';
  try {
    for await (const chunk of stream.chunks) {
      if (text === '') onFirst();
      text += chunk;
      if (text.split('\n').length > 2) break;
    }
    return text;
  } catch {
    return `${text}<broken>`;
  } finally {
    stream.close();
  }
}

test('without rules it forwards everything as it is, with its own identity, and keeps a log', async () => {
  expect(await post()).toMatchObject({ status: 201, body: JSON.stringify({ method: 'POST', body: '{"a":1}' }) });
  expect(await watched()).toMatch(/"a".*\n.*"b".*\n$/);
  expect(server.seen[0]?.headers).toMatchObject({
    authorization: 'Bearer secret',
    'user-agent': 'xos-operator/test',
    'content-type': 'application/json',
  });
  expect(proxy.requests).toMatchObject([
    { method: 'POST', path: '/api/v1/pods?x=1', userAgent: 'xos-operator/test', body: '{"a":1}', status: 201 },
    { method: 'GET', path: '/api/v1/pods?watch=true', status: 200 },
  ]);
});

test('a rule holds for what it matches, as often as it says, until rules are cleared', async () => {
  proxy.rules.add({ match: ({ method }) => method === 'POST', times: 1, action: { status: 429, retryAfter: 3 } });
  expect((await connection.send({ method: 'GET', path: '/x' })).status).toBe(200);
  expect(await post()).toMatchObject({ status: 429, retryAfter: 3 });
  expect((await post()).status).toBe(201);
  proxy.rules.add({ match: () => true, action: { status: 500, body: 'x' } });
  expect(await post()).toMatchObject({ status: 500, body: 'x' });
  proxy.rules.clear();
  expect((await post()).status).toBe(201);
  expect(server.seen).toHaveLength(3);
});

test('an answer can be dropped after the request was carried out', async () => {
  proxy.rules.add({ match: () => true, times: 1, action: 'drop-answer-after-forward' });
  await expect(post()).rejects.toThrow('broke before');
  expect(server.seen).toHaveLength(1);
});

test('an answer can break off', async () => {
  proxy.rules.add({ match: () => true, times: 1, action: 'cut-mid-response' });
  await expect(post()).rejects.toThrow('broke before');
  expect(proxy.requests[0]).toMatchObject({ status: 201, fault: 'cut-mid-response' });
});

test('a watch can break in the middle of an event, also when it is open already', async () => {
  const cutNext = () => {
    proxy.rules.add({ match: () => true, times: 1, action: 'cut-mid-event' });
  };
  expect(await watched(cutNext)).toMatch(/"a".*\n\{"type":"ADDED".*[^\n]<broken>$/);
  expect(await watched()).not.toContain('broken');
});

test('a request can be delayed', async () => {
  proxy.rules.add({ match: () => true, times: 1, action: { delayMs: 50 } });
  const began = performance.now();
  expect((await post()).status).toBe(201);
  expect(performance.now() - began).toBeGreaterThanOrEqual(49);
});
