/** A certificate is read again when other files take its place, and goes on while those are not whole. */
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, issue, type KeyPair } from '../hack/cluster/certificates.ts';
import { Certificate } from '../src/certificate.ts';
import { ConfigError } from '../src/kube/config-error.ts';

const folder = mkdtempSync(join(tmpdir(), 'xos-certificate-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

let pairs: KeyPair[];
beforeAll(async () => {
  const authority = await createAuthority();
  pairs = await Promise.all(['a', 'b', 'c'].map((commonName) => issue(authority, { commonName })));
});

const files = { certificate: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
const pairAt = (index: number): KeyPair => pairs[index] ?? { certificate: '', key: '' };

let version = 0;
/** As the kubelet does: all files of a Secret change at once, because they are links into a folder that is a link. */
function mount(certificate: string, key: string): void {
  const data = join(folder, `..${(version += 1)}`);
  mkdirSync(data);
  writeFileSync(join(data, 'tls.crt'), certificate);
  writeFileSync(join(data, 'tls.key'), key);
  symlinkSync(data, join(folder, '..new'));
  renameSync(join(folder, '..new'), join(folder, '..data'));
  if (version > 1) return;
  for (const name of ['tls.crt', 'tls.key']) symlinkSync(join('..data', name), join(folder, name));
}

function opened() {
  const lines: string[] = [];
  const note = (message: string) => void lines.push(message);
  return { lines, certificate: new Certificate(files, { debug: note, info: note, warn: note, error: note }) };
}

function complaint(): string {
  try {
    opened();
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return 'nothing is wrong';
}

test('files that are not there are one sentence', () => {
  expect(complaint()).toBe(
    `The file ${files.certificate} cannot be read (ENOENT); --metrics-cert-path says in which folder it should be.`,
  );
});

test('so are those that are broken, or do not belong together', () => {
  const says = `The certificate ${files.certificate} and the key ${files.key} are damaged or do not belong together; put others there.`;
  mount('no certificate', pairAt(0).key);
  expect(complaint()).toBe(says);
  mount(pairAt(0).certificate, pairAt(1).key);
  expect(complaint()).toBe(says);
});

test('what takes their place is read once, and what is not whole is passed over', () => {
  mount(pairAt(0).certificate, pairAt(0).key);
  const { certificate, lines } = opened();
  expect(certificate.pair).toEqual({ cert: pairAt(0).certificate, key: pairAt(0).key });
  expect(certificate.renewed()).toBeUndefined();
  mount(pairAt(1).certificate, pairAt(2).key);
  expect([certificate.renewed(), certificate.renewed()]).toEqual([undefined, undefined]);
  expect(lines).toEqual(['the certificate cannot be renewed; the last one goes on']);
  mount(pairAt(1).certificate, pairAt(1).key);
  expect(certificate.renewed()).toEqual({ cert: pairAt(1).certificate, key: pairAt(1).key });
  expect(certificate.renewed()).toBeUndefined();
  rmSync(files.key);
  expect(certificate.renewed()).toBeUndefined();
  expect(lines.slice(1)).toEqual([
    'the certificate was renewed',
    'the certificate cannot be renewed; the last one goes on',
  ]);
});
