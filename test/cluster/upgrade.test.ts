/**
 * Another version of the operator restarts nothing: two builds that differ in their version take turns, first with both
 * running, then one after the other and back, while everything that XOS can make, take over and mirror is there.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OperatorProcess } from '../../hack/operator-process.ts';
import { run } from '../../hack/run.ts';
import { Pods } from '../../src/api/core.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import { keyOf } from '../../src/api/meta.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { kinds } from '../../src/kinds/index.ts';
import { CHOSEN, declared, FOREIGN, MINE, TAKING_OVER } from '../support/everything.ts';
import { startOperator } from '../support/operator.ts';
import { namespace } from '../support/samples.ts';
import { readyOf, ROOT, Scene } from '../support/scene.ts';

const STORIES = ['website', 'stateful', 'batch', 'escape-hatch'];
const READS = new Set(['get', 'list', 'watch']);
const COMPARED = /^xos_last_full_comparison_timestamp_seconds ([1-9].*)$/m;
/** Long enough for what was held back to be written. */
const SETTLE_MS = 4_000;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Compiles the sources into a folder of their own, as an image has them, under another version. */
async function build(folder: string, version: string): Promise<string> {
  mkdirSync(folder);
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as object;
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, version }));
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  for (const file of ['tsconfig.json', 'tsconfig.build.json', 'src'])
    cpSync(join(ROOT, file), join(folder, file), { recursive: true });
  await run(join(ROOT, 'node_modules', '.bin', 'tsc'), ['-p', join(folder, 'tsconfig.build.json')], { cwd: folder });
  return join(folder, 'dist', 'main.js');
}

describe('an upgrade of the operator', () => {
  const folder = mkdtempSync(join(tmpdir(), 'xos-builds-'));
  const mains = new Map<string, string>();
  let scene: Scene;

  const start = async (version: string): Promise<OperatorProcess> => {
    const args = ['--leader-elect', '--leader-election-namespace=kube-system', '--metrics-bind-address=127.0.0.1:0'];
    const main = mains.get(version) ?? '';
    const { kubeconfig } = scene.cluster;
    const operator = startOperator({ kubeconfig, args, main, env: { HOSTNAME: version }, cluster: scene.cluster });
    scene.operator = operator;
    await operator.ready();
    return operator;
  };
  /** Waits until this one works, and has compared all that is there with what should be. */
  const untilThrough = async (operator: OperatorProcess) => {
    const { port } = await operator.logged(({ message, what }) => message === 'serving' && what === 'metrics');
    await operator.logged(({ message }) => message === 'leading', 30_000);
    await scene.until('all to be compared', async () => {
      const page = await fetch(`http://127.0.0.1:${Number(port)}/metrics`);
      return COMPARED.test(await page.text()) ? true : undefined;
    });
    await pause(SETTLE_MS);
  };
  /** Everything in the cluster but Leases and Events, byte for byte. */
  const everything = async (): Promise<Map<string, string>> => {
    const kindsOf = 'all,configmaps,secrets,serviceaccounts,namespaces,roles,rolebindings,xos';
    const text = await scene.kubectl('get', kindsOf, '-A', '-o', 'json', '--show-managed-fields');
    const { items } = JSON.parse(text) as { items: KubeObject[] };
    return new Map(items.map((item) => [`${item.kind} ${keyOf(item.metadata)}`, JSON.stringify(item)]));
  };
  const untilAllReady = async () => {
    let left: string[] = [];
    const look = async () => {
      const lists = await Promise.all(kinds.map(async ({ resource }) => await scene.list(resource)));
      const waiting = lists.flat().filter((object) => readyOf(object)?.status !== 'True');
      left = waiting.map((object) => `${object.kind} ${keyOf(object.metadata)}: ${readyOf(object)?.message ?? ''}`);
      return left.length === 0 ? true : undefined;
    };
    await scene.until('everything to be Ready', look, 90_000).catch((error: unknown) => {
      throw new Error(`Not Ready: ${left.join('\n')}`, { cause: error });
    });
  };
  /** What an operator of this version wrote since then. */
  const written = (mark: number, version: string) =>
    scene.audit
      .since(mark, { agent: `xos-operator/${version} ` })
      .filter(({ verb, resource }) => !READS.has(verb) && resource !== 'leases')
      .map(({ verb, resource, namespace: ns, name }) => `${verb} ${resource} ${ns}/${name}`);

  beforeAll(async () => {
    for (const version of ['1.0.0', '1.1.0']) mains.set(version, await build(join(folder, version), version));
    scene = await Scene.start({ operator: false, service: false });
    await scene.apply(CHOSEN, namespace(MINE), ...FOREIGN);
  }, 120_000);
  afterAll(async () => {
    await scene.close();
    rmSync(folder, { recursive: true, force: true });
  });

  let old: OperatorProcess;
  let before: Map<string, string>;
  /** What is not as it was, before and after. */
  const changed = async () => {
    const now = await everything();
    const keys = [...new Set([...before.keys(), ...now.keys()])];
    return keys.filter((key) => before.get(key) !== now.get(key)).map((key) => [before.get(key), now.get(key)]);
  };

  test('begins with all that can be made, taken over and mirrored', async () => {
    old = await start('1.0.0');
    for (const story of STORIES) await scene.kubectl('apply', '-f', join(ROOT, 'examples', `${story}.yaml`));
    // Its principal may do nothing, so that would be tried again and again; a story has one that may.
    const lasting = declared('one').filter(({ kind }) => kind !== 'XosResourceInstance');
    await scene.apply(...lasting, TAKING_OVER);
    await untilAllReady();
    const look = async () => {
      const mark = scene.audit.mark();
      // The count in status.inventory is written at most every ten seconds.
      await pause(11_000);
      return written(mark, '1.0.0').length === 0 ? true : undefined;
    };
    await scene.until('nothing to be written', look, 90_000);
    before = await everything();
    expect(new Set([...before.keys()].map((key) => key.split(' ')[0])).size).toBeGreaterThan(25);
    expect(written(0, '1.0.0').length).toBeGreaterThan(100);
  }, 180_000);

  test('with both running writes nothing but the Lease', async () => {
    const mark = scene.audit.mark();
    const next = await start('1.1.0');
    await old.stop();
    await untilThrough(next);
    expect([written(mark, '1.0.0'), written(mark, '1.1.0')]).toEqual([[], []]);
    expect(await changed()).toEqual([]);
  }, 60_000);

  test('and the way back, one after the other, neither', async () => {
    await scene.operator?.stop();
    const mark = scene.audit.mark();
    await untilThrough(await start('1.0.0'));
    expect(written(mark, '1.0.0')).toEqual([]);
    expect(await changed()).toEqual([]);
  }, 60_000);

  test('and then it works: a slice is scaled, and the pods that were there stay', async () => {
    const pods = new Set((await scene.list(Pods, 'website')).map(({ metadata }) => metadata.uid));
    await scene.kubectl('patch', 'xosslice', '-n', 'website', 'web', '--type=merge', '-p', '{"spec":{"replicas":3}}');
    await scene.until('three pods', async () =>
      (await scene.get(XosSlices, 'website/web'))?.status?.readyReplicas === 3 ? true : undefined,
    );
    const now = new Set((await scene.list(Pods, 'website')).map(({ metadata }) => metadata.uid));
    expect([pods.size, now.size, [...pods].every((uid) => now.has(uid))]).toEqual([2, 3, true]);
  });
});
