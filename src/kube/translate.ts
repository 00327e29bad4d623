/** From what the wire says to what the runtime distinguishes: needs a person, was out of date, or may be tried again. */
import { resourceName } from '../api/resource.ts';
import type { Action } from '../runtime/action.ts';
import { RetryableError, StaleViewError, TerminalError } from '../runtime/errors.ts';
import { ConnectionError } from './connection.ts';
import { ApiError, isConflict, isForbidden, isInvalid, isNamespaceTerminating, isNotFound, isQuotaExceeded } from './errors.ts';

/** The error to throw instead. What is no error of the wire comes back as it is. */
export function translated(error: unknown, action: Action): unknown {
  if (error instanceof ConnectionError) return new RetryableError(error.message);
  if (!(error instanceof ApiError)) return error;
  if (isStale(error, action)) return new StaleViewError(error.message);
  if (isQuotaExceeded(error)) return new TerminalError('QuotaExceeded', error.message);
  if (isNamespaceTerminating(error)) return new RetryableError(error.message);
  if (isForbidden(error)) return new TerminalError('Forbidden', error.message);
  if (isInvalid(error)) return new TerminalError('InvalidSpec', error.message);
  if (error.status === 409 && action.verb === 'apply' && !action.force) return new TerminalError('NameConflict', fieldConflict(action));
  return new RetryableError(error.message);
}

/** The object changed, or is gone, since the action was decided. */
function isStale(error: ApiError, action: Action): boolean {
  const onExisting = action.verb !== 'create' && action.verb !== 'createByApply';
  if (isNotFound(error)) return onExisting;
  return isConflict(error) && !(action.verb === 'apply' && !action.force);
}

function fieldConflict(action: Action & { verb: 'apply' }): string {
  return `Another writer keeps fields of ${resourceName(action.resource)} ${action.target.key} that are declared here. They are left as they are: remove them here or there.`;
}
