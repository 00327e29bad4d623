/** Options, variables and the file: what each of them says, checked, and which of them counts. */
import { Ajv, type ErrorObject } from 'ajv';
import { type Field, fields, flagOf, type Options, type Scalar } from './fields.ts';
import { UsageError } from './usage-error.ts';

export type Environment = Readonly<Record<string, string | undefined>>;
export type Values = Readonly<Record<string, unknown>>;

/** Values from one place. */
export interface Source {
  readonly values: Values;
  /** Where a value is from, for people: `environment XOS_LOG_LEVEL`. */
  readonly origin: (name: string) => string;
  /** The beginning of a sentence about a value that is wrong. */
  readonly says: (name: string) => string;
}

/** A value that counts. */
export interface Chosen {
  readonly value: Scalar;
  readonly origin: string;
}

/** By the name of the field. What is not set, and has no default, is left out. */
export type Choice = ReadonlyMap<string, Chosen>;

const isRight = new Ajv().compile<Partial<Options>>({
  type: 'object',
  additionalProperties: false,
  properties: Object.fromEntries(fields.map((field) => [field.name, field.schema])),
});

/** Checks each source as a whole, also where another one comes before it; the first that says something counts. @throws UsageError */
export function chosenFrom(sources: readonly Source[]): Choice {
  for (const source of sources)
    if (!isRight(source.values)) throw new UsageError(`${sentenceFor(source, isRight.errors ?? [])} See --help.`);
  const chosen = fields.map((field) => [field.name, choose(field, sources)] as const);
  return new Map(chosen.filter((pair): pair is [Field['name'], Chosen] => pair[1] !== undefined));
}

function choose({ name, default: value }: Field, sources: readonly Source[]): Chosen | undefined {
  const source = sources.find(({ values }) => Object.hasOwn(values, name));
  // The schema says that it is one.
  if (source !== undefined) return { value: source.values[name] as Scalar, origin: source.origin(name) };
  return value === undefined ? undefined : { value, origin: 'default' };
}

/** What the options of the command line say. */
export function commandLine(texts: Readonly<Record<string, string>>): Source {
  return {
    values: valuesOf(texts),
    origin: (name) => `option ${flagOf(name)}`,
    says: flagOf,
  };
}

/** What the variables say. One that is empty says nothing. */
export function environment(env: Environment): Source {
  const used = new Map<string, string>();
  for (const { name, variables } of fields) {
    const variable = variables.find((each) => isSet(env[each]));
    if (variable !== undefined) used.set(name, variable);
  }
  const variableOf = (name: string) => used.get(name) ?? name;
  return {
    values: valuesOf(Object.fromEntries([...used].map(([name, variable]) => [name, env[variable] ?? '']))),
    origin: (name) => `environment ${variableOf(name)}`,
    says: variableOf,
  };
}

export function isSet(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}

function valuesOf(texts: Readonly<Record<string, string>>): Values {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, valueOf(name, text)]));
}

/** What a text means for a field of this type; itself if nothing, which the schema then refuses. */
function valueOf(name: string, text: string): Scalar {
  const type = fields.find((field) => field.name === name)?.schema.type;
  if (type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  return type === 'number' && /^\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

/** Never with the value, which may be a secret that went to the wrong place. */
function sentenceFor({ says }: Source, [error]: ErrorObject[]): string {
  if (error?.keyword === 'additionalProperties') {
    const { additionalProperty: name } = error.params as { additionalProperty: string };
    return `${says(shown(name))} is no field${insteadOf(name)}.`;
  }
  const name = (error?.instancePath ?? '').slice(1);
  const field = fields.find((each) => each.name === name);
  return `${says(name)} ${field?.must ?? 'is wrong'}.`;
}

/** A name that could be that of a field; anything else may be a text that nobody wants to see. */
function shown(name: string): string {
  return /^[A-Za-z][A-Za-z-]{0,39}$/.test(name) ? name : 'a name';
}

function insteadOf(name: string): string {
  const meant = fields.find((field) => flagOf(field.name).slice(2) === flagOf(name).slice(2).replace(/^-/, ''));
  return meant === undefined ? '; remove it, or correct it' : `; it is called ${meant.name}`;
}
