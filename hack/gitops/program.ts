/** The program of this folder, built once per version: what GitOps tools make of our objects, by their own libraries. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheRoot } from '../cluster/cache.ts';
import type { Print } from '../progress.ts';
import { ensureGoProgram, GO_FLAGS } from './go-program.ts';

const FOLDER = import.meta.dirname;

/** The path of the program, built now if it is not there yet.
 * @throws {UserError} when Go is missing or the build fails. */
export async function ensureGitops(print: Print): Promise<string> {
  const program = join(cacheRoot(), 'gitops', sourcesKey());
  const folder = () => Promise.resolve(FOLDER);
  await ensureGoProgram({ what: 'what GitOps tools are made of', program, folder, command: '.' }, print);
  return program;
}

/** Changes with whatever changes the result. */
function sourcesKey(): string {
  const hash = createHash('sha256').update(JSON.stringify(GO_FLAGS));
  const sources = readdirSync(FOLDER).filter((file) => /\.(go|mod|sum)$/.test(file));
  for (const file of sources.toSorted()) hash.update(readFileSync(join(FOLDER, file)));
  return hash.digest('hex').slice(0, 12);
}
