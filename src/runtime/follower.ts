/** Whoever wants to know what is done in which turn: traces, and the log where it tells everything. */
import type { TurnResult } from './reconcile.ts';

/** A turn, by the names that the log has for it. */
export interface Turn {
  readonly controller: string;
  readonly namespace?: string;
  readonly name: string;
  readonly reconcileID: string;
}

export interface Follower {
  /** Whether anybody wants to know. Asked before each turn. */
  readonly follows: boolean;
  /** Runs a turn, so that what is done meanwhile is known to be done in it. */
  follow(turn: Turn, run: () => Promise<TurnResult>): Promise<TurnResult>;
}
