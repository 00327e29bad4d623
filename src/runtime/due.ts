/** What of a plan may be carried out now: not what was undone again and again, and not what was refused just now. */
import { type Action, isOwn } from './action.ts';
import type { Contests } from './contests.ts';
import type { Verdict } from './outcome.ts';
import type { Plan } from './plan.ts';
import type { Refusals } from './refusals.ts';
import { verdictOf } from './verdict.ts';

interface Due {
  readonly actions: readonly Action[];
  /** How it stands when these are carried out. */
  readonly standing: {
    /** After how many milliseconds the first of the others may be carried out. */
    readonly waitMs?: number;
    readonly verdict?: Verdict;
    readonly foreign?: true;
  };
}

/** The actions up to the first that has to wait. What would only put something back can be left out; what makes it, not. */
export function dueOf(plan: Plan, { contests, refusals }: { contests: Contests; refusals: Refusals }): Due {
  const actions: Action[] = [];
  const waits: number[] = [];
  for (const action of plan.actions) {
    const refused = isOwn(action) ? refusals.standing(action) : undefined;
    if (refused !== undefined)
      return { actions, standing: { waitMs: Math.min(refused.waitMs, ...waits), ...verdictOf(refused.error) } };
    const waitMs = contests.waitFor(action);
    if (waitMs === 0) {
      actions.push(action);
      continue;
    }
    waits.push(waitMs);
    // What blocks the plan comes after what it waits for here: nothing is said of it.
    if (action.verb !== 'apply' && action.verb !== 'giveUp')
      return { actions, standing: { waitMs: Math.min(...waits) } };
  }
  return {
    actions,
    standing: {
      ...(waits.length > 0 && { waitMs: Math.min(...waits) }),
      ...(plan.blocked !== undefined && { verdict: plan.blocked }),
      ...(plan.foreign !== undefined && { foreign: plan.foreign }),
    },
  };
}
