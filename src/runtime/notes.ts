/**
 * What is said beside the verdict, in conditions of their own that exist only while they are True: kstatus, which reads
 * Ready, Reconciling and Stalled, is not disturbed by them. Names of fields are shown, never values: they may be secret.
 */
import type { Contest } from './contests.ts';
import type { Drift } from './drift.ts';
import { listed } from './listed.ts';

/** The conditions beside those of kstatus: one that is not among them would stay for ever once it was said. */
export const NOTE_TYPES = ['Drifted', 'Contested', 'RolloutNeeded', 'InventoryTruncated', 'Restricted'] as const;

/** A condition beside Ready. */
export interface Note {
  readonly type: (typeof NOTE_TYPES)[number];
  readonly reason: string;
  readonly message: string;
}

/** So many objects, and of each so many paths, are named. */
const SHOWN = 4;
const MAX_PATH = 120;
const MAX_MANAGER = 60;

/** What differs and is left so; none if nothing does. */
export function driftNotes(drifts: readonly Drift[]): Note[] {
  if (drifts.length === 0) return [];
  const message = `${listed(drifts.map(driftInWords), SHOWN, '; ')}. It is left so, because spec.driftPolicy is Report: set it to Correct to have it put right.`;
  return [{ type: 'Drifted', reason: 'DriftReported', message }];
}

/** The fights that go on; none if it is quiet. */
export function contestNotes(contests: readonly Contest[]): Note[] {
  const [first] = contests;
  if (first === undefined) return [];
  const reason = first.paths.length > 0 ? 'FightingWriter' : 'FightingDeleter';
  return [{ type: 'Contested', reason, message: listed(contests.map(contestInWords), SHOWN, ' ') }];
}

function driftInWords({ kind, name, paths }: Drift): string {
  if (paths.length === 0) return `${kind} ${name} is there, but is not declared any more`;
  return `${kind} ${name} differs from what is declared in ${fields(paths)}`;
}

function contestInWords({ kind, name, paths, rival }: Contest): string {
  const what = `${kind} ${name}`;
  if (paths.length === 0) {
    return `Somebody deletes ${what} each time it is made, so it is made ever more slowly: stop whoever does, or delete this object.`;
  }
  if (rival === undefined) {
    return `Something changes ${fields(paths)} of ${what} each time it is written, perhaps an admission webhook, so it is put back ever more slowly: stop that, or declare what it makes of it.`;
  }
  return `${rival.slice(0, MAX_MANAGER)} wrote ${what} last and changes ${fields(paths)} again and again, which is declared here, so it is put back ever more slowly: stop one of the two writers, or set spec.driftPolicy to Report.`;
}

function fields(paths: readonly string[]): string {
  return listed([...new Set(paths.map(withoutValue))], SHOWN);
}

/** Of an element that is known by its value alone, the value is not shown. */
function withoutValue(path: string): string {
  return path.replaceAll(/\["(?:[^"\\]|\\.)*"\]/g, '').slice(0, MAX_PATH);
}
