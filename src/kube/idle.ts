/** Ends streams that nothing comes from: a dead peer says nothing, and TCP alone notices after hours. */
import type { Clock } from '../runtime/clock.ts';
import { ConnectionError, type Stream } from './connection.ts';

/** Nothing came for too long. */
export class IdleError extends ConnectionError {}

/** The chunks of `stream`. @throws IdleError when none came for `ms`; time that the reader takes does not count */
export async function* untilIdle(stream: Stream, clock: Clock, ms: number): AsyncGenerator<string> {
  const state = { idle: false };
  const arm = () =>
    clock.after(ms, () => {
      state.idle = true;
      stream.close();
    });
  let disarm = arm();
  try {
    for await (const chunk of stream.chunks) {
      disarm();
      yield chunk;
      disarm = arm();
    }
  } catch (error) {
    if (!state.idle) throw error;
  } finally {
    disarm();
  }
  if (state.idle) throw new IdleError(`Nothing came from the API server for ${String(ms / 1000)} s.`);
}
