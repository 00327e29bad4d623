/** A real node with nothing of ours and a pod of somebody else: where what is installed, and what is left of it, can be told from the rest. */
import { Pods } from '../../src/api/core.ts';
import { ConfigMaps } from '../../src/api/data.ts';
import { XosConfigMaps } from '../../src/api/generated/xosconfigmaps.ts';
import { containersOf } from './containers.ts';
import { managed } from './samples.ts';
import { Scene } from './scene.ts';
import { testImage } from './test-image.ts';
import { commandsBelow, type } from './typed.ts';

/** Where the operator is installed. */
export const SYSTEM = 'xos-system';
/** The namespace of the first example. */
export const DEMO = 'demo-trust';
const [example = ''] = commandsBelow('The first example');

/** Kinds of what GitOps tools and Helm leave on purpose. */
export const GUARDS = 'crd,validatingadmissionpolicy,validatingadmissionpolicybinding';

/** What the example is in the end, without the operator: what it declares, and what every namespace has. */
const LEFT = [
  'ConfigMap demo-trust/kube-root-ca.crt',
  'Namespace /demo-trust',
  'Pod demo-trust/demo-pod',
  'ServiceAccount demo-trust/default',
  'ServiceAccount demo-trust/demo-account',
];

const bystander = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'bystander', namespace: 'default' },
  spec: { containers: [{ name: 'main', image: 'xos.local/busybox:1', command: ['sleep', '3600'] }] },
};

export class BareNode {
  readonly scene: Scene;
  #nothing: readonly string[] = [];

  private constructor(scene: Scene) {
    this.scene = scene;
  }

  static async start(): Promise<BareNode> {
    const scene = await Scene.start({ nodes: 'real', crds: false, operator: false });
    const node = new BareNode(scene);
    await scene.cluster.loadImage(testImage());
    await scene.apply(bystander);
    await scene.kubectl('wait', '--for=condition=Ready', 'pod/bystander', '--timeout=60s');
    await node.beginHere();
    return node;
  }

  /** What is there now is there from the beginning. */
  async beginHere(): Promise<void> {
    this.#nothing = await this.#everything();
  }

  /** Types commands, as docs/installation.md has them. */
  async type(commands: string): Promise<string> {
    return await type(this.scene, commands);
  }

  /** Waits until exactly this is there, beside what was there at first. */
  async untilLeft(expected: readonly string[]): Promise<void> {
    let left: string[] = [];
    const isLeft = async () => {
      left = (await this.#everything()).filter((each) => !this.#nothing.includes(each));
      return left.join() === expected.join() ? true : undefined;
    };
    await this.scene.until('the rest to be gone', isLeft, 60_000).catch(() => undefined);
    expect(left).toEqual(expected);
    expect(this.#nothing.filter((each) => !left.includes(each))).toEqual(this.#nothing);
  }

  /** The containers that are not the operator's. */
  async others(): ReturnType<typeof containersOf> {
    return await containersOf(this.scene, (namespace) => namespace !== SYSTEM);
  }

  /** The pods of the operator that stay: which they are, and how they were started. */
  async copies(): Promise<{ uids: string[]; args: string[][] }> {
    const all = await this.scene.list(Pods, SYSTEM);
    const pods = all.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    return {
      uids: pods.map(({ metadata }) => metadata.uid),
      args: pods.map(({ spec }) => (spec.containers[0] as { args?: string[] }).args ?? []),
    };
  }

  /** That the operator works: the example is Ready and a container, and so is what is new; which goes again. */
  async expectWork(): Promise<void> {
    const { scene } = this;
    expect(await this.type(example)).toMatch(/xosserviceinstance\S+\/demo-pod .* True +Reconciled/);
    await this.expectContainer(`${DEMO}/demo-pod`);
    await scene.apply(managed('XosConfigMap', 'news', { data: { a: 'b' } }, DEMO));
    await scene.untilReady(XosConfigMaps, `${DEMO}/news`);
    await scene.kubectl('delete', 'xosconfigmap', '-n', DEMO, 'news');
    await scene.untilGone(ConfigMaps, `${DEMO}/news`);
  }

  async expectContainer(key: string): Promise<void> {
    const pod = await this.scene.get(Pods, key);
    expect(pod?.status?.containerStatuses).toMatchObject([{ ready: true, restartCount: 0 }]);
  }

  /** Gives back what is managed, removes the operator by `remove`, and expects all that runs as it was, and nothing else. */
  async expectToGo(remove: () => Promise<unknown>): Promise<void> {
    const before = await this.others();
    expect(before).toHaveLength(2);
    for (const commands of commandsBelow('Taking all of it away')) await this.type(commands);
    await remove();
    await this.untilLeft(LEFT);
    expect(await this.others()).toEqual(before);
    await this.scene.kubectl('delete', 'namespace', DEMO, '--timeout=60s');
    await this.untilLeft([]);
  }

  async close(): Promise<void> {
    await this.scene.close();
  }

  /** All that there is, but for what comes and goes by itself. */
  async #everything(): Promise<string[]> {
    const resources = (await this.scene.kubectl('api-resources', '--verbs=list', '-o', 'name')).trim().split('\n');
    const lasting = resources.filter((name) => !/^(events|componentstatuses|leases)(\.|$)/.test(name)).join(',');
    const { items } = JSON.parse(await this.scene.kubectl('get', lasting, '-A', '-o', 'json')) as {
      items: { kind: string; metadata: { namespace?: string; name: string } }[];
    };
    return items.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}`).toSorted();
  }
}
