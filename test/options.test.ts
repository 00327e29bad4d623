/** Options, variables and a file say the same in the same words; what is wrong is one line that says where. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { stringify } from 'yaml';
import { type Config, readConfig } from '../src/config.ts';
import { type Field, fields, flagOf, type Scalar } from '../src/config/fields.ts';
import { NothingToRun, UsageError } from '../src/config/usage-error.ts';

const folder = mkdtempSync(join(tmpdir(), 'xos-options-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const POD = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443', POD_NAMESPACE: 'xos-system' };
const SECRET = 'yellow-bird';

function fileOf(text: string): string {
  const file = join(folder, 'config.yaml');
  writeFileSync(file, text);
  return file;
}

/** The message about what is wrong. */
function complaint(argv: readonly string[], env: Record<string, string> = {}): string {
  try {
    readConfig(argv, env);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'nothing is wrong';
}

/** What --print-config prints. */
function printed(argv: readonly string[], env: Record<string, string> = {}): string {
  const write = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    readConfig([...argv, '--print-config'], env);
  } catch (error) {
    if (!(error instanceof NothingToRun)) throw error;
  }
  const [[text] = ['']] = write.mock.calls;
  write.mockRestore();
  return String(text);
}

describe('of one field', () => {
  const variables = { XOS_LOG_LEVEL: 'warn' };
  const file = 'logLevel: debug\n';
  test.each([
    [
      'an option comes first',
      { argv: ['--log-level', 'error'], env: variables, text: file },
      'error # option --log-level',
    ],
    ['then a variable', { argv: [], env: variables, text: file }, 'warn # environment XOS_LOG_LEVEL'],
    ['then the file', { argv: [], env: {}, text: file }, 'debug # file FILE'],
    ['then what holds otherwise', { argv: [], env: {}, text: '' }, 'info # default'],
    ['and an empty variable says nothing', { argv: [], env: { XOS_LOG_LEVEL: '' }, text: file }, 'debug # file FILE'],
  ])('%s', (_what, { argv, env, text }, expected) => {
    const path = fileOf(text);
    expect(printed([...argv, '--config', path], env)).toContain(`\nlogLevel: ${expected.replace('FILE', path)}\n`);
  });

  test('a variable can name the file', () => {
    expect(readConfig([], { XOS_CONFIG: fileOf(file) }).logLevel).toBe('debug');
  });

  test('the first variable of several counts', () => {
    const [own, standard] = ['http://own:4318', 'http://standard:4318/'];
    const both = { XOS_TRACING_ENDPOINT: own, OTEL_EXPORTER_OTLP_ENDPOINT: standard };
    expect(readConfig([], both).tracing).toEqual({ endpoint: own, ratio: 1 });
    const { tracing } = readConfig([], { OTEL_EXPORTER_OTLP_ENDPOINT: standard });
    expect(tracing?.endpoint).toBe('http://standard:4318');
  });
});

/** A right value of each field. */
function valuesOf({ name, schema }: Field): fc.Arbitrary<Scalar> {
  if (schema.type === 'boolean') return fc.boolean();
  if (schema.type === 'number') return fc.constantFrom(0, 0.25, 1);
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as string[]));
  if (name.endsWith('Address')) return fc.constantFrom(':8080', '127.0.0.1:0', '[::1]:8080');
  if (name === 'tracingEndpoint') return fc.constantFrom('http://collector:4318', 'https://[::1]:4318/otlp');
  return schema['pattern'] === undefined
    ? fc.oneof(fc.string({ minLength: 1, unit: 'binary' }), fc.constantFrom('two\nlines\n', '# a', 'a: b', ' ', 'true'))
    : fc.constantFrom('a', 'a-b', '0', 'true');
}

/** Any fields with right values; what belongs together is there. */
const someFields = fc
  .subarray([...fields])
  .chain((some) => fc.record(Object.fromEntries(some.map((field) => [field.name, valuesOf(field)]))))
  .map((some) => ({ leaderElectionNamespace: 'a', metricsBindAddress: ':1', metricsCertPath: '/c', ...some }));

test('each field means the same as an option, as a variable and in a file, and what is printed is such a file', () => {
  const configOf = (argv: string[], env: Record<string, string> = {}): Config => readConfig(argv, env);
  fc.assert(
    fc.property(someFields, (values) => {
      const entries = Object.entries(values) as [Field['name'], Scalar][];
      const byOptions = configOf(entries.map(([name, value]) => `${flagOf(name)}=${String(value)}`));
      const variableOf = (name: string) => fields.find((field) => field.name === name)?.variables[0] ?? '';
      const byVariables = Object.fromEntries(entries.map(([name, value]) => [variableOf(name), String(value)]));
      const byFile = configOf(['--config', fileOf(stringify(values))]);
      expect([configOf([], byVariables), byFile]).toEqual([byOptions, byOptions]);
      const again = fileOf(printed([], byVariables));
      expect(configOf(['--config', again])).toEqual(byOptions);
    }),
    { numRuns: 25 },
  );
});

describe('a configuration file is refused', () => {
  const hint = 'correct it, or give another one with --config or $XOS_CONFIG.';
  test.each([
    ['with an unknown field', `colour: ${SECRET}`, ': colour is no field; remove it, or correct it. See --help.'],
    ['with the name of an option', 'log-level: debug', ': log-level is no field; it is called logLevel. See --help.'],
    [
      'with a name that may be a secret',
      `"${SECRET} 1": 1`,
      ': a name is no field; remove it, or correct it. See --help.',
    ],
    [
      'with a field in a field',
      'logLevel: {is: debug}',
      ': logLevel must be one of debug, info, warn, error. See --help.',
    ],
    ['with a wrong value', `logLevel: ${SECRET}`, ': logLevel must be one of debug, info, warn, error. See --help.'],
    ['with a text in place of a flag', 'leaderElect: "true"', ': leaderElect must be true or false. See --help.'],
    ['with a number in place of a text', 'kubeconfig: 1', ': kubeconfig must be a path. See --help.'],
    [
      'with a text in place of a number',
      'tracingSamplingRatio: "1"',
      ': tracingSamplingRatio must be a number between 0 and 1. See --help.',
    ],
    ['with nothing as a value', 'logLevel:', ': logLevel must be one of debug, info, warn, error. See --help.'],
    [
      'with a password',
      `tracingEndpoint: http://me:${SECRET}@host`,
      ': tracingEndpoint must be a URL without a password, like http://localhost:4318. See --help.',
    ],
    [
      'that is no YAML',
      `logLevel: debug\n${SECRET}: [`,
      ' is not accepted at line 3, column 1: this is not valid YAML. See --help.',
    ],
    [
      'with a field twice',
      'logLevel: info\nlogLevel: warn',
      ' is not accepted at line 1, column 1: a key stands twice in this map; remove one. See --help.',
    ],
    [
      'that Kubernetes would read otherwise',
      'leaderElect: yes',
      ' is not accepted at line 1, column 14: this is read in different ways by different programs; put it into quotes, or write true, false or a plain number. See --help.',
    ],
    ['that is a text', SECRET, ` has to be one map of fields, like "logLevel: debug"; ${hint}`],
    ['that is a list', `- ${SECRET}`, ` has to be one map of fields, like "logLevel: debug"; ${hint}`],
    [
      'that is two',
      'logLevel: info\n---\nlogLevel: warn',
      ` has to be one map of fields, like "logLevel: debug"; ${hint}`,
    ],
    ['that is huge', `# ${'x'.repeat(70_000)}`, ` is larger than 65536 bytes; ${hint}`],
  ])('%s', (_what, text, says) => {
    const file = fileOf(`${text}\n`);
    expect(complaint(['--config', file])).toBe(`The configuration file ${file}${says}`);
  });

  test('that is not there, or cannot be read', () => {
    expect(complaint(['--config', '/does/not/exist'])).toBe(
      `The configuration file /does/not/exist does not exist; ${hint}`,
    );
    expect(complaint([], { XOS_CONFIG: folder })).toBe(
      `The configuration file ${folder} cannot be read (EISDIR); ${hint}`,
    );
  });

  test('also where an option comes before what is wrong', () => {
    expect(complaint(['--log-level', 'info', '--config', fileOf('logLevel: loud')])).toContain(
      'logLevel must be one of',
    );
  });
});

test('one that says nothing is none', () => {
  expect(readConfig(['--config', fileOf('# nothing\n')], {}).logLevel).toBe('info');
});

test.each([
  ['an option', ['--log-level', SECRET], {}, '--log-level must be one of debug, info, warn, error. See --help.'],
  ['a variable', [], { XOS_LOG_LEVEL: SECRET }, 'XOS_LOG_LEVEL must be one of debug, info, warn, error. See --help.'],
  [
    'an address',
    ['--metrics-bind-address=8080'],
    {},
    '--metrics-bind-address must be like :8080 or 127.0.0.1:8080. See --help.',
  ],
  ['a flag', ['--leader-elect=maybe'], {}, '--leader-elect must be true or false. See --help.'],
  [
    'an endpoint',
    [],
    { OTEL_EXPORTER_OTLP_ENDPOINT: `ftp://${SECRET}` },
    'OTEL_EXPORTER_OTLP_ENDPOINT must be a URL without a password, like http://localhost:4318. See --help.',
  ],
  ['an option that there is not', [`--colour=${SECRET}`], {}, "unknown option '--colour'. See --help."],
  ['an argument', [SECRET], {}, 'there are options only, and no arguments. See --help.'],
  [
    'a Lease that is nowhere',
    ['--leader-elect'],
    {},
    '--leader-elect needs to know where its Lease is: give --leader-election-namespace, or set POD_NAMESPACE. See --help.',
  ],
  [
    'TLS for nothing',
    ['--metrics-secure'],
    {},
    '--metrics-secure needs to know where to serve: give --metrics-bind-address. See --help.',
  ],
  [
    'TLS without a certificate',
    ['--metrics-secure', '--metrics-bind-address=:1'],
    {},
    '--metrics-secure needs a certificate: give its folder with --metrics-cert-path. See --help.',
  ],
])('%s that is wrong is one line', (_what, argv, env, says) => {
  expect(complaint(argv, env)).toBe(says);
});

test.each([
  ['in a pod it stands for election', [], POD, { namespace: 'xos-system', name: 'xos-operator' }],
  ['with a kubeconfig it does not', ['--kubeconfig', 'k'], POD, undefined],
  ['outside of a pod it does not', [], {}, undefined],
  [
    'unless somebody says so',
    ['--leader-elect', '--leader-election-namespace=a'],
    {},
    { namespace: 'a', name: 'xos-operator' },
  ],
  ['and in a pod not if somebody says so', ['--leader-elect=false'], POD, undefined],
])('%s', (_what, argv, env, election) => {
  expect(readConfig(argv, env).election).toEqual(election);
  expect(printed(argv, env)).toContain(`\nleaderElect: ${String(election !== undefined)} #`);
});

test('only variables that were passed count', () => {
  process.env['XOS_LOG_LEVEL'] = 'loud';
  expect(readConfig([], {}).logLevel).toBe('info');
  delete process.env['XOS_LOG_LEVEL'];
});
