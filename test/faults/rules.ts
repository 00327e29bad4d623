/** What goes wrong, and when. */

/** A request on its way through the proxy. */
export interface ProxiedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly userAgent: string;
  readonly body: string;
}

/**
 * What happens to a request:
 * - an answer of our own (the API server never sees the request);
 * - a delay before it is forwarded;
 * - `cut-mid-response`: forwarded, and half of the answer comes back before the connection breaks;
 * - `cut-mid-event`: the connection of a watch breaks in the middle of its next event, also of a watch that is open already;
 * - `drop-answer-after-forward`: carried out by the API server, and no answer comes back;
 * - `forward-twice`: carried out, and sent again, as by a load balancer that lost the answer; the second answer comes back.
 */
export type Fault =
  | { readonly status: number; readonly retryAfter?: number; readonly body?: string }
  | { readonly delayMs: number }
  | 'cut-mid-response'
  | 'cut-mid-event'
  | 'drop-answer-after-forward'
  | 'forward-twice';

/** A fault for the requests that match. */
export interface Rule {
  readonly match: (request: ProxiedRequest) => boolean;
  /** How often; always, if left out. */
  readonly times?: number;
  readonly action: Fault;
}

/** The rules in force. The first one that matches holds. */
export class Rules {
  #entries: { rule: Rule; left: number }[] = [];

  add(rule: Rule): void {
    this.#entries.push({ rule, left: rule.times ?? Infinity });
  }

  clear(): void {
    this.#entries = [];
  }

  /** The fault for a new request, and uses up one of its times. Events are cut later: see {@link cutsEvent}. */
  faultFor(request: ProxiedRequest): Exclude<Fault, 'cut-mid-event'> | undefined {
    const entry = this.#entries.find(
      ({ rule, left }) => left > 0 && rule.action !== 'cut-mid-event' && rule.match(request),
    );
    if (!entry || entry.rule.action === 'cut-mid-event') return undefined;
    entry.left -= 1;
    return entry.rule.action;
  }

  /** Whether the event that now comes on the watch `request` is to be cut, and uses up one of the times. */
  cutsEvent(request: ProxiedRequest): boolean {
    const entry = this.#entries.find(
      ({ rule, left }) => left > 0 && rule.action === 'cut-mid-event' && rule.match(request),
    );
    if (!entry) return false;
    entry.left -= 1;
    return true;
  }
}
