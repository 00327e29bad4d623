/** Copies of the operator that stand for election in virtual time, and a server that knows one Lease. */
import type { Connection, Request, Response } from '../../src/kube/connection.ts';
import { ConnectionError } from '../../src/kube/connection.ts';
import { Client } from '../../src/kube/client.ts';
import { Election } from '../../src/kube/election.ts';
import type { LeaseSpec } from '../../src/kube/lease.ts';
import type { Clock } from '../../src/runtime/clock.ts';
import type { Log } from '../../src/runtime/log.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const silent = () => undefined;

/** Everything that an election needs. */
export class Electorate {
  readonly clock = new VirtualClock();
  readonly server = new LeaseServer();
  /** What was told to people. */
  readonly warnings: string[] = [];

  /** A copy whose wall clock is wrong by so many milliseconds. */
  copy(identity: string, skewMs = 0): Election {
    const { clock } = this;
    const client = new Client(this.server.connection(identity), { clock, random: Math.random, maxAttempts: 1 });
    const skewed: Clock = {
      monotonic: () => clock.monotonic(),
      now: () => new Date(clock.now().getTime() + skewMs),
      after: (ms, action) => clock.after(ms, action),
    };
    const log: Log = { debug: silent, info: silent, error: silent, warn: (message) => this.warnings.push(message) };
    const election = new Election({ client, clock: skewed, log, identity, namespace: 'ns', name: 'xos' });
    election.start();
    return election;
  }

  /** Whether both led at any time of the next milliseconds. */
  async overlap(first: Election, second: Election, ms: number): Promise<boolean> {
    let both = false;
    for (let passed = 0; passed < ms; passed += 100) {
      await this.clock.run(100);
      both ||= first.leads && second.leads;
    }
    return both;
  }
}

/** A server that knows one Lease. */
export class LeaseServer {
  spec: LeaseSpec | undefined;
  /** Who cannot reach it. */
  readonly cutOff = new Set<string>();
  /** Who may not write it. */
  readonly forbidden = new Set<string>();
  #version = 1;

  connection(who: string): Connection {
    return {
      send: (request) =>
        this.cutOff.has(who)
          ? Promise.reject(new ConnectionError('cut off'))
          : Promise.resolve(this.#allowed(who, request)),
      open: () => Promise.reject(new ConnectionError('no watch')),
      close: () => Promise.resolve(),
      reset: () => undefined,
    };
  }

  #allowed(who: string, request: Request): Response {
    return this.forbidden.has(who) && request.method !== 'GET' ? refusal(403, 'Forbidden') : this.#answer(request);
  }

  /** What a person writes, past all rules of ours; undefined deletes it. */
  edit(spec: LeaseSpec | undefined): void {
    this.spec = spec;
    this.#version += 1;
  }

  #answer({ method, body = '{}' }: Request): Response {
    const sent = JSON.parse(body) as { metadata?: { resourceVersion?: string }; spec?: LeaseSpec };
    if (this.spec === undefined && method !== 'POST') return refusal(404, 'NotFound');
    if (method === 'POST' && this.spec !== undefined) return refusal(409, 'AlreadyExists');
    if (method === 'PATCH' && sent.metadata?.resourceVersion !== String(this.#version)) return refusal(409, 'Conflict');
    if (method !== 'GET') {
      this.spec = { ...this.spec, ...sent.spec };
      this.#version += 1;
    }
    const metadata = { name: 'xos', namespace: 'ns', uid: 'u', resourceVersion: String(this.#version) };
    return { status: 200, body: JSON.stringify({ metadata, spec: this.spec }) };
  }
}

function refusal(status: number, reason: string): Response {
  return { status, body: JSON.stringify({ kind: 'Status', status: 'Failure', reason, code: status }) };
}
