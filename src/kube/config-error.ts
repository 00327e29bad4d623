/** What is wrong with how the operator was told to reach its cluster. */
import { PlainError } from '../runtime/errors.ts';

/** Needs a person, before the operator can start. The message is one sentence, without contents of any file. */
export class ConfigError extends PlainError {
  override readonly name = 'ConfigError';
}
