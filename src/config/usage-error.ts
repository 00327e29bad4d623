/** The two ways in which a command line is no start of the operator. */
import { PlainError } from '../runtime/errors.ts';

/** A wrong option, variable or configuration file. The message is one line for people. */
export class UsageError extends PlainError {
  override readonly name = 'UsageError';
}

/** Asked for the help, the version or the configuration, which was printed: there is nothing to run. */
export class NothingToRun extends Error {
  override readonly name = 'NothingToRun';
}
