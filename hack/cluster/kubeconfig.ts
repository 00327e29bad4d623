/** Kubeconfig files with everything inside, so that they work from any folder. */
import { writeFileSync } from 'node:fs';
import type { KeyPair } from './certificates.ts';

/** Writes a kubeconfig that only its owner may read. JSON is YAML, so kubectl reads it. */
export function writeKubeconfig(file: string, server: string, authority: string, user: KeyPair): void {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'xos',
    contexts: [{ name: 'xos', context: { cluster: 'xos', user: 'xos' } }],
    clusters: [{ name: 'xos', cluster: { server, 'certificate-authority-data': base64(authority) } }],
    users: [
      {
        name: 'xos',
        user: {
          'client-certificate-data': base64(user.certificate),
          'client-key-data': base64(user.key),
        },
      },
    ],
  };
  writeFileSync(file, `${JSON.stringify(config, undefined, 2)}\n`, { mode: 0o600 });
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
