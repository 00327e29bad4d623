/** Files of objects, as prettier would have them. */
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { stringify } from 'yaml';
import { ROOT } from './crd.ts';

/** What everything that we install is labelled with. */
export const LABELS = { 'app.kubernetes.io/name': 'xos-operator', 'app.kubernetes.io/part-of': 'xos-operator' };

/** The text of a file with these objects, each a document. */
export async function yamlFile(header: string, objects: readonly object[]): Promise<string> {
  const documents = objects.map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false }));
  return await prettyYaml(header + documents.join('---\n'));
}

/** YAML as prettier would have it. */
export async function prettyYaml(text: string): Promise<string> {
  return await format(text, { ...(await options()), parser: 'yaml' });
}

/** The text of a file in JSON. */
export async function jsonFile(content: object): Promise<string> {
  return await format(JSON.stringify(content), { ...(await options()), parser: 'json' });
}

async function options() {
  return await resolveConfig(join(ROOT, 'config', 'generated.yaml'));
}
