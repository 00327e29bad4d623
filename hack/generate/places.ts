/**
 * Turns an object of config/ into a template of the chart: places in it are marked, with what stands there instead, before
 * it is written as YAML, and the marks of the text are replaced. What looks like a template by chance stays as it is.
 */

import { stringify } from 'yaml';

/** What stands in a place; `path` is an expression of Helm. */
type Place =
  | { readonly as: 'value'; readonly path: string }
  /** The key is left out where this is empty. */
  | { readonly as: 'optional' | 'optionalText'; readonly path: string }
  /** More entries of a map, or of a list. */
  | { readonly as: 'entries'; readonly path: string }
  | { readonly as: 'included'; readonly path: string }
  /** Entries of a map that are there only where `path` is true. */
  | { readonly as: 'given'; readonly path: string; readonly entries: object }
  /** A list item that is there only where `path` is true. */
  | { readonly as: 'item'; readonly path: string; readonly text: string };

const MARK = /HELM(\d+)_/;

export class Places {
  readonly #places: Place[] = [];

  /** In place of a value, or of a part of it. */
  value(path: string): string {
    return this.#mark({ as: 'value', path });
  }

  /** In place of the value of a key that is left out where there is none: a map or a list. */
  optional(path: string): string {
    return this.#mark({ as: 'optional', path });
  }

  /** The same for a text. */
  optionalText(path: string): string {
    return this.#mark({ as: 'optionalText', path });
  }

  /** In place of a key, with null as its value, or of a list item: those of this map or list come here. */
  entries(path: string): string {
    return this.#mark({ as: 'entries', path });
  }

  /** In place of a key, with null as its value: the entries that a named template writes. */
  included(name: string): string {
    return this.#mark({ as: 'included', path: name });
  }

  /** In place of a key, with null as its value: these entries, if that is so. */
  given(path: string, entries: object): string {
    return this.#mark({ as: 'given', path, entries });
  }

  /** In place of a list item: this one, if that is so. */
  item(path: string, text: string): string {
    return this.#mark({ as: 'item', path, text });
  }

  /** The template. */
  fill(yaml: string): string {
    return yaml
      .replaceAll(/\{\{/g, '{{ "{{" }}')
      .split('\n')
      .map((line) => this.#filled(line))
      .join('\n');
  }

  #mark(place: Place): string {
    this.#places.push(place);
    return `HELM${this.#places.length - 1}_`;
  }

  #filled(line: string): string {
    const [mark, number] = MARK.exec(line) ?? [];
    const place = this.#places[Number(number)];
    if (mark === undefined || place === undefined) return line;
    if (place.as === 'value') return this.#filled(line.replace(mark, `{{ ${place.path} }}`));
    const [indent = ''] = /^ */.exec(line) ?? [];
    return this.#lines(line.trim(), mark, place, indent.length)
      .map((text) => this.#filled(indent + text))
      .join('\n');
  }

  #lines(line: string, mark: string, place: Exclude<Place, { as: 'value' }>, indent: number): string[] {
    const given = `{{- with ${place.path} }}`;
    const end = '{{- end }}';
    switch (place.as) {
      case 'optional':
        return [given, line.replace(` ${mark}`, ''), `  {{- toYaml . | nindent ${indent + 2} }}`, end];
      case 'optionalText':
        return [given, line.replace(mark, '{{ . }}'), end];
      case 'entries':
        return [given, `{{- toYaml . | nindent ${indent} }}`, end];
      case 'given':
        return [`{{- if ${place.path} }}`, ...stringify(place.entries, { lineWidth: 0 }).trimEnd().split('\n'), end];
      case 'item':
        return [`{{- if ${place.path} }}`, `- ${place.text}`, end];
      default:
        return [`{{- include "${place.path}" $ | nindent ${indent} }}`];
    }
  }
}
