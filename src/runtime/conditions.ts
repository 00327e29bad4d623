/**
 * From a verdict to the conditions of kstatus, for every kind, here and nowhere else.
 * Source: sigs.k8s.io/cli-utils, pkg/kstatus; api.md, "Status, the same for all kinds".
 */
import type { Condition } from '../api/object.ts';
import { type Note, NOTE_TYPES } from './notes.ts';
import type { Report, State, Verdict } from './outcome.ts';

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
const OURS = new Set<string>(['Ready', 'Reconciling', 'Stalled', 'Paused', ...NOTE_TYPES]);
/** Of a condition's message the API server takes 32,768 characters; people read fewer. */
const MAX_MESSAGE = 1024;

/** What is known when conditions are made. `now` is RFC 3339. */
export interface Moment {
  readonly generation: number;
  readonly now: string;
}

/** The conditions for a report. A condition that did not change its status keeps its time; those of others stay. */
export function conditionsFor(
  { verdict, notes = [] }: Pick<Report, 'verdict' | 'notes'>,
  before: readonly Condition[],
  moment: Moment,
): Condition[] {
  const { state } = verdict;
  if (state === 'Paused') return pausedConditions(verdict, before, moment);
  const wanted: [string, Condition['status'], Said][] = [['Ready', READY[state], verdict]];
  const companion = COMPANION[state];
  if (companion !== undefined) wanted.push([companion, 'True', verdict]);
  wanted.push(...notes.map((note) => [note.type, 'True', note] as [string, 'True', Said]));
  const ours = wanted.map(([type, status, said]) => condition(type, status, { said, before, moment }));
  return [...ours, ...before.filter((old) => !OURS.has(old.type))];
}

/** The condition Paused, which leaves Ready as it was. */
function pausedConditions(verdict: Verdict, before: readonly Condition[], moment: Moment): Condition[] {
  const others = before.filter((old) => old.type !== 'Paused');
  return [...others, condition('Paused', 'True', { said: verdict, before, moment })];
}

type Said = Pick<Verdict | Note, 'reason' | 'message'>;

interface Context {
  readonly said: Said;
  readonly before: readonly Condition[];
  readonly moment: Moment;
}

function condition(type: string, status: Condition['status'], context: Context): Condition {
  const { said, before, moment } = context;
  const old = before.find((other) => other.type === type);
  return {
    type,
    status,
    reason: said.reason,
    message: clip(said.message),
    observedGeneration: moment.generation,
    lastTransitionTime: old?.status === status ? old.lastTransitionTime : moment.now,
  };
}

function clip(message: string): string {
  return message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE - 1)}…`;
}
