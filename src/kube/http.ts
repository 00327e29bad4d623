/**
 * The connection over HTTP/1.1. Watches have connections of their own, because on a shared one they and the writes delay
 * each other; HTTP/2 is off for the same reason.
 */
import { type buildConnector, type Dispatcher, Pool } from 'undici';
import { type Clock, systemClock } from '../runtime/clock.ts';
import { ConfigError } from './config-error.ts';
import { connectionErrorOf, isUntrustedServer } from './connection-errors.ts';
import { type Connection, ConnectionError, type Request, type Response, type Stream } from './connection.ts';
import type { Credentials, Identity, TlsIdentity } from './credentials.ts';
import { Deadline } from './deadline.ts';
import { type Answer, Exchange } from './exchange.ts';
import { fenced } from './fence.ts';
import { Gate } from './gate.ts';
import { Sockets } from './sockets.ts';

/** Settings of a connection. */
export interface HttpOptions {
  /** `xos-operator/<version>`, by which administrators and tests know our requests. */
  readonly userAgent: string;
  readonly clock?: Clock;
  /** For a whole answer, and for the beginning of a stream. */
  readonly deadlineMs?: number;
  /** How many requests may be in flight; streams do not count. */
  readonly inFlight?: number;
  /** Asked when the first byte of a write would go out; left out: always. */
  readonly mayWrite?: () => boolean;
}

/** Opens no connection yet: that is the first request's. */
export function httpConnection(credentials: Credentials, options: HttpOptions): Connection {
  return new HttpConnection(credentials, options);
}

/** The sockets that share a TLS identity. */
interface Pools {
  readonly tls: TlsIdentity;
  readonly requests: Dispatcher;
  readonly streams: Pool;
}

/** An answer whose body is still on its way. */
type Streamed = Awaited<ReturnType<Pool['request']>>;

class HttpConnection implements Connection {
  readonly #credentials: Credentials;
  readonly #options: Required<HttpOptions>;
  readonly #gate: Gate;
  /** Of requests; streams only read. */
  readonly #sockets = new Sockets();
  #pools: Pools | undefined;

  constructor(credentials: Credentials, options: HttpOptions) {
    this.#credentials = credentials;
    this.#options = { clock: systemClock, deadlineMs: 30_000, inFlight: 64, mayWrite: () => true, ...options };
    this.#gate = new Gate(this.#options.inFlight);
  }

  async send(request: Request): Promise<Response> {
    if (!(await this.#gate.enter(request.signal))) throw stopped();
    try {
      return await this.#withinDeadline(request, async (limit) => {
        const answer = await this.#authenticated(() => this.#exchange(request, limit));
        return { ...headOf(answer, this.#options.clock), body: answer.body };
      });
    } finally {
      this.#gate.leave();
    }
  }

  async open(request: Request): Promise<Stream> {
    // The deadline is for the beginning only; the caller's signal ends the stream at any time.
    return await this.#withinDeadline(request, async (limit) => {
      const answer = await this.#authenticated(() => this.#streamed(request, limit));
      return { ...headOf(answer, this.#options.clock), ...streamOf(answer, this.#server()) };
    });
  }

  async close(): Promise<void> {
    const pools = this.#pools;
    this.#pools = undefined;
    await Promise.all([pools?.requests.close(), pools?.streams.destroy()]);
  }

  reset(): void {
    this.#sockets.reset();
  }

  async #withinDeadline<R>(request: Request, work: (limit: Deadline) => Promise<R>): Promise<R> {
    const { clock, deadlineMs } = this.#options;
    const limit = new Deadline({ clock, ms: deadlineMs, signal: request.signal });
    try {
      return await Promise.race([work(limit), limit.rejected()]);
    } catch (cause) {
      if (request.signal?.aborted) throw stopped();
      if (limit.passed)
        throw new ConnectionError(`${this.#server()} did not answer within ${String(deadlineMs / 1000)} s.`);
      if (cause instanceof ConfigError) throw new ConnectionError(cause.message);
      throw connectionErrorOf(cause, this.#server());
    } finally {
      limit.cancel();
    }
  }

  /** Asks, and once more with credentials read anew if they, or the server's certificate, were refused. */
  async #authenticated<A extends Answer | Streamed>(ask: () => Promise<A>): Promise<A> {
    try {
      const answer = await ask();
      if (answer.statusCode !== 401) return answer;
      if (typeof answer.body !== 'string') await answer.body.dump();
    } catch (cause) {
      if (!isUntrustedServer(cause)) throw cause;
    }
    this.#credentials.forget();
    return await ask();
  }

  async #exchange(request: Request, limit: Deadline): Promise<Answer> {
    const identity = await this.#credentials.identity();
    const exchange = new Exchange();
    limit.onPassed(() => {
      exchange.stop(stopped());
    });
    this.#poolsFor(identity.tls).requests.dispatch(this.#sent(identity, request), exchange);
    return await exchange.answer;
  }

  async #streamed(request: Request, limit: Deadline): Promise<Streamed> {
    const identity = await this.#credentials.identity();
    const { streams } = this.#poolsFor(identity.tls);
    return await streams.request({ ...this.#sent(identity, request), signal: limit.signal() });
  }

  #sent(identity: Identity, request: Request): Dispatcher.DispatchOptions {
    return {
      method: request.method,
      path: this.#credentials.server.pathname.replace(/\/$/, '') + request.path,
      headers: this.#headers(identity, request),
      body: request.body ?? null,
    };
  }

  #headers(identity: Identity, request: Request): Record<string, string> {
    const headers: Record<string, string> = {
      ...identity.headers,
      'user-agent': this.#options.userAgent,
      accept: request.accept ?? 'application/json',
    };
    // Of a ServiceAccount the server adds the groups itself, so we need no right to impersonate any group.
    if (request.as !== undefined) headers['impersonate-user'] = request.as;
    if (request.body !== undefined) headers['content-type'] = request.contentType ?? 'application/json';
    return headers;
  }

  #poolsFor(tls: TlsIdentity): Pools {
    if (this.#pools?.tls === tls) return this.#pools;
    const old = this.#pools;
    // Certificates rotated: what is in flight ends on the old connections.
    for (const pool of old ? [old.requests, old.streams] : []) pool.close().catch(() => undefined);
    const origin = this.#server();
    const { inFlight, mayWrite } = this.#options;
    this.#pools = {
      tls,
      requests: new Pool(origin, {
        ...POOL,
        connections: inFlight,
        connect: this.#sockets.connector(connecting(tls)),
      }).compose(fenced(mayWrite)),
      streams: new Pool(origin, { ...POOL, connect: connecting(tls) }),
    };
    return this.#pools;
  }

  #server(): string {
    return this.#credentials.server.origin;
  }
}

const POOL: Pool.Options = {
  pipelining: 1,
  allowH2: false,
  // Timeouts are ours (deadline.ts, and the idle timer of watches): these run on a clock that we cannot pass in.
  headersTimeout: 0,
  bodyTimeout: 0,
  // Shorter than the API server's own (90 s), so that we never write into a connection that it is closing.
  keepAliveTimeout: 60_000,
};

function connecting(tls: TlsIdentity): buildConnector.BuildOptions {
  return { ...definedOf(tls), allowH2: false, keepAlive: true, keepAliveInitialDelay: 30_000, timeout: 10_000 };
}

function definedOf(tls: TlsIdentity): object {
  return Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined));
}

function headOf({ statusCode, headers }: Answer | Streamed, clock: Clock): { status: number; retryAfter?: number } {
  const header = headers['retry-after'];
  const seconds = typeof header === 'string' ? secondsOf(header, clock.now()) : undefined;
  return seconds === undefined ? { status: statusCode } : { status: statusCode, retryAfter: seconds };
}

/** Retry-After is a number of seconds or a date. Source: RFC 9110, 10.2.3. */
function secondsOf(header: string, now: Date): number | undefined {
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - now.getTime()) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

function streamOf({ body }: Streamed, server: string): Pick<Stream, 'chunks' | 'close'> {
  let closed = false;
  // Whoever closes a stream is not interested in how it ends.
  body.on('error', () => undefined);
  async function* chunks(): AsyncGenerator<string> {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    try {
      for await (const bytes of body) yield decoder.decode(bytes as Uint8Array, { stream: true });
    } catch (cause) {
      if (!closed) throw connectionErrorOf(cause, server);
    }
  }
  const close = () => {
    closed = true;
    body.destroy();
  };
  return { chunks: chunks(), close };
}

function stopped(): ConnectionError {
  return new ConnectionError('The request was given up, because the operator is stopping.');
}
