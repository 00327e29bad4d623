/** Every story in examples/ works with one `kubectl apply -f`, costs nothing when it is applied again, and goes whole. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { Namespaces } from '../../src/api/core.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { crds } from '../support/crds.ts';
import { readyOf, ROOT, Scene } from '../support/scene.ts';

/** `XOS_REST_SECONDS=600` makes it the ten minutes that the operator is promised to be quiet for. */
const REST_MS = Number(process.env['XOS_REST_SECONDS'] ?? 60) * 1_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const folder = join(ROOT, 'examples');
const stories = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml') && file !== 'foreign.yaml')
  .map((file) => ({
    file,
    objects: parseAllDocuments(readFileSync(join(folder, file), 'utf8')).map(
      (document) => document.toJS() as KubeObject,
    ),
  }));

describe('the examples', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start({ service: false });
  });
  afterAll(async () => {
    await scene.close();
  });

  const tokenOf = (kind: string) => {
    const names = crds.find(({ crd }) => crd.spec.names.kind === kind)?.crd.spec;
    if (names === undefined) throw new Error(`There is no CRD of ${kind}.`);
    const namespaced = (names as unknown as { scope: string }).scope === 'Namespaced';
    return { group: names.group, version: 'v1alpha1', kind, plural: names.names.plural, namespaced };
  };
  const ours = (objects: readonly KubeObject[]) =>
    objects.filter(({ apiVersion }) => apiVersion.startsWith('xos.opencord.org/'));

  test.each(stories)('$file becomes Ready, every object of it', async ({ file, objects }) => {
    await scene.kubectl('apply', '-f', join(folder, file));
    for (const { kind, metadata } of ours(objects)) {
      const key = metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
      await scene.until(
        `${kind} ${key} of ${file} to be Ready`,
        async () => {
          const live = await scene.get(tokenOf(kind), key);
          return live !== undefined && readyOf(live)?.status === 'True' ? true : undefined;
        },
        40_000,
      );
    }
  });

  test('there is an example of every kind, and a page beside every story', () => {
    const kinds = new Set(stories.flatMap(({ objects }) => ours(objects)).map(({ kind }) => kind));
    expect(crds.map(({ crd }) => crd.spec.names.kind).filter((kind) => !kinds.has(kind))).toEqual([]);
    const pages = readdirSync(folder).filter((name) => name.endsWith('.md'));
    const without = stories.filter(({ file }) => !pages.includes(file.replace('.yaml', '.md')));
    // The demo is explained in the README.
    expect(without.map(({ file }) => file)).toEqual(['demo.yaml']);
  });

  test('applied a second time they cause no write, and at rest there is no request at all but watches', async () => {
    await scene.untilRest();
    const mark = scene.audit.mark();
    for (const { file } of stories) await scene.kubectl('apply', '-f', join(folder, file));
    await pause(REST_MS);
    expect(scene.audit.count(mark)).toEqual({});
  }, 900_000);

  test.each(stories)('$file goes whole', async ({ file, objects }) => {
    await scene.kubectl('delete', '-f', join(folder, file), '--timeout=100s', '--ignore-not-found');
    for (const { metadata, kind } of objects.filter((object) => object.kind === 'Namespace'))
      expect([kind, await scene.get(Namespaces, metadata.name)]).toEqual([kind, undefined]);
  });
});
