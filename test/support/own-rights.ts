/** The operator as its own ServiceAccount, of config/default or of the chart, which has to be installed before. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scene } from './scene.ts';

/** The cluster's kubeconfig, with the token of the operator's ServiceAccount. */
export async function ownKubeconfig(scene: Scene, namespace = 'xos-system'): Promise<string> {
  const token = (await scene.kubectl('create', 'token', '-n', namespace, 'xos-operator', '--duration=2h')).trim();
  const config = JSON.parse(readFileSync(scene.cluster.kubeconfig, 'utf8')) as { users: object[] };
  const file = join(scene.cluster.stateDir, 'operator.kubeconfig');
  writeFileSync(file, JSON.stringify({ ...config, users: [{ name: 'xos', user: { token } }] }), { mode: 0o600 });
  return file;
}
