/**
 * What a change of a schema would break for objects that are stored, and for manifests that people keep. Pure.
 * Source: Kubernetes, "Changing the API" (sig-architecture), and CustomResourceDefinition structural schemas.
 */

/** A rule in CEL. Source: apiextensions.k8s.io/v1 ValidationRule. */
interface CelRule {
  readonly rule: string;
}

/** The keywords that are looked at one by one. Any other one that matters is only compared: see {@link OPAQUE}. */
export interface Schema {
  readonly type?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly nullable?: boolean;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean;
  readonly 'x-kubernetes-int-or-string'?: boolean;
  readonly 'x-kubernetes-validations'?: readonly CelRule[];
}

interface Change {
  readonly before: Schema;
  readonly after: Schema;
}

type Keyword = keyof Schema;

/** What must stay as it is: a value that was allowed may not be any more, or another writer's list is merged in another way. */
const OPAQUE = [
  'pattern',
  'format',
  'multipleOf',
  'uniqueItems',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'not',
  'allOf',
  'anyOf',
  'oneOf',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
  'x-kubernetes-embedded-resource',
] as const;
const UPPER = ['maximum', 'maxLength', 'maxItems', 'maxProperties'] as const;
const LOWER = ['minimum', 'minLength', 'minItems', 'minProperties'] as const;
/** What may be given, but not taken away. */
const PERMISSIONS = ['nullable', 'x-kubernetes-preserve-unknown-fields', 'x-kubernetes-int-or-string'] as const;

/** One sentence for each thing that would break, with the path of the field. */
export function brokenBy(before: Schema, after: Schema, path: string): string[] {
  const change = { before, after };
  const here = [...types(change), ...bounds(change), ...values(change), ...rules(change)];
  return [...here.map((what) => `${path}: ${what}`), ...below(change, path)];
}

function types({ before, after }: Change): string[] {
  const isWider = before.type === 'integer' && after.type === 'number';
  const type =
    before.type === after.type || isWider
      ? []
      : [`its type was ${before.type ?? 'anything'} and is ${after.type ?? 'anything'}`];
  const lost = PERMISSIONS.filter((name) => before[name] === true && after[name] !== true);
  const changed = OPAQUE.filter((name) => !isSame(read(before, name), read(after, name)));
  return [
    ...type,
    ...lost.map((name) => `${name} was taken away`),
    ...changed.map((name) => `${name} was changed, and nobody can tell whether all that is stored still fits`),
  ];
}

function bounds({ before, after }: Change): string[] {
  const tighter = (name: string, isTighter: (was: number, is: number) => boolean) => {
    const [was, is] = [read(before, name), read(after, name)] as (number | undefined)[];
    return is === undefined || (was !== undefined && !isTighter(was, is)) ? [] : [`${name} is tighter than it was`];
  };
  return [
    ...UPPER.flatMap((name) => tighter(name, (was, is) => is < was)),
    ...LOWER.flatMap((name) => tighter(name, (was, is) => is > was)),
  ];
}

function values({ before, after }: Change): string[] {
  return [
    ...enumeration(before.enum, after.enum),
    ...required({ before, after }).map((name) => `${name} is required and was not`),
    // A default is also filled in when an object is read that was stored without it.
    ...(isSame(before.default, after.default)
      ? []
      : ['its default was changed, so what is stored means something else']),
  ];
}

function enumeration(before: Schema['enum'], after: Schema['enum']): string[] {
  if (after === undefined) return [];
  if (before === undefined) return ['it has an enum and had none'];
  const lost = before.filter((value) => !after.includes(value));
  return lost.length === 0 ? [] : [`its enum lost ${lost.join(', ')}`];
}

/** What is filled in by default is never missing. */
function required({ before, after }: Change): string[] {
  const was = new Set(before.required);
  return (after.required ?? []).filter((name) => !was.has(name) && after.properties?.[name]?.default === undefined);
}

function rules({ before, after }: Change): string[] {
  const known = new Set((before['x-kubernetes-validations'] ?? []).map(({ rule }) => rule));
  return (after['x-kubernetes-validations'] ?? [])
    .filter(({ rule }) => !known.has(rule) && !isHarmless(rule, before))
    .map(
      ({ rule }) =>
        `there is a new rule, which what is stored may not keep; let it compare with oldSelf, or begin with "!has(self.FIELD) ||" for a new field: ${rule}`,
    );
}

/** It compares with what was there, or it is about a field that nothing stored can have. */
function isHarmless(rule: string, before: Schema): boolean {
  if (/\boldSelf\b/.test(rule)) return true;
  const field = /^!has\(self\.(\w+)\) \|\|/.exec(rule)?.[1];
  return field !== undefined && before.properties?.[field] === undefined;
}

function below({ before, after }: Change, path: string): string[] {
  const inProperties = Object.entries(before.properties ?? {}).flatMap(([name, was]) => {
    const is = after.properties?.[name];
    return is === undefined ? [`${path}.${name}: the field was removed`] : brokenBy(was, is, `${path}.${name}`);
  });
  return [
    ...inProperties,
    ...inside(before.items, after.items, `${path}[]`),
    ...inside(mapOf(before), mapOf(after), `${path}{}`),
  ];
}

function inside(before: Schema | undefined, after: Schema | undefined, path: string): string[] {
  if (before === undefined) return [];
  return after === undefined ? [`${path}: what was in it is no longer known`] : brokenBy(before, after, path);
}

function mapOf({ additionalProperties }: Schema): Schema | undefined {
  if (additionalProperties === undefined || additionalProperties === false) return undefined;
  return additionalProperties === true ? {} : additionalProperties;
}

function read(schema: Schema, keyword: string): unknown {
  return schema[keyword as Keyword];
}

/** Both come from YAML, with the keys in one order. */
function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
