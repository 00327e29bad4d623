/** The network that the cluster tests cut, held to what it promises. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection } from '../../src/kube/connection.ts';
import { loadCredentials } from '../../src/kube/credentials.ts';
import { httpConnection } from '../../src/kube/http.ts';
import { Wire } from '../faults/wire.ts';
import { scriptedServer, type ScriptedServer } from './scripted-server.ts';
import { waitFor } from '../../hack/wait.ts';

let folder: string;
let server: ScriptedServer;
let wire: Wire;
let connection: Connection;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wire-test-'));
  server = await scriptedServer((_, response) => response.end('{}'));
  const upstream = join(folder, 'upstream');
  const cluster = { name: 'c', cluster: { server: server.origin } };
  const context = { name: 'x', context: { cluster: 'c', user: 'u' } };
  const users = [{ name: 'u', user: {} }];
  writeFileSync(upstream, JSON.stringify({ clusters: [cluster], users, contexts: [context], 'current-context': 'x' }));
  wire = await Wire.start(upstream);
  connection = httpConnection(await loadCredentials({ kubeconfig: wire.kubeconfig }), { userAgent: 'x' });
});
afterEach(async () => {
  connection.reset();
  await connection.close();
  await wire.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

const post = (path: string) => connection.send({ method: 'POST', path, body: '{}' });
const paths = () => server.seen.map(({ path }) => path);
const sent = async (sinceMs: number) =>
  await waitFor('the client to send', () => (wire.lastSentMs > sinceMs ? true : undefined), { timeoutMs: 5_000 });

test('it lets everything through, and notes when something was sent', async () => {
  const before = Date.now() - 1;
  expect((await post('/a')).status).toBe(200);
  expect(wire.lastSentMs).toBeGreaterThan(before);
  expect(paths()).toEqual(['/a']);
});

test.each(['outward', 'both'] as const)('with %s cut, what is sent arrives when it is mended', async (how) => {
  wire.cut(how);
  const answered = post('/held');
  await sent(0);
  expect(paths()).toEqual([]);
  await wire.mend();
  expect((await answered).status).toBe(200);
  expect(paths()).toEqual(['/held']);
  expect(wire.heldEnds).toEqual([]);
});

test('what is held up arrives although its sender is gone, and how that went is noted', async () => {
  wire.cut('both');
  const failed = expect(post('/late')).rejects.toThrow('broke before');
  await sent(0);
  connection.reset();
  await failed;
  await waitFor('the reset', () => (wire.heldEnds.length > 0 ? true : undefined), { timeoutMs: 5_000 });
  expect(wire.heldEnds).toEqual(['reset']);
  expect(paths()).toEqual([]);
  await wire.mend();
  expect(paths()).toEqual(['/late']);
});

test('broken, it resets what is open and what is opened, until it is mended', async () => {
  await post('/a');
  wire.cut('broken');
  await expect(post('/b')).rejects.toThrow('broke before');
  await expect(post('/c')).rejects.toThrow('broke before');
  await wire.mend();
  expect((await post('/d')).status).toBe(200);
  expect(paths()).toEqual(['/a', '/d']);
});
