/**
 * One turn: decide (pure), plan (pure), act, report. Nothing else changes what is declared or mirrored.
 */
import { type Key, keyOf } from '../api/meta.ts';
import type { KubeObject } from '../api/object.ts';
import { resourceName } from '../api/resource.ts';
import { type Action, type Cluster, isOwn, isQuestion, targetOf } from './action.ts';
import { TurnedAwayError } from './breaker.ts';
import type { Clock } from './clock.ts';
import type { Contests } from './contests.ts';
import type { Controller, Decision, Primary } from './controller.ts';
import type { Drift } from './drift.ts';
import { dueOf } from './due.ts';
import { refusalReasonOf, StaleViewError } from './errors.ts';
import type { Observer } from './observer.ts';
import type { Report, Verdict } from './outcome.ts';
import { contestNotes, driftNotes, type Note } from './notes.ts';
import { planFor } from './plan.ts';
import type { Recorder } from './recorder.ts';
import type { Refusals } from './refusals.ts';
import { conditionsOf, statusPatch } from './report.ts';
import type { Hold } from './hold.ts';
import { verdictOf } from './verdict.ts';
import type { View } from './view.ts';

/** What a turn needs. */
export interface Context {
  readonly view: View;
  readonly cluster: Cluster;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly hold: Hold;
  readonly contests: Contests;
  readonly refusals: Refusals;
  /** Left out: nobody counts. */
  readonly observer?: Observer | undefined;
}

/** What the queue should do after a turn. */
export interface TurnResult {
  readonly requeueAfterMs?: number;
  /** Why it has to be tried again: after `requeueAfterMs`, or else with back-off. */
  readonly error?: Error;
}

/** Carries one key one step further. Never throws. */
export async function turn(controller: Controller, key: Key, context: Context): Promise<TurnResult> {
  const decision = decide(controller, key, context.view);
  if (decision === undefined) {
    context.hold.forget(controller.name, key);
    return {};
  }
  if (decision instanceof Error) return { error: decision };
  const held = context.hold.remaining(controller.name, key, decision.outcome);
  if (held > 0 && decision.outcome.holdAllMs !== undefined) return { requeueAfterMs: held };
  return await carryOut(decision, held, context);
}

/** Acts and reports; the status alone waits for another `held` milliseconds. */
async function carryOut(decision: Decision, held: number, context: Context): Promise<TurnResult> {
  const done = await act(decision, context, held > 0);
  // What was changed must be looked at again before anything is said about it; the answers are in the view by now.
  if (done.acted && done.error === undefined) return { requeueAfterMs: 0 };
  const fights = fightsOf(decision, context);
  const drifts = [...done.drifts, ...(decision.outcome.drifts ?? [])];
  const contests = [...fights.map(({ contest }) => contest), ...(decision.outcome.contests ?? [])];
  const notes = [...driftNotes(drifts), ...contestNotes(contests)];
  const failure = isSilent(done, held) ? undefined : await report(decision, reportOf(decision, done, notes), context);
  const error = done.error ?? failure;
  if (error !== undefined) return { error, ...(done.waitMs !== undefined && { requeueAfterMs: done.waitMs }) };
  return soonest([
    decision.outcome.requeueAfterMs,
    held > 0 ? held : undefined,
    done.waitMs,
    // When it is quiet again nothing else may come that lets us say so.
    ...fights.map(({ quietInMs }) => quietInMs),
  ]);
}

/** The fights about what the primary should have. */
function fightsOf({ outcome, primary }: Decision, { contests }: Context) {
  if (primary === undefined) return [];
  return (outcome.children ?? [])
    .map(({ resource, object: { metadata } }) => contests.about(resource, keyOf(metadata), metadata.name))
    .filter((fight) => fight !== undefined);
}

/** Nothing is said yet: it is held back, or what went wrong is nobody's business. */
function isSilent({ error, verdict }: Acted, held: number): boolean {
  return verdict === undefined && (held > 0 || error !== undefined);
}

/** A reconciler that throws is our mistake; it must stop nothing but its own object. */
function decide(controller: Controller, key: Key, view: View): Decision | Error | undefined {
  try {
    return controller.decide(key, view);
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error('The reconciler threw something that is no error.');
  }
}

interface Acted {
  /** Whether the cluster was changed. */
  readonly acted: boolean;
  /** Something was not tried: it is too soon. */
  readonly waitMs?: number;
  readonly error?: Error;
  /** What became of it, where that overrides what the reconciler said. */
  readonly verdict?: Verdict;
  /** What the reconciler saw is not ours. */
  readonly foreign?: true;
  /** What differs and is left so. */
  readonly drifts: readonly Drift[];
}

async function act(decision: Decision, context: Context, statusHeld: boolean): Promise<Acted> {
  let drifts: readonly Drift[] = [];
  try {
    const plan = planFor(decision, context.view, context.clock.now().toISOString());
    ({ drifts } = plan);
    const due = dueOf(plan, context);
    const { acted, ...failure } = await perform(due.actions, decision.primary, context, statusHeld);
    if (failure.error !== undefined) return { acted: false, drifts, ...failure, ...verdictOf(failure.error) };
    if (acted && decision.outcome.announce !== undefined) context.recorder.announced(decision.outcome.announce);
    return { acted, drifts, ...due.standing };
  } catch (thrown) {
    const error = errorOf(thrown);
    return { acted: false, error, drifts, ...verdictOf(error) };
  }
}

function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error('An action failed with something that is no error.');
}

/** Carries actions out, one after another, up to the first that is refused. */
async function perform(
  actions: readonly Action[],
  primary: Primary | undefined,
  context: Context,
  statusHeld: boolean,
): Promise<Pick<Acted, 'acted' | 'error' | 'waitMs'>> {
  let acted = false;
  for (const action of actions) {
    if (statusHeld && action.verb === 'merge' && action.subresource === 'status') continue;
    const refused = await performOne(action, primary, context);
    if (refused !== undefined) return { acted, ...refused };
    // An answer to a question wakes us itself, if it is news.
    if (!isQuestion(action)) acted = true;
  }
  return { acted };
}

async function performOne(
  action: Action,
  primary: Primary | undefined,
  context: Context,
): Promise<Refused | undefined> {
  const { view, cluster, contests, refusals, recorder, observer } = context;
  const before = 'target' in action ? view.get(action.resource, action.target.key) : undefined;
  try {
    const changed = await cluster.perform(action);
    const fields = contests.done(action, before);
    if (isOwn(action)) refusals.done(action);
    if (primary === undefined) return undefined;
    if (fields > 0) observer?.corrected(resourceName(primary.resource), fields);
    if (changed !== false) recorder.done(primary, action);
    return undefined;
  } catch (thrown) {
    return notCarriedOut(action, errorOf(thrown), context);
  }
}

interface Refused {
  readonly error: Error;
  readonly waitMs?: number;
}

function notCarriedOut(action: Action, error: Error, { refusals, observer }: Context): Refused {
  if (!(error instanceof TurnedAwayError)) observer?.refused(refusalReasonOf(error));
  if (isOurOwn(error) || !isOwn(action)) return { error };
  return { error, waitMs: refusals.refused(action, error) };
}

/** Nobody refused anything: the view was behind, or the inventory is full. */
function isOurOwn(error: Error): boolean {
  return error instanceof StaleViewError || error instanceof TurnedAwayError;
}

/** Writes the status of the primary, if it changed. Apart from acting: a failure here is no failure to reconcile. */
async function report({ primary }: Decision, said: Report | undefined, context: Context): Promise<Error | undefined> {
  if (primary === undefined || said === undefined) return undefined;
  const { resource } = primary;
  const key = keyOf(primary.object.metadata);
  // What the actions of this turn changed is in the view by now.
  const live = context.view.get(resource, key);
  if (live?.metadata.uid !== primary.object.metadata.uid) return undefined;
  const patch = statusPatch(live, said, context.clock.now().toISOString());
  if (patch === undefined) return undefined;
  try {
    await context.cluster.perform({
      verb: 'merge',
      resource,
      target: targetOf(live, key),
      patch: { status: patch },
      subresource: 'status',
    });
    tell(primary, live, said, context.recorder);
    return undefined;
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error('Writing the status failed.');
  }
}

/** Tells what stands in the status now; what is said beside the verdict only when it is new. */
function tell(primary: Primary, before: KubeObject, { verdict, notes = [] }: Report, recorder: Recorder): void {
  recorder.reported(primary, verdict);
  const known = new Set(conditionsOf(before).map(({ type }) => type));
  for (const note of notes) if (!known.has(note.type)) recorder.noted(primary, note);
}

function reportOf({ outcome }: Decision, { verdict, foreign }: Acted, notes: readonly Note[]): Report | undefined {
  const said = verdict ?? outcome.report?.verdict;
  if (said === undefined) return undefined;
  const { status, notes: ownNotes = [] } = (foreign === true ? undefined : outcome.report) ?? {};
  const isDrifted = notes.some(({ type }) => type === 'Drifted');
  return {
    verdict: isDrifted && said.state === 'Ready' ? { ...said, message: DRIFTED } : said,
    notes: [...ownNotes, ...notes],
    ...(status !== undefined && { status }),
  };
}

/** In place of "as declared", which it is not. */
const DRIFTED =
  'All that is declared is there, but not all of it is as declared: the condition Drifted says what differs.';

function soonest(delays: readonly (number | undefined)[]): TurnResult {
  const requeueAfterMs = Math.min(...delays.map((delay) => delay ?? Infinity));
  return Number.isFinite(requeueAfterMs) ? { requeueAfterMs } : {};
}
