/** The CRDs in crds/, and the part of their schemas that the generators look at. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';

export const ROOT = join(import.meta.dirname, '..', '..');
const CRDS = join(ROOT, 'crds');

export interface Crd {
  spec: {
    group: string;
    scope: 'Cluster' | 'Namespaced';
    names: { kind: string; plural: string; shortNames: string[] };
    versions: [{ name: string; schema: { openAPIV3Schema: Schema } }];
  };
}

export interface Schema {
  type?: string;
  title?: string;
  description?: string;
  default?: unknown;
  enum?: string[];
  required?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema | boolean;
  tsType?: string;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  maxItems?: number;
  maxProperties?: number;
  'x-kubernetes-preserve-unknown-fields'?: boolean;
  'x-kubernetes-validations'?: { message: string }[];
}

/** All CRDs with their file names, in the order of these. */
export async function loadCrds(): Promise<{ file: string; crd: Crd }[]> {
  const files = (await readdir(CRDS)).filter((name) => name.startsWith('xos') && name.endsWith('.yaml')).toSorted();
  return Promise.all(
    files.map(async (file) => ({ file, crd: parse(await readFile(join(CRDS, file), 'utf8')) as Crd })),
  );
}
