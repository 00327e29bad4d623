/** Laws of comparing and patching, on objects that nobody thought of; and the lists and zeros that are easy to get wrong. */
import fc from 'fast-check';
import type { Json, JsonObject, KubeObject } from '../../src/api/object.ts';
import { differences } from '../../src/runtime/diff.ts';
import { hashOf, shortHash } from '../../src/runtime/hash.ts';
import { mergePatch, same } from '../../src/runtime/merge-patch.ts';
import { sameQuantity } from '../../src/runtime/quantity.ts';

const key = fc.oneof(fc.constantFrom('a', 'b', 'limits', '__proto__', 'constructor', 'hasOwnProperty'), fc.string());
const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean());
const { json } = fc.letrec<{ json: Json; object: JsonObject }>((tie) => ({
  json: fc.oneof({ maxDepth: 4 }, scalar, tie('object'), fc.array(tie('json'), { maxLength: 3 })),
  object: fc.array(fc.tuple(key, tie('json')), { maxLength: 4 }).map((entries) => Object.fromEntries(entries)),
}));
const map = fc.array(fc.tuple(key, json), { maxLength: 5 }).map((entries) => Object.fromEntries(entries));

const isMap = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const own = (object: JsonObject, name: string) => (Object.hasOwn(object, name) ? object[name] : undefined);

/** RFC 7386, word by word. */
function merged(target: Json | undefined, patch: Json): Json {
  if (!isMap(patch)) return patch;
  const result = new Map(Object.entries(isMap(target) ? target : {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name);
    else result.set(name, merged(result.get(name), value));
  }
  return Object.fromEntries(result);
}

/** Adds what `defaults` has and `object` does not: what an API server does. */
function defaulted(object: Json, defaults: Json | undefined): Json {
  if (!isMap(object) || !isMap(defaults)) return object;
  const additions = Object.entries(defaults).filter(([name]) => !Object.hasOwn(object, name));
  const kept = Object.entries(object).map(([name, value]) => [name, defaulted(value, own(defaults, name))] as const);
  return Object.fromEntries([...kept, ...additions]);
}

const body = (spec: Json, fields?: JsonObject): KubeObject =>
  ({
    apiVersion: 'v1',
    kind: 'A',
    metadata: {
      name: 'a',
      ...(fields && {
        managedFields: [{ manager: 'xos-operator', operation: 'Apply', fieldsV1: { 'f:spec': fields } }],
      }),
    },
    spec,
  }) as KubeObject;

test('a merge patch turns the one into the other, and there is none between equals', () => {
  fc.assert(
    fc.property(map, map, (from, to) => {
      const patch = mergePatch(from, to);
      expect(same(patch === undefined ? from : merged(from, patch), to)).toBe(true);
      expect(mergePatch(to, structuredClone(to))).toBeUndefined();
    }),
  );
});

test('defaults are no difference, however many the server adds', () => {
  fc.assert(
    fc.property(map, map, (want, defaults) => {
      expect(differences(body(want), body(defaulted(want, defaults)))).toEqual({ lacking: [], surplus: [] });
    }),
  );
});

test('one value that changed is found, and at most it and what is below it', () => {
  fc.assert(
    fc.property(map, key, fc.string(), (want, name, value) => {
      fc.pre(own(want, name) !== value);
      const live = Object.fromEntries([...Object.entries(want).filter(([each]) => each !== name), [name, value]]);
      fc.pre(Object.hasOwn(want, name) && !(isMap(own(want, name)) && Object.keys(own(want, name) ?? {}).length === 0));
      const { lacking } = differences(body(want), body(live));
      expect(lacking.length).toBeGreaterThan(0);
      expect(lacking.every((path) => path.startsWith(`spec.${name}`))).toBe(true);
    }),
  );
});

test('a hash does not depend on the order of keys, and any name of ten characters is one', () => {
  fc.assert(
    fc.property(map, (value) => {
      expect(hashOf(Object.fromEntries(Object.entries(value).toReversed()))).toBe(hashOf(value));
      expect(hashOf(value)).toMatch(/^[0-9a-z]{10}$/);
    }),
  );
  expect(new Set(Array.from({ length: 20_000 }, (_, i) => shortHash(`image:${i}`))).size).toBe(20_000);
});

test('an amount is the same as itself in every unit', () => {
  const unit = fc.constantFrom(
    ['m', 1e-3],
    ['', 1],
    ['k', 1e3],
    ['M', 1e6],
    ['Ki', 1024],
    ['Mi', 1024 ** 2],
    ['e3', 1e3],
  );
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000 }), unit, (count, [suffix, factor]) => {
      expect(sameQuantity(`${count}${suffix}`, count * factor)).toBe(true);
      expect(sameQuantity(`${count}${suffix}`, (count + 1) * factor)).toBe(false);
    }),
  );
});

test.each<Json[]>([
  ['1.2.3', '1.2.3'],
  ['1Q', '1Q'],
  ['1mi', '1mi'],
  [true, true],
  ['', ''],
])('%s is no amount', (left = '', right = '') => {
  expect(sameQuantity(left, right)).toBe(false);
});

type Case = { name: string; want: Json; have: Json; owned?: JsonObject; lacking?: string[]; surplus?: string[] };
const check = ({ want, have, owned, lacking = [], surplus = [] }: Case) => {
  expect(differences(body(want), body(have, owned))).toEqual({ lacking, surplus });
};
const element = (fields: JsonObject = {}): JsonObject => ({ '.': {}, ...fields });

test.each<Case>([
  { name: 'nothing is wanted where something is', want: {}, have: { a: 1 } },
  { name: 'a map where a value is', want: { a: { b: 1 } }, have: { a: 'x' }, lacking: ['spec.a'] },
  { name: 'a list where none is', want: { a: [1] }, have: {}, lacking: ['spec.a'] },
  {
    name: 'an element that is not there at all',
    want: { a: [{ name: 'new', x: 1 }] },
    have: { a: [{ name: 'old' }] },
    owned: { 'f:a': { 'k:{"name":"old"}': element() } },
    lacking: ['spec.a[new]'],
    surplus: ['spec.a[old]'],
  },
  {
    name: 'an element that somebody took out',
    want: { a: [{ name: 'x' }, { name: 'y' }] },
    have: { a: [{ name: 'x' }] },
    owned: { 'f:a': { 'k:{"name":"x"}': element(), 'k:{"name":"y"}': element() } },
    lacking: ['spec.a[y]'],
  },
  {
    name: 'a member that a set lacks',
    want: { a: ['x', 'y'] },
    have: { a: ['x'] },
    owned: { 'f:a': { 'v:"x"': {} } },
    lacking: ['spec.a'],
  },
  {
    name: 'a member of a set that is not wanted any more',
    want: { a: ['x'] },
    have: { a: ['x', 'y'] },
    owned: { 'f:a': { 'v:"x"': {}, 'v:"y"': {} } },
    surplus: ['spec.a["y"]'],
  },
  {
    name: 'the whole list is not wanted any more',
    want: {},
    have: { a: [{ name: 'x' }] },
    owned: { 'f:a': { 'k:{"name":"x"}': element() } },
    surplus: ['spec.a'],
  },
  { name: 'a list of lists', want: { a: [[1], [2]] }, have: { a: [[1], [3]] }, lacking: ['spec.a[1][0]'] },
  {
    name: 'the same port twice, by protocol',
    want: {
      a: [
        { port: 53, protocol: 'TCP', name: 't' },
        { port: 53, protocol: 'UDP', name: 'u' },
      ],
    },
    have: {
      a: [
        { port: 53, protocol: 'UDP', name: 'u' },
        { port: 53, protocol: 'TCP', name: 't' },
      ],
    },
    owned: {
      'f:a': {
        'k:{"port":53,"protocol":"TCP"}': element({ 'f:name': {} }),
        'k:{"port":53,"protocol":"UDP"}': element({ 'f:name': {} }),
      },
    },
  },
])('$name', check);

test('what we own by several entries is owned, of the status and of others nothing is', () => {
  const live = body({ a: 1, b: 1, c: 1, d: 1 });
  const entry = (field: string, more: object) => ({
    manager: 'xos-operator',
    operation: 'Apply',
    fieldsV1: { 'f:spec': { [field]: {} } },
    ...more,
  });
  live.metadata.managedFields = [
    entry('f:a', {}),
    entry('f:b', {}),
    entry('f:c', { subresource: 'status' }),
    entry('f:d', { manager: 'kubectl' }),
    { manager: 'xos-operator', operation: 'Apply' },
  ];
  expect(differences(body({}), live).surplus).toEqual(['spec.a', 'spec.b']);
});

test('identity and status are never a difference', () => {
  const other = {
    apiVersion: 'v2',
    kind: 'B',
    metadata: { name: 'b', uid: 'u', resourceVersion: '1' },
    status: { x: 1 },
  };
  expect(differences({ ...body({}), status: { y: 1 } } as KubeObject, { ...other, spec: {} } as KubeObject)).toEqual({
    lacking: [],
    surplus: [],
  });
});

// What Go leaves out when it is empty (`omitempty`) comes back as nothing at all.
test.each<Case>([
  {
    name: 'an environment variable that is empty',
    want: { env: [{ name: 'A', value: '' }] },
    have: { env: [{ name: 'A' }] },
  },
  { name: 'a flag that is off', want: { hostNetwork: false }, have: {} },
  { name: 'an empty list', want: { tolerations: [] }, have: {} },
])('$name is what its absence is', check);

test('a port without protocol is TCP, also where its number is there for UDP too', () => {
  check({
    name: '',
    want: {
      a: [
        { name: 't', containerPort: 53 },
        { name: 'u', containerPort: 53, protocol: 'UDP' },
      ],
    },
    have: {
      a: [
        { name: 't', containerPort: 53, protocol: 'TCP' },
        { name: 'u', containerPort: 53, protocol: 'UDP' },
      ],
    },
    owned: {
      'f:a': {
        'k:{"containerPort":53,"protocol":"TCP"}': element({ 'f:containerPort': {}, 'f:name': {} }),
        'k:{"containerPort":53,"protocol":"UDP"}': element({ 'f:containerPort': {}, 'f:name': {}, 'f:protocol': {} }),
      },
    },
  });
});
