/**
 * How long it takes from a pod's change until its mirror says so, at 100 changes a second, beside what a bare POST and
 * status PATCH take under the same churn. The raw writer writes objects of a kind that nobody else looks at: the schema of
 * the mirrors under another group.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { checkout } from '../hack/cluster/cache.ts';
import { waitFor } from '../hack/wait.ts';
import type { AuditedRequest } from '../test/support/audit.ts';
import { type Mirror, RAW_AGENT, RawWriter } from './raw-writer.ts';
import type { World } from './world.ts';

const CHANGES_A_SECOND = 100;
const RAW_A_SECOND = 10;
const SECONDS = 30;
const GROUP = 'bench.example.com';

/** Milliseconds. */
export interface Latency {
  readonly changes: number;
  readonly p50: number;
  readonly p99: number;
  readonly rawP50: number;
  readonly rawP99: number;
}

interface PodItem {
  metadata: { name: string; namespace: string };
  status: { containerStatuses: { restartCount: number }[] };
}

export async function latencyOf(world: World): Promise<Latency> {
  await applyRawKind(world);
  const pods: PodItem[] = [];
  for await (const pod of world.raw.list<PodItem>('/api/v1/pods')) pods.push(pod);
  // Both last equally long, or one of them would have the API server for itself.
  const changes = Array.from({ length: CHANGES_A_SECOND * SECONDS }, (_, i) => changeOf(pods, i));
  const [sample] = await world.mirrors();
  if (sample === undefined) throw new Error('There is no mirror to take as a sample.');
  const mark = world.audit.mark();
  const durations: number[] = [];
  // On connections of its own: in one pool it would wait for the changes.
  const bare = new RawWriter(world.cluster.kubeconfig);
  await Promise.all([
    atRate(CHANGES_A_SECOND, changes, async (change) => await restart(world, change)),
    atRate(RAW_A_SECOND, rawMirrors(sample), async (mirror) => {
      const started = performance.now();
      await bare.writeOne(mirror);
      durations.push(performance.now() - started);
    }),
  ]);
  await bare.close();
  await world.untilIdle();
  const changed = world.audit.since(mark, { agent: RAW_AGENT }).filter(({ resource }) => resource === 'pods/status');
  const stored = world.audit.since(mark).filter(({ resource }) => resource === 'xosserviceinstances/status');
  const delays = delaysOf(changed, stored);
  return {
    changes: delays.length,
    p50: quantile(delays, 0.5),
    p99: quantile(delays, 0.99),
    rawP50: quantile(durations, 0.5),
    rawP99: quantile(durations, 0.99),
  };
}

interface Change {
  readonly pod: PodItem;
  readonly restarts: number;
}

/** The changes go round the pods: each pod has one restart more in each turn. */
function changeOf(pods: readonly PodItem[], i: number): Change {
  const pod = pods[i % pods.length];
  if (pod === undefined) throw new Error('There is no pod to change.');
  return { pod, restarts: 1 + Math.floor(i / pods.length) };
}

/** A container has restarted: that is in a mirror's status, and nothing else follows from it. */
async function restart({ raw }: World, { pod: { metadata, status }, restarts }: Change): Promise<void> {
  const containerStatuses = status.containerStatuses.map((each) => ({
    ...each,
    restartCount: each.restartCount + restarts,
  }));
  const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}/status`;
  await raw.patch(path, { status: { containerStatuses } });
}

function rawMirrors({ body, status }: Mirror): Mirror[] {
  const collection = `/apis/${GROUP}/v1alpha1/namespaces/default/xosserviceinstances`;
  return Array.from({ length: RAW_A_SECOND * SECONDS }, (_, i) => {
    const name = `raw-${i}-${Date.now()}`;
    return { collection, name, body: { ...body, apiVersion: `${GROUP}/v1alpha1`, metadata: { name } }, status };
  });
}

async function applyRawKind({ cluster, raw }: World): Promise<void> {
  const file = join(checkout, 'crds', 'xosserviceinstances.yaml');
  const crd = parse(readFileSync(file, 'utf8')) as {
    metadata: { name: string };
    spec: { group: string; names: object };
  };
  crd.metadata.name = `xosserviceinstances.${GROUP}`;
  crd.spec.group = GROUP;
  crd.spec.names = { kind: 'XosServiceInstance', plural: 'xosserviceinstances' };
  await cluster.kubectl(['apply', '--server-side', '-f', '-'], { input: JSON.stringify(crd) });
  // kubectl wait fails on a CRD that has no conditions yet.
  await waitFor('the raw kind', async () => ((await isServed(raw)) ? true : undefined), { timeoutMs: 60_000 });
}

async function isServed(raw: RawWriter): Promise<boolean> {
  try {
    await raw.count(`/apis/${GROUP}/v1alpha1/xosserviceinstances`);
    return true;
  } catch {
    return false;
  }
}

/** Begins so many a second, however long each takes. */
async function atRate<T>(perSecond: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const started = performance.now();
  const running: Promise<void>[] = [];
  for (const [i, item] of items.entries()) {
    await sleep(Math.max(0, started + (i * 1_000) / perSecond - performance.now()));
    running.push(work(item));
  }
  await Promise.all(running);
}

/** From the moment that the change of a pod was stored to the moment that its mirror's status was. */
function delaysOf(changed: readonly AuditedRequest[], stored: readonly AuditedRequest[]): number[] {
  const keyOf = ({ namespace, name }: AuditedRequest) => `${namespace}/${name}`;
  const at = Map.groupBy(stored, keyOf);
  return changed.flatMap((change) => {
    const next = at.get(keyOf(change))?.find(({ doneMs }) => doneMs >= change.doneMs);
    return next === undefined ? [] : [next.doneMs - change.doneMs];
  });
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? Number.NaN;
}
