/**
 * The seam between us and the wire. Production has one implementation over HTTP (http.ts); a simulated API server is
 * another. Nothing above this file knows sockets.
 */
import { PlainError } from '../runtime/errors.ts';

/** One request. `path` is absolute and already encoded, with the query in it. */
export interface Request {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly contentType?: string;
  /** Left out: plain JSON. */
  readonly accept?: string;
  /** Already serialised JSON. */
  readonly body?: string;
  readonly signal?: AbortSignal;
  /** The user as whom it is sent. Source: Kubernetes, "User impersonation". */
  readonly as?: string;
}

/** The whole answer to a request. */
export interface Response {
  readonly status: number;
  /** Seconds, from the Retry-After header. */
  readonly retryAfter?: number;
  readonly body: string;
}

/** An answer that goes on: a watch. */
export interface Stream {
  readonly status: number;
  readonly retryAfter?: number;
  /** Text, cut anywhere (but never within a character). Ends when the server ends it; throws when the connection breaks. */
  readonly chunks: AsyncIterable<string>;
  close(): void;
}

/** A way to reach one API server with one identity. */
export interface Connection {
  /** @throws ConnectionError if no complete answer came, for whatever reason: the request may or may not have been carried out. */
  send(request: Request): Promise<Response>;
  /** Opens a stream on a connection of its own. The caller closes it. @throws ConnectionError */
  open(request: Request): Promise<Stream>;
  /** Finishes what is in flight. */
  close(): Promise<void>;
  /** Breaks off what is in flight, at once: what has not left yet never will. For who ends, and may write no more. */
  reset(): void;
}

/** No (complete) answer. The message is a sentence for people, with the cause and without secrets. */
export class ConnectionError extends PlainError {
  override readonly name = 'ConnectionError';
}
