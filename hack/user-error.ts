/** What goes wrong for a reason that the person at the keyboard can act on. */
import { RunError } from './run.ts';

/** Its message is one sentence: the cause, and what to do about it. Shown without a stack trace. */
export class UserError extends Error {
  override readonly name = 'UserError';
}

/** Runs a command line program's main function; a UserError, or a failed program's own words, are shown without a stack trace, with exit code 1. */
export async function runMain(main: () => Promise<number>): Promise<void> {
  // Whoever reads may stop reading (`… | head`); what was started must be ended in order all the same.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  try {
    process.exitCode = await main();
  } catch (error) {
    process.exitCode = 1;
    const text = error instanceof UserError || error instanceof RunError ? error.message : describeUnexpected(error);
    process.stderr.write(`${text}\n`);
  }
}

function describeUnexpected(error: unknown): string {
  const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `Something went wrong that should not; please report it.\n${cause}`;
}
