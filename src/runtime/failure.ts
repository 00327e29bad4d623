/** What may be told of an error: all of it if its message was written for people, and otherwise only what it is and where it arose. */
import { PlainError } from './errors.ts';

/** A message that nobody foresaw may quote what somebody wrote, as that of JSON.parse does; the places in the program are our own text. */
export function failureOf(error: unknown): string {
  if (error instanceof PlainError) return error.message;
  if (!(error instanceof Error)) return 'Something that is no error was thrown.';
  return [/^\w{1,60}$/.test(error.name) ? error.name : 'Error', ...framesOf(error)].join('\n');
}

function framesOf({ message, stack = '' }: Error): string[] {
  const end = stack.indexOf(message) + message.length;
  // Who changes a message afterwards leaves the old one in the stack.
  if (end < message.length) return [];
  return stack
    .slice(end)
    .split('\n')
    .filter((line) => /^ {4}at /.test(line));
}
