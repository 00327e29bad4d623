/** What docs/installation.md says that a user types, typed on the cluster of a scene. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../hack/run.ts';
import { ROOT, type Scene } from './scene.ts';

const page = readFileSync(join(ROOT, 'docs', 'installation.md'), 'utf8');

/** Its chapters. */
export const chapters = [...page.matchAll(/^## (.+)$/gm)].map(([, chapter]) => chapter ?? '');

/** The headings below which something is typed. */
export const headings = [...page.matchAll(/^### (.+)$/gm)].map(([, heading]) => heading ?? '');

/** The commands below a heading, block by block.
 * @throws where there are none. */
export function commandsBelow(heading: string): string[] {
  const [, section = ''] = page.split(`\n### ${heading}\n`);
  const blocks = [...(section.split(/\n###? /)[0] ?? '').matchAll(/^```sh\n([^]*?)^```$/gm)].map(
    ([, text]) => text ?? '',
  );
  if (blocks.length === 0) throw new Error(`docs/installation.md has no commands below ${heading}.`);
  return blocks;
}

/** The documents of a chapter, one a block: what a user writes there into Git, or applies.
 * @throws where there are none. */
export function documentsIn(chapter: string): string[] {
  const [, section = ''] = page.split(`\n## ${chapter}\n`);
  const blocks = [...(section.split(/\n## /)[0] ?? '').matchAll(/^```yaml\n([^]*?)^```$/gm)].map(
    ([, text]) => text ?? '',
  );
  if (blocks.length === 0) throw new Error(`docs/installation.md has no documents in ${chapter}.`);
  return blocks;
}

/** Types commands in the folder of the sources; the first one that fails is the last one. */
export async function type(scene: Scene, commands: string): Promise<string> {
  const { environment, stateDir } = scene.cluster;
  const folders = ['CACHE', 'CONFIG', 'DATA'].map((what) => [`HELM_${what}_HOME`, join(stateDir, 'helm')]);
  const env = { ...environment, ...Object.fromEntries(folders) };
  const { stdout } = await run('bash', ['-e', '-o', 'pipefail', '-c', commands], { cwd: ROOT, env });
  return stdout;
}
