import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { loadCredentials } from '../../src/kube/credentials.ts';
import type { Clock } from '../../src/runtime/clock.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'credentials-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** A kubeconfig in JSON, which is YAML, with one cluster, user and context. */
function kubeconfig(parts: { cluster?: object; user?: object; context?: object; current?: string } = {}): string {
  const { cluster, user = {}, context, current = 'main' } = parts;
  return JSON.stringify({
    'current-context': current,
    clusters: [{ name: 'c', cluster: { server: 'https://host:6443', ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'main', context: { cluster: 'c', user: 'u', ...context } }],
  });
}

/** A clock that only moves when told. */
function stoppedClock(): Clock & { move: (ms: number) => void } {
  let time = 0;
  return {
    monotonic: () => time,
    now: () => new Date(time),
    after: () => () => undefined,
    move: (ms) => {
      time += ms;
    },
  };
}

describe('a kubeconfig', () => {
  test('gives server, token and a description', async () => {
    const path = file('config', kubeconfig({ user: { token: 'abc' } }));
    const credentials = await loadCredentials({ kubeconfig: path });
    expect(credentials.server.href).toBe('https://host:6443/');
    expect(credentials.describe).toBe(`context main of ${path}`);
    expect(await credentials.identity()).toMatchObject({
      tls: { rejectUnauthorized: true },
      headers: { authorization: 'Bearer abc' },
    });
  });

  test('may be several, of which the first wins and some may be missing', async () => {
    const first = file('first', kubeconfig({ user: { token: 'first' } }));
    const second = file(
      'second',
      kubeconfig({ user: { token: 'second' }, cluster: { server: 'https://other' }, current: 'other' }),
    );
    const credentials = await loadCredentials({ kubeconfig: [join(folder, 'missing'), first, second].join(delimiter) });
    expect(credentials.server.host).toBe('host:6443');
    expect((await credentials.identity()).headers).toEqual({ authorization: 'Bearer first' });
  });

  test('may speak plain http, and switch verification off', async () => {
    const path = file(
      'config',
      kubeconfig({ cluster: { server: 'http://127.0.0.1:8001/base', 'insecure-skip-tls-verify': true } }),
    );
    const credentials = await loadCredentials({ kubeconfig: path });
    expect(credentials.server.pathname).toBe('/base');
    expect((await credentials.identity()).tls.rejectUnauthorized).toBe(false);
  });

  test('with a token file follows it when it rotates, relative to the kubeconfig', async () => {
    const clock = stoppedClock();
    file('token', 'one\n');
    const credentials = await loadCredentials(
      { kubeconfig: file('config', kubeconfig({ user: { tokenFile: 'token', token: 'stale' } })) },
      clock,
    );
    expect((await credentials.identity()).headers).toEqual({ authorization: 'Bearer one' });
    const { tls } = await credentials.identity();
    file('token', 'two\n');
    credentials.forget();
    expect((await credentials.identity()).headers).toEqual({ authorization: 'Bearer two' });
    expect((await credentials.identity()).tls).toBe(tls);
  });

  test('with a plugin asks it once, and again after it was refused', async () => {
    file(
      'plugin',
      `#!/bin/sh\necho x >> "${folder}/calls"\nprintf '{"status":{"token":"t%s"}}' $(wc -l < "${folder}/calls")\n`,
    );
    chmodSync(join(folder, 'plugin'), 0o755);
    const clock = stoppedClock();
    const credentials = await loadCredentials(
      { kubeconfig: file('config', kubeconfig({ user: { exec: { command: './plugin' } } })) },
      clock,
    );
    clock.move(60_000);
    expect((await credentials.identity()).headers).toEqual({ authorization: 'Bearer t1' });
    credentials.forget();
    expect((await credentials.identity()).headers).toEqual({ authorization: 'Bearer t2' });
  });
});

describe('a plugin', () => {
  const load = async (script: string, exec: object, clock = stoppedClock()) => {
    file('plugin', `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, 'plugin'), 0o755);
    const user = { exec: { command: './plugin', apiVersion: 'client.authentication.k8s.io/v1', ...exec } };
    return await loadCredentials({ kubeconfig: file('config', kubeconfig({ user })) }, clock);
  };

  test('is asked again when what it gave has expired', async () => {
    const clock = stoppedClock();
    const script = `echo x >> "${folder}/calls"
printf '{"status":{"token":"t%s","expirationTimestamp":"1970-01-01T00:01:00Z"}}' $(wc -l < "${folder}/calls")`;
    const credentials = await load(script, {}, clock);
    clock.move(31_000);
    expect((await credentials.identity()).headers).toEqual({ authorization: 'Bearer t1' });
    clock.move(31_000);
    expect((await credentials.identity()).headers).toEqual({ authorization: 'Bearer t2' });
  });

  test('gets its arguments, its environment, and is told about the cluster if it asks for that', async () => {
    const script = `printf '%s' "$KUBERNETES_EXEC_INFO" > "${folder}/info"; printf '{"status":{"token":"%s-%s"}}' "$1" "$COLOUR"`;
    const env = [{ name: 'COLOUR', value: 'blue' }];
    const credentials = await load(script, { args: ['one'], env, provideClusterInfo: true });
    expect((await credentials.identity()).headers).toEqual({ authorization: 'Bearer one-blue' });
    expect(JSON.parse(readFileSync(join(folder, 'info'), 'utf8'))).toEqual({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      spec: { interactive: false, cluster: { server: 'https://host:6443' } },
    });
  });
});

test('user name and password are sent as HTTP has it', async () => {
  const path = file('config', kubeconfig({ user: { username: 'me', password: 'pass' } }));
  const { headers } = await (await loadCredentials({ kubeconfig: path })).identity();
  expect(headers).toEqual({ authorization: 'Basic bWU6cGFzcw==' });
});

test('a service account in a cluster is found, with IPv6 too', async () => {
  const account = join(folder, 'sa');
  mkdirSync(account);
  writeFileSync(join(account, 'ca.crt'), '');
  writeFileSync(join(account, 'token'), 'abc');
  const credentials = await loadCredentials({ inCluster: { host: 'fd00::1', port: '443', folder: account } });
  expect(credentials.server.href).toBe('https://[fd00::1]/');
  expect((await credentials.identity()).headers).toEqual({ authorization: 'Bearer abc' });
});

describe('what is wrong is one sentence without contents', () => {
  const write = (content: string) => ({ kubeconfig: file('config', content) });
  const damaged = Buffer.from('SECRET-CANARY').toString('base64');

  test.each([
    { name: 'nothing given', sources: () => ({}), words: 'No cluster is named' },
    {
      name: 'a missing file',
      sources: () => ({ kubeconfig: join(folder, 'none') }),
      words: 'does not exist; give another',
    },
    { name: 'a folder', sources: () => ({ kubeconfig: folder }), words: 'cannot be read (EISDIR)' },
    { name: 'no YAML', sources: () => write('users: [SECRET-CANARY: {'), words: 'not a valid kubeconfig' },
    { name: 'another text', sources: () => write('SECRET-CANARY'), words: 'not a valid kubeconfig' },
    { name: 'an empty file', sources: () => write(''), words: 'not a valid kubeconfig' },
    { name: 'no current context', sources: () => write(kubeconfig({ current: '' })), words: 'no current context' },
    { name: 'an unknown context', sources: () => write(kubeconfig({ current: 'x' })), words: 'no context x' },
    {
      name: 'an unknown cluster',
      sources: () => write(kubeconfig({ context: { cluster: 'x' } })),
      words: 'names the cluster x',
    },
    { name: 'an unknown user', sources: () => write(kubeconfig({ context: { user: 'x' } })), words: 'names no user' },
    {
      name: 'no address',
      sources: () => write(kubeconfig({ cluster: { server: 'host' } })),
      words: 'no valid server address',
    },
    { name: 'a proxy', sources: () => write(kubeconfig({ cluster: { 'proxy-url': 'http://p' } })), words: 'proxy-url' },
    {
      name: 'a missing CA',
      sources: () => write(kubeconfig({ cluster: { 'certificate-authority': 'ca' } })),
      words: '/ca, which cannot be read',
    },
    {
      name: 'a missing token file',
      sources: () => write(kubeconfig({ user: { tokenFile: 'token' } })),
      words: '/token, which cannot be read',
    },
    {
      name: 'a damaged key',
      sources: () => write(kubeconfig({ user: { 'client-key-data': damaged } })),
      words: 'damaged',
    },
    {
      name: 'a token that is none',
      sources: () => write(kubeconfig({ user: { token: { canary: 'SECRET-CANARY' } } })),
      words: 'not a valid kubeconfig',
    },
    {
      name: 'an old way to log in',
      sources: () => write(kubeconfig({ user: { 'auth-provider': { name: 'gcp' } } })),
      words: 'auth-provider gcp',
    },
    {
      name: 'another user to act as',
      sources: () => write(kubeconfig({ user: { token: 'SECRET-CANARY', as: 'admin' } })),
      words: 'acts as another user',
    },
    {
      name: 'a plugin that says nothing of use',
      sources: () => write(kubeconfig({ user: { exec: { command: 'echo', args: ['SECRET-CANARY'] } } })),
      words: 'plugin echo of the context',
    },
    {
      name: 'a missing plugin',
      sources: () => write(kubeconfig({ user: { exec: { command: './no' } } })),
      words: '/no of the context',
    },
    {
      name: 'a failing plugin',
      sources: () =>
        write(kubeconfig({ user: { exec: { command: 'sh', args: ['-c', 'echo SECRET-CANARY >&2; exit 1'] } } })),
      words: 'plugin sh of the context',
    },
  ])('$name', async ({ sources, words }) => {
    const load = async () => await loadCredentials(sources());
    const failure = await load().catch((error: unknown) => error);
    expect(failure).toMatchObject({ name: 'ConfigError' });
    const { message } = failure as Error;
    expect(message).toContain(words);
    expect(message).toMatch(/^[^\n]*\.$/);
    expect(message).not.toContain('CANARY');
  });
});
