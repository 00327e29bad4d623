/**
 * docs/inventory.md: each command that stands there is typed, and answers what stands there, but for ages and the parts of
 * names that Kubernetes draws by lot. `XOS_WRITE_DOCS=1` writes the answers into the page.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { XosKubernetesServices } from '../../src/api/generated/xoskubernetesservices.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import { kinds } from '../../src/kinds/index.ts';
import { isManaged } from '../../src/runtime/ownership.ts';
import { run } from '../../hack/run.ts';
import { untilExact } from '../support/inventory.ts';
import { deployment, job, managed, namespace, pod, statefulSet } from '../support/samples.ts';
import { ROOT, Scene } from '../support/scene.ts';

const PAGE = join(ROOT, 'docs', 'inventory.md');
const BLOCK = /```console\n\$ (kubectl .*)\n([^]*?)```/g;

/** Without what differs from one run to the next: ages, addresses, parts of names, and how wide the columns are for that. */
function lasting(text: string): string {
  return text
    .replaceAll(/\b\d+(?:m\d+)?[smh]\b/g, 'AGE')
    .replaceAll(/-[a-z0-9]{8,10}-[a-z0-9]{5}\b/g, '-HASH')
    .replaceAll(/(once)-[a-z0-9]{5}\b/g, '$1-HASH')
    .replaceAll(/\b10(?:\.\d+){3}\b/g, 'IP')
    .replaceAll(/ +/g, ' ')
    .trim();
}

describe('the questions of docs/inventory.md', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start();
    const helm = { annotations: { 'meta.helm.sh/release-name': 'shop', 'meta.helm.sh/release-namespace': 'shop' } };
    const web = deployment('shop', 'web', 2);
    await scene.apply(
      namespace('shop'),
      { ...web, metadata: { ...web.metadata, ...helm } },
      statefulSet('shop', 'store', 1),
      job('shop', 'once'),
      pod('shop', 'debug'),
      managed(
        'XosSlice',
        'front',
        { controllerKind: 'Deployment', image: 'registry.example.com/team/front:3', replicas: 1 },
        'shop',
      ),
    );
    await scene.kubectl('wait', '-n', 'shop', 'job/once', '--for=condition=Complete', '--timeout=60s');
    await scene.untilReady(XosSlices, 'shop/front');
    await untilExact(scene);
    await scene.until('all to be reported', async () => {
      const all = await scene.list(XosServiceInstances, 'shop');
      return all.every(({ status }) => status?.phase === 'Succeeded' || status?.ready === true) ? true : undefined;
    });
    const inShop = await mirrorsIn('shop');
    await scene.until(
      'the count',
      async () => {
        const { status } = (await scene.get(XosKubernetesServices, 'kubernetes')) ?? {};
        const count = status?.inventory?.namespaces?.find((each) => each.namespace === 'shop');
        return count?.managed === 1 && count.adopted === inShop ? true : undefined;
      },
      40_000,
    );
  });
  afterAll(async () => {
    await scene.close();
  });

  async function mirrorsIn(where: string): Promise<number> {
    const namespaced = kinds.map(({ resource }) => resource).filter((resource) => resource.namespaced);
    const lists = await Promise.all(namespaced.map((resource) => scene.list(resource, where)));
    return lists.flat().filter((object) => !isManaged(object)).length;
  }

  /** As a person types it, with the kubectl of this cluster. */
  async function typed(command: string): Promise<string> {
    const { program, kubeconfig } = scene.cluster.access;
    const env = { ...process.env, KUBECONFIG: kubeconfig };
    return (await run('sh', ['-c', command.replace('kubectl', `"${program}"`)], { env })).stdout;
  }

  test('are answered as the page says', async () => {
    const page = readFileSync(PAGE, 'utf8');
    const blocks = [...page.matchAll(BLOCK)].map(([, command = '', answer = '']) => ({ command, answer }));
    expect(blocks.length).toBe(10);
    const answers: string[] = [];
    for (const { command } of blocks) answers.push(await typed(command));
    if (process.env['XOS_WRITE_DOCS'] === '1') {
      const rest = answers.values();
      const ended = (text: string) => (text.endsWith('\n') ? text : `${text}\n`);
      writeFileSync(
        PAGE,
        page.replaceAll(
          BLOCK,
          (_, command: string) => `\`\`\`console\n$ ${command}\n${ended(rest.next().value ?? '')}\`\`\``,
        ),
      );
      return;
    }
    expect(blocks.map(({ command }, i) => `${command}\n${lasting(answers[i] ?? '')}`)).toEqual(
      blocks.map(({ command, answer }) => `${command}\n${lasting(answer)}`),
    );
  });
});
