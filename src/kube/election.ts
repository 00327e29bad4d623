/**
 * One of several copies of the operator works: the one that holds the Lease. It may write only while `leads` is true, which
 * is asked before each write, because a blocked or frozen process learns too late from any timer. Who has lost it never
 * gets it back: the process has to end.
 */
import { keyIn } from '../api/meta.ts';
import type { Live } from '../api/object.ts';
import { type Clock, sleep } from '../runtime/clock.ts';
import { failureOf } from '../runtime/failure.ts';
import type { Log } from '../runtime/log.ts';
import type { Client } from './client.ts';
import { isConflict, isNotFound } from './errors.ts';
import {
  claimed,
  givenUp,
  isHeldByOther,
  type Lease,
  Leases,
  type LeaseSpec,
  LOOK_EVERY_MS,
  RENEW_DEADLINE_MS,
  RENEW_EVERY_MS,
  type Sighting,
  sighted,
} from './lease.ts';

export interface ElectionOptions {
  /** On a connection of its own: renewing waits for no other request, and is not stopped when writes are. */
  readonly client: Client;
  readonly clock: Clock;
  readonly log: Log;
  /** Another one for each process, also when a container starts again under the same name. */
  readonly identity: string;
  readonly namespace: string;
  readonly name: string;
}

export class Election {
  /** Resolves when this copy leads. */
  readonly leading: Promise<void>;
  /** Resolves when it led, and does no more. */
  readonly lost: Promise<void>;
  readonly #options: ElectionOptions;
  readonly #key: string;
  readonly #ended = new AbortController();
  #lead: () => void = () => undefined;
  #lose: () => void = () => undefined;
  /** The lease as it was last read or written. */
  #lease: Live<Lease> | undefined;
  #seen: Sighting | undefined;
  /** Until when this copy may write, unless it renews. Monotonic milliseconds. */
  #until: number | undefined;
  #cancelTimer: () => void = () => undefined;
  #running: Promise<void> | undefined;
  /** How often in a row the lease could not be read or written. */
  #failures = 0;

  constructor(options: ElectionOptions) {
    this.#options = options;
    this.#key = keyIn(options.namespace, options.name);
    this.leading = new Promise((resolve) => {
      this.#lead = resolve;
    });
    this.lost = new Promise((resolve) => {
      this.#lose = resolve;
    });
  }

  /** Whether this copy may write now. */
  get leads(): boolean {
    return this.#until !== undefined && this.#options.clock.monotonic() < this.#until;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Gives the lease up. Only after the last write has been answered. Never rejects. */
  async release(): Promise<void> {
    this.#end();
    await this.#running;
    if (this.#lease?.spec?.holderIdentity !== this.#options.identity) return;
    try {
      await this.#write(this.#lease, givenUp(this.#options.clock.now()));
    } catch (error) {
      this.#options.log.warn('could not give up the lease; others wait until it runs out', failure(error));
    }
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    while (!this.#ended.signal.aborted) {
      const began = clock.monotonic();
      try {
        if (await this.#claim()) this.#leadsFrom(began);
        else if (this.#isTaken()) this.#resign();
        this.#failures = 0;
      } catch (error) {
        this.#complain(error);
      }
      await sleep(clock, this.#until === undefined ? LOOK_EVERY_MS : RENEW_EVERY_MS, this.#ended.signal);
    }
  }

  #complain(error: unknown): void {
    this.#failures += 1;
    // The first, the second, the fourth: a right that is missing for hours need not be told each second.
    if (!Number.isInteger(Math.log2(this.#failures))) return;
    this.#options.log.warn('could not read or renew the lease; it is tried again', failure(error));
  }

  /** Whether the lease is ours now. @throws ApiError, ConnectionError */
  async #claim(): Promise<boolean> {
    const { clock, identity } = this.#options;
    // The holder knows what it wrote last; if that is out of date, its write is refused, and it looks.
    if (this.#until !== undefined && this.#lease !== undefined && (await this.#isWritten(this.#lease))) return true;
    this.#lease = await this.#read();
    this.#seen = sighted(this.#seen, this.#lease?.spec, clock.monotonic());
    if (isHeldByOther(this.#seen, identity, clock.monotonic())) return false;
    return this.#lease === undefined ? await this.#create() : await this.#isWritten(this.#lease);
  }

  /** Whether we led, and somebody else does now. */
  #isTaken(): boolean {
    const { clock, identity } = this.#options;
    return this.#until !== undefined && isHeldByOther(this.#seen, identity, clock.monotonic());
  }

  async #read(): Promise<Live<Lease> | undefined> {
    return await this.#options.client.get(Leases, this.#key).catch((error: unknown) => {
      if (isNotFound(error)) return undefined;
      throw error;
    });
  }

  async #create(): Promise<boolean> {
    const { client, clock, identity, namespace, name } = this.#options;
    const lease: Lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { namespace, name },
      spec: claimed(undefined, identity, clock.now()),
    };
    this.#lease = await client.create(Leases, lease);
    return true;
  }

  /** Whether our claim was written: not if somebody else was faster, or the lease is gone. */
  async #isWritten(lease: Live<Lease>): Promise<boolean> {
    const { clock, identity } = this.#options;
    try {
      this.#lease = await this.#write(lease, claimed(lease.spec, identity, clock.now()));
      return true;
    } catch (error) {
      if (isConflict(error) || isNotFound(error)) return false;
      throw error;
    }
  }

  async #write({ metadata: { uid, resourceVersion } }: Live<Lease>, spec: LeaseSpec): Promise<Live<Lease>> {
    const body = { metadata: { uid, resourceVersion }, spec };
    return await this.#options.client.patch(Leases, this.#key, { type: 'merge', body });
  }

  /** Others count from when they see the renewal, which is later than when it was sent. */
  #leadsFrom(sentAt: number): void {
    if (this.#ended.signal.aborted) return;
    const { clock, log, identity } = this.#options;
    if (this.#until === undefined) log.info('leading', { identity });
    this.#until = sentAt + RENEW_DEADLINE_MS;
    this.#cancelTimer();
    this.#cancelTimer = clock.after(this.#until - clock.monotonic(), () => {
      this.#resign();
    });
    this.#lead();
  }

  #resign(): void {
    this.#end();
    this.#lose();
  }

  #end(): void {
    this.#until = undefined;
    this.#cancelTimer();
    this.#ended.abort();
  }
}

function failure(error: unknown): { error: string } {
  return { error: failureOf(error) };
}
