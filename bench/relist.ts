/**
 * How long a list of 50,000 pods keeps the event loop busy in one go, against parsing that list in one piece. The server
 * is simulated, in a process of its own; the reflector and the store are the operator's.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Pods } from '../src/api/core.ts';
import { Client } from '../src/kube/client.ts';
import type { Credentials } from '../src/kube/credentials.ts';
import { httpConnection } from '../src/kube/http.ts';
import { Reflector } from '../src/kube/reflector.ts';
import { Store } from '../src/kube/store.ts';
import { systemClock } from '../src/runtime/clock.ts';
import type { Log } from '../src/runtime/log.ts';
import { podText, RELIST_PODS } from './relist-pods.ts';

/** Milliseconds. */
export interface Relist {
  readonly pods: number;
  /** The longest time for which nothing else could run. */
  readonly longestBlock: number;
  /** To read the whole list at once. */
  readonly inOnePiece: number;
}

export async function relisted(): Promise<Relist> {
  const server = fork(new URL('relist-server.ts', import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  try {
    const [origin] = (await once(server, 'message')) as [string];
    const longestBlock = await longestBlockOf(origin);
    return { pods: RELIST_PODS, longestBlock, inOnePiece: inOnePiece() };
  } finally {
    server.kill();
  }
}

async function longestBlockOf(origin: string): Promise<number> {
  const world = { clock: systemClock, random: Math.random, log: silent };
  const connection = httpConnection(anonymous(origin), { userAgent: 'bench' });
  const client = new Client(connection, world);
  const store = new Store(Pods, () => undefined);
  const reflector = new Reflector({ ...world, client, resource: Pods, sink: store });
  const stop = new AbortController();
  // Twice: what counts is a relist, when the code is warm and the store is full.
  const first = reflector.run(stop.signal);
  await reflector.synced;
  stop.abort();
  await first;
  const delay = monitorEventLoopDelay({ resolution: 1 });
  const again = new AbortController();
  const second = new Reflector({ ...world, client, resource: Pods, sink: store });
  delay.enable();
  const running = second.run(again.signal);
  await second.synced;
  delay.disable();
  if (store.size !== RELIST_PODS) throw new Error(`The store has ${store.size} pods.`);
  again.abort();
  await running;
  await connection.close();
  return delay.max / 1e6;
}

function anonymous(origin: string): Credentials {
  const identity = { tls: { rejectUnauthorized: true }, headers: {} };
  return {
    server: new URL(origin),
    describe: 'simulated server',
    identity: () => Promise.resolve(identity),
    forget: () => undefined,
  };
}

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** The same list as one text, parsed as a client does that is not careful. */
function inOnePiece(): number {
  const text = `{"items":[${Array.from({ length: RELIST_PODS }, (_, i) => podText(i)).join(',')}]}`;
  const started = performance.now();
  JSON.parse(text);
  return performance.now() - started;
}
