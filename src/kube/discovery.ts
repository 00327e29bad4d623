/** What the cluster serves. Source: Kubernetes API concepts, "Discovery API", the unaggregated form, which all servers have. */
import type { Resource } from '../api/resource.ts';
import type { Client } from './client.ts';
import { ApiError } from './errors.ts';

interface GroupList {
  groups?: { name: string; preferredVersion: { version: string; groupVersion: string } }[];
}

interface ResourceList {
  resources?: { name: string; kind: string; namespaced: boolean; verbs: string[] }[];
}

export interface Discovered {
  readonly resources: readonly Resource[];
  /** Groups whose server does not answer, by apiVersion. */
  readonly unreadable: readonly string[];
}

/** Every namespaced resource that can be listed, in its preferred version. */
export async function discoverNamespaced(client: Client): Promise<Discovered> {
  const { groups = [] } = (await client.raw('/apis')) as GroupList;
  const served = [
    { group: '', version: 'v1', path: '/api/v1' },
    ...groups.map(({ name, preferredVersion: { version } }) => ({
      group: name,
      version,
      path: `/apis/${name}/${version}`,
    })),
  ];
  const unreadable: string[] = [];
  const resources: Resource[] = [];
  for (const { group, version, path } of served) {
    try {
      resources.push(...listable((await client.raw(path)) as ResourceList, group, version));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      unreadable.push(`${group}/${version}`);
    }
  }
  return { resources, unreadable };
}

function listable({ resources = [] }: ResourceList, group: string, version: string): Resource[] {
  return resources
    .filter(({ name, namespaced, verbs }) => namespaced && verbs.includes('list') && !name.includes('/'))
    .map(({ name, kind }) => ({ group, version, kind, plural: name, namespaced: true }));
}
