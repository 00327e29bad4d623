/** Whether this copy of the operator works, or stands by with warm caches. */
import { randomUUID } from 'node:crypto';
import type { Config } from './config.ts';
import { Client } from './kube/client.ts';
import type { Credentials } from './kube/credentials.ts';
import { Election } from './kube/election.ts';
import { httpConnection } from './kube/http.ts';
import { systemClock } from './runtime/clock.ts';
import type { Log } from './runtime/log.ts';

export interface Leadership {
  /** Whether it may write now. Asked before each write. */
  readonly leads: boolean;
  /** Resolves when it leads. */
  readonly leading: Promise<void>;
  /** Resolves when it led, and does no more. */
  readonly lost: Promise<void>;
  /** Lets another one lead. Never rejects. */
  release(): Promise<void>;
}

/** There is no other copy. */
const alone: Leadership = {
  leads: true,
  leading: Promise.resolve(),
  lost: new Promise(() => undefined),
  release: () => Promise.resolve(),
};

/** Two tries fit between the last renewal and its deadline. */
const DEADLINE_MS = 4_000;

/** Stands for election, if the configuration wants that. */
export function leadershipOf(
  { election, instance }: Config,
  credentials: Credentials,
  { userAgent, log }: { userAgent: string; log: Log },
): Leadership {
  if (election === undefined) return alone;
  const connection = httpConnection(credentials, { userAgent, inFlight: 1, deadlineMs: DEADLINE_MS });
  const client = new Client(connection, { clock: systemClock, random: Math.random, maxAttempts: 1 });
  const identity = `${instance}_${randomUUID()}`;
  const elected = new Election({ ...election, client, clock: systemClock, log, identity });
  // A renewal that arrived late would keep others waiting for one who has ended.
  void elected.lost.then(() => {
    connection.reset();
  });
  elected.start();
  return elected;
}
