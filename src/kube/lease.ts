/**
 * The Lease by which copies of the operator agree who works: what it says, and what each step writes into it. Pure.
 * Source: Kubernetes API, coordination.k8s.io/v1 Lease.
 */
import type { KubeObject } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import { microTime } from './micro-time.ts';

/** For so long after its last renewal nobody else takes the lease. Seconds. */
const LEASE_SECONDS = 15;
/** What somebody else wrote there counts up to this: whoever is at work renews by then, whatever a person has put there. */
const LONGEST_SECONDS = 60;
/** What is written when the lease is given up. Source: client-go, leaderelection, release. */
const GIVEN_UP_SECONDS = 1;
/**
 * Who could not renew for so long has lost. Earlier than others may take the lease, so that what is in flight has an end
 * by then, and so that clocks may run at different speeds.
 */
export const RENEW_DEADLINE_MS = 10_000;
/** How often the holder renews. */
export const RENEW_EVERY_MS = 2_000;
/** How often the others look: what is given up is taken within two seconds. */
export const LOOK_EVERY_MS = 1_000;

export interface LeaseSpec {
  readonly holderIdentity?: string | null;
  readonly leaseDurationSeconds?: number | null;
  readonly acquireTime?: string | null;
  readonly renewTime?: string | null;
  /** How often it has changed hands. */
  readonly leaseTransitions?: number | null;
}

export interface Lease extends KubeObject {
  readonly spec?: LeaseSpec;
}

export const Leases: Resource<Lease> = {
  group: 'coordination.k8s.io',
  version: 'v1',
  kind: 'Lease',
  plural: 'leases',
  namespaced: true,
};

/** What somebody saw, and when that was new to him: the times in it are of another clock. Monotonic milliseconds. */
export interface Sighting {
  readonly spec: LeaseSpec;
  readonly at: number;
}

/**
 * The same sighting, unless the lease says something else now. One that is gone, or that a person has emptied, says nothing:
 * its holder may not know.
 */
export function sighted(before: Sighting | undefined, spec: LeaseSpec | undefined, at: number): Sighting | undefined {
  if (spec === undefined || (!spec.holderIdentity && spec.leaseDurationSeconds !== GIVEN_UP_SECONDS)) return before;
  return before !== undefined && JSON.stringify(before.spec) === JSON.stringify(spec) ? before : { spec, at };
}

/** Whether somebody else may still be at work. */
export function isHeldByOther(seen: Sighting | undefined, identity: string, now: number): boolean {
  if (seen === undefined || !seen.spec.holderIdentity || seen.spec.holderIdentity === identity) return false;
  return now < seen.at + Math.min(seen.spec.leaseDurationSeconds ?? LEASE_SECONDS, LONGEST_SECONDS) * 1000;
}

/** What to write to take the lease, or to keep it. */
export function claimed(before: LeaseSpec | undefined, identity: string, now: Date): LeaseSpec {
  const keeps = before?.holderIdentity === identity;
  const time = microTime(now);
  return {
    holderIdentity: identity,
    leaseDurationSeconds: LEASE_SECONDS,
    acquireTime: keeps ? (before.acquireTime ?? time) : time,
    renewTime: time,
    leaseTransitions: before === undefined ? 0 : (before.leaseTransitions ?? 0) + (keeps ? 0 : 1),
  };
}

/** What to write to give it up, so that nobody has to wait. */
export function givenUp(now: Date): LeaseSpec {
  return { holderIdentity: '', leaseDurationSeconds: GIVEN_UP_SECONDS, renewTime: microTime(now) };
}
