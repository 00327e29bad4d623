/** Image references read as container runtimes read them. */
import fc from 'fast-check';
import { canonicalImage, formatImage, parseImage } from '../../src/api/image-reference.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;

test.each([
  ['a name alone', 'app', { name: 'app' }],
  ['a tag', 'app:1', { name: 'app', tag: '1' }],
  ['a port is no tag', 'registry:5000/app', { name: 'registry:5000/app' }],
  ['a port and a tag', 'registry:5000/app:1', { name: 'registry:5000/app', tag: '1' }],
  ['a digest', `app@${DIGEST}`, { name: 'app', digest: DIGEST }],
  ['a port and a digest', `registry:5000/app@${DIGEST}`, { name: 'registry:5000/app', digest: DIGEST }],
  ['a tag and a digest', `app:1@${DIGEST}`, { name: 'app', tag: '1', digest: DIGEST }],
  ['nothing', '', { name: '' }],
  ['a colon alone', ':', { name: '', tag: '' }],
])('%s: %s', (_what, text, parsed) => {
  expect(parseImage(text)).toEqual(parsed);
});

test('a tag beside a digest says nothing, so both ways to write it are one image', () => {
  expect(canonicalImage(`app:1@${DIGEST}`)).toBe(canonicalImage(`app@${DIGEST}`));
  expect(canonicalImage('app:1')).not.toBe(canonicalImage('app'));
});

const word = fc.stringMatching(/^[a-z0-9]([a-z0-9._-]{0,8}[a-z0-9])?$/);
const name = fc
  .tuple(fc.option(fc.tuple(word, fc.integer({ min: 1, max: 65535 }))), fc.array(word, { minLength: 1, maxLength: 3 }))
  .map(([host, path]) => [...(host === null ? [] : [`${host[0]}:${host[1]}`]), ...path].join('/'));
const reference = fc.oneof(
  fc.record({ name }),
  fc.record({ name, tag: word }),
  fc.record({ name, digest: fc.constant(DIGEST) }),
);

test('every reference survives being written and read', () => {
  fc.assert(
    fc.property(reference, (parts) => {
      expect(parseImage(formatImage(parts))).toEqual(parts);
    }),
  );
});

test('any text at all can be read, and reading its canonical form changes nothing more', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(canonicalImage(canonicalImage(text))).toBe(canonicalImage(text));
    }),
  );
});
