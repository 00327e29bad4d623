/**
 * What the last release stored stays valid, and means what it meant. What the last release had is kept in
 * hack/compatibility/released; docs/contributing.md says when that is renewed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { brokenIn, type Definition } from '../hack/compatibility/definition.ts';
import { brokenBy, type Schema } from '../hack/compatibility/schema.ts';

const ROOT = join(__dirname, '..');
const RELEASED = join(ROOT, 'hack', 'compatibility', 'released');
const definitionsIn = (folder: string) =>
  readdirSync(folder)
    .filter((file) => file.startsWith('xos'))
    .map((file) => parse(readFileSync(join(folder, file), 'utf8')) as Definition);

const now = new Map(definitionsIn(join(ROOT, 'crds')).map((definition) => [definition.metadata.name, definition]));
const released = definitionsIn(RELEASED);

test('there is a last release', () => {
  expect(released.length).toBeGreaterThanOrEqual(14);
});

test.each(released.map((definition) => ({ definition, name: definition.metadata.name })))(
  '$name breaks nothing that the last release stored',
  ({ definition, name }) => {
    expect(brokenIn(definition, now.get(name))).toEqual([]);
  },
);

describe('a definition', () => {
  const version = (more: object = {}) => ({
    name: 'v1alpha1',
    served: true,
    subresources: { status: {}, scale: {} },
    selectableFields: [{ jsonPath: '.spec.a' }],
    schema: { openAPIV3Schema: { type: 'object' } },
    ...more,
  });
  const definition = (versions: object[], more: object = {}) =>
    ({
      metadata: { name: 'things' },
      spec: { group: 'g', scope: 'Namespaced', names: { kind: 'Thing', plural: 'things' }, versions, ...more },
    }) as unknown as Definition;
  const before = definition([version()]);

  test.each([
    { what: 'is gone', after: undefined, said: /definition was removed/ },
    { what: 'has another scope', after: definition([version()], { scope: 'Cluster' }), said: /scope/ },
    { what: 'lost a version', after: definition([version({ name: 'v1' })]), said: /version was removed/ },
    { what: 'serves a version no more', after: definition([version({ served: false })]), said: /not served/ },
    { what: 'lost a subresource', after: definition([version({ subresources: { status: {} } })]), said: /scale/ },
    { what: 'lost a field selector', after: definition([version({ selectableFields: [] })]), said: /\.spec\.a/ },
    {
      what: 'has another schema',
      after: definition([version({ schema: { openAPIV3Schema: { type: 'string' } } })]),
      said: /things\/v1alpha1: its type/,
    },
  ])('that $what breaks something', ({ after, said }) => {
    const [sentence, ...more] = brokenIn(before, after);
    expect(sentence).toMatch(said);
    expect(more).toEqual([]);
  });

  test('with one more version, subresource and selector breaks nothing', () => {
    const more = version({ subresources: { status: {}, scale: {}, more: {} } });
    expect(brokenIn(before, definition([more, version({ name: 'v1' })]))).toEqual([]);
  });
});

const text = (more: object = {}): Schema => ({ type: 'string', ...more });
const rule = (...texts: string[]): Schema => ({
  type: 'object',
  properties: { a: text() },
  'x-kubernetes-validations': texts.map((each) => ({ rule: each })),
});
const object = (properties: Record<string, Schema>, required?: string[]): Schema => ({
  type: 'object',
  properties,
  ...(required && { required }),
});

describe('a schema breaks what is stored', () => {
  test.each<[string, Schema, Schema, RegExp]>([
    ['a field is removed', object({ a: text() }), object({}), /^s\.a: the field was removed/],
    ['a type changes', object({ a: text() }), object({ a: { type: 'integer' } }), /^s\.a: its type was string/],
    ['a number must be whole', { type: 'number' }, { type: 'integer' }, /type/],
    ['an enum loses a value', text({ enum: ['A', 'B'] }), text({ enum: ['A'] }), /lost B/],
    ['there is an enum now', text(), text({ enum: ['A'] }), /had none/],
    ['a field becomes required', object({ a: text() }), object({ a: text() }, ['a']), /^s: a is required/],
    ['a string may be shorter only', text({ maxLength: 9 }), text({ maxLength: 8 }), /maxLength is tighter/],
    ['a list gets a bound', { type: 'array' }, { type: 'array', maxItems: 3 } as Schema, /maxItems is tighter/],
    ['a number must be greater', text({ minimum: 1 }), text({ minimum: 2 }), /minimum is tighter/],
    ['a pattern is added', text(), text({ pattern: 'a' }), /pattern was changed/],
    ['a format changes', text({ format: 'byte' }), text({ format: 'date' }), /format was changed/],
    ['a list is merged in another way', text({ 'x-kubernetes-list-type': 'atomic' }), text({}), /list-type/],
    ['null is refused', text({ nullable: true }), text(), /nullable was taken away/],
    ['a number is refused', { 'x-kubernetes-int-or-string': true }, {}, /int-or-string was taken away/],
    ['what is unknown is dropped', { 'x-kubernetes-preserve-unknown-fields': true }, {}, /preserve/],
    ['a default changes', text({ default: 'a' }), text({ default: 'b' }), /default/],
    ['what was left out gets a default', text(), text({ default: 'b' }), /default/],
    ['there is a rule', rule(), rule('size(self.a) > 1'), /new rule/],
    ['a rule changes', rule('size(self.a) > 1'), rule('size(self.a) > 2'), /new rule/],
    ['a rule is about a field that was there', rule(), rule('!has(self.a) || self.a > 1'), /new rule/],
    ['items change', { items: text() }, { items: text({ maxLength: 1 }) }, /^s\[\]: maxLength/],
    [
      'a map changes',
      { additionalProperties: text() },
      { additionalProperties: { type: 'integer' } },
      /^s\{\}: its type/,
    ],
    ['a map is no map any more', { additionalProperties: true }, { additionalProperties: false }, /^s\{\}: what was/],
    ['it does so deep inside', object({ a: object({ b: text() }) }), object({ a: object({}) }), /^s\.a\.b: /],
  ])('if %s', (_what, before, after, said) => {
    const [sentence, ...more] = brokenBy(before, after, 's');
    expect(sentence).toMatch(said);
    expect(more).toEqual([]);
  });

  test.each<[string, Schema, Schema]>([
    ['a field is added', object({}), object({ a: text({ enum: ['A'], default: 'A' }) })],
    ['a field that is required has a default', object({}), object({ a: text({ default: 'A' }) }, ['a'])],
    ['an enum gets a value', text({ enum: ['A'] }), text({ enum: ['A', 'B'] })],
    ['a bound is wider or gone', text({ maxLength: 1, minLength: 2 }), text({ maxLength: 2 })],
    ['a whole number may be any', { type: 'integer' }, { type: 'number' }],
    ['a rule looks at what was there', rule(), rule('self.a == oldSelf.a')],
    ['a rule is about a new field', rule(), rule('!has(self.b) || self.b > 1')],
    ['a rule goes', rule('size(self.a) > 1'), rule()],
    ['a description changes', text({ description: 'a' }), text({ description: 'b' })],
  ])('but not if %s', (_what, before, after) => {
    expect(brokenBy(before, after, 's')).toEqual([]);
  });
});
