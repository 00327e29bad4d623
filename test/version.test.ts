/** One version of the operator and one of Node, wherever they have to be written down. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { VERSION } from '../src/version.ts';

const ROOT = join(__dirname, '..');
const read = (...path: string[]) => readFileSync(join(ROOT, ...path), 'utf8');

test.each([
  { file: ['Dockerfile'], says: `ARG VERSION=${VERSION}\n` },
  { file: ['Dockerfile'], says: `xos-operator:${VERSION} .` },
  { file: ['config', 'manager', 'kustomization.yaml'], says: `newTag: ${VERSION}\n` },
  { file: ['charts', 'xos-operator', 'Chart.yaml'], says: `\nversion: ${VERSION}\n` },
  { file: ['charts', 'xos-operator', 'Chart.yaml'], says: `\nappVersion: ${VERSION}\n` },
  { file: ['docs', 'operations.md'], says: `xos-operator:${VERSION} .` },
  { file: ['docs', 'installation.md'], says: `REGISTRY/xos-operator:${VERSION}` },
  { file: ['docs', 'installation.md'], says: `targetRevision: v${VERSION}\n` },
])('$file: $says', ({ file, says }) => {
  expect(read(...file)).toContain(says);
});

test('the image has the Node that the tests run on', () => {
  const { devDependencies } = JSON.parse(read('package.json')) as { devDependencies: { node: string } };
  expect(read('Dockerfile')).toContain(`node:${devDependencies.node}-`);
});
