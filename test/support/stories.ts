/** The stories of examples/: what they apply, and when all of it is as declared. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { keyOf } from '../../src/api/meta.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { kinds } from '../../src/kinds/index.ts';
import { readyOf, ROOT, type Scene } from './scene.ts';

const folder = join(ROOT, 'examples');
const tokens = new Map(kinds.map(({ resource }) => [resource.kind, resource]));

/** The files, by their paths. */
export const STORIES: readonly string[] = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml') && file !== 'foreign.yaml')
  .map((file) => join(folder, file));

/** Everything that they apply. */
export const OF_STORIES: readonly KubeObject[] = STORIES.flatMap((file) =>
  parseAllDocuments(readFileSync(file, 'utf8')).map((document) => document.toJS() as KubeObject),
);

/** Waits for those of these objects that are ours. */
export async function untilReady(scene: Scene, objects: readonly KubeObject[]): Promise<void> {
  for (const { kind, metadata } of objects) {
    const resource = tokens.get(kind);
    if (resource === undefined) continue;
    await scene.until(
      `${kind} ${metadata.name} to be Ready`,
      async () => {
        const live = await scene.get(resource, keyOf(metadata));
        return live !== undefined && readyOf(live)?.status === 'True' ? true : undefined;
      },
      60_000,
    );
  }
}
