/**
 * Generates what follows from something else: from crds/ the interfaces and tokens in src/api/generated, and docs/api.md;
 * from the kinds the rights of the operator; from admission.ts the policies, and their table in docs/security.md; from
 * alerts.ts and dashboard.ts what stands in config/monitoring; from config/argocd/health.lua the health of each kind for
 * Argo CD; from src/config/fields.ts the table of options in docs/operations.md; and from all of config/ the chart. With
 * --check nothing is written, and the exit code is 1 if something is out of date.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { runMain, UserError } from '../user-error.ts';
import { argocdFile } from './argocd.ts';
import { chartFiles } from './chart.ts';
import { loadCrds, ROOT } from './crd.ts';
import { apiPage } from './docs.ts';
import { monitoringFiles } from './monitoring.ts';
import { optionsTable } from './options.ts';
import { needsTable, policyFile } from './policy.ts';
import { rightsTable } from './rights-table.ts';
import { restrictedRoleFiles, roleFile } from './roles.ts';
import { loadStories } from './samples.ts';
import { moduleFor } from './types.ts';

const TYPES = join(ROOT, 'src', 'api', 'generated');
const PAGE = join(ROOT, 'docs', 'api.md');
const ROLE = join(ROOT, 'config', 'rbac', 'role.yaml');
const RESTRICTED = join(ROOT, 'config', 'namespaced');
const POLICY = join(ROOT, 'config', 'policy', 'admission.yaml');
const SECURITY = join(ROOT, 'docs', 'security.md');
const OPERATIONS = join(ROOT, 'docs', 'operations.md');

async function main(): Promise<number> {
  const stale: string[] = [];
  const files = await generated();
  for (const [path, text] of [...files, ...(await chartFiles(new Map(files)))]) {
    if ((await current(path)) !== text) stale.push(path);
    if (!process.argv.includes('--check')) await write(path, text);
  }
  if (stale.length === 0 || !process.argv.includes('--check')) return 0;
  const names = stale.map((path) => relative(ROOT, path)).join(', ');
  throw new UserError(`${names}: out of date; run \`npm run generate\` and commit what it changes.`);
}

/** Every generated file, but for those of the chart, which follow from these: its path and its text. */
async function generated(): Promise<[path: string, text: string][]> {
  const crds = await loadCrds();
  const modules = crds.map(async ({ file, crd }): Promise<[string, string]> => [
    join(TYPES, file.replace('.yaml', '.ts')),
    await moduleFor(crd, file, TYPES),
  ]);
  const restricted = await restrictedRoleFiles();
  return [
    ...(await Promise.all(modules)),
    [ROLE, await roleFile()],
    [join(RESTRICTED, 'operator', 'restricted-role.yaml'), restricted.cluster],
    [join(RESTRICTED, 'namespace', 'namespace-role.yaml'), restricted.namespace],
    [POLICY, await policyFile()],
    ...(await monitoringFiles()),
    await argocdFile(crds.map(({ crd }) => crd)),
    [SECURITY, await withTables(SECURITY, { needs: needsTable(), rights: rightsTable() })],
    [OPERATIONS, await withTables(OPERATIONS, { options: optionsTable() })],
    [
      PAGE,
      await apiPage(
        crds.map(({ crd }) => crd),
        await loadStories(),
      ),
    ],
  ];
}

/** A page that people write, with tables between two marks each. */
async function withTables(page: string, tables: Readonly<Record<string, string>>): Promise<string> {
  let text = await readFile(page, 'utf8');
  for (const [name, table] of Object.entries(tables)) {
    const marks = new RegExp(`(<!-- BEGIN ${name} [^>]*-->)[\\s\\S]*(<!-- END ${name} -->)`);
    text = text.replace(marks, (_all, begin: string, end: string) => `${begin}\n\n${table}\n\n${end}`);
  }
  return text;
}

async function current(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

await runMain(main);
