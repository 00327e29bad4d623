/** What to say about all objects together, and each. */
import type { XosResourceInstance } from '../../api/generated/xosresourceinstances.ts';
import type { Live } from '../../api/object.ts';
import { type Errand, idOf } from '../../runtime/errand.ts';
import { type Details, type Outcome, progressing, ready, stalled, waiting } from '../../runtime/outcome.ts';
import { inWords } from './removing.ts';
import { entryOf, errandFor, type Situation, type Standing } from './situation.ts';

/** Of status.resources; as many as declared, and as many to be removed. */
const MAX_ENTRIES = 512;
/** Objects become ready in quick succession, and one status write serves. */
const HOLD_MS = 1_000;

interface Doing {
  readonly situation: Situation;
  readonly errands: readonly Errand[];
}

/** What is about to be made is written down first; nothing else is done in this turn. */
export function recorded(keeping: readonly Standing[], removing: readonly Standing[], situation: Situation): Outcome {
  const { instance } = situation;
  if (keeping.length + removing.length > MAX_ENTRIES) {
    const errands = removing.flatMap(({ ref, task }) => (task === undefined ? [] : [errandFor(ref, task, situation)]));
    const status = { ready: instance.status?.ready, resources: instance.status?.resources };
    return waiting('Objects that are no longer declared have to be deleted before so many others are made.', {
      errands,
      status,
    });
  }
  const count = keeping.filter(({ unrecorded }) => unrecorded === true).length;
  const message = count === 1 ? 'One object is about to be made.' : `${count} objects are about to be made.`;
  return progressing(message, { status: statusOf(keeping, removing, instance) });
}

export function outcomeOf(keeping: readonly Standing[], removing: readonly Standing[], doing: Doing): Outcome {
  const { situation, errands } = doing;
  const { instance, account } = situation;
  const drifts = keeping.flatMap(({ ref, drift }) =>
    drift === undefined ? [] : [{ kind: ref.kind, name: ref.name, paths: drift }],
  );
  const contests = keeping.flatMap(({ contest }) => contest ?? []);
  const details = { errands, drifts, contests, status: statusOf(keeping, removing, instance) };
  const worst = worstOf([...keeping, ...removing]);
  if (worst === undefined) {
    const drifted = keeping.filter(({ state }) => state === 'Drifted').length;
    const but = drifted === 0 ? 'as declared' : `there, but ${drifted} of them not as declared, which is only reported`;
    const objects = keeping.length === 1 ? 'The object is' : `All ${keeping.length} objects are`;
    return ready(`${objects} ${but}; applied as ServiceAccount ${account.name}.`, details);
  }
  return unready(worst, [...keeping, ...removing], details, instance);
}

function unready(
  worst: Standing,
  all: readonly Standing[],
  details: Details,
  { metadata }: Live<XosResourceInstance>,
): Outcome {
  const others = all.filter((each) => each !== worst && each.reason !== undefined).length;
  const more =
    others === 0 ? '' : ` ${others === 1 ? 'One other object is' : `${others} other objects are`} not ready either.`;
  const message = `${inWords(worst.ref, metadata.namespace)}: ${worst.message ?? 'It is being worked on.'}${more}`;
  const { reason = '' } = worst;
  if (isStalled(worst)) return stalled(reason, message, details);
  const held = { ...details, holdStatusMs: HOLD_MS };
  if (severity(worst) === 0) return progressing(message, held);
  const { status = {}, ...rest } = held;
  return { ...rest, report: { verdict: { state: 'Waiting', reason, message }, status } };
}

/** The first of the gravest: what needs a person before what waits, and that before what is on its way. */
function worstOf(standings: readonly Standing[]): Standing | undefined {
  return standings
    .filter(({ reason }) => reason !== undefined)
    .reduce<Standing | undefined>(
      (worst, each) => (worst === undefined || severity(each) > severity(worst) ? each : worst),
      undefined,
    );
}

const SEVERITY: Readonly<Record<string, number>> = { Progressing: 0, DependencyNotReady: 1, ProgressingWithRetry: 1 };

function severity({ reason = '' }: Standing): number {
  return SEVERITY[reason] ?? 2;
}

export function isStalled(standing: Standing): boolean {
  return severity(standing) === 2;
}

export function statusOf(
  keeping: readonly Standing[],
  removing: readonly Standing[],
  instance: Live<XosResourceInstance>,
): object {
  const isReady = ({ state, reason }: Standing) => state === 'Ready' || (state === 'Drifted' && reason === undefined);
  return {
    ready: `${keeping.filter(isReady).length}/${keeping.length}`,
    resources: [...keeping, ...removing].map((standing) => entryOf(standing, instance)),
  };
}

/** What was found out about objects of which even status does not speak any more: until then it is what keeps them away. */
export function forgotten(standings: readonly Standing[], situation: Situation): Errand[] {
  const asked = new Set(standings.map(({ ref }) => idOf(ref)));
  const unasked = [...situation.observations].filter(([id]) => !asked.has(id) && !situation.entries.has(id));
  return unasked.map(([, { about }]) => errandFor(about, { do: 'forget' }, situation));
}
