/** The Lease in virtual time: who leads when, with two copies and a server that answers, refuses or is cut off. */
import { Client } from '../../src/kube/client.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';
import { Electorate, type LeaseServer } from './electorate.ts';

let clock: VirtualClock;
let server: LeaseServer;
let electorate: Electorate;
beforeEach(() => {
  electorate = new Electorate();
  ({ clock, server } = electorate);
});

describe('the lease', () => {
  test('goes to the first one, who keeps it; times have six fractional digits', async () => {
    const first = electorate.copy('a');
    await clock.run(100);
    const second = electorate.copy('b');
    await clock.run(60_000);
    expect([first.leads, second.leads]).toEqual([true, false]);
    expect(server.spec).toMatchObject({ holderIdentity: 'a', leaseDurationSeconds: 15, leaseTransitions: 0 });
    expect(server.spec?.renewTime).toMatch(/\.\d{6}Z$/);
  });

  test('is given up on request, and taken within two seconds', async () => {
    const first = electorate.copy('a');
    await clock.run(100);
    const second = electorate.copy('b');
    await clock.run(5_300);
    await first.release();
    expect(first.leads).toBe(false);
    await clock.run(2_000);
    expect(second.leads).toBe(true);
    expect(server.spec).toMatchObject({ holderIdentity: 'b', leaseTransitions: 1 });
  });

  test('ends for a leader who is cut off after 10 s, and another one has it within 17 s but not within 14', async () => {
    const first = electorate.copy('a');
    await clock.run(100);
    const second = electorate.copy('b');
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
    const first = electorate.copy('a');
    await clock.run(100);
    expect(first.leads).toBe(true);
    jest.spyOn(clock, 'monotonic').mockReturnValue(11_000);
    expect(first.leads).toBe(false);
  });

  test('is lost at once by who finds it in other hands', async () => {
    const first = electorate.copy('a');
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
    const first = electorate.copy('a');
    await clock.run(100);
    const second = electorate.copy('b');
    await clock.run(3_000);
    server.spec = undefined;
    await clock.run(4_000);
    expect([first.leads, second.leads]).toEqual([true, false]);
    expect(server.spec).toMatchObject({ holderIdentity: 'a' });
  });
});
