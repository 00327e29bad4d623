/**
 * Keeps a sink equal to what the API server has of one resource: lists, watches, resumes where it was, and lists again
 * only when the server has forgotten that version. Gives up only where it is told to. Source: Kubernetes API concepts, "Watch bookmarks",
 * "Streaming lists", "410 Gone responses".
 */
import type { KubeObject } from '../api/object.ts';
import { resourceName } from '../api/resource.ts';
import { type BackoffLimits, backoffMs } from '../runtime/backoff.ts';
import { type Clock, type Random, sleep } from '../runtime/clock.ts';
import { Breath } from './breath.ts';
import type { Client } from './client.ts';
import { ConnectionError } from './connection.ts';
import { ApiError, isForbidden, isGone, isNotFound, isResourceVersionTooLarge } from './errors.ts';
import { Feed, type FeedOptions, UnreadableLineError } from './feed.ts';
import { IdleError } from './idle.ts';
import { pagedList, type Selection } from './paged-list.ts';
import type { Query } from './path.ts';
import { Problem } from './problem.ts';
import { linesOf, OverlongLineError } from './watch-events.ts';

/** What a reflector works with. */
export interface ReflectorOptions<T extends KubeObject> extends FeedOptions<T> {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  /** Left out: every object of the resource. */
  readonly selection?: Selection;
  /** A failure after which nobody wants to go on. Left out: it never gives up. */
  readonly givesUpOn?: (error: unknown) => boolean;
}

const LIMITS = { baseMs: 200, maxMs: 30_000 };
/** A missing CRD or right is mended by people, who then wait for us. */
const MISSING_LIMITS = { baseMs: 200, maxMs: 15_000 };
/** Knocking at a closed door costs the server nothing, and when it opens we want to be there soon. */
const UNREACHABLE_LIMITS = { baseMs: 200, maxMs: 5_000 };
/** Watches end by themselves after five to ten minutes, so that they spread over the API servers again. */
const WATCH_SECONDS = { least: 300, spread: 300 };
/** A watch that ends sooner without telling anything is a fault, however polite. */
const SHORTEST_WATCH_MS = 1_000;
/** How a server without streamed lists, or something in front of it, refuses one. */
const NO_STREAMED_LIST = new Set([400, 405, 406, 415, 422]);

export class Reflector<T extends KubeObject> {
  /** Resolves when the sink has the first complete list. */
  readonly synced: Promise<void>;
  /** Resolves when the sink has it, or it is known why it cannot. */
  readonly answered: Promise<void>;
  readonly #options: ReflectorOptions<T>;
  readonly #problem: Problem;
  readonly #markSynced: () => void;
  readonly #markAnswered: () => void;
  #hasSynced = false;
  /** Everything up to here is in the sink. Undefined: a list is due. */
  #version: string | undefined;
  #streamedList = true;
  /** Since the watch last told something. Losses (a new list is due) count apart: after an outage the list must not wait. */
  #failures = { all: 0, losses: 0 };
  /** An unreadable line came after this version; `undefined` stands for a list. */
  #unreadable: { after: string | undefined } | undefined;

  constructor(options: ReflectorOptions<T>) {
    const [synced, answered] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()];
    this.synced = synced.promise;
    this.answered = answered.promise;
    this.#markAnswered = () => {
      answered.resolve(undefined);
    };
    this.#markSynced = () => {
      this.#hasSynced = true;
      synced.resolve(undefined);
      this.#markAnswered();
    };
    this.#options = options;
    this.#problem = new Problem(options.log, resourceName(options.resource), options.selection?.namespace);
  }

  hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** Why the sink may be behind right now: one sentence that says what to do. */
  get problem(): string | undefined {
    return this.#problem.sentence;
  }

  /** Runs until `signal` aborts, or it gives up. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#turn(signal);
      } catch (error) {
        if (this.#options.givesUpOn?.(error) === true) return;
        await this.#recover(error, signal);
      }
    }
  }

  /** One list, one watch, or, where the server streams lists, both in one. */
  async #turn(signal: AbortSignal): Promise<void> {
    if (this.#version === undefined && !this.#streamedList) {
      const breath = new Breath(this.#options.clock);
      this.#version = await pagedList({ ...this.#options, breath, signal });
      this.#listed();
    }
    await this.#watch(signal);
  }

  async #watch(signal: AbortSignal): Promise<void> {
    const { client, clock, resource, selection: { namespace, labelSelector } = {} } = this.#options;
    const query = { ...watchQuery(this.#version, this.#options.random), labelSelector };
    const watch = await client.watch(resource, { namespace, query, signal });
    if (this.#version !== undefined) this.#problem.clear();
    const lenient = this.#unreadable !== undefined && this.#unreadable.after === this.#version;
    const feed = new Feed(this.#options, { version: this.#version, lenient });
    const began = clock.monotonic();
    try {
      await this.#read(watch.chunks, feed);
    } finally {
      watch.close();
      this.#version = feed.incomplete ? undefined : feed.version;
    }
    if (feed.version === undefined) throw new ConnectionError('The API server ended a list before it was complete.');
    if (feed.taken === 0 && clock.monotonic() - began < SHORTEST_WATCH_MS)
      throw new ConnectionError('The API server ends watches at once.');
  }

  async #read(chunks: AsyncIterable<string>, feed: Feed<T>): Promise<void> {
    const breath = new Breath(this.#options.clock);
    for await (const lines of linesOf(chunks)) {
      for (const line of lines) {
        this.#take(line, feed);
        if (breath.due) await breath.take();
      }
    }
  }

  #take(line: string, feed: Feed<T>): void {
    const before = feed.version;
    feed.take(line);
    if (before !== undefined && feed.version !== before) {
      // Only what goes beyond a list counts as success: a list that a useless watch follows each time must slow down.
      this.#failures = { all: 0, losses: 0 };
      this.#unreadable = undefined;
    }
    if (before === undefined && feed.version !== undefined) this.#listed();
  }

  #listed(): void {
    this.#markSynced();
    this.#problem.clear();
  }

  /** Decides what is still known after a failure, and waits. */
  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { clock, random } = this.#options;
    if (this.#refusesStreamedList(error)) {
      this.#streamedList = false;
      return;
    }
    this.#failures.all += 1;
    if (error instanceof UnreadableLineError) this.#unreadable = { after: this.#version };
    // Having been away for too long is no problem: the list that follows mends it.
    if (!isGone(error) && !isResourceVersionTooLarge(error)) this.#problem.consider(error, this.#failures.all);
    if (this.problem !== undefined) this.#markAnswered();
    await sleep(
      clock,
      Math.max(askedMs(error), backoffMs(this.#countFailure(error), limitsFor(error), random)),
      signal,
    );
  }

  /** Forgets the version if it is of no use any more, and returns how often in a row this sort of failure happened. */
  #countFailure(error: unknown): number {
    if (!isLost(error)) return this.#failures.all;
    this.#version = undefined;
    this.#failures.losses += 1;
    return this.#failures.losses;
  }

  #refusesStreamedList(error: unknown): boolean {
    if (!this.#streamedList || this.#version !== undefined) return false;
    // Silence in the middle of a list, or a line that only a page has room for: pages may get through.
    if (error instanceof IdleError || error instanceof OverlongLineError) return true;
    return error instanceof ApiError && NO_STREAMED_LIST.has(error.status);
  }
}

function watchQuery(version: string | undefined, random: Random): Query {
  const timeoutSeconds = WATCH_SECONDS.least + Math.floor(WATCH_SECONDS.spread * random());
  const query = { allowWatchBookmarks: true, timeoutSeconds };
  if (version !== undefined) return { ...query, resourceVersion: version };
  return { ...query, sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' };
}

/** How long the server asked us to wait. */
function askedMs(error: unknown): number {
  return error instanceof ApiError ? (error.retryAfter ?? 0) * 1000 : 0;
}

function limitsFor(error: unknown): BackoffLimits {
  if (error instanceof ConnectionError) return UNREACHABLE_LIMITS;
  return isNotFound(error) || isForbidden(error) ? MISSING_LIMITS : LIMITS;
}

/** Whether the server cannot continue from our version: only a new list helps. */
function isLost(error: unknown): boolean {
  if (error instanceof OverlongLineError) return true;
  return (
    isGone(error) ||
    isResourceVersionTooLarge(error) ||
    (error instanceof ApiError && [400, 404, 422].includes(error.status))
  );
}
