/** The CRDs as the tests see them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { KubeObject } from '../../src/api/object.ts';

const ROOT = join(__dirname, '..', '..');
const FOLDER = join(ROOT, 'crds');

export interface Rule {
  rule: string;
  message: string;
}

export interface Schema {
  type?: string;
  description?: string;
  format?: string;
  enum?: unknown[];
  maxLength?: number;
  maxItems?: number;
  maxProperties?: number;
  properties?: Record<string, Schema>;
  items?: Schema;
  additionalProperties?: Schema;
  default?: unknown;
  'x-kubernetes-validations'?: Rule[];
}

export interface Version {
  subresources: object;
  selectableFields?: { jsonPath: string }[];
  additionalPrinterColumns: { name: string; jsonPath: string; priority?: number }[];
  schema: { openAPIV3Schema: Schema & { properties: Record<string, Schema> } };
}

export interface Crd extends KubeObject {
  spec: {
    group: string;
    names: { kind: string; plural: string; shortNames: string[]; categories: string[] };
    versions: [Version];
  };
}

/** Every CRD, with the name and the text of its file. */
export const crds: readonly { file: string; text: string; crd: Crd }[] = readdirSync(FOLDER)
  .filter((name) => name.startsWith('xos'))
  .map((file) => {
    const text = readFileSync(join(FOLDER, file), 'utf8');
    return { file, text, crd: parse(text) as Crd };
  });

export function schemaOf({ spec }: Crd): Version['schema']['openAPIV3Schema'] {
  return spec.versions[0].schema.openAPIV3Schema;
}

/** The schema of `spec` or `status`. */
export function partOf(crd: Crd, part: string): Schema {
  return schemaOf(crd).properties[part] ?? {};
}
