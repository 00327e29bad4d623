/** A file of Kubernetes objects, as prettier would have it. */
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { stringify } from 'yaml';
import { ROOT } from './crd.ts';

/** What everything that we install is labelled with. */
export const LABELS = { 'app.kubernetes.io/name': 'xos-operator', 'app.kubernetes.io/part-of': 'xos-operator' };

/** The text of a file with these objects, each a document. */
export async function yamlFile(header: string, objects: readonly object[]): Promise<string> {
  const documents = objects.map((object) => stringify(object, { lineWidth: 0, aliasDuplicateObjects: false }));
  const options = await resolveConfig(join(ROOT, 'config', 'generated.yaml'));
  return await format(header + documents.join('---\n'), { ...options, parser: 'yaml' });
}
