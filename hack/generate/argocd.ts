/** The health of our kinds for Argo CD: the one script of config/argocd, under the name that it is looked for by, kind by kind. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Crd, ROOT } from './crd.ts';
import { yamlFile } from './yaml-file.ts';

const FOLDER = join(ROOT, 'config', 'argocd');
const HEADER = '# Generated from crds/ and health.lua by `npm run generate`. Do not edit.\n';

/** The file: its path and its text. */
export async function argocdFile(crds: readonly Crd[]): Promise<[path: string, text: string]> {
  const script = await readFile(join(FOLDER, 'health.lua'), 'utf8');
  const scripts = crds.map(({ spec }) => [`resource.customizations.health.${spec.group}_${spec.names.kind}`, script]);
  const config = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'argocd-cm' },
    data: Object.fromEntries(scripts) as Record<string, string>,
  };
  return [join(FOLDER, 'argocd-cm.yaml'), await yamlFile(HEADER, [config])];
}
