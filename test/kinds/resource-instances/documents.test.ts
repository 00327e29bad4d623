/** What an XosResourceInstance holds: read as kubectl reads it, or refused with the place, and never with the text. */
import fc from 'fast-check';
import type { XosResourceInstance } from '../../../src/api/generated/xosresourceinstances.ts';
import type { Json } from '../../../src/api/object.ts';
import { declarationOf } from '../../../src/kinds/resource-instances/documents.ts';
import { readYaml } from '../../../src/kinds/resource-instances/yaml-text.ts';

const BOUNDS = { characters: 262_144, documents: 256, depth: 64 };
const read = (text: string) => readYaml(text, BOUNDS);

function declared(spec: object) {
  const whole = { principalRef: { name: 'p' }, ...spec };
  const instance = {
    apiVersion: 'x',
    kind: 'XosResourceInstance',
    metadata: { name: 'it', namespace: 'ns' },
    spec: whole,
  };
  return declarationOf(instance as unknown as XosResourceInstance);
}
const problemOf = (spec: object): string => {
  const declaration = declared(spec);
  return 'problem' in declaration ? declaration.problem : 'none';
};
const objectsOf = (...manifests: unknown[]) => {
  const declaration = declared({ manifests });
  if ('problem' in declaration) throw new Error(declaration.problem);
  return declaration.documents;
};
const cm = (name: string, more: object = {}) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...more });

describe('a text', () => {
  test.each<[text: string, value: Json]>([
    ['a: 0400', { a: 256 }],
    ['a: "0400"', { a: '0400' }],
    ['a: 0x1F', { a: 31 }],
    ['a: 22:22', { a: '22:22' }],
    ['a: 2001-01-01', { a: '2001-01-01' }],
    ['a: cafe_babe', { a: 'cafe_babe' }],
    ['a: 1e3', { a: 1000 }],
    ['a: "yes"', { a: 'yes' }],
    ['a: True', { a: true }],
    ['a: !!str 1', { a: '1' }],
    ['a: |\n  yes\n  &x *y <<', { a: 'yes\n&x *y <<' }],
    ['1: a', { 1: 'a' }],
    ['a: ~', { a: null }],
  ])('%j is read as kubectl reads it', (text, value) => {
    expect(read(text)).toEqual({ values: [value] });
  });

  test.each([
    ['an alias', 'a: &x 1\nb: *x', 'line 2, column 4: aliases'],
    ['a merge key', 'a:\n  <<: {b: 1}', 'line 2, column 3: merge keys'],
    ['a bool of YAML 1.1', 'a: yes', 'line 1, column 4: this is read in different ways'],
    ['a bool of YAML 1.1 as a key', 'on: 1', 'line 1, column 1: this is read in different ways'],
    ['a decimal number with a leading zero', 'a: 0800', 'different ways'],
    ['an octal number of YAML 1.2', 'a: 0o17', 'different ways'],
    ['a binary number', 'a: 0b11', 'different ways'],
    ['a number with underscores', 'a: 1_000', 'different ways'],
    ['a hexadecimal number with underscores', 'a: 0x1_0', 'different ways'],
    ['a number that JavaScript rounds', 'a: 12345678901234567890', 'too large'],
    ['what is no number', 'a: .nan', 'not a number'],
    ['a tag', 'a: !!binary aGk=', 'tags'],
    ['a tag of somebody', 'a: !x 1', 'not accepted'],
    ['a directive', '%YAML 1.1\n---\na: 1', 'line 1, column 1: directives'],
    ['a key that stands twice', 'a: 1\na: 2', 'twice'],
    ['a key that is a list', '? [a]\n: 1', 'a key must be'],
    ['an open bracket', 'a: [secret', 'line 1'],
    ['a tab', 'a:\n\tb: secret', 'line 2'],
  ])('with %s is refused, and not quoted', (_what, text, says) => {
    const reading = read(text);
    expect(reading).toEqual({ problem: expect.stringContaining(says) as string });
    expect(JSON.stringify(reading)).not.toContain('secret');
  });

  test.each([
    [
      'aliases in aliases',
      Array.from({ length: 9 }, (_, i) => `a${i}: &a${i} [${`*a${i - 1},`.repeat(9)}]`).join('\n'),
    ],
    ['brackets in brackets', '['.repeat(200_000)],
    ['maps in maps', '{a: '.repeat(60_000)],
    ['lists in lists', '- '.repeat(100_000)],
    ['keys in keys', '? '.repeat(100_000)],
    ['deep indentation', Array.from({ length: 700 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['many documents', '---\na: 1\n'.repeat(20_000)],
    ['a text that is too long', 'a'.repeat(262_145)],
    ['quotes in quotes', '"\\'.repeat(100_000)],
    ['anchors', '&a '.repeat(80_000)],
  ])('with %s is refused, and does not take for ever', (_what, text) => {
    expect(read(text)).toHaveProperty('problem');
  });

  test('with many keys is read, and does not take for ever', () => {
    expect(read(Array.from({ length: 30_000 }, (_, i) => `k${i}:`).join('\n'))).toHaveProperty('values');
  });

  test('of any sort is read or refused, and what is read survives JSON', () => {
    const pieces = fc.constantFrom(
      'a',
      ': ',
      '\n',
      '- ',
      '  ',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '|',
      '>',
      '&x',
      '*x',
      '!',
      '#',
      '%',
      '---',
      '\t',
      '0',
      ',',
      '?',
      '<<',
      '__proto__',
      '\u0000',
      '\uD800',
      '😀',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces, { maxLength: 40 }).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(text, (any) => {
        const reading = read(any);
        if ('values' in reading) expect(JSON.parse(JSON.stringify(reading.values))).toEqual(reading.values);
      }),
      { numRuns: 3_000 },
    );
  });

  test('that holds any JSON is read as this JSON', () => {
    const big = fc.jsonValue({ maxDepth: 5 }).filter((value) => value !== null);
    fc.assert(
      fc.property(big, (value) => {
        const text = JSON.stringify(value);
        // Minus zero is lost in JSON, and an empty key is refused.
        if (text.includes('""')) return;
        const reading = read(text);
        if ('values' in reading) expect(reading.values).toEqual([JSON.parse(text)]);
        else expect(reading.problem).toMatch(/too large|not a number|nested|key/);
      }),
      { numRuns: 500 },
    );
  });
});

describe('the objects', () => {
  test('keep every key that JSON can have', () => {
    const manifest = JSON.parse(
      '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"__proto__":"x","constructor":"y"}}',
    ) as object;
    expect(JSON.stringify(objectsOf(manifest)[0]?.object)).toContain('{"__proto__":"x","constructor":"y"}');
    const text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {__proto__: x}';
    const declaration = declared({ resourceDefinition: text });
    expect(JSON.stringify('documents' in declaration && declaration.documents[0]?.object)).toContain('"__proto__":"x"');
  });

  test('lose what only the API server sets', () => {
    const pasted = {
      name: 'a',
      uid: 'u',
      resourceVersion: '5',
      creationTimestamp: null,
      managedFields: [],
      generation: 3,
      labels: { a: 'b' },
    };
    const [document] = objectsOf({ ...cm('a'), metadata: pasted, status: { a: 1 } });
    expect(document?.object).toEqual({ ...cm('a'), metadata: { name: 'a', labels: { a: 'b' } } });
  });

  test('of a List are its items, also in a List', () => {
    const list = (...items: object[]) => ({ apiVersion: 'v1', kind: 'List', items });
    expect(objectsOf(list(cm('a'), list(cm('b')))).map(({ ref }) => ref.name)).toEqual(['a', 'b']);
  });

  test('say where they live: in the namespace of the XosResourceInstance, unless they name another', () => {
    expect(
      objectsOf(cm('a'), { ...cm('b'), metadata: { name: 'b', namespace: 'other' } }).map(({ ref }) => ref.namespace),
    ).toEqual(['ns', 'other']);
  });

  test('that are Secrets have their texts encoded as the API server keeps them', () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      data: { a: 'YQ==' },
      stringData: { b: 'ü' },
    };
    expect(objectsOf(secret)[0]?.object).toEqual({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's' },
      data: { a: 'YQ==', b: 'w7w=' },
    });
  });

  test('come in the order in which they need each other', () => {
    const kinds = [
      ['apps/v1', 'Deployment'],
      ['demo.example.com/v1', 'Widget'],
      ['admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'],
      ['v1', 'ConfigMap'],
      ['policy/v1', 'PodDisruptionBudget'],
      ['rbac.authorization.k8s.io/v1', 'Role'],
      ['v1', 'Service'],
      ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
      ['v1', 'Namespace'],
    ];
    const manifests = kinds.map(([apiVersion, kind]) => ({ apiVersion, kind, metadata: { name: 'a' } }));
    expect(objectsOf(...manifests).map(({ ref }) => ref.kind)).toEqual([
      'Namespace',
      'CustomResourceDefinition',
      'Role',
      'ConfigMap',
      'Service',
      'Deployment',
      'PodDisruptionBudget',
      'Widget',
      'ValidatingWebhookConfiguration',
    ]);
  });

  test.each<[what: string, manifest: unknown, says: string]>([
    ['no object', 7, 'an object with apiVersion'],
    ['no apiVersion', { ...cm('a'), apiVersion: undefined }, 'apiVersion must'],
    ['an apiVersion that is a path', { ...cm('a'), apiVersion: 'a/b/../c' }, 'apiVersion must'],
    ['no kind', { ...cm('a'), kind: '' }, 'kind must'],
    ['no metadata', { ...cm('a'), metadata: [] }, 'metadata is needed'],
    ['no name', { ...cm('a'), metadata: {} }, 'metadata.name must'],
    ['a generated name', { ...cm('a'), metadata: { generateName: 'a-' } }, 'metadata.generateName would'],
    ['a name that is a path', cm('../a'), 'metadata.name must'],
    ['a name that is no text', { ...cm('a'), metadata: { name: 1 } }, 'metadata.name must'],
    ['a namespace that cannot be', { ...cm('a'), metadata: { name: 'a', namespace: 'A' } }, 'metadata.namespace must'],
    ['labels that are no texts', { ...cm('a'), metadata: { name: 'a', labels: { a: 1 } } }, 'metadata.labels must'],
    [
      'annotations that are a list',
      { ...cm('a'), metadata: { name: 'a', annotations: [] } },
      'metadata.annotations must',
    ],
    ['a number that was rounded', { ...cm('a'), n: 2 ** 60 }, 'too large'],
    [
      'itself',
      { ...cm('it'), apiVersion: 'xos.opencord.org/v1alpha1', kind: 'XosResourceInstance' },
      'cannot apply itself',
    ],
  ])('with %s are refused', (_what, manifest, says) => {
    const problem = problemOf({ manifests: [cm('good'), manifest] });
    expect(problem).toMatch(/^spec\.manifests\[1\]: /);
    expect(problem).toContain(says);
  });

  test('may be other XosResourceInstances, and any of our kinds', () => {
    const ours = { apiVersion: 'xos.opencord.org/v1alpha1', kind: 'XosResourceInstance', metadata: { name: 'other' } };
    expect(problemOf({ manifests: [ours, { ...ours, kind: 'XosSlice' }] })).toBe('none');
  });

  test('that stand there twice are refused, also in another version or with the namespace named', () => {
    const named = { ...cm('a'), metadata: { name: 'a', namespace: 'ns' } };
    expect(problemOf({ manifests: [cm('a'), named] })).toContain('ConfigMap a stands there twice');
    const scale = (version: string) => ({
      apiVersion: `autoscaling/${version}`,
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: 'a' },
    });
    expect(problemOf({ manifests: [scale('v1'), scale('v2')] })).toContain('twice');
  });

  test('that are none, too many or too deep are refused', () => {
    expect(problemOf({ resourceDefinition: '# nothing\n---\n' })).toContain('It holds no object');
    expect(
      problemOf({
        manifests: [{ kind: 'List', apiVersion: 'v1', items: Array.from({ length: 300 }, (_, i) => cm(`a${i}`)) }],
      }),
    ).toContain('more than 256');
    let deep: object = {};
    for (let i = 0; i < 100_000; i += 1) deep = { a: deep };
    expect(problemOf({ manifests: [cm('a', { data: deep })] })).toContain('nested more than 64');
  });
});
