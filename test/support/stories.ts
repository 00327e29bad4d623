/** The stories of examples/, as one whole: what somebody may have in Git. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { GROUP, groupOf, keyOf } from '../../src/api/meta.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { kinds } from '../../src/kinds/index.ts';

const FOLDER = join(__dirname, '..', '..', 'examples');

/** The paths of the stories: each file but the one that has nothing of ours. */
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
