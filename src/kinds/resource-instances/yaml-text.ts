/**
 * Reads YAML that users wrote as kubectl reads it, or refuses it: never silently something else. kubectl reads YAML 1.1
 * (`0400` is octal, `yes` is true), the parser here 1.2. What could be read in two ways is refused, and so are aliases,
 * merge keys and deep nesting, by which a short text becomes a huge or endless object. Text, depth and number of
 * documents are bounded before anything is built. A message names the place and never quotes the text: it may be secret.
 */
import {
  Composer,
  type CST,
  isAlias,
  isMap,
  isScalar,
  LineCounter,
  Parser,
  type Scalar,
  type ScalarTag,
  visit,
} from 'yaml';
import type { Document as YamlDocument, Node, YAMLMap } from 'yaml';
import type { Json } from '../../api/object.ts';

/** The values of a text, one for each document that is not empty; or what is wrong with it. */
export type Reading = { readonly values: readonly Json[] } | { readonly problem: string };

export interface Bounds {
  readonly characters: number;
  readonly documents: number;
  readonly depth: number;
}

/** What is wrong, and where: an offset in the text. */
interface Fault {
  readonly at: number;
  readonly what: string;
}

/** With a leading zero, as file modes are written. Source: YAML 1.1, int. */
const OCTAL: ScalarTag = {
  tag: 'tag:yaml.org,2002:int',
  default: true,
  test: /^[-+]?0[0-7]+$/,
  resolve: (text) => Number.parseInt(text, 8),
};
/** Plain scalars that YAML 1.1 and 1.2 read as different values, beyond octal numbers. */
const AMBIGUOUS = [
  /^(?:y|yes|n|no|on|off)$/i,
  /^[-+]?0[0-9_]*[89_][0-9_]*$/,
  /^[-+]?0(?:b[01_]+|o[0-7_]+)$/i,
  /^[-+]?0x[0-9a-f_]*_[0-9a-f_]*$/i,
  /^[-+]?[0-9][0-9_]*\.?[0-9_]*_[0-9_]*(?:e[-+]?[0-9]+)?$/i,
];
const STRING_TAG = 'tag:yaml.org,2002:str';

export function readYaml(text: string, bounds: Bounds): Reading {
  if (text.length > bounds.characters)
    return { problem: `is longer than ${bounds.characters} characters: split it over several XosResourceInstances.` };
  const lines = new LineCounter();
  const read = readTokens(text, bounds, lines);
  if (!('at' in read)) return read;
  const { line, col } = lines.linePos(read.at);
  return { problem: `is not accepted at line ${line}, column ${col}: ${read.what}` };
}

function readTokens(text: string, bounds: Bounds, lines: LineCounter): Reading | Fault {
  // Its own check for equal keys takes time with the square of their number; ours, below, does not.
  const options = {
    schema: 'core',
    uniqueKeys: false,
    strict: true,
    customTags: (tags: unknown[]) => [OCTAL, ...tags],
  };
  const composer = new Composer(options as ConstructorParameters<typeof Composer>[0]);
  const values: Json[] = [];
  const tokens: CST.Token[] = [];
  for (const token of new Parser(lines.addNewLine).parse(text)) {
    const fault = faultOfToken(token, bounds.depth);
    if (fault !== undefined) return fault;
    tokens.push(token);
  }
  for (const document of composer.compose(tokens, false, text.length)) {
    const fault = faultOf(document);
    if (fault !== undefined) return fault;
    asKubectlEnds(document, text);
    const value = document.toJS({ maxAliasCount: 0 }) as Json;
    if (value !== null) values.push(value);
    if (values.length > bounds.documents)
      return { problem: `holds more than ${bounds.documents} documents: split it over several XosResourceInstances.` };
  }
  return { values };
}

/** Before anything is built of a token: the parser keeps a stack of its own, whoever builds does not. */
function faultOfToken(token: CST.Token, depth: number): Fault | undefined {
  if (token.type === 'directive') return { at: token.offset, what: 'directives are not supported; remove it.' };
  if (token.type === 'error') return { at: token.offset, what: 'this is not valid YAML.' };
  const open: { token: CST.Token; level: number }[] =
    token.type === 'document' && token.value ? [{ token: token.value, level: 1 }] : [];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { token: inner, level } = next;
    if (level > depth) return { at: inner.offset, what: `this is nested more than ${depth} levels deep.` };
    for (const below of itemsOf(inner)) open.push({ token: below, level: level + 1 });
  }
  return undefined;
}

function itemsOf(token: CST.Token): CST.Token[] {
  if (!('items' in token)) return [];
  return token.items.flatMap(({ key, value }) => [key, value].filter((each) => each !== undefined && each !== null));
}

function faultOf(document: YamlDocument.Parsed): Fault | undefined {
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) return { at: error.pos[0], what: 'this is not valid YAML.' };
  let fault: Fault | undefined;
  visit(document, {
    Node: (_key, node) => {
      const what = faultOfNode(node);
      if (what === undefined) return undefined;
      fault = { at: node.range?.[0] ?? 0, what };
      return visit.BREAK;
    },
  });
  return fault;
}

/** A block at the very end of a text without a last line break has none either; this parser would add one. */
function asKubectlEnds(document: YamlDocument.Parsed, text: string): void {
  if (text.endsWith('\n')) return;
  visit(document, {
    Scalar: (_key, node) => {
      const isBlock = node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED';
      if (!isBlock || typeof node.value !== 'string' || (node.range?.[1] ?? 0) < text.length) return;
      node.value = node.value.replace(/\n$/, '');
    },
  });
}

function faultOfNode(node: Node): string | undefined {
  if (isAlias(node)) return 'aliases are not supported; write the value out.';
  if (node.tag !== undefined && node.tag !== STRING_TAG) return 'tags are not supported; remove it.';
  if (isMap(node)) return faultOfKeys(node);
  return isScalar(node) ? faultOfScalar(node) : undefined;
}

function faultOfKeys({ items }: YAMLMap): string | undefined {
  const seen = new Set<string>();
  for (const { key } of items) {
    if (!isScalar(key) || !isName(key.value)) return 'a key must be a text or a number.';
    if (key.value === '<<') return 'merge keys are not supported; write the values out.';
    const name = String(key.value);
    if (seen.has(name)) return 'a key stands twice in this map; remove one.';
    seen.add(name);
  }
  return undefined;
}

function isName(value: unknown): value is string | number | boolean {
  return ['string', 'number', 'boolean'].includes(typeof value) && value !== '';
}

function faultOfScalar({ type, source, value }: Scalar): string | undefined {
  if (type === 'PLAIN' && source !== undefined && AMBIGUOUS.some((form) => form.test(source)))
    return 'this is read in different ways by different programs; put it into quotes, or write true, false or a plain number.';
  if (typeof value !== 'number') return undefined;
  if (!Number.isFinite(value)) return 'this is not a number that JSON has; put it into quotes.';
  return Number.isInteger(value) && !Number.isSafeInteger(value)
    ? 'this number is too large to be read exactly; put it into quotes.'
    : undefined;
}
