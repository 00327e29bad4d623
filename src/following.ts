/** Knows, in all that a turn leads to, which turn it is: for the log, and for traces. Costs nothing while nobody wants to know. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { RequestObserved } from './kube/call.ts';
import type { Follower, Turn } from './runtime/follower.ts';
import type { TurnResult } from './runtime/reconcile.ts';

/** Makes a trace of a turn. */
export interface Tracer {
  begin(turn: Turn): TurnTrace;
}

export interface TurnTrace {
  /** A request was answered that the turn led to. */
  requested(request: RequestObserved): void;
  end(result: TurnResult): void;
}

export class Following implements Follower {
  /** Who makes traces; nobody at first. */
  tracer: Tracer | undefined;
  readonly #wanted: () => boolean;
  readonly #current = new AsyncLocalStorage<{ turn: Turn; trace: TurnTrace | undefined }>();

  /** `wanted`: whether the log tells so much that it should say in which turn. */
  constructor(wanted: () => boolean) {
    this.#wanted = wanted;
  }

  get follows(): boolean {
    return this.tracer !== undefined || this.#wanted();
  }

  /** The turn that goes on, if this is asked in one that is followed. */
  get turn(): Turn | undefined {
    return this.#current.getStore()?.turn;
  }

  async follow(turn: Turn, run: () => Promise<TurnResult>): Promise<TurnResult> {
    const trace = this.tracer?.begin(turn);
    const result = await this.#current.run({ turn, trace }, run);
    trace?.end(result);
    return result;
  }

  readonly requested = (request: RequestObserved): void => {
    this.#current.getStore()?.trace?.requested(request);
  };
}
