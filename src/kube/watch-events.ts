/**
 * Decodes a watch: one JSON object a line. A line is bounded, and one that is cut off at the end means that the
 * connection broke, however politely it was closed. Source: Kubernetes API concepts, "Efficient detection of changes".
 */
import { ConnectionError } from './connection.ts';

/** The kinds of event. */
type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';

/** One event. The object is not checked: raw-object.ts does that. */
export interface WatchEvent {
  readonly type: WatchEventType;
  readonly object: object;
}

/** A line that no object of a sane API server needs. */
export class OverlongLineError extends ConnectionError {}

/** Characters. The API server stores no object over 1.5 MB (3 MB with other settings), before escapes. */
const LONGEST_LINE = 16 * 1024 * 1024;

/** The lines that each chunk completes. @throws OverlongLineError; ConnectionError if the last line is incomplete */
export async function* linesOf(chunks: AsyncIterable<string>, longest = LONGEST_LINE): AsyncGenerator<string[]> {
  let parts: string[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    const lines = chunk.split('\n');
    const rest = lines.pop() ?? '';
    if (lines.length > 0) {
      lines[0] = parts.join('') + (lines[0] ?? '');
      parts = [];
      length = 0;
    }
    parts.push(rest);
    length += rest.length;
    if (lines.length > 0) yield lines;
    if (length > longest) throw new OverlongLineError('The API server sent an event that is too long to be one.');
  }
  if (length > 0) throw new ConnectionError('The API server ended a watch in the middle of an event.');
}

const TYPES = new Set<unknown>(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']);

/** The event on a line, or undefined if there is none to be found. */
export function parseEvent(line: string): WatchEvent | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isEvent(value) ? value : undefined;
}

function isEvent(value: unknown): value is WatchEvent {
  if (typeof value !== 'object' || value === null) return false;
  if (!('type' in value && 'object' in value)) return false;
  return TYPES.has(value.type) && typeof value.object === 'object' && value.object !== null;
}
