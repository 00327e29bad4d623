/** Runs a reflector against a server that answers lists and watches as the test says, one script after the other. */
import type { ServerResponse } from 'node:http';
import type { Connection } from '../../src/kube/connection.ts';
import { Reflector } from '../../src/kube/reflector.ts';
import type { Sink } from '../../src/kube/sink.ts';
import type { LogFields } from '../../src/runtime/log.ts';
import {
  answer,
  beginWatch,
  clientOf,
  connectTo,
  hurriedClock,
  page,
  type Pod,
  pod,
  Pods,
  refuse,
  scriptedServer,
  type ScriptedServer,
  type Seen,
  tell,
} from './scripted-server.ts';

/** Holds names and versions, and how often a list was begun. */
export class Held implements Sink<Pod> {
  readonly pods = new Map<string, string>();
  readonly told: string[] = [];
  lists = 0;
  version = '';
  #listed = new Set<string>();

  begin(): void {
    this.lists += 1;
    this.#listed = new Set();
  }
  add({ metadata }: Pod): void {
    this.#listed.add(metadata.name);
    this.pods.set(metadata.name, metadata.resourceVersion ?? '');
  }
  commit(version: string): void {
    this.version = version;
    for (const name of this.pods.keys()) if (!this.#listed.has(name)) this.pods.delete(name);
  }
  upsert({ metadata, kind }: Pod): void {
    this.told.push(`${kind} ${metadata.name}`);
    this.pods.set(metadata.name, metadata.resourceVersion ?? '');
  }
  remove({ metadata }: Pod): void {
    this.#listed.delete(metadata.name);
    this.pods.delete(metadata.name);
  }
  bookmark(version: string): void {
    this.version = version;
  }
}

export type Handler = (response: ServerResponse, seen: Seen) => void;

/** What the server does. The last handler for lists repeats; watches beyond the last stay open and silent. */
export interface Scripts {
  readonly list?: Handler[];
  readonly stream?: Handler[];
  readonly watch?: Handler[];
  readonly keep?: (pod: Pod) => Pod;
}

interface Logged {
  readonly level: string;
  readonly message: string;
  readonly fields: LogFields | undefined;
}

/** A reflector at work. */
export class Reflecting {
  readonly sink = new Held();
  readonly logged: Logged[] = [];
  readonly server: ScriptedServer;
  readonly reflector: Reflector<Pod>;
  readonly #connection: Connection;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  static async start(scripts: Scripts): Promise<Reflecting> {
    const handlers = {
      list: [...(scripts.list ?? [])],
      stream: [...(scripts.stream ?? [refuseStream])],
      watch: [...(scripts.watch ?? [])],
    };
    const server = await scriptedServer((seen, response) => {
      const kind = kindOf(seen);
      const own = handlers[kind];
      const handler = kind === 'watch' || own.length > 1 ? own.shift() : own[0];
      (handler ?? beginWatch)(response, seen);
    });
    return new Reflecting(server, scripts.keep);
  }

  constructor(server: ScriptedServer, keep: Scripts['keep']) {
    this.server = server;
    this.#connection = connectTo(server.origin);
    const level = (name: string) => (message: string, fields?: LogFields) => {
      this.logged.push({ level: name, message, fields });
    };
    const log = { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') };
    const resource = keep ? { ...Pods, keep } : Pods;
    const client = clientOf(this.#connection);
    this.reflector = new Reflector({ client, resource, sink: this.sink, log, clock: hurriedClock, random: () => 0.5 });
    this.#running = this.reflector.run(this.#stop.signal);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#connection.close();
    await this.server.close();
  }

  /** The requests so far. */
  get kinds(): string[] {
    return this.server.seen.map(kindOf);
  }

  /** The versions from which watches began or resumed. */
  get watchedFrom(): (string | null)[] {
    return this.server.seen.filter((seen) => kindOf(seen) === 'watch').map(({ query }) => query.get('resourceVersion'));
  }

  get names(): string {
    return [...this.sink.pods.keys()].sort().join(' ');
  }

  get warnings(): Logged[] {
    return this.logged.filter(({ level }) => level === 'warn');
  }
}

export function kindOf({ query }: Seen): 'list' | 'stream' | 'watch' {
  if (query.get('watch') !== 'true') return 'list';
  return query.get('sendInitialEvents') === 'true' ? 'stream' : 'watch';
}

export async function until(condition: () => boolean): Promise<void> {
  const end = Date.now() + 4000;
  while (!condition()) {
    if (Date.now() > end) throw new Error('This did not happen in time.');
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** The answer of a server that has no streamed lists. */
function refuseStream(response: ServerResponse): void {
  refuse(response, 422, 'Invalid');
}

export function listOf(version: string, ...pods: string[]): Handler {
  return (response) => {
    const items = pods.map((name) => pod(name, '1'));
    answer(response, 200, page(version, items));
  };
}

/** A watch that tells these events, and then does what `end` says. */
export function telling(events: [type: string, object: object][], end?: (response: ServerResponse) => void): Handler {
  return (response) => {
    beginWatch(response);
    for (const [type, object] of events) tell(response, type, object);
    if (end) {
      setTimeout(() => {
        end(response);
      }, 15);
    }
  };
}

export function politely(response: ServerResponse): void {
  response.end();
}

export function rudely(response: ServerResponse): void {
  response.destroy();
}

/** The object of an ERROR event that says that a version is too old. */
export const gone = { kind: 'Status', status: 'Failure', code: 410, reason: 'Expired', message: 'too old' };
