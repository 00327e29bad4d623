/** What the operator loads when it starts: nothing that it does not need in any case. */
import { join } from 'node:path';
import { runAny } from '../hack/run.ts';

const MAIN = join(__dirname, '..', 'src', 'main.ts');
/** Says each package that is loaded. */
const HOOK = `import { registerHooks } from 'node:module';
registerHooks({ resolve: (name, context, next) => {
  if (/^[@a-z]/.test(name) && !name.startsWith('node:')) process.stderr.write(name + '\\n');
  return next(name, context);
} });`;

test('metrics and traces are loaded by who wants them', async () => {
  const hook = `data:text/javascript,${encodeURIComponent(HOOK)}`;
  const { stderr, code } = await runAny(process.execPath, ['--import', hook, MAIN, '--version'], { timeoutMs: 60_000 });
  const loaded = new Set(stderr.split('\n'));
  expect(code).toBe(0);
  expect([...loaded]).toEqual(expect.arrayContaining(['winston', 'undici', 'ajv', 'commander', 'yaml']));
  expect([...loaded].filter((name) => /opentelemetry|prom-client|client-node/.test(name))).toEqual([]);
}, 60_000);
