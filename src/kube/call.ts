/** Sends one request of a known meaning: refusals become errors, the observer is told, a busy server is asked again. */
import { Attempts, type AttemptOptions } from './attempts.ts';
import { type Connection, ConnectionError, type Request, type Response, type Stream } from './connection.ts';
import type { Call } from './errors.ts';
import { apiErrorFrom } from './status-body.ts';

/** What metrics learn of each attempt. */
export interface RequestObserved extends Call {
  /** The HTTP status; 0 if no answer came. */
  readonly code: number;
  /** Until the answer was complete, or the stream began. */
  readonly seconds: number;
}

/** Settings of a caller. */
export interface CallerOptions extends AttemptOptions {
  /** Ends waiting, not what is in flight: aborted when the operator stops. */
  readonly signal?: AbortSignal | undefined;
  readonly onRequest?: ((observed: RequestObserved) => void) | undefined;
}

/** Of the body of a refused watch, this much is read. */
const LONGEST_REFUSAL = 64 * 1024;

export class Caller {
  readonly #connection: Connection;
  readonly #options: CallerOptions;
  readonly #attempts: Attempts;

  constructor(connection: Connection, options: CallerOptions) {
    this.#connection = connection;
    this.#options = options;
    this.#attempts = new Attempts(options);
  }

  /** The body of the answer. @throws ApiError for any answer but success; ConnectionError */
  async send(call: Call, request: Request): Promise<string> {
    const attempt = async () => {
      const answer = await this.#observed(call, () => this.#connection.send(request));
      if (!isSuccess(answer)) throw apiErrorFrom(call, answer);
      return answer.body;
    };
    return await this.#attempts.run(attempt, request.signal ?? this.#options.signal);
  }

  /** The stream of the answer. The caller closes it. @throws ApiError for any answer but success; ConnectionError */
  async open(call: Call, request: Request): Promise<Stream> {
    const attempt = async () => {
      const stream = await this.#observed(call, () => this.#connection.open(request));
      if (!isSuccess(stream)) throw apiErrorFrom(call, { ...stream, body: await bodyOf(stream) });
      return stream;
    };
    return await this.#attempts.run(attempt, request.signal ?? this.#options.signal);
  }

  async #observed<A extends { status: number }>(call: Call, ask: () => Promise<A>): Promise<A> {
    const { clock, onRequest } = this.#options;
    const began = clock.monotonic();
    let code = 0;
    try {
      const answer = await ask();
      code = answer.status;
      return answer;
    } finally {
      onRequest?.({ ...call, code, seconds: (clock.monotonic() - began) / 1000 });
    }
  }
}

function isSuccess({ status }: Pick<Response, 'status'>): boolean {
  return status >= 200 && status < 300;
}

async function bodyOf(stream: Stream): Promise<string> {
  let body = '';
  try {
    for await (const chunk of stream.chunks) {
      body += chunk;
      if (body.length > LONGEST_REFUSAL) break;
    }
  } catch (error) {
    // The status says enough; the body would only add detail.
    if (!(error instanceof ConnectionError)) throw error;
  } finally {
    stream.close();
  }
  return body;
}
