/** The table of options in docs/operations.md, from what can be configured. */
import { type Field, fields, flagOf } from '../../src/config/fields.ts';

export function optionsTable(): string {
  const rows = fields.filter(({ hidden }) => hidden !== true).map(cellsOf);
  return [['option', 'variable', 'field', 'default', 'meaning'], ['---', '---', '---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

function cellsOf({ name, value, variables, schema, default: constant, otherwise, meaning }: Field): string[] {
  const option = schema.type === 'boolean' ? flagOf(name) : `${flagOf(name)} ${value}`;
  const standard = constant === undefined ? (otherwise ?? '') : `\`${String(constant)}\``;
  return [`\`${option}\``, variables.map((variable) => `\`${variable}\``).join(', '), `\`${name}\``, standard, meaning];
}
