/**
 * A page for those only whom the API server lets get it. What it said is kept for a moment, by a hash of the token, so that
 * who asks each few seconds costs it little; and however many ask, it is asked a few times a second at most.
 */
import { createHash } from 'node:crypto';
import type { Reviews, Verdict } from './kube/reviews.ts';
import type { Clock } from './runtime/clock.ts';
import { failureOf } from './runtime/failure.ts';
import type { Log } from './runtime/log.ts';
import type { Asked, MakePage, Page } from './serve.ts';

export interface AccessOptions {
  readonly reviews: Pick<Reviews, 'mayGet'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** For so long a verdict counts, in milliseconds: who got a right, or a token, need not wait long for it. */
const KEPT_MS: Readonly<Record<Verdict, number>> = { Allowed: 60_000, Forbidden: 10_000, Unknown: 10_000 };
const MOST_KEPT = 100;
const MOST_A_SECOND = 10;

const ANONYMOUS = refusal(401, 'Say who you are: send the token of a ServiceAccount as a bearer token.');
const UNKNOWN = refusal(401, 'The API server does not know this token: send another one.');
const TOO_MANY = refusal(429, 'Too many ask who they are at this moment: ask again in a second.');
const NO_ANSWER = refusal(503, 'It cannot be found out whether you may see this; the log of the operator says why.');
const GET_ONLY = refusal(405, 'This can be read with GET.');

export class Access {
  readonly #options: AccessOptions;
  readonly #kept = new Map<string, { verdict: Promise<Verdict>; until: number }>();
  /** The second that runs, and how often the API server was asked in it. */
  #second = { began: -Infinity, asked: 0 };
  /** What stood in the way of asking, so that it is said once. */
  #said: string | undefined;

  constructor(options: AccessOptions) {
    this.#options = options;
  }

  /** The page at this path, for those who may get the path. */
  guard(path: string, make: MakePage): MakePage {
    return async (asked) => (await this.#refusal(path, asked)) ?? (await make(asked));
  }

  async #refusal(path: string, { method, authorization = '' }: Asked): Promise<Page | undefined> {
    if (method !== 'GET') return GET_ONLY;
    const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
    if (token === undefined) return ANONYMOUS;
    const verdict = await this.#verdict(path, token);
    if (verdict === 'Unknown') return UNKNOWN;
    if (verdict === 'Forbidden') return forbidden(path);
    return verdict === 'Allowed' ? undefined : verdict;
  }

  /** A page, if there is no verdict. */
  async #verdict(path: string, token: string): Promise<Verdict | Page> {
    const id = createHash('sha256').update(`${path} ${token}`).digest('base64');
    const kept = this.#kept.get(id);
    const isFresh = kept !== undefined && this.#options.clock.monotonic() < kept.until;
    if (!isFresh && !this.#mayAsk()) return TOO_MANY;
    try {
      return await (isFresh ? kept.verdict : this.#ask(id, path, token));
    } catch (error) {
      this.#complain(failureOf(error));
      return NO_ANSWER;
    }
  }

  #mayAsk(): boolean {
    const now = this.#options.clock.monotonic();
    if (now - this.#second.began >= 1_000) this.#second = { began: now, asked: 0 };
    this.#second.asked += 1;
    return this.#second.asked <= MOST_A_SECOND;
  }

  /** Who asks with the same token meanwhile gets the same answer. */
  async #ask(id: string, path: string, token: string): Promise<Verdict> {
    const { reviews, clock } = this.#options;
    const entry = { verdict: reviews.mayGet(path, token), until: Infinity };
    this.#kept.delete(id);
    this.#kept.set(id, entry);
    const [[oldest] = ['']] = this.#kept;
    if (this.#kept.size > MOST_KEPT) this.#kept.delete(oldest);
    try {
      const verdict = await entry.verdict;
      entry.until = clock.monotonic() + KEPT_MS[verdict];
      this.#said = undefined;
      return verdict;
    } catch (error) {
      if (this.#kept.get(id) === entry) this.#kept.delete(id);
      throw error;
    }
  }

  #complain(error: string): void {
    if (error === this.#said) return;
    this.#said = error;
    this.#options.log.warn('cannot ask the API server who may see a page', { error });
  }
}

function forbidden(path: string): Page {
  return refusal(
    403,
    `The holder of this token may not get ${path}: give them that right, as a nonResourceURL of a ClusterRole.`,
  );
}

function refusal(status: number, sentence: string): Page {
  return { status, text: `${sentence}\n`, ...(status === 401 && { headers: { 'www-authenticate': 'Bearer' } }) };
}
