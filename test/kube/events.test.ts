/** Events are for people: of what was done and refused each is told, but nothing again and again, and never too many. */
import { Pods } from '../../src/api/core.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { Client } from '../../src/kube/client.ts';
import type { Connection, Request } from '../../src/kube/connection.ts';
import { EventRecorder } from '../../src/kube/events.ts';
import type { Action } from '../../src/runtime/action.ts';
import type { Primary } from '../../src/runtime/controller.ts';
import type { State } from '../../src/runtime/outcome.ts';
import { anInstance, aPod } from '../support/objects.ts';
import { live } from '../support/view.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

type Event = KubeObject & { type: string; reason: string; note: string; regarding: object };
const MINUTE = 60_000;
const target = { key: 'ns/pod', uid: 'u', resourceVersion: '1' };

function recorder(status = 201) {
  const asked: Request[] = [];
  const lost: string[] = [];
  const connection: Connection = {
    send: (request) => {
      asked.push(request);
      return Promise.resolve({ status, body: JSON.stringify({ metadata: { name: 'e', resourceVersion: '1' } }) });
    },
    open: () => Promise.reject(new Error('No watches here.')),
    close: () => Promise.resolve(),
    reset: () => undefined,
  };
  const clock = new VirtualClock();
  const say = () => undefined;
  const log = { debug: (message: string) => void lost.push(message), info: say, warn: say, error: say };
  const random = () => 0.5;
  const client = new Client(connection, { clock, random });
  const told = new EventRecorder({ client, clock, random, log, instance: 'copy' });
  /** Those that were sent: nobody waits for an Event. */
  const events = async () => {
    await clock.run(0);
    return asked.map(({ body = '' }) => JSON.parse(body) as Event);
  };
  return {
    told,
    clock,
    lost,
    events,
    notes: async () => (await events()).map(({ type, reason, note }) => `${type} ${reason}: ${note}`),
  };
}

const about = (name: string): Primary => {
  const [resource, object] = anInstance({ name });
  return { resource, object: live(object), owned: [] };
};
const created: Action = { verb: 'create', resource: Pods, object: aPod()[1] };
const verdict = (state: State, message = 'Because.') => ({ state, reason: 'Forbidden', message });

test.each<[string, Action, string[]]>([
  ['made', created, ['Normal Created: Created Pod pod.']],
  [
    'put back',
    { verb: 'apply', resource: Pods, object: aPod()[1], target, force: true, paths: [] },
    ['Normal Updated: Brought Pod ns/pod back to what is declared.'],
  ],
  ['deleted', { verb: 'delete', resource: Pods, target }, ['Normal Deleted: Deleted Pod ns/pod.']],
  [
    'replaced',
    { verb: 'delete', resource: Pods, target, because: 'it failed' },
    ['Normal Replaced: Replaces Pod ns/pod, because it failed.'],
  ],
  ['patched', { verb: 'merge', resource: Pods, target, patch: {} }, []],
])('what was %s is told', async (_what, action, notes) => {
  const { told, notes: said } = recorder();
  told.done(about('a'), action);
  expect(await said()).toEqual(notes);
});

test('of verdicts those are told that need a person, and notes', async () => {
  const { told, notes, events } = recorder();
  for (const state of ['Ready', 'Progressing', 'Waiting', 'Paused', 'Stalled'] as const)
    told.reported(about('a'), verdict(state));
  told.noted(about('a'), { type: 'Contested', reason: 'FightingWriter', message: 'They fight.' });
  expect(await notes()).toEqual(['Warning Forbidden: Because.', 'Warning FightingWriter: They fight.']);
  expect((await events())[0]).toMatchObject({
    metadata: { namespace: 'ns' },
    regarding: { kind: XosServiceInstances.kind, name: 'a', uid: 'XosServiceInstance:ns/a' },
  });
});

test('the same about the same object is told three times in ten minutes, and then again', async () => {
  const { told, clock, notes } = recorder();
  for (let i = 0; i < 9; i += 1) {
    told.done(about('a'), created);
    clock.advance(MINUTE);
  }
  expect((await notes()).length).toBe(3);
  // Another object, and something else about this one, are told all the same.
  told.done(about('b'), created);
  told.reported(about('a'), verdict('Stalled'));
  expect((await notes()).length).toBe(5);
  clock.advance(MINUTE);
  told.done(about('a'), created);
  expect((await notes()).length).toBe(6);
});

test('a flood is cut off, and what is cut off is not made up for', async () => {
  const { told, clock, notes } = recorder();
  for (let i = 0; i < 1_000; i += 1) told.done(about(`a${i}`), created);
  expect((await notes()).length).toBe(100);
  clock.advance(1_000);
  for (let i = 0; i < 1_000; i += 1) told.done(about(`b${i}`), created);
  expect((await notes()).length).toBe(105);
});

test('who says something else each time is forgotten in time', async () => {
  const { told, clock, notes } = recorder();
  for (let i = 0; i < 3_000; i += 1) {
    told.done(about(`a${i}`), created);
    clock.advance(1_000);
  }
  expect((await notes()).length).toBe(3_000);
});

test('one that is lost is no error', async () => {
  const { told, clock, lost } = recorder(403);
  told.done(about('a'), created);
  await clock.run(0);
  expect(lost).toEqual(['an event was lost']);
});
