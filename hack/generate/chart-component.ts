/**
 * A component of kustomize as a choice of the chart: what its patches add to objects is in their templates, and counts only
 * where an expression of Helm is true.
 */
import { join } from 'node:path';
import { type Document, isMap, isSeq, parse, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Places } from './places.ts';

/** Adds what a component has for an object, if it has something. */
export type Addition = (document: Document, places: Places) => void;

type Path = readonly (string | number)[];

/** A patch of kustomize: a part of an object in a file, or operations of RFC 6902. */
type Patch = { readonly path: string } | Operations;

interface Operations {
  readonly target: { readonly kind: string; readonly name: string };
  readonly patch: string;
}

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly value: unknown;
}

interface Part {
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/** How a component becomes a choice. */
export interface Choice {
  /** An expression of Helm. */
  readonly given: string;
  /** Gives the text of a file of config/. */
  readonly read: (path: string) => Promise<string>;
  /** Marks where the namespace stands in a text. */
  readonly own: (text: string, places: Places) => string;
}

/** What the component in a folder of config/ adds. */
export async function additionsOf(folder: string, choice: Choice): Promise<Addition[]> {
  const { patches } = parse(await choice.read(join(folder, 'kustomization.yaml'))) as { patches: readonly Patch[] };
  return Promise.all(
    patches.map(async (patch) =>
      'patch' in patch ? operations(patch, choice) : part(await choice.read(join(folder, patch.path)), choice),
    ),
  );
}

function operations({ target, patch }: Operations, { given, own }: Choice): Addition {
  return (document, places) => {
    if (!isOf(document, target.kind, target.name)) return;
    const adding = new Adding(document, places, given);
    for (const operation of parse(own(patch, places)) as readonly Operation[]) adding.operate(operation);
  };
}

function part(text: string, { given, own }: Choice): Addition {
  return (document, places) => {
    const content = parse(own(text, places)) as Part;
    if (isOf(document, content.kind, content.metadata.name)) new Adding(document, places, given).merge([], content);
  };
}

function isOf(document: Document, kind: string, name: string): boolean {
  return document.get('kind') === kind && document.getIn(['metadata', 'name']) === name;
}

class Adding {
  readonly #document: Document;
  readonly #places: Places;
  readonly #given: string;

  constructor(document: Document, places: Places, given: string) {
    this.#document = document;
    this.#places = places;
    this.#given = given;
  }

  /** @throws {Error} for what takes something away */
  operate({ op, path, value }: Operation): void {
    const steps = path
      .split('/')
      .slice(1)
      .map((step) => step.replaceAll('~1', '/'));
    const last = steps.pop() ?? '';
    const parent = this.#document.getIn(steps);
    if (op === 'add' && last === '-' && isSeq(parent)) parent.add(this.#places.item(this.#given, String(value)));
    else if (op === 'add') this.merge(steps, { [last]: value });
    else if (op === 'replace') this.merge([...steps, last], value);
    else throw new Error(`The chart cannot have ${op} ${path}.`);
  }

  /** Adds what is not there yet. */
  merge(path: Path, value: unknown): void {
    const node = path.length === 0 ? this.#document.contents : this.#document.getIn(path);
    if (isMap(node)) this.#mergeMap(node, path, value as Record<string, unknown>);
    else if (isSeq(node)) this.#mergeList(node, path, value as readonly { name: string }[]);
  }

  #mergeMap(node: YAMLMap, path: Path, value: Record<string, unknown>): void {
    const entries = Object.entries(value);
    const missing = entries.filter(([key]) => !node.has(key));
    for (const [key, below] of entries) if (node.has(key)) this.merge([...path, key], below);
    if (missing.length > 0) node.set(this.#places.given(this.#given, Object.fromEntries(missing)), null);
  }

  #mergeList(node: YAMLSeq, path: Path, value: readonly { name: string }[]): void {
    const names = (node.toJSON() as readonly { name?: string }[]).map(({ name }) => name);
    for (const item of value) this.merge([...path, names.indexOf(item.name)], item);
  }
}
