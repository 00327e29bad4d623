/**
 * One turn: decide (pure), plan (pure), act, report. Nothing else changes what is declared or mirrored.
 */
import { type Key, keyOf } from '../api/meta.ts';
import type { KubeObject } from '../api/object.ts';
import { type Action, type Cluster, targetOf } from './action.ts';
import type { Clock } from './clock.ts';
import type { Controller, Decision, Primary } from './controller.ts';
import { RetryableError, StaleViewError, TerminalError } from './errors.ts';
import type { Outcome, Report, Verdict } from './outcome.ts';
import type { Pace } from './pace.ts';
import { type Plan, planFor } from './plan.ts';
import type { Recorder } from './recorder.ts';
import { statusPatch } from './report.ts';
import type { StatusHold } from './status-hold.ts';
import type { View } from './view.ts';

/** What a turn needs. */
export interface Context {
  readonly view: View;
  readonly cluster: Cluster;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly hold: StatusHold;
  readonly pace: Pace;
}

/** What the queue should do after a turn. */
export interface TurnResult {
  readonly requeueAfterMs?: number;
  /** Why it has to be tried again, with back-off. */
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
  const { holdAllMs, holdStatusMs } = decision.outcome;
  const held = context.hold.remaining(controller.name, key, holdAllMs ?? holdStatusMs);
  if (held > 0 && holdAllMs !== undefined) return { requeueAfterMs: held };
  return await carryOut(decision, held, context);
}

/** Acts and reports; the status alone waits for another `held` milliseconds. */
async function carryOut(decision: Decision, held: number, context: Context): Promise<TurnResult> {
  const done = await act(decision, context, held > 0);
  if (done.waitMs !== undefined) {
    // It may take minutes, and what is gone must not look as if it were there.
    const unsaid = held > 0 ? undefined : await report(decision, undefined, context);
    return unsaid === undefined ? { requeueAfterMs: done.waitMs } : { error: unsaid };
  }
  // What was changed must be looked at again before anything is said about it; the answers are in the view by now.
  if (done.acted && done.error === undefined) return { requeueAfterMs: 0 };
  const failure = isSilent(done, held) ? undefined : await report(decision, done.verdict, context);
  return afterwards(decision.outcome, held, done.error ?? failure);
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
  /** Nothing was tried: it is too soon. */
  readonly waitMs?: number;
  readonly error?: Error;
  /** What became of it, where that overrides what the reconciler said. */
  readonly verdict?: Verdict;
}

async function act(decision: Decision, context: Context, statusHeld: boolean): Promise<Acted> {
  try {
    const plan = planFor(decision, context.view, context.clock.now().toISOString());
    const waitMs = waitFor(plan, context.pace);
    if (waitMs > 0) return { acted: false, waitMs };
    const acted = await perform(plan, decision.primary, context, statusHeld);
    if (acted && decision.outcome.announce !== undefined) context.recorder.announced(decision.outcome.announce);
    return plan.blocked === undefined ? { acted } : { acted, verdict: plan.blocked };
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error('An action failed with something that is no error.');
    return { acted: false, error, ...verdictOf(error) };
  }
}

/** How long the plan has to wait, because it makes something that was made, and went, several times just now. */
function waitFor({ actions }: Plan, pace: Pace): number {
  const [first] = actions;
  switch (first?.verb) {
    case 'create':
    case 'createByApply':
      return pace.waitFor(paceId(first));
    case 'delete':
      // What failed stays to be looked at until the next one may be made.
      return first.because === undefined ? 0 : pace.waitFor(`${first.resource.plural} ${first.target.key}`);
    default:
      return 0;
  }
}

function paceId({ resource, object }: Action & { object: KubeObject }): string {
  return `${resource.plural} ${keyOf(object.metadata)}`;
}

async function perform(
  plan: Plan,
  primary: Primary | undefined,
  context: Context,
  statusHeld: boolean,
): Promise<boolean> {
  let acted = false;
  for (const action of plan.actions) {
    if (statusHeld && action.verb === 'merge' && action.subresource === 'status') continue;
    const changed = await context.cluster.perform(action);
    acted = true;
    if (action.verb === 'create' || action.verb === 'createByApply') context.pace.made(paceId(action));
    if (primary !== undefined && changed !== false) context.recorder.done(primary, action);
  }
  return acted;
}

function verdictOf(error: Error): { verdict?: Verdict } {
  if (error instanceof StaleViewError) return {};
  if (error instanceof TerminalError)
    return { verdict: { state: 'Stalled', reason: error.reason, message: error.message } };
  // The message of an unknown error may hold anything; only errors that were written for people are shown.
  const message =
    error instanceof RetryableError
      ? error.message
      : 'An internal error occurred; it is tried again, and the log of the operator has the details.';
  return { verdict: { state: 'Waiting', reason: 'ProgressingWithRetry', message } };
}

/** Writes the status of the primary, if it changed. Apart from acting: a failure here is no failure to reconcile. */
async function report(decision: Decision, override: Verdict | undefined, context: Context): Promise<Error | undefined> {
  const { primary, outcome } = decision;
  const said = reportOf(outcome, override);
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
    context.recorder.reported(primary, said.verdict);
    return undefined;
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error('Writing the status failed.');
  }
}

function reportOf(outcome: Outcome, override: Verdict | undefined): Report | undefined {
  if (override === undefined) return outcome.report;
  return { ...(outcome.report?.status !== undefined && { status: outcome.report.status }), verdict: override };
}

function afterwards(outcome: Outcome, held: number, error: Error | undefined): TurnResult {
  if (error !== undefined) return { error };
  const delays = [outcome.requeueAfterMs ?? Infinity, held > 0 ? held : Infinity];
  const soonest = Math.min(...delays);
  return Number.isFinite(soonest) ? { requeueAfterMs: soonest } : {};
}
