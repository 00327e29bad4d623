/** What is seen of an event without reading it is what it says, or nothing. */
import { type Revision, revisionOn } from '../../src/kube/revision.ts';

const UID = '0d0f-1';
const OTHER = { resourceVersion: '999', uid: 'somebody' };

/** As the API server writes it; `Object.keys` are in order already. */
function eventOf(metadata: object, rest: object = { spec: {} }): string {
  return JSON.stringify({ type: 'ADDED', object: { apiVersion: 'a/v1', kind: 'A', metadata, ...rest } });
}

const identity = { name: 'a', resourceVersion: '7', uid: UID };
const seen: Revision = { resourceVersion: '7', uid: UID };

test.each<[string, string, Revision | undefined]>([
  ['a custom resource', eventOf(identity), seen],
  ['with a status that names another', eventOf(identity, { spec: { a: 1 }, status: OTHER }), seen],
  ['with a template in its spec', eventOf(identity, { spec: { template: { metadata: OTHER, spec: {} } } }), seen],
  ['with labels that look like it', eventOf({ labels: OTHER, ...identity }), seen],
  ['with an annotation that quotes one', eventOf({ annotations: { a: eventOf(OTHER) }, ...identity }), seen],
  ['without a spec', eventOf(identity, {}), undefined],
  [
    'a built-in kind, whose fields have another order',
    eventOf({ name: 'a', uid: UID, resourceVersion: '7' }),
    undefined,
  ],
  ['a kind that has more after the UID', eventOf({ ...identity, zone: 'x' }), undefined],
  ['a bookmark', '{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"7"}}}', undefined],
  ['nonsense', '"},"spec":{', undefined],
])('%s', (_, line, expected) => {
  expect(revisionOn(line)).toEqual(expected);
});
