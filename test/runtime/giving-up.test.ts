/** Giving fields up: our entry gets smaller, what others wrote and what we still say stays in it, and no empty map is left. */
import type { JsonObject, KubeObject, ManagedFieldsEntry } from '../../src/api/object.ts';
import { givenUp } from '../../src/runtime/giving-up.ts';

const OURS = { manager: 'xos-operator', operation: 'Apply' };

function object(rest: object = {}, managedFields: ManagedFieldsEntry[] = []): KubeObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x', managedFields }, ...rest };
}

function left(desired: object, fieldsV1: JsonObject, isGiven?: (path: string) => boolean): unknown {
  const operations = givenUp(object(desired), object({}, [{ ...OURS, fieldsV1 }]), isGiven);
  return operations.map(({ op, path, value }) => [op, path, value]);
}

const replaced = (value: JsonObject) => [['replace', '/metadata/managedFields/0/fieldsV1', value]];

test.each<[string, object, JsonObject, unknown]>([
  ['what is still said stays', { data: { a: '1' } }, { 'f:data': { 'f:a': {} } }, []],
  [
    'one of two fields goes',
    { data: { a: '1' } },
    { 'f:data': { 'f:a': {}, 'f:b': {} } },
    replaced({ 'f:data': { 'f:a': {} } }),
  ],
  [
    'a key with dots and slashes is one field',
    { data: { a: '1' } },
    { 'f:data': { 'f:a': {}, 'f:b.c/d': {} } },
    replaced({ 'f:data': { 'f:a': {} } }),
  ],
  ['a map that is emptied goes as a whole', { data: {} }, { 'f:data': { 'f:b': {} }, 'f:x': {} }, replaced({})],
  [
    'an element of a list goes by its key',
    { ports: [{ port: 1 }] },
    { 'f:ports': { 'k:{"port":1}': { '.': {}, 'f:port': {} }, 'k:{"port":2}': { '.': {}, 'f:port': {} } } },
    replaced({ 'f:ports': { 'k:{"port":1}': { '.': {}, 'f:port': {} } } }),
  ],
])('%s', (_what, desired, fields, operations) => {
  expect(left(desired, fields)).toEqual(operations);
});

test('a map that is still said, though it says nothing, is kept', () => {
  expect(left({ data: {} }, { 'f:data': { '.': {}, 'f:b': {} } })).toEqual(replaced({ 'f:data': { '.': {} } }));
});

test('only the paths that are to be given up are', () => {
  expect(left({}, { 'f:replicas': {}, 'f:paused': {} }, (path) => path === 'replicas')).toEqual(
    replaced({ 'f:paused': {} }),
  );
});

test('entries of others and of the status are left alone, and places in the list count', () => {
  const fieldsV1 = { 'f:b': {} };
  const entries = [
    { ...OURS, manager: 'kubectl', fieldsV1 },
    { ...OURS, subresource: 'status', fieldsV1 },
    { ...OURS, fieldsV1 },
    { ...OURS, operation: 'Update', fieldsV1 },
  ];
  expect(givenUp(object(), object({}, entries)).map(({ path }) => path)).toEqual([
    '/metadata/managedFields/2/fieldsV1',
    '/metadata/managedFields/3/fieldsV1',
  ]);
});
