/** What each action sends: whatever changes something names the version that it was decided on, and hears when that is old. */
import { XosImages } from '../../src/api/generated/xosimages.ts';
import { Client } from '../../src/kube/client.ts';
import type { Connection, Request } from '../../src/kube/connection.ts';
import { Performer, type PerformerOptions } from '../../src/kube/perform.ts';
import { Stores } from '../../src/kube/stores.ts';
import type { OwnAction } from '../../src/runtime/action.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const target = { key: 'image', uid: 'u', resourceVersion: '7' };
const object = {
  apiVersion: 'xos.opencord.org/v1alpha1',
  kind: 'XosImage',
  metadata: { name: 'image', labels: { a: 'b' } },
};
const operations = [{ op: 'remove', path: '/metadata/labels' }] as const;
const named = { uid: 'u', resourceVersion: '7' };
const OPERATIONS = [
  { op: 'test', path: '/metadata/uid', value: 'u' },
  { op: 'replace', path: '/metadata/resourceVersion', value: '7' },
];

/** A performer over an API server that gives this answer to everything. */
function performer(answer: { status: number; body: object }) {
  const asked: Request[] = [];
  const send = (request: Request) => {
    asked.push(request);
    return Promise.resolve({ status: answer.status, body: JSON.stringify(answer.body) });
  };
  const nothing = () => undefined;
  const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
  const client = new Client({ send } as unknown as Connection, { clock: new VirtualClock(), random: () => 0 });
  const stores = new Stores([{ resource: XosImages, wakes: () => [] }], nothing);
  // What asks for other objects is not asked here.
  const performs = new Performer({ client, stores, log } as unknown as PerformerOptions);
  const sent = () => asked.map(({ body = '' }) => JSON.parse(body) as unknown);
  return { performs, sent };
}

const ACTIONS: readonly (readonly [OwnAction & { target: object }, sent: unknown])[] = [
  [
    { verb: 'apply', resource: XosImages, object, target, force: true, paths: [] },
    { metadata: { ...object.metadata, ...named } },
  ],
  [{ verb: 'join', resource: XosImages, object, target }, { metadata: { ...object.metadata, ...named } }],
  [
    { verb: 'merge', resource: XosImages, target, patch: { metadata: { labels: { a: null } } } },
    { metadata: { labels: { a: null }, ...named } },
  ],
  [
    { verb: 'merge', resource: XosImages, target, patch: { status: { x: 1 } }, subresource: 'status' },
    { metadata: named, status: { x: 1 } },
  ],
  [{ verb: 'giveUp', resource: XosImages, target, operations, paths: [] }, [...OPERATIONS, ...operations]],
  [{ verb: 'release', resource: XosImages, target, operations }, [...OPERATIONS, ...operations]],
  [{ verb: 'delete', resource: XosImages, target }, { preconditions: named }],
];

test.each(ACTIONS.map(([action, sent]) => ({ action, sent, verb: action.verb })))(
  '$verb holds for one version of one object',
  async ({ action, sent: expected }) => {
    const { performs, sent } = performer({
      status: 200,
      body: { metadata: { ...object.metadata, uid: 'u', resourceVersion: '8' } },
    });
    await performs.perform(action);
    expect(sent()).toMatchObject([expected]);
  },
);

test.each(ACTIONS.map(([action]) => ({ action, verb: action.verb })))(
  '$verb of an old version means to look again, and needs nobody',
  async ({ action }) => {
    const { performs } = performer({
      status: 409,
      body: { kind: 'Status', status: 'Failure', reason: 'Conflict', code: 409 },
    });
    await expect(performs.perform(action)).rejects.toMatchObject({ name: 'StaleViewError' });
    await expect(
      performs.perform({ ...action, ...(action.verb === 'apply' && { force: false }) }),
    ).rejects.toMatchObject({
      name: 'StaleViewError',
    });
  },
);

test('an apply that may take no field from others needs somebody when it would', async () => {
  const details = { causes: [{ reason: 'FieldManagerConflict', field: '.spec.x' }] };
  const { performs } = performer({
    status: 409,
    body: { kind: 'Status', status: 'Failure', reason: 'Conflict', code: 409, details },
  });
  const apply = { verb: 'apply', resource: XosImages, object, target, paths: [] } as const;
  await expect(performs.perform({ ...apply, force: false })).rejects.toMatchObject({
    name: 'TerminalError',
    reason: 'NameConflict',
  });
});
