/** The stories of examples/, as one whole: what somebody may have in Git. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
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

const isEarly = ({ kind }: KubeObject) => kind === 'Namespace' || kind.includes('Role');

/** They in the waves that docs/gitops.md tells those who use Argo CD. */
export const storyWaves: readonly (readonly KubeObject[])[] = [
  storyObjects.filter(isEarly),
  storyObjects.filter((object) => !isEarly(object)),
];

/** What a principal of the stories applies to the whole cluster. */
export const BEHIND = 'greetings.escape-hatch.example.com';

/** Objects as a file in Git. */
export function inYaml(objects: readonly object[]): string {
  return objects.map((object) => stringify(object)).join('---\n');
}

/** Which of them there are, sorted. */
export async function storiesLeft(scene: Scene): Promise<string[]> {
  const found = await Promise.all(
    storyObjects.map(async (object) => {
      const live = await scene.get(resourceOf(object), keyOf(object.metadata));
      return live === undefined ? [] : [`${object.kind} ${keyOf(object.metadata)}`];
    }),
  );
  return found.flat().toSorted();
}

/** Sets fields of the spec of one of them. */
export function edited<T extends KubeObject>(kind: string, name: string, spec: object): (object: T) => T {
  return (object) =>
    object.kind === kind && object.metadata.name === name
      ? { ...object, spec: { ...(object as { spec?: object }).spec, ...spec } }
      : object;
}

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
