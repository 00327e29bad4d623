/**
 * The XOS form of entries: a JSON text. What is wrong with it is told by its position, because the text may be secret.
 * Source: XOS kubernetes-service, `data` of KubernetesConfigMap and KubernetesSecret.
 */
import { type Node, type ParseError, parseTree } from 'jsonc-parser';
import { checked, type Declared } from './entries.ts';

const STRICT = { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false };
const SCALARS = new Set(['string', 'number', 'boolean']);

/** A JSON object whose values are texts, numbers or booleans. Numbers stay as they were written. */
export function fromJSON(field: string, text: string): Declared {
  const root = parsed(text);
  if (typeof root === 'string') return { flaw: `spec.${field} is not JSON ${root}: correct it.` };
  if (root.type !== 'object') return { flaw: `spec.${field} must be a JSON object, such as {"key": "value"}.` };
  const members = (root.children ?? []).flatMap(({ children: [key, value] = [] }) =>
    key && value ? [{ key, value }] : [],
  );
  const odd = members.find(({ value }) => !SCALARS.has(value.type));
  if (odd !== undefined)
    return {
      flaw: `The value ${position(text, odd.value.offset)} of spec.${field} must be a text, a number or a boolean.`,
    };
  return checked(
    field,
    members.map(({ key, value }) => [String(key.value), scalarOf(value, text)]),
  );
}

/** The tree, or where the text stops to be JSON. */
function parsed(text: string): Node | string {
  const problems: ParseError[] = [];
  try {
    const root = parseTree(text, problems, STRICT);
    const [problem] = problems;
    return problem === undefined && root !== undefined ? root : position(text, problem?.offset ?? 0);
  } catch {
    // The parser calls itself for each level, and somebody sent a hundred thousand.
    return 'that is nested within reason';
  }
}

function scalarOf(value: Node, text: string): string {
  return value.type === 'string' ? String(value.value) : text.slice(value.offset, value.offset + value.length);
}

function position(text: string, offset: number): string {
  const lines = text.slice(0, offset).split('\n');
  return `at line ${lines.length}, column ${(lines.at(-1) ?? '').length + 1}`;
}
