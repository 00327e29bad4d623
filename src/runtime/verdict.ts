/** What an error means for the object that it concerns, as a verdict. */
import { TurnedAwayError } from './breaker.ts';
import { RetryableError, StaleViewError, TerminalError } from './errors.ts';
import type { Verdict } from './outcome.ts';

/** Nothing is said of a view that was behind, for the next turn will do; nor by a mirror that is not there. */
export function verdictOf(error: Error): { verdict?: Verdict } {
  if (error instanceof StaleViewError || error instanceof TurnedAwayError) return {};
  if (error instanceof TerminalError)
    return { verdict: { state: 'Stalled', reason: error.reason, message: error.message } };
  // The message of an unknown error may hold anything; only errors that were written for people are shown.
  const message =
    error instanceof RetryableError
      ? error.message
      : 'An internal error occurred; it is tried again, and the log of the operator has the details.';
  return { verdict: { state: 'Waiting', reason: 'ProgressingWithRetry', message } };
}
