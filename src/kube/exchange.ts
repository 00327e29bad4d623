/**
 * One request and its whole answer. undici's own `request` makes a stream of each body and listens to a signal, which for
 * answers that come in one chunk is CPU for nothing (docs/performance.md).
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';

/** An answer, read to its end. */
export interface Answer {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A request that was handed over. */
export class Exchange implements Dispatcher.DispatchHandler {
  /** Rejects with what undici, or whoever stops it, gives as the reason. */
  readonly answer: Promise<Answer>;
  readonly #settle = Promise.withResolvers<Answer>();
  readonly #chunks: Buffer[] = [];
  #head: Omit<Answer, 'body'> | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #stopped: Error | undefined;

  constructor() {
    this.answer = this.#settle.promise;
  }

  /** Gives it up, also when no socket was free for it yet. */
  stop(reason: Error): void {
    this.#stopped = reason;
    this.#controller?.abort(reason);
    this.#settle.reject(reason);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#stopped !== undefined) controller.abort(this.#stopped);
  }

  onResponseStart(_: Dispatcher.DispatchController, statusCode: number, headers: IncomingHttpHeaders): void {
    this.#head = { statusCode, headers };
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (this.#head !== undefined) this.#settle.resolve({ ...this.#head, body: textOf(this.#chunks) });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#settle.reject(error);
  }
}

/** Most answers are one chunk. */
function textOf(chunks: readonly Buffer[]): string {
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only.toString('utf8') : Buffer.concat(chunks).toString('utf8');
}
