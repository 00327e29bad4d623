/**
 * Who led when, by the Lease as it stands in the audit log, and what becomes of writes that arrive when their sender leads no
 * more. The audit policy has to keep bodies: see `bodiesToo`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { auditPolicy } from '../../hack/cluster/audit-policy.ts';
import type { LeaseSpec } from '../../src/kube/lease.ts';
import type { AuditedRequest } from './audit.ts';

const WRITES = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);
/** What the server answers to what was decided on something else than is there. */
const REFUSALS = new Set([404, 409, 422]);

/** A time in which nobody else may have led. */
export interface Reign {
  /** Which copy of the operator; empty: the lease was given up. */
  readonly holder: string;
  /** When the server got the write by which it began. Milliseconds since 1970, as all times here. */
  readonly fromMs: number;
  /** When the lease ran out, or another one took it, whichever came first. */
  readonly untilMs: number;
}

/** The option of an API server whose audit log keeps what is written, too. `folder` is made, and holds the policy. */
export function bodiesToo(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'audit-policy.json');
  const writes = { level: 'RequestResponse', verbs: [...WRITES] };
  const rules = [...auditPolicy.rules.slice(0, -1), writes, ...auditPolicy.rules.slice(-1)];
  writeFileSync(file, JSON.stringify({ ...auditPolicy, rules }));
  return `--audit-policy-file=${file}`;
}

/** The writes among requests, but for those of the Lease. */
export function writesOf(requests: readonly AuditedRequest[]): AuditedRequest[] {
  return requests.filter(({ verb, resource }) => WRITES.has(verb) && resource !== 'leases');
}

/** One after another, from all that was written to the Lease. */
export function reignsOf(requests: readonly AuditedRequest[]): Reign[] {
  const reigns: Reign[] = [];
  const stored = requests.filter(({ verb, resource, code }) => WRITES.has(verb) && resource === 'leases' && code < 300);
  for (const { timeMs, answer } of stored.toSorted((left, right) => left.timeMs - right.timeMs)) {
    const { holderIdentity, renewTime, leaseDurationSeconds } = (answer as { spec: LeaseSpec }).spec;
    const holder = holderIdentity?.split('_')[0] ?? '';
    const untilMs = Date.parse(renewTime ?? '') + (leaseDurationSeconds ?? 0) * 1000;
    const last = reigns.at(-1);
    if (last?.holder === holder) reigns[reigns.length - 1] = { ...last, untilMs };
    else {
      if (last !== undefined) reigns[reigns.length - 1] = { ...last, untilMs: Math.min(last.untilMs, timeMs) };
      reigns.push({ holder, fromMs: timeMs, untilMs });
    }
  }
  return reigns;
}

/** The writes that came when their sender did not lead. */
export function strayed(writes: readonly AuditedRequest[], reigns: readonly Reign[]): AuditedRequest[] {
  return writes.filter(
    (write) =>
      !reigns.some(
        ({ holder, fromMs, untilMs }) => holder === copyOf(write) && write.timeMs >= fromMs && write.timeMs <= untilMs,
      ),
  );
}

/** Which copy sent it: `xos-operator/0.1.0 (copy-1)` is `copy-1`. */
export function copyOf({ userAgent }: AuditedRequest): string {
  return /\((.*)\)/.exec(userAgent)?.[1] ?? '';
}

/** What the server could hold a write against: a create touches nothing that is there; anything else has to name a version. */
export function isGuarded({ verb, sent }: AuditedRequest): boolean {
  return verb === 'create' || versionIn(sent) !== undefined;
}

/** Whether it was refused, or left the object at the version that it was decided on. */
export function changedNothing({ code, sent, answer }: AuditedRequest): boolean {
  return (
    REFUSALS.has(code) || (versionIn(sent) !== undefined && versionIn(sent) === metadataOf(answer).resourceVersion)
  );
}

interface Metadata {
  readonly uid?: string;
  readonly resourceVersion?: string;
}

/** What a request made or changed. */
export function uidOf({ answer }: AuditedRequest): string | undefined {
  return metadataOf(answer).uid;
}

function versionIn(sent: unknown): string | undefined {
  if (Array.isArray(sent))
    return (sent as { path: string; value: string }[]).find(({ path }) => path === '/metadata/resourceVersion')?.value;
  const { preconditions } = (sent ?? {}) as { preconditions?: Metadata };
  return (preconditions ?? metadataOf(sent)).resourceVersion;
}

function metadataOf(object: unknown): Metadata {
  return (object as { metadata?: Metadata } | undefined)?.metadata ?? {};
}
