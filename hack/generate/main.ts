/**
 * Generates from crds/ what follows from them: the interfaces and tokens in src/api/generated, and docs/api.md. With
 * --check nothing is written, and the exit code is 1 if something is out of date.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { runMain, UserError } from '../user-error.ts';
import { loadCrds, ROOT } from './crd.ts';
import { apiPage } from './docs.ts';
import { loadStories } from './samples.ts';
import { moduleFor } from './types.ts';

const TYPES = join(ROOT, 'src', 'api', 'generated');
const PAGE = join(ROOT, 'docs', 'api.md');

async function main(): Promise<number> {
  const stale: string[] = [];
  for (const [path, text] of await generated()) {
    if ((await current(path)) !== text) stale.push(path);
    if (!process.argv.includes('--check')) await write(path, text);
  }
  if (stale.length === 0 || !process.argv.includes('--check')) return 0;
  const names = stale.map((path) => relative(ROOT, path)).join(', ');
  throw new UserError(`${names}: out of date; run \`npm run generate\` and commit what it changes.`);
}

/** Every generated file: its path and its text. */
async function generated(): Promise<[path: string, text: string][]> {
  const crds = await loadCrds();
  const modules = crds.map(async ({ file, crd }): Promise<[string, string]> => [
    join(TYPES, file.replace('.yaml', '.ts')),
    await moduleFor(crd, file, TYPES),
  ]);
  return [
    ...(await Promise.all(modules)),
    [
      PAGE,
      await apiPage(
        crds.map(({ crd }) => crd),
        await loadStories(),
      ),
    ],
  ];
}

async function current(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

await runMain(main);
