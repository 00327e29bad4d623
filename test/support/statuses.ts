/**
 * What the custom resources of a cluster ever said of themselves: one sample of each shape of status, with nothing in it that differs
 * from run to run. With $XOS_RECORD_STATUSES every suite adds those that it sees to statuses.jsonl.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { withLock } from '../../hack/cluster/lock.ts';
import { silent } from '../../hack/progress.ts';
import { GROUP } from '../../src/api/meta.ts';
import type { Condition, KubeObject } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { kinds } from '../../src/kinds/index.ts';
import { Client } from '../../src/kube/client.ts';
import type { Connection } from '../../src/kube/connection.ts';
import { loadCredentials } from '../../src/kube/credentials.ts';
import { httpConnection } from '../../src/kube/http.ts';
import { linesOf, parseEvent } from '../../src/kube/watch-events.ts';
import { systemClock } from '../../src/runtime/clock.ts';

const FILE = join(__dirname, 'statuses.jsonl');
/** A kind that is not there, or a server that is away, is asked again after so long. */
const RETRY_MS = 300;
const NOW = 2;
const BEFORE = 1;

type Status = { observedGeneration?: number; conditions?: Condition[] };

/** An object of which only that is left by which tools judge it. */
export interface Sample extends KubeObject {
  readonly status: Status;
}

/** Which tool judges, and how. */
export interface Expected {
  readonly kstatus: string;
  readonly argocd: string;
}

/** Every shape that was ever seen. */
export function recordedSamples(): Sample[] {
  const lines = readFileSync(FILE, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Sample);
}

/** What is left of an object: its kind, whether its status is about this generation, and its conditions without words and times. */
export function sampleOf(object: KubeObject): Sample {
  const { apiVersion, kind, metadata } = object;
  const { observedGeneration, conditions = [] } = (object as { status?: Status }).status ?? {};
  const seen = observedGeneration === undefined || observedGeneration < 0 ? observedGeneration : BEFORE;
  const isCurrent = observedGeneration === metadata.generation;
  return {
    apiVersion,
    kind,
    metadata: {
      name: 'sample',
      generation: NOW,
      ...(metadata.deletionTimestamp !== undefined && { deletionTimestamp: '2026-01-01T00:00:00Z' }),
    },
    status: {
      ...(seen !== undefined && { observedGeneration: isCurrent ? NOW : seen }),
      ...(conditions.length > 0 && {
        conditions: conditions.map(({ type, status, reason }) => ({ type, status, reason }) as Condition),
      }),
    },
  };
}

/** By the table of docs/concepts.md: the situation that a reason of the condition Ready stands for. */
const SITUATIONS: readonly { reasons: readonly string[]; expected: Expected }[] = [
  {
    reasons: ['Progressing', 'DependencyNotReady', 'ProgressingWithRetry'],
    expected: { kstatus: 'InProgress', argocd: 'Progressing' },
  },
  {
    reasons: [
      'NameConflict',
      'Forbidden',
      'InvalidSpec',
      'PortTaken',
      'QuotaExceeded',
      'DeletionBlocked',
      'Duplicate',
      'Restricted',
      'Failed',
    ],
    expected: { kstatus: 'Failed', argocd: 'Degraded' },
  },
  { reasons: ['Reconciled', 'Completed', 'Observed'], expected: { kstatus: 'Current', argocd: 'Healthy' } },
];

/** Every reason of the condition Ready. */
export const READY_REASONS = SITUATIONS.flatMap(({ reasons }) => reasons);

/** What tools should make of a sample. @throws Error for a reason that the table does not have */
export function expectedOf({ metadata, status }: Sample): Expected {
  if (metadata.deletionTimestamp !== undefined) return { kstatus: 'Terminating', argocd: 'Progressing' };
  const { conditions = [] } = status;
  const isPaused = conditions.some(({ type }) => type === 'Paused');
  const { kstatus, argocd } = standingOf(conditions, status.observedGeneration === metadata.generation);
  return { kstatus, argocd: isPaused ? 'Suspended' : argocd };
}

function standingOf(conditions: readonly Condition[], isSeen: boolean): Expected {
  if (!isSeen) return { kstatus: 'InProgress', argocd: 'Progressing' };
  const reason = conditions.find(({ type }) => type === 'Ready')?.reason;
  const found = SITUATIONS.find(({ reasons }) => reason !== undefined && reasons.includes(reason));
  if (found === undefined) throw new Error(`docs/concepts.md has no reason ${reason}.`);
  return found.expected;
}

/** Follows all custom resources of ours in a cluster until it is stopped. */
export class StatusRecorder {
  /** The first object of each shape, by its sample. */
  readonly seen = new Map<string, KubeObject>();
  readonly #end = new AbortController();
  readonly #connection: Connection;
  readonly #following: Promise<unknown>;

  private constructor(connection: Connection) {
    this.#connection = connection;
    const client = new Client(connection, { clock: systemClock, random: Math.random });
    this.#following = Promise.all(kinds.map(({ resource }) => this.#follow(client, resource)));
  }

  static async start(kubeconfig: string): Promise<StatusRecorder> {
    return new StatusRecorder(httpConnection(await loadCredentials({ kubeconfig }), { userAgent: 'xos-recorder/1' }));
  }

  async stop(): Promise<void> {
    this.#end.abort();
    await this.#following;
    await this.#connection.close();
  }

  /** Adds what was seen to the file. */
  async save(): Promise<void> {
    await withLock(`${FILE}.lock`, silent, async () => {
      const lines = new Set([...recordedSamples().map((sample) => JSON.stringify(sample)), ...this.seen.keys()]);
      writeFileSync(
        FILE,
        [...lines]
          .toSorted()
          .map((line) => `${line}\n`)
          .join(''),
      );
      return Promise.resolve();
    });
  }

  async #follow(client: Client, resource: Resource): Promise<void> {
    while (!this.#end.signal.aborted) {
      await this.#watch(client, resource).catch(() => undefined);
      await sleep(RETRY_MS, undefined, { signal: this.#end.signal }).catch(() => undefined);
    }
  }

  async #watch(client: Client, resource: Resource): Promise<void> {
    const watch = await client.watch(resource, { query: {}, signal: this.#end.signal });
    for await (const lines of linesOf(watch.chunks)) {
      for (const event of lines.map(parseEvent)) this.#take(event?.object as KubeObject | undefined);
    }
  }

  #take(object: KubeObject | undefined): void {
    if (!object?.apiVersion?.startsWith(GROUP)) return;
    const sample = JSON.stringify(sampleOf(object));
    if (!this.seen.has(sample)) this.seen.set(sample, object);
  }
}
