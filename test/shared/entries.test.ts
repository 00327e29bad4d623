/** What may stand in an XosConfigMap and an XosSecret, and how it is said what may not: never with the text itself. */
import fc from 'fast-check';
import { base64Of, bytesOfBase64, bytesOfText, fromBase64, fromTexts, tooLarge } from '../../src/shared/entries.ts';
import { fromJSON } from '../../src/shared/json-entries.ts';

const CANARY = 'hush-hush';

test.each<[text: string, entries: Record<string, string>]>([
  ['{}', {}],
  ['{"a": "1", "b": 2, "c": true, "d": false}', { a: '1', b: '2', c: 'true', d: 'false' }],
  ['{"n": 12345678901234567890, "m": 1.50, "e": 1e3}', { n: '12345678901234567890', m: '1.50', e: '1e3' }],
  ['{"u": "\\u00e9\\n"}', { u: 'é\n' }],
  ['{"a": "1", "a": "2"}', { a: '2' }],
])('%s is read', (text, entries) => {
  expect(fromJSON('dataJSON', text)).toEqual({ entries });
});

test('__proto__ is an entry like any other', () => {
  const read = fromJSON('dataJSON', '{"__proto__": "x"}');
  expect('entries' in read && Object.entries(read.entries)).toEqual([['__proto__', 'x']]);
});

test.each<[what: string, text: string, flaw: RegExp]>([
  ['nothing', '', /is not JSON at line 1, column 1/],
  ['a list', '[]', /must be a JSON object/],
  ['a text', '"a"', /must be a JSON object/],
  ['an object in an object', `{"a": {"b": "${CANARY}"}}`, /value at line 1, column 7/],
  ['a list in an object', `{"a": ["${CANARY}"]}`, /value at line 1, column 7/],
  ['null', '{"a": null}', /value at line 1, column 7/],
  ['an unfinished text', `{"a": "${CANARY}`, /is not JSON at line 1, column 7/],
  ['a word', `{\n "a": ${CANARY}}`, /is not JSON at line 2, column 7/],
  ['a comma too many', `{"a": "${CANARY}",}`, /is not JSON at line 1, column 19/],
  ['a comment', `{"a": 1 /* ${CANARY} */}`, /is not JSON at line 1, column 9/],
  ['a number that JSON does not know', '{"a": 01}', /is not JSON at line 1, column 8/],
  ['a hundred thousand levels', '['.repeat(100_000), /nested within reason|is not JSON/],
  ['a name with a blank', `{"${CANARY} x": "1"}`, /The name of entry 1 of spec.dataJSON must/],
  ['a name that leads up', '{"a": "1", "..": "1"}', /The name of entry 2/],
])('%s is refused by its position', (_what, text, flaw) => {
  const read = fromJSON('dataJSON', text);
  expect('flaw' in read ? read.flaw : '').toMatch(flaw);
  expect(JSON.stringify(read)).not.toContain(CANARY);
});

test('whatever the text is, it is read as JSON.parse reads it, or refused without quoting it', () => {
  fc.assert(
    fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
      const read = fromJSON('dataJSON', text);
      if ('flaw' in read) return;
      const known = JSON.parse(text) as Record<string, unknown>;
      expect(Object.keys(read.entries)).toEqual(Object.keys(known));
    }),
  );
});

test.each([
  ['AAEC', true],
  ['AA==', true],
  ['AAE=', true],
  ['', true],
  ['AAEC\nAAEC\r\n', true],
  ['AA', false],
  ['A', false],
  ['=AAA', false],
  ['AA-_', false],
  [CANARY, false],
])('base64 %j is taken: %s', (text, taken) => {
  const read = fromBase64('data', { k: text });
  expect('entries' in read).toBe(taken);
  expect(JSON.stringify(read).includes(CANARY)).toBe(false);
  if ('entries' in read) expect(read.entries['k']).toBe(text.replace(/[\r\n]/g, ''));
});

test('the limit is a mebibyte of values, in bytes, however they are written', () => {
  const [most, more] = ['é'.repeat(524_288), 'é'.repeat(524_289)];
  expect(tooLarge({ a: most }, bytesOfText)).toBeUndefined();
  expect(tooLarge({ a: more }, bytesOfText)).toMatch(/1048578 bytes/);
  expect(tooLarge({ a: base64Of(most) }, bytesOfBase64)).toBeUndefined();
  expect(tooLarge({ a: base64Of(most), b: 'AA==' }, bytesOfBase64)).toMatch(/1048577 bytes/);
});

test('names of texts are checked too', () => {
  expect(fromTexts('data', { 'a b': '' })).toHaveProperty('flaw');
  expect(fromTexts('data', { ['k'.repeat(254)]: '' })).toHaveProperty('flaw');
  expect(fromTexts('data', { 'a.b-c_D9': '' })).toEqual({ entries: { 'a.b-c_D9': '' } });
});
