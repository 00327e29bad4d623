/** The Lease in virtual time: who leads when, with two copies and a server that answers, refuses or is cut off. */
import type { Connection, Request, Response } from '../../src/kube/connection.ts';
import { ConnectionError } from '../../src/kube/connection.ts';
import { Client } from '../../src/kube/client.ts';
import { Election } from '../../src/kube/election.ts';
import type { LeaseSpec } from '../../src/kube/lease.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** A server that knows one Lease. */
class LeaseServer {
  spec: LeaseSpec | undefined;
  /** Who cannot reach it. */
  readonly cutOff = new Set<string>();
  #version = 1;

  connection(who: string): Connection {
    return {
      send: (request) =>
        this.cutOff.has(who) ? Promise.reject(new ConnectionError('cut off')) : Promise.resolve(this.#answer(request)),
      open: () => Promise.reject(new ConnectionError('no watch')),
      close: () => Promise.resolve(),
      reset: () => undefined,
    };
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

let clock: VirtualClock;
let server: LeaseServer;
beforeEach(() => {
  clock = new VirtualClock();
  server = new LeaseServer();
});

function copy(identity: string): Election {
  const client = new Client(server.connection(identity), { clock, random: Math.random, maxAttempts: 1 });
  const election = new Election({ client, clock, log: quiet, identity, namespace: 'ns', name: 'xos' });
  election.start();
  return election;
}

describe('the lease', () => {
  test('goes to the first one, who keeps it; times have six fractional digits', async () => {
    const first = copy('a');
    await clock.run(100);
    const second = copy('b');
    await clock.run(60_000);
    expect([first.leads, second.leads]).toEqual([true, false]);
    expect(server.spec).toMatchObject({ holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 0 });
    expect(server.spec?.renewTime).toMatch(/\.\d{6}Z$/);
  });

  test('is given up on request, and taken within two seconds', async () => {
    const first = copy('a');
    await clock.run(100);
    const second = copy('b');
    await clock.run(5_300);
    await first.release();
    expect(first.leads).toBe(false);
    await clock.run(2_000);
    expect(second.leads).toBe(true);
    expect(server.spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
  });

  test('ends for a leader who is cut off after 10 s, and another one has it within 17 s but not within 14', async () => {
    const first = copy('a');
    await clock.run(100);
    const second = copy('b');
    await clock.run(4_000);
    const lost = jest.fn();
    void first.lost.then(lost);
    server.cutOff.add('a');
    const both: boolean[] = [];
    let takenAfter = 0;
    for (let ms = 0; ms < 20_000; ms += 100) {
      await clock.run(100);
      both.push(first.leads && second.leads);
      if (second.leads && takenAfter === 0) takenAfter = ms;
    }
    expect(lost).toHaveBeenCalledTimes(1);
    expect(both).not.toContain(true);
    expect(takenAfter).toBeGreaterThan(13_000);
    expect(takenAfter).toBeLessThanOrEqual(17_000);
  });

  test('does not count for a process that was frozen: no timer has told it, and yet it does not lead', async () => {
    const first = copy('a');
    await clock.run(100);
    expect(first.leads).toBe(true);
    jest.spyOn(clock, 'monotonic').mockReturnValue(11_000);
    expect(first.leads).toBe(false);
  });

  test('is lost at once by who finds it in other hands', async () => {
    const first = copy('a');
    await clock.run(100);
    const lost = jest.fn();
    void first.lost.then(lost);
    await new Client(server.connection('x'), { clock, random: Math.random }).patch(
      { group: 'coordination.k8s.io', version: 'v1', kind: 'Lease', plural: 'leases', namespaced: true },
      'ns/xos',
      { type: 'merge', body: { metadata: { resourceVersion: '2' }, spec: { holderIdentity: 'x' } } },
    );
    await clock.run(2_500);
    expect([first.leads, lost.mock.calls.length]).toEqual([false, 1]);
  });

  test('that somebody deleted is made again by its holder, not taken by another one', async () => {
    const first = copy('a');
    await clock.run(100);
    const second = copy('b');
    await clock.run(3_000);
    server.spec = undefined;
    await clock.run(4_000);
    expect([first.leads, second.leads]).toEqual([true, false]);
    expect(server.spec).toMatchObject({ holderIdentity: 'a' });
  });
});
