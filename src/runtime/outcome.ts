/**
 * What a reconciler returns: what should exist, and what is true. It is data; runtime/reconcile.ts carries it out.
 */
import type { JsonObject, KubeObject, Live } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import type { Link } from './ancestor.ts';
import type { Contest } from './contests.ts';
import type { Errand } from './errand.ts';
import type { Drift } from './drift.ts';
import type { Note } from './notes.ts';

/**
 * How a child is kept.
 * - `Apply`: created if absent, then kept by server-side apply. It is ours by its controller reference.
 * - `Replace`: created if absent; a changed template replaces it, for what cannot be changed in place (a Pod).
 * - `Claim`: like Apply, but ours by the annotation owner-uid, for what may have no ownerReference (a Namespace).
 * - `Bind`: never created, owned or deleted: only the given fields are set, and never against another writer.
 * - `Mirror`: a custom resource with `xosManaged: false`, and its status; ours by that field.
 */
export type Strategy = 'Apply' | 'Replace' | 'Claim' | 'Bind' | 'Mirror';

/** One object that should exist. */
export interface Child {
  readonly resource: Resource;
  readonly strategy: Strategy;
  /** As we want it. The runtime adds the ownerReference; only mirrors, which are owned by what they mirror, bring theirs. */
  readonly object: KubeObject;
  /**
   * What the spec itself says of the object, without anything that we would add: all that is kept of one that was there
   * before, and was taken over. Left out: nothing that is there is ever taken over.
   */
  readonly said?: KubeObject;
  /** Replace only: the part of the object that can be changed without replacing it. */
  readonly inPlace?: KubeObject;
  /** What to say in the child's own status: mirrors only. */
  readonly report?: Report;
  /** Paths such as `spec.replicas` that, once given up, keep the value that is live instead of falling to a default. */
  readonly keepLive?: readonly string[];
  /** Paths such as `data` below which nothing can be changed in place: a difference there replaces the object. */
  readonly frozen?: readonly string[];
  /** Replace only: why the object that is there is of no more use although its template is right, as part of a sentence. */
  readonly spent?: string;
}

/** How it stands with an object. Source: api.md, "Status, the same for all kinds". */
export type State = 'Ready' | 'Progressing' | 'Waiting' | 'Stalled' | 'Paused';

export interface Verdict {
  readonly state: State;
  /** PascalCase, one of the reasons in api.md. */
  readonly reason: string;
  /** A full sentence that says what to do. */
  readonly message: string;
}

/** A verdict, and the status fields that the kind has beside the conditions. */
export interface Report {
  readonly verdict: Verdict;
  readonly status?: object;
  /** Said beside the verdict. */
  readonly notes?: readonly Note[];
}

/** An object that belongs to a custom resource. */
export interface Owned {
  readonly resource: Resource;
  readonly object: Live<KubeObject>;
}

/** An object that should go. */
export interface Removal extends Owned {
  /** For a Namespace: only if nothing lives in it that XOS did not make. */
  readonly onlyIfEmpty?: boolean;
}

/** Something to tell in an Event about an object, which may be another one than the primary. */
export interface Announcement {
  readonly resource: Resource;
  readonly object: Live<KubeObject>;
  readonly reason: string;
  readonly message: string;
}

export interface Outcome {
  /** What is given back to its own life: our marks leave it, and nothing else of it changes. */
  readonly release?: readonly Owned[];
  /** The custom resource is to say itself that what it stands for is not its own any more: what is merged into it. */
  readonly disown?: JsonObject;
  /** What should exist. Left out: leave everything as it is. `[]`: there should be none. */
  readonly children?: readonly Child[];
  /** What should go, beside the children that are no longer wanted. */
  readonly remove?: readonly Removal[];
  /** Objects of which to ask why their controllers cannot make their pods: see runtime/complaint.ts. */
  readonly inquire?: readonly Live<KubeObject>[];
  /** Owners of kinds that nobody watches, of which to ask what stands above them: see runtime/ancestor.ts. */
  readonly trace?: readonly Link[];
  /** What to do as a ServiceAccount, in this order, to objects that no store holds. */
  readonly errands?: readonly Errand[];
  /** What to tell in an Event, once the actions are carried out. */
  readonly announce?: Announcement;
  /** What to say in the primary's status. Adoption says nothing: its primaries are not ours. */
  readonly report?: Report;
  /** What differs and is left so, where the kind itself looks after its objects. */
  readonly drifts?: readonly Drift[];
  /** What somebody undoes again and again, where the kind itself looks after its objects. */
  readonly contests?: readonly Contest[];
  /** Whether our finalizer should be on the primary. Left out: leave it. */
  readonly finalizer?: boolean;
  /** Look again after that long, whatever happens. Prefer a watch. */
  readonly requeueAfterMs?: number;
  /** What is reported is about to change again: it may wait that long, so that one write serves. */
  readonly holdStatusMs?: number;
  /** What decides is about to arrive: nothing is done for that long, or until it does. */
  readonly holdAllMs?: number;
}

/** More about an outcome than its verdict. */
export interface Details extends Omit<Outcome, 'report'> {
  readonly status?: object;
}

/** All is as declared. */
export function ready(message: string, details: Details = {}, reason = 'Reconciled'): Outcome {
  return outcome({ state: 'Ready', reason, message }, details);
}

/** On its way; nobody needs to do anything. */
export function progressing(message: string, details: Details = {}): Outcome {
  return outcome({ state: 'Progressing', reason: 'Progressing', message }, details);
}

/** Something else has to come first. Its arrival wakes this object. */
export function waiting(message: string, details: Details = {}): Outcome {
  return outcome({ state: 'Waiting', reason: 'DependencyNotReady', message }, details);
}

/** It failed, and is tried again without anybody's help. */
export function retrying(message: string, details: Details = {}): Outcome {
  return outcome({ state: 'Waiting', reason: 'ProgressingWithRetry', message }, details);
}

/** Only a person can mend it. */
export function stalled(reason: string, message: string, details: Details = {}): Outcome {
  return outcome({ state: 'Stalled', reason, message }, details);
}

/** The same outcome, with more to say beside its verdict. */
export function withNotes(said: Outcome, notes: readonly Note[]): Outcome {
  return said.report === undefined ? said : { ...said, report: { ...said.report, notes } };
}

function outcome(verdict: Verdict, { status, ...rest }: Details): Outcome {
  return { ...rest, report: status === undefined ? { verdict } : { verdict, status } };
}
