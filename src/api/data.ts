/** ConfigMaps and Secrets. Of those that are not ours only the names of the entries are kept: no value of anybody else. */
import { isOurs } from './core.ts';
import { keepWhole } from './keep.ts';
import { identity, pickMeta } from './meta-kept.ts';
import type { KubeObject } from './object.ts';
import type { Resource } from './resource.ts';

type Entries = Record<string, string>;

export interface ConfigMap extends KubeObject {
  data?: Entries;
  /** Base64. */
  binaryData?: Entries;
  immutable?: boolean;
}

export interface Secret extends KubeObject {
  type?: string;
  /** Base64. */
  data?: Entries;
  immutable?: boolean;
}

export const ConfigMaps: Resource<ConfigMap> = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
  keep: (map) =>
    isOurs(map)
      ? keepWhole(map)
      : {
          ...identity(map),
          metadata: pickMeta(map.metadata),
          ...(map.data && { data: withoutValues(map.data) }),
          ...(map.binaryData && { binaryData: withoutValues(map.binaryData) }),
        },
};

export const Secrets: Resource<Secret> = {
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
  keep: (secret) =>
    isOurs(secret)
      ? keepWhole(secret)
      : {
          ...identity(secret),
          metadata: pickMeta(secret.metadata),
          ...(secret.type !== undefined && { type: secret.type }),
          ...(secret.data && { data: withoutValues(secret.data) }),
        },
};

/** The names of the entries, with empty values. `fromEntries` makes own properties, also of a key such as __proto__. */
function withoutValues(entries: Entries): Entries {
  return Object.fromEntries(Object.keys(entries).map((key) => [key, '']));
}
