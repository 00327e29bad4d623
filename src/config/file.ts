/** The configuration file: YAML or JSON, with a field for each option. */
import { readFileSync, statSync } from 'node:fs';
import { readYaml } from '../kinds/resource-instances/yaml-text.ts';
import type { Source, Values } from './sources.ts';
import { UsageError } from './usage-error.ts';

const LARGEST = 64 * 1024;
/** A map of values has two levels; what is deeper is no value of a field, and the schema says so. */
const DEPTH = 8;

/** What the file says, not checked yet. @throws UsageError */
export function configFile(path: string): Source {
  return {
    values: valuesIn(path, textOf(path)),
    origin: () => `file ${path}`,
    says: (name) => `The configuration file ${path}: ${name}`,
  };
}

function textOf(path: string): string {
  try {
    if (statSync(path).size > LARGEST) throw new UsageError(wrong(path, `is larger than ${LARGEST} bytes`));
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(wrong(path, code === 'ENOENT' ? 'does not exist' : `cannot be read (${String(code)})`));
  }
}

/** Read as Kubernetes reads YAML; the parser's own message would quote the file, so the place is all that is told. */
function valuesIn(path: string, text: string): Values {
  const read = readYaml(text, { characters: LARGEST, documents: Infinity, depth: DEPTH });
  if ('problem' in read) throw new UsageError(`The configuration file ${path} ${read.problem} See --help.`);
  const [values = {}, another] = read.values;
  const isMap = typeof values === 'object' && values !== null && !Array.isArray(values);
  if (!isMap || another !== undefined)
    throw new UsageError(wrong(path, 'has to be one map of fields, like "logLevel: debug"'));
  return values;
}

function wrong(path: string, what: string): string {
  return `The configuration file ${path} ${what}; correct it, or give another one with --config or $XOS_CONFIG.`;
}
