/** A small HTTP server that answers as the test says: real sockets, and faults that a real API server seldom has. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { KubeObject } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import { Client, type ClientOptions } from '../../src/kube/client.ts';
import type { Connection } from '../../src/kube/connection.ts';
import type { Credentials } from '../../src/kube/credentials.ts';
import { httpConnection } from '../../src/kube/http.ts';

/** A request as the server saw it. */
export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** The client's port, which tells connections apart. */
  readonly port: number;
}

export type Script = (seen: Seen, response: ServerResponse) => void;

export interface ScriptedServer {
  readonly origin: string;
  readonly seen: Seen[];
  close(): Promise<void>;
}

/** Starts a server on a free port of loopback. */
export async function scriptedServer(script: Script): Promise<ScriptedServer> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    void record(request).then((one) => {
      seen.push(one);
      script(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${String(port)}`,
    seen,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function record(request: IncomingMessage): Promise<Seen> {
  const url = new URL(request.url ?? '/', 'http://server');
  const { method = '', headers, socket } = request;
  return {
    method,
    path: url.pathname,
    query: url.searchParams,
    headers,
    body: await text(request),
    port: socket.remotePort ?? 0,
  };
}

/** Answers with JSON. */
export function answer(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** Answers with a Status. */
export function refuse(response: ServerResponse, code: number, reason: string, more: object = {}): void {
  answer(response, code, { kind: 'Status', status: 'Failure', message: 'SECRET-CANARY', code, reason, ...more });
}

/** Begins a watch; events follow with {@link tell}. */
export function beginWatch(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
}

/** Sends an event. */
export function tell(response: ServerResponse, type: string, object: object): void {
  response.write(`${JSON.stringify({ type, object })}\n`);
}

export interface Pod extends KubeObject {
  spec?: object;
}

export const Pods: Resource<Pod> = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };

/** A pod as the server sends it. */
export function pod(name: string, resourceVersion: string): Pod {
  const uid = `uid-${name}`;
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'demo', uid, resourceVersion } };
}

/** A bookmark; `initial` marks the one that ends a streamed list. */
export function bookmark(resourceVersion: string, initial = false): object {
  const annotations = initial ? { 'k8s.io/initial-events-end': 'true' } : {};
  return { kind: 'Pod', apiVersion: 'v1', metadata: { resourceVersion, annotations } };
}

/** A page of a list. Items of lists have neither kind nor apiVersion. */
export function page(resourceVersion: string, pods: Pod[], token?: string): object {
  const items = pods.map(({ metadata }) => ({ metadata }));
  return { kind: 'PodList', apiVersion: 'v1', metadata: { resourceVersion, ...(token && { continue: token }) }, items };
}

const HURRY = 100;

/** A clock that runs a hundred times too fast, so that limits of seconds take milliseconds. */
export const hurriedClock: Clock = {
  monotonic: () => performance.now() * HURRY,
  now: () => new Date(),
  after: (ms, action) => {
    const timer = setTimeout(action, ms / HURRY);
    return () => {
      clearTimeout(timer);
    };
  },
};

/** No credentials at all. */
export function anonymous(server: string): Credentials {
  const identity = { tls: { rejectUnauthorized: true }, headers: {} };
  return {
    server: new URL(server),
    describe: 'test',
    identity: () => Promise.resolve(identity),
    forget: () => undefined,
  };
}

export function connectTo(origin: string): Connection {
  return httpConnection(anonymous(origin), { userAgent: 'xos-operator/test', clock: hurriedClock });
}

export function clientOf(connection: Connection, options: Partial<ClientOptions> = {}): Client {
  return new Client(connection, { clock: hurriedClock, random: () => 0.5, ...options });
}
