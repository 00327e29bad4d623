/** What a change of a CustomResourceDefinition would break: versions, names and columns that others rely on, and schemas. Pure. */
import { brokenBy, type Schema } from './schema.ts';

interface Version {
  readonly name: string;
  readonly served: boolean;
  readonly subresources?: Readonly<Record<string, unknown>>;
  readonly selectableFields?: readonly { readonly jsonPath: string }[];
  readonly schema: { readonly openAPIV3Schema: Schema };
}

/** Source: apiextensions.k8s.io/v1 CustomResourceDefinition. */
export interface Definition {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly scope: string;
    readonly names: { readonly kind: string; readonly plural: string };
    readonly versions: readonly Version[];
  };
}

/** One sentence for each thing that would break; `after` is undefined if the definition is gone. */
export function brokenIn(before: Definition, after: Definition | undefined): string[] {
  const { name } = before.metadata;
  if (after === undefined) return [`${name}: the definition was removed, and with it goes every object`];
  const identity = ({ spec: { group, scope, names } }: Definition) =>
    [group, scope, names.kind, names.plural].join(' ');
  if (identity(before) !== identity(after)) return [`${name}: its group, scope, kind or plural was changed`];
  return before.spec.versions.flatMap((version) => {
    const now = after.spec.versions.find((each) => each.name === version.name);
    const path = `${name}/${version.name}`;
    // Also one that is not served any more: objects may be stored as that.
    if (now === undefined) return [`${path}: the version was removed`];
    return [...interfaceOf(version, now, path), ...brokenBy(schemaOf(version), schemaOf(now), path)];
  });
}

function interfaceOf(before: Version, after: Version, path: string): string[] {
  const lost = (was: readonly string[], is: readonly string[]) => was.filter((each) => !is.includes(each));
  const fields = ({ selectableFields = [] }: Version) => selectableFields.map(({ jsonPath }) => jsonPath);
  const subresources = (version: Version) => Object.keys(version.subresources ?? {});
  return [
    ...(before.served && !after.served ? [`${path}: the version is not served any more`] : []),
    ...lost(subresources(before), subresources(after)).map((name) => `${path}: the subresource ${name} was removed`),
    ...lost(fields(before), fields(after)).map((field) => `${path}: ${field} can no longer be selected by`),
  ];
}

function schemaOf({ schema }: Version): Schema {
  return schema.openAPIV3Schema;
}
