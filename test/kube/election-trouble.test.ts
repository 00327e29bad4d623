/** A Lease that people, clocks or rights have spoiled: never do two lead, and in the end one does. */
import type { VirtualClock } from '../support/virtual-clock.ts';
import { Electorate, type LeaseServer } from './electorate.ts';

let clock: VirtualClock;
let server: LeaseServer;
let electorate: Electorate;
beforeEach(() => {
  electorate = new Electorate();
  ({ clock, server } = electorate);
});

describe('a lease', () => {
  test('that somebody deleted after its holder ended is not made before its time was up', async () => {
    const first = electorate.copy('a');
    await clock.run(100);
    const second = electorate.copy('b');
    await clock.run(3_000);
    server.cutOff.add('a');
    server.edit(undefined);
    await clock.run(8_000);
    expect([first.leads, second.leads]).toEqual([true, false]);
    await clock.run(10_000);
    expect([first.leads, second.leads]).toEqual([false, true]);
  });

  test.each([
    ['emptied', { holderIdentity: '' }],
    [
      'emptied, but for its times',
      { holderIdentity: null, leaseDurationSeconds: 15, renewTime: '2026-01-01T00:00:00.000000Z' },
    ],
    ['left without a word', {}],
  ])('that a person %s stays with its holder, who may not know yet', async (_, spec) => {
    const first = electorate.copy('a');
    await clock.run(100);
    const second = electorate.copy('b');
    await clock.run(2_100);
    // The other one looks before the holder renews.
    server.edit(spec);
    const both = await electorate.overlap(first, second, 20_000);
    expect(both).toBe(false);
    expect([first.leads, second.leads]).toEqual([true, false]);
    expect(server.spec).toMatchObject({ holderIdentity: 'a', leaseDurationSeconds: 15 });
  });

  test('that a person gave to somebody else ends the leader, and nobody leads until that time is up', async () => {
    const first = electorate.copy('a');
    await clock.run(100);
    const second = electorate.copy('b');
    await clock.run(3_000);
    server.edit({ ...server.spec, holderIdentity: 'somebody' });
    await clock.run(2_100);
    expect([first.leads, second.leads]).toEqual([false, false]);
    await clock.run(15_000);
    expect([first.leads, second.leads]).toEqual([false, true]);
  });

  test.each([
    ['in the year 9999', { renewTime: '9999-12-31T23:59:59.999999Z', leaseDurationSeconds: 15 }, 16_000],
    ['long ago', { renewTime: '1970-01-01T00:00:00.000000Z', leaseDurationSeconds: 15 }, 16_000],
    ['never', {}, 16_000],
    ['for 68 years', { renewTime: '2026-01-01T00:00:00.000000Z', leaseDurationSeconds: 2_147_483_647 }, 61_000],
  ])(
    'that nobody renews was renewed %s: it is taken when it did not change for its time',
    async (_, spec, withinMs) => {
      server.edit({ holderIdentity: 'garbage', ...spec });
      const first = electorate.copy('a');
      await clock.run(14_000);
      expect(first.leads).toBe(false);
      await clock.run(withinMs - 14_000);
      expect(first.leads).toBe(true);
      expect(server.spec).toMatchObject({ holderIdentity: 'a', leaseDurationSeconds: 15 });
    },
  );

  test.each([
    ['an hour ahead', 3_600_000],
    ['an hour behind', -3_600_000],
  ])('does not care for clocks: its holder is %s', async (_, skewMs) => {
    const first = electorate.copy('a', skewMs);
    await clock.run(100);
    const second = electorate.copy('b');
    await clock.run(60_000);
    expect([first.leads, second.leads]).toEqual([true, false]);
    server.cutOff.add('a');
    const both = await electorate.overlap(first, second, 17_000);
    expect(both).toBe(false);
    expect([first.leads, second.leads]).toEqual([false, true]);
    const third = electorate.copy('c', skewMs);
    await clock.run(60_000);
    expect([second.leads, third.leads]).toEqual([true, false]);
  });

  test('without the right to it is not held, which is said, but not each second; and with it is', async () => {
    server.forbidden.add('a');
    const first = electorate.copy('a');
    await clock.run(60_000);
    expect(first.leads).toBe(false);
    expect(electorate.warnings.length).toBe(6);
    server.forbidden.clear();
    await clock.run(1_100);
    expect(first.leads).toBe(true);
  });

  test('is lost by a leader who may not renew any more, before another one has it', async () => {
    const first = electorate.copy('a');
    await clock.run(100);
    const second = electorate.copy('b');
    await clock.run(3_000);
    server.forbidden.add('a');
    expect(await electorate.overlap(first, second, 17_000)).toBe(false);
    expect([first.leads, second.leads]).toEqual([false, true]);
  });
});
