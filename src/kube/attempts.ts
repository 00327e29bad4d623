/** Asks again when the server is busy: as late as it says, and not for ever. */
import { backoffMs } from '../runtime/backoff.ts';
import { type Clock, type Random, sleep } from '../runtime/clock.ts';
import { ConnectionError } from './connection.ts';
import { type ApiError, isBusy } from './errors.ts';
import { Pause } from './pause.ts';

const LIMITS = { baseMs: 200, maxMs: 10_000 };

/** Settings of the retries. */
export interface AttemptOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** How often a request is sent at most. */
  readonly maxAttempts?: number;
}

/** The retries of one client. Its requests share the pauses that the server asks for. */
export class Attempts {
  readonly #options: Required<AttemptOptions>;
  readonly #pause: Pause;

  constructor(options: AttemptOptions) {
    this.#options = { maxAttempts: 5, ...options };
    this.#pause = new Pause(options.clock, options.random);
  }

  /** Runs `attempt` until the server is not busy. @throws ApiError, ConnectionError, as `attempt` does */
  async run<R>(attempt: () => Promise<R>, signal?: AbortSignal): Promise<R> {
    for (let failures = 1; ; failures += 1) {
      await this.#pause.over(signal);
      if (signal?.aborted) throw new ConnectionError('The request was given up, because the operator is stopping.');
      try {
        return await attempt();
      } catch (error) {
        if (!isBusy(error) || failures >= this.#options.maxAttempts) throw error;
        await this.#rest(error, failures, signal);
      }
    }
  }

  async #rest(error: ApiError, failures: number, signal: AbortSignal | undefined): Promise<void> {
    const { clock, random } = this.#options;
    if (error.retryAfter === undefined) await sleep(clock, backoffMs(failures, LIMITS, random), signal);
    else this.#pause.extend(error.retryAfter * 1000);
  }
}
