import { setImmediate as turn } from 'node:timers/promises';
import type { Connection } from '../../src/kube/connection.ts';
import { Reflector } from '../../src/kube/reflector.ts';
import type { Log } from '../../src/runtime/log.ts';
import { Held } from './reflecting.ts';
import { bookmark, clientOf, hurriedClock, pod, Pods } from './scripted-server.ts';

const PODS = 20_000;

/** A connection on which a whole list is there at once, as after a while in which nobody could read it. */
function fullConnection(): Connection {
  const lines = Array.from({ length: PODS }, (_, index) =>
    JSON.stringify({ type: 'ADDED', object: pod(`pod-${String(index)}`, '1') }),
  );
  lines.push(JSON.stringify({ type: 'BOOKMARK', object: bookmark('5', true) }), '');
  async function* chunks(): AsyncGenerator<string> {
    yield await Promise.resolve(lines.join('\n'));
    await new Promise(() => undefined);
  }
  const open = () => Promise.resolve({ status: 200, chunks: chunks(), close: () => undefined });
  const send = () => Promise.reject(new Error('unused'));
  return { open, send, close: () => Promise.resolve(), reset: () => undefined };
}

test('a long list lets others run', async () => {
  const silent = () => undefined;
  const log: Log = { debug: silent, info: silent, warn: silent, error: silent };
  const sink = new Held();
  const client = clientOf(fullConnection());
  const reflector = new Reflector({ client, resource: Pods, sink, log, clock: hurriedClock, random: () => 0.5 });
  void reflector.run(new AbortController().signal);
  let turns = 0;
  while (!reflector.hasSynced()) {
    await turn();
    turns += 1;
  }
  expect(sink.pods.size).toBe(PODS);
  expect(turns).toBeGreaterThan(20);
});
