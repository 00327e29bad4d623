/**
 * A reverse proxy in front of a real API server that makes things go wrong on demand. It speaks plain HTTP on loopback, so
 * that it can see requests, and forwards them with the identity of the kubeconfig that it was given.
 */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import {
  Agent as HttpAgent,
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { type Credentials, loadCredentials } from '../../src/kube/credentials.ts';
import { type Fault, type ProxiedRequest, Rules } from './rules.ts';

/** A request that went through, and what became of it. */
export interface LoggedRequest extends ProxiedRequest {
  /** As answered to the client; undefined while there is no answer. */
  status?: number;
  fault?: Fault;
}

/** A running proxy. */
export interface FaultProxy {
  /** The path of a kubeconfig that leads here. */
  readonly kubeconfig: string;
  readonly rules: Rules;
  /** Every request, in the order in which they came. */
  readonly requests: LoggedRequest[];
  close(): Promise<void>;
}

/** Starts a proxy on a free port. `upstreamKubeconfig` says which API server, and as whom. */
export async function startFaultProxy({ upstreamKubeconfig }: { upstreamKubeconfig: string }): Promise<FaultProxy> {
  const upstream = new Upstream(await loadCredentials({ kubeconfig: upstreamKubeconfig }));
  const rules = new Rules();
  const requests: LoggedRequest[] = [];
  const server = createServer((incoming, response) => {
    // Whatever fails on either side, the client sees a broken connection.
    new Exchange(upstream, rules, response).run(incoming, requests).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const folder = mkdtempSync(join(tmpdir(), 'fault-proxy-'));
  const kubeconfig = join(folder, 'kubeconfig');
  writeFileSync(kubeconfig, kubeconfigFor(server));
  const close = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    upstream.close();
    rmSync(folder, { recursive: true });
  };
  return { kubeconfig, rules, requests, close };
}

function kubeconfigFor(server: Server): string {
  const { port } = server.address() as AddressInfo;
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'fault-proxy',
    clusters: [{ name: 'fault-proxy', cluster: { server: `http://127.0.0.1:${String(port)}` } }],
    users: [{ name: 'fault-proxy', user: {} }],
    contexts: [{ name: 'fault-proxy', context: { cluster: 'fault-proxy', user: 'fault-proxy' } }],
  });
}

/** The API server behind the proxy. */
class Upstream {
  readonly #credentials: Credentials;
  readonly #agent: HttpAgent | HttpsAgent;

  constructor(credentials: Credentials) {
    this.#credentials = credentials;
    this.#agent = this.#encrypted ? new HttpsAgent({ keepAlive: true }) : new HttpAgent({ keepAlive: true });
  }

  async forward(incoming: IncomingMessage, body: string): Promise<IncomingMessage> {
    const { server } = this.#credentials;
    const { tls, headers } = await this.#credentials.identity();
    const options = {
      ...tls,
      agent: this.#agent,
      method: incoming.method,
      headers: { ...forwarded(incoming), ...headers },
    };
    const url = new URL(server.pathname.replace(/\/$/, '') + (incoming.url ?? '/'), server);
    const outgoing = this.#encrypted ? httpsRequest(url, options) : httpRequest(url, options);
    outgoing.end(body);
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    return answer;
  }

  close(): void {
    this.#agent.destroy();
  }

  get #encrypted(): boolean {
    return this.#credentials.server.protocol === 'https:';
  }
}

/** The client's headers, without those that are about its own connection. */
function forwarded({ headers }: IncomingMessage): IncomingMessage['headers'] {
  const { host: _host, connection: _connection, 'transfer-encoding': _encoding, ...rest } = headers;
  return rest;
}

/** One request, and what comes back. */
class Exchange {
  readonly #upstream: Upstream;
  readonly #rules: Rules;
  readonly #response: ServerResponse;

  constructor(upstream: Upstream, rules: Rules, response: ServerResponse) {
    this.#upstream = upstream;
    this.#rules = rules;
    this.#response = response;
  }

  async run(incoming: IncomingMessage, log: LoggedRequest[]): Promise<void> {
    const body = (await buffer(incoming)).toString();
    const { method = 'GET', url: path = '/' } = incoming;
    const entry: LoggedRequest = { method, path, userAgent: incoming.headers['user-agent'] ?? '', body };
    log.push(entry);
    const fault = this.#rules.faultFor(entry);
    if (fault !== undefined) entry.fault = fault;
    if (typeof fault === 'object' && 'status' in fault) this.#answer(entry, fault);
    else await this.#forward(incoming, entry, fault);
  }

  #answer(entry: LoggedRequest, { status, retryAfter, body }: Extract<Fault, { status: number }>): void {
    entry.status = status;
    const headers = {
      'content-type': 'application/json',
      ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
    };
    this.#response
      .writeHead(status, headers)
      .end(body ?? JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', code: status }));
  }

  async #forward(incoming: IncomingMessage, entry: LoggedRequest, fault: Fault | undefined): Promise<void> {
    if (typeof fault === 'object' && 'delayMs' in fault) await delay(fault.delayMs);
    if (fault === 'forward-twice') await buffer(await this.#upstream.forward(incoming, entry.body));
    const answer = await this.#upstream.forward(incoming, entry.body);
    this.#response.on('close', () => answer.destroy());
    if (fault === 'drop-answer-after-forward') {
      await buffer(answer);
      this.#response.destroy();
      return;
    }
    entry.status = answer.statusCode ?? 0;
    if (fault === 'cut-mid-response') await this.#half(answer);
    else await this.#pass(answer, entry);
  }

  async #half(answer: IncomingMessage): Promise<void> {
    const body = await buffer(answer);
    this.#response.writeHead(answer.statusCode ?? 502, {
      'content-type': 'application/json',
      'content-length': body.length,
    });
    this.#cut(body.subarray(0, body.length >> 1));
  }

  async #pass(answer: IncomingMessage, entry: LoggedRequest): Promise<void> {
    this.#response.writeHead(answer.statusCode ?? 502, answer.headers);
    this.#response.flushHeaders();
    const isWatch = /[?&]watch=(true|1)\b/.test(entry.path);
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      if (isWatch && this.#rules.cutsEvent(entry)) {
        entry.fault = 'cut-mid-event';
        this.#cut(chunk.subarray(0, (chunk.indexOf('\n') + 1 || chunk.length) >> 1));
        return;
      }
      if (!this.#response.write(chunk)) await once(this.#response, 'drain');
    }
    this.#response.end();
  }

  #cut(last: Buffer): void {
    this.#response.write(last, () => this.#response.destroy());
  }
}
