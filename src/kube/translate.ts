/** From what the wire says to what the runtime distinguishes: needs a person, was out of date, or may be tried again. */
import { resourceName } from '../api/resource.ts';
import type { Action } from '../runtime/action.ts';
import { RetryableError, StaleViewError, TerminalError } from '../runtime/errors.ts';
import { ConnectionError } from './connection.ts';
import {
  ApiError,
  hasFieldConflict,
  isConflict,
  isDenied,
  isForbidden,
  isInvalid,
  isNamespaceTerminating,
  isNodePortRefused,
  isNotFound,
  isQuotaExceeded,
} from './errors.ts';

/** Refusals that need a person, with the reason that the condition gives. The first that fits counts. */
const TERMINAL: readonly [fits: (error: ApiError) => boolean, reason: string][] = [
  [isDenied, 'Forbidden'],
  [isQuotaExceeded, 'QuotaExceeded'],
  [isForbidden, 'Forbidden'],
  [isNodePortRefused, 'PortTaken'],
  [isInvalid, 'InvalidSpec'],
];

/** The error to throw instead. What is no error of the wire comes back as it is. */
export function translated(error: unknown, action: Action): unknown {
  if (error instanceof ConnectionError) return new RetryableError(error.message);
  if (!(error instanceof ApiError)) return error;
  if (isStale(error, action)) return new StaleViewError(error.message);
  if (isNamespaceTerminating(error)) return new RetryableError(error.message);
  if (isFieldConflict(error, action)) return new TerminalError('NameConflict', fieldConflict(action));
  const [, reason] = TERMINAL.find(([fits]) => fits(error)) ?? [];
  return reason === undefined ? new RetryableError(error.message) : new TerminalError(reason, error.message);
}

/** An apply without force met a field that another writer keeps. */
function isFieldConflict(error: ApiError, action: Action): action is Action & { verb: 'apply' } {
  return hasFieldConflict(error) && action.verb === 'apply' && !action.force;
}

/** The object changed, or is gone, since the action was decided. */
function isStale(error: ApiError, action: Action): boolean {
  const onExisting = action.verb !== 'create' && action.verb !== 'createByApply';
  if (isNotFound(error)) return onExisting;
  return isConflict(error) && !isFieldConflict(error, action);
}

function fieldConflict(action: Action & { verb: 'apply' }): string {
  return `Another writer keeps fields of ${resourceName(action.resource)} ${action.target.key} that are declared here. They are left as they are: remove them here or there.`;
}
