/** What counts, as a configuration file: the same values, and where each of them is from. */
import { stringify } from 'yaml';
import { VERSION } from '../version.ts';
import { fields } from './fields.ts';
import type { Choice } from './sources.ts';

/** No field holds a secret: those are in files, which are named. */
export function printed(choice: Choice): string {
  const lines = fields.flatMap(({ name, hidden }) => {
    const chosen = choice.get(name);
    if (chosen === undefined) return hidden ? [] : [`# ${name}: not set`];
    return [`${stringify({ [name]: chosen.value }, { lineWidth: 0, blockQuote: false }).trimEnd()} # ${chosen.origin}`];
  });
  return [`# What counts for xos-operator ${VERSION}, and where it is from.`, ...lines, ''].join('\n');
}
