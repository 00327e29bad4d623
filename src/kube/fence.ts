/**
 * Stops writes at the last moment. A request may wait for a socket after it was allowed, and a process may be frozen in
 * between: so this is asked when the first byte would go out.
 */
import { DecoratorHandler, type Dispatcher } from 'undici';
import { ConnectionError } from './connection.ts';

/** Lets a request that is not a GET out only if `mayWrite`. */
export function fenced(mayWrite: () => boolean): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) =>
    dispatch(options, options.method === 'GET' ? handler : new Fence(handler, mayWrite));
}

class Fence extends DecoratorHandler {
  readonly #handler: Dispatcher.DispatchHandler;
  readonly #mayWrite: () => boolean;

  constructor(handler: Dispatcher.DispatchHandler, mayWrite: () => boolean) {
    super(handler);
    this.#handler = handler;
    this.#mayWrite = mayWrite;
  }

  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    if (this.#mayWrite()) this.#handler.onRequestStart?.(controller, context);
    else
      controller.abort(new ConnectionError('The request was not sent, because another copy of the operator may lead.'));
  }
}
