/** What counts as a difference between an object as declared and as it is live. */
import type { JsonObject, KubeObject } from '../../src/api/object.ts';
import { differences } from '../../src/runtime/diff.ts';
import { mergePatch } from '../../src/runtime/merge-patch.ts';
import { sameQuantity } from '../../src/runtime/quantity.ts';

const OURS = 'xos-operator';

function deployment(spec: JsonObject, fields?: JsonObject, operation = 'Apply', manager = OURS): KubeObject {
  const entries =
    fields === undefined ? {} : { managedFields: [{ manager, operation, fieldsV1: { 'f:spec': fields } }] };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', ...entries }, spec } as KubeObject;
}

const container = (fields: JsonObject) => ({ containers: [{ name: 'main', ...fields }] });
const ownedContainer = (fields: JsonObject) => ({
  'f:containers': { 'k:{"name":"main"}': { '.': {}, 'f:name': {}, ...fields } },
});

test.each<{
  name: string;
  want: JsonObject;
  have: JsonObject;
  owned?: JsonObject;
  operation?: string;
  manager?: string;
  lacking?: string[];
  surplus?: string[];
}>([
  { name: 'the same is no difference', want: { replicas: 3 }, have: { replicas: 3 } },
  { name: 'what the server defaults is no difference', want: { replicas: 3 }, have: { replicas: 3, paused: false } },
  { name: 'another value is', want: { replicas: 3 }, have: { replicas: 4 }, lacking: ['spec.replicas'] },
  { name: 'a missing field is', want: { replicas: 3 }, have: {}, lacking: ['spec.replicas'] },
  {
    name: 'a field that we applied and no longer want is',
    want: {},
    have: { replicas: 3 },
    owned: { 'f:replicas': {} },
    surplus: ['spec.replicas'],
  },
  {
    name: 'a field that others own is not',
    want: {},
    have: { replicas: 3 },
    owned: { 'f:replicas': {} },
    manager: 'kubectl',
  },
  {
    name: 'a default that came with our POST is not',
    want: {},
    have: { dns: 'x' },
    owned: { 'f:dns': {} },
    operation: 'Update',
  },
  {
    name: 'an entry that somebody adds to a map that is ours as a whole is',
    want: { selector: { app: 'a' }, replicas: 1 },
    have: { selector: { app: 'a', more: 'b' }, replicas: 1 },
    owned: { 'f:replicas': {} },
    lacking: ['spec.selector'],
  },
  {
    name: 'a default in a map that is ours as a whole is not',
    want: { fieldRef: { fieldPath: 'a' } },
    have: { fieldRef: { apiVersion: 'v1', fieldPath: 'a' } },
    owned: { 'f:fieldRef': {} },
  },
  {
    name: 'a zero that was never applied is',
    want: { token: false, count: 0, text: '', replicas: 1 },
    have: { replicas: 1 },
    owned: { 'f:replicas': {} },
    lacking: ['spec.token', 'spec.count', 'spec.text'],
  },
  {
    name: 'a zero that was applied and dropped by the server is not',
    want: { token: false, replicas: 1 },
    have: { replicas: 1 },
    owned: { 'f:replicas': {}, 'f:token': {} },
  },
  { name: 'an empty map asks for nothing', want: { labels: {} }, have: {} },
  {
    name: 'elements of a keyed list are matched by their key',
    want: container({ image: 'a' }),
    have: {
      containers: [
        { name: 'sidecar', image: 'b' },
        { name: 'main', image: 'a', tty: false },
      ],
    },
    owned: ownedContainer({ 'f:image': {} }),
  },
  {
    name: 'and a difference in one is found',
    want: container({ image: 'a' }),
    have: { containers: [{ name: 'sidecar' }, { name: 'main', image: 'b' }] },
    owned: ownedContainer({ 'f:image': {} }),
    lacking: ['spec.containers[main].image'],
  },
  {
    name: 'a field removed from an element is found',
    want: container({ image: 'a' }),
    have: { containers: [{ name: 'main', image: 'a', tty: true }] },
    owned: ownedContainer({ 'f:image': {}, 'f:tty': {} }),
    surplus: ['spec.containers[main].tty'],
  },
  {
    name: 'an element that was removed is found',
    want: { containers: [] },
    have: { containers: [{ name: 'main' }] },
    owned: ownedContainer({}),
    surplus: ['spec.containers[main]'],
  },
  {
    name: 'a key with a default matches an element that leaves it out',
    want: { ports: [{ containerPort: 80 }] },
    have: { ports: [{ containerPort: 80, protocol: 'TCP' }] },
    owned: { 'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {} } } },
  },
  {
    name: 'a list that is ours as a whole differs by length',
    want: { args: ['a'] },
    have: { args: ['a', 'b'] },
    owned: { 'f:args': {} },
    lacking: ['spec.args'],
  },
  {
    name: 'and by element',
    want: { args: ['a', 'c'] },
    have: { args: ['a', 'b'] },
    owned: { 'f:args': {} },
    lacking: ['spec.args[1]'],
  },
  { name: 'a set may have more', want: { set: ['a'] }, have: { set: ['b', 'a'] }, owned: { 'f:set': { 'v:"a"': {} } } },
  {
    name: 'what the server leaves out because it is empty, false or zero is no difference',
    want: { ...container({ env: [] }), hostNetwork: false, name: '', count: 0 },
    have: container({}),
    owned: { ...ownedContainer({ 'f:env': {} }), 'f:hostNetwork': {}, 'f:name': {}, 'f:count': {} },
  },
  {
    name: 'an element that names its whole key is told from one that leaves a part to its default',
    want: {
      ports: [
        { name: 'a', containerPort: 53 },
        { name: 'b', containerPort: 53, protocol: 'UDP' },
      ],
    },
    have: {
      ports: [
        { name: 'a', containerPort: 53, protocol: 'TCP' },
        { name: 'b', containerPort: 53, protocol: 'UDP' },
      ],
    },
    owned: {
      'f:ports': {
        'k:{"containerPort":53,"protocol":"UDP"}': { '.': {}, 'f:containerPort': {}, 'f:name': {}, 'f:protocol': {} },
        'k:{"containerPort":53,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {}, 'f:name': {} },
      },
    },
  },
  {
    name: 'amounts are compared as amounts',
    want: { resources: { limits: { cpu: '1000m', memory: '1024Mi' } } },
    have: { resources: { limits: { cpu: '1', memory: '1Gi' } } },
  },
  { name: 'but only where amounts stand', want: { args: ['1000m'] }, have: { args: ['1'] }, lacking: ['spec.args[0]'] },
  {
    name: 'a key called __proto__ is a key',
    want: JSON.parse('{"data":{"__proto__":"a"}}') as JsonObject,
    have: { data: {} },
    lacking: ['spec.data.__proto__'],
  },
])('$name', ({ want, have, owned, operation, manager, lacking = [], surplus = [] }) => {
  expect(differences(deployment(want), deployment(have, owned, operation, manager))).toEqual({ lacking, surplus });
});

test.each([
  ['1000m', '1', true],
  ['0.5', '500m', true],
  ['1Ki', 1024, true],
  ['1e3', '1k', true],
  ['1', '2', false],
  ['x', 'x1', false],
])('%s and %s are the same amount: %s', (left, right, same) => {
  expect(sameQuantity(left, right)).toBe(same);
});

test.each<{ name: string; from: JsonObject; to: JsonObject; patch: JsonObject | undefined }>([
  { name: 'nothing for equals', from: { a: { b: [1] } }, to: { a: { b: [1] } }, patch: undefined },
  {
    name: 'the change alone, however deep',
    from: { a: { b: 1, c: 2 } },
    to: { a: { b: 1, c: 3 } },
    patch: { a: { c: 3 } },
  },
  { name: 'null for what goes', from: { a: 1, b: 2 }, to: { b: 2 }, patch: { a: null } },
  { name: 'lists as a whole', from: { a: [1, 2] }, to: { a: [1, 3] }, patch: { a: [1, 3] } },
])('a merge patch has $name', ({ from, to, patch }) => {
  expect(mergePatch(from, to)).toEqual(patch);
});

test('a merge patch takes what is undefined for absent, in lists too', () => {
  const to = { a: [{ b: 1, c: undefined }], d: { e: undefined } } as unknown as JsonObject;
  expect(mergePatch({ a: [{ b: 1 }], d: {} }, to)).toBeUndefined();
  expect(mergePatch({ a: [{ b: 1, c: 2 }], d: {} }, to)).toEqual({ a: to['a'] });
});
