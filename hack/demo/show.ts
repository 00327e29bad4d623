/** What the demo prints in the end. */
import { dirname } from 'node:path';
import { type Kubectl, runKubectl } from '../cluster/kubectl.ts';
import { runAny } from '../run.ts';

const label = 'xos.opencord.org/managed';

/** Prints what XOS made, what it found, and what to try next. */
export async function showResult(kubectl: Kubectl): Promise<void> {
  await showTable(kubectl, 'What XOS made, because examples/demo.yaml declares it:', `${label}!=false`);
  await showTable(kubectl, 'What XOS found: nobody declared it here, other tools run it.', `${label}=false`);
  print(['', 'Try next:', ...(await suggestions(kubectl)).map((line) => `  ${line}`)]);
}

async function showTable(kubectl: Kubectl, title: string, selector: string): Promise<void> {
  const command = ['get', 'xos', '-A', '-l', selector];
  const { stdout } = await runKubectl(kubectl, command);
  print(['', title, `$ kubectl ${command.join(' ')}`, stdout.trimEnd()]);
}

async function suggestions(kubectl: Kubectl): Promise<string[]> {
  const real = process.env['NODES'] === 'real';
  const onPath = await runAny('kubectl', ['version', '--client']).catch(() => undefined);
  return [
    `export KUBECONFIG=${kubectl.kubeconfig}`,
    ...(onPath?.code === 0 ? [] : [`export PATH="${dirname(kubectl.program)}:$PATH"`]),
    'kubectl get xos -A -o wide',
    'kubectl -n demo-trust delete pod demo-pod        # it comes back',
    'kubectl explain xosserviceinstance.spec',
    ...(real ? ['kubectl -n demo-trust exec demo-pod -- ps        # it is a container'] : []),
    `make cluster-down${real ? ' NODES=real                     ' : '                                '}# ends the cluster, when you are done`,
  ];
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
