/**
 * From a verdict to the conditions of kstatus, for every kind, here and nowhere else.
 * Source: sigs.k8s.io/cli-utils, pkg/kstatus; api.md, "Status, the same for all kinds".
 */
import type { Condition } from '../api/object.ts';
import type { State, Verdict } from './outcome.ts';

const READY: Record<Exclude<State, 'Paused'>, Condition['status']> = {
  Ready: 'True',
  Progressing: 'Unknown',
  Waiting: 'False',
  Stalled: 'False',
};
/** The second condition that a state brings; it exists only while it is True. */
const COMPANION: Partial<Record<State, string>> = {
  Progressing: 'Reconciling',
  Waiting: 'Reconciling',
  Stalled: 'Stalled',
};
const OURS = new Set(['Ready', 'Reconciling', 'Stalled', 'Paused']);
/** Of a condition's message the API server takes 32,768 characters; people read fewer. */
const MAX_MESSAGE = 1024;

/** What is known when conditions are made. `now` is RFC 3339. */
export interface Moment {
  readonly generation: number;
  readonly now: string;
}

/** The conditions for a verdict. A condition that did not change its status keeps its time; those of others stay. */
export function conditionsFor(verdict: Verdict, before: readonly Condition[], moment: Moment): Condition[] {
  const { state } = verdict;
  if (state === 'Paused') return pausedConditions(verdict, before, moment);
  const wanted: [string, Condition['status']][] = [['Ready', READY[state]]];
  const companion = COMPANION[state];
  if (companion !== undefined) wanted.push([companion, 'True']);
  const ours = wanted.map(([type, status]) => condition(type, status, { verdict, before, moment }));
  return [...ours, ...before.filter((old) => !OURS.has(old.type))];
}

/** The condition Paused, which leaves Ready as it was. */
function pausedConditions(verdict: Verdict, before: readonly Condition[], moment: Moment): Condition[] {
  const others = before.filter((old) => old.type !== 'Paused');
  return [...others, condition('Paused', 'True', { verdict, before, moment })];
}

interface Context {
  readonly verdict: Verdict;
  readonly before: readonly Condition[];
  readonly moment: Moment;
}

function condition(type: string, status: Condition['status'], context: Context): Condition {
  const { verdict, before, moment } = context;
  const old = before.find((other) => other.type === type);
  return {
    type,
    status,
    reason: verdict.reason,
    message: clip(verdict.message),
    observedGeneration: moment.generation,
    lastTransitionTime: old?.status === status ? old.lastTransitionTime : moment.now,
  };
}

function clip(message: string): string {
  return message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE - 1)}…`;
}
