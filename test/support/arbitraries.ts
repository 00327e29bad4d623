/** Random specs of our kinds, drawn from their schemas: what the API server's schema lets pass, and what a person may well write. */
import fc from 'fast-check';
import type { Json, JsonObject } from '../../src/api/object.ts';
import { type Crd, partOf, type Schema } from './crds.ts';

type Full = Schema & {
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  required?: string[];
  'x-kubernetes-int-or-string'?: boolean;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
};

/** Names that some references resolve to, and some do not. */
export const NAMES = ['a', 'b', 'c-1', 'n.o.where'];
const TEXTS = [
  '',
  'a',
  'web',
  '/etc/x',
  '/etc/x/',
  'app:1',
  'registry.example.com:5000/team/app',
  '{"k": 1}',
  '{',
  '0440',
  'é',
  '💥',
  '__proto__',
  'x'.repeat(300),
];
const KEYS = ['a', 'tls.crt', 'key', '__proto__', 'constructor', 'über', ' '];
/** So deep objects of a schema are drawn; below, what is optional is left out. */
const DEPTH = 6;

/** A spec of this kind that its schema allows. CEL rules may still refuse it. */
export function specOf(crd: Crd): fc.Arbitrary<JsonObject> {
  return valueOf(partOf(crd, 'spec'), 0) as fc.Arbitrary<JsonObject>;
}

function valueOf(schema: Full, depth: number): fc.Arbitrary<Json> {
  if (schema['x-kubernetes-int-or-string'])
    return fc.oneof(fc.integer({ min: 0, max: 100 }), fc.constantFrom('50%', '1Gi', '100m', 'x'));
  if (schema['x-kubernetes-preserve-unknown-fields'])
    return fc.dictionary(fc.constantFrom(...KEYS), fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>, { maxKeys: 3 });
  if (schema.enum !== undefined) return fc.constantFrom(...(schema.enum as Json[]));
  switch (schema.type) {
    case 'boolean':
      return fc.boolean();
    case 'integer':
    case 'number':
      return integerOf(schema);
    case 'array':
      return fc.array(valueOf(schema.items ?? {}, depth + 1), { maxLength: Math.min(2, schema.maxItems ?? 2) });
    case 'object':
      return objectOf(schema, depth);
    default:
      return textOf(schema);
  }
}

function integerOf({ minimum = -3, maximum = 100_000 }: Full): fc.Arbitrary<Json> {
  return fc.oneof(
    fc.integer({ min: minimum, max: Math.min(maximum, minimum + 10) }),
    fc.integer({ min: minimum, max: maximum }),
  );
}

function textOf({ pattern, maxLength = 300, minLength = 0 }: Full): fc.Arbitrary<Json> {
  const matches = (text: string) =>
    text.length <= maxLength && text.length >= minLength && (pattern === undefined || new RegExp(pattern).test(text));
  const known = [...TEXTS, ...NAMES, '80', 'Always'].filter(matches);
  return known.length > 0 ? fc.constantFrom(...known) : fc.constant('a');
}

function objectOf(schema: Full, depth: number): fc.Arbitrary<Json> {
  if (schema.additionalProperties !== undefined && typeof schema.additionalProperties === 'object') {
    return fc.dictionary(fc.constantFrom(...KEYS), valueOf(schema.additionalProperties, depth + 1), { maxKeys: 3 });
  }
  const required = schema.required ?? [];
  const fields = Object.entries(schema.properties ?? {}).filter(([key]) => depth < DEPTH || required.includes(key));
  // The more fields there are to choose from, the fewer are given: a pod spec has forty.
  const given = Math.round(100 * Math.min(0.5, 3 / fields.length));
  const drawn = fields.map(([key, below]) => {
    const value = valueOf(below, depth + 1).map((json) => [key, json] as const);
    if (required.includes(key)) return value;
    return fc.oneof({ weight: 100 - given, arbitrary: fc.constant(undefined) }, { weight: given, arbitrary: value });
  });
  return fc.tuple(...drawn).map((pairs) => Object.fromEntries(pairs.filter((pair) => pair !== undefined)));
}
