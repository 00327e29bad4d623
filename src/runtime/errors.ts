/**
 * Two sorts of failure (kinds throw neither; they return outcomes). A terminal one needs a person; everything else is
 * the world's fault, and is tried again.
 */

/** Its message was written for people, and quotes nothing that anybody wrote: it may be shown and logged. */
export abstract class PlainError extends Error {}

/** Needs a person: reported as Stalled with this reason, and tried again only when something changes, or rarely. */
export class TerminalError extends PlainError {
  override readonly name = 'TerminalError';
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Tried again with back-off. The message is a sentence for people: it is shown in a condition. */
export class RetryableError extends PlainError {
  override readonly name = 'RetryableError';
}

/** The view was older than the server: nothing is wrong, and the next turn, with a fresher view, will do. */
export class StaleViewError extends PlainError {
  override readonly name = 'StaleViewError';
}

/** Why a write was refused, as one of a few words; those beside the first two are reasons of a {@link TerminalError}. */
export const REFUSAL_REASONS = [
  'Conflict',
  'Unavailable',
  'DeletionBlocked',
  'Forbidden',
  'InvalidSpec',
  'NameConflict',
  'PortTaken',
  'QuotaExceeded',
] as const;
export type RefusalReason = (typeof REFUSAL_REASONS)[number];

/** `Conflict`: the object had changed meanwhile. `Unavailable`: no answer, or one that says nothing. */
export function refusalReasonOf(error: Error): RefusalReason {
  if (error instanceof StaleViewError) return 'Conflict';
  if (!(error instanceof TerminalError)) return 'Unavailable';
  return REFUSAL_REASONS.find((reason) => reason === error.reason) ?? 'Unavailable';
}
