/** The stories of examples/, as one whole: what somebody may have in Git. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { GROUP, groupOf, keyOf } from '../../src/api/meta.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { kinds } from '../../src/kinds/index.ts';
import { readyOf, type Scene } from './scene.ts';

const FOLDER = join(__dirname, '..', '..', 'examples');

/** Each file but the one that has nothing of ours. */
const storyFiles: readonly string[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.yaml') && file !== 'foreign.yaml')
  .map((file) => join(FOLDER, file));

/** Each object once, also if several stories have it. */
export const storyObjects: readonly KubeObject[] = [
  ...new Map(
    storyFiles
      .flatMap((file) => parseAllDocuments(readFileSync(file, 'utf8')))
      .map((document) => document.toJS() as KubeObject)
      .map((object) => [`${object.kind} ${keyOf(object.metadata)}`, object]),
  ).values(),
];

/** The custom resources among objects. */
export function customResources(objects: readonly KubeObject[]): KubeObject[] {
  return objects.filter((object) => groupOf(object) === GROUP);
}

/** The resource that an object of a story is of. */
export function resourceOf({ apiVersion, kind, metadata }: KubeObject): Resource {
  const [version = '', group = ''] = apiVersion.split('/').toReversed();
  const ours = kinds.find(({ resource }) => resource.group === group && resource.kind === kind);
  const namespaced = metadata.namespace !== undefined;
  return ours?.resource ?? { group, version, kind, plural: `${kind.toLowerCase()}s`, namespaced };
}

/** Waits for those of these objects that are ours. */
export async function untilReady(scene: Scene, objects: readonly KubeObject[]): Promise<void> {
  for (const object of customResources(objects)) {
    const key = keyOf(object.metadata);
    await scene.until(
      `${object.kind} ${key} to be Ready`,
      async () => {
        const live = await scene.get(resourceOf(object), key);
        return live !== undefined && readyOf(live)?.status === 'True' ? true : undefined;
      },
      60_000,
    );
  }
}
