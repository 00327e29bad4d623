/** What is wrong with how the operator was told to reach its cluster. */

/** Needs a person, before the operator can start. The message is one sentence, without contents of any file. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
