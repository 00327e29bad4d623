/** The version, as in package.json; which stands beside src and beside dist alike. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'package.json'), 'utf8')) as {
  version: string;
};

export const VERSION: string = manifest.version;
