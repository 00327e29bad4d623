/**
 * Keeping a mirror: one create, one status write, and a patch only when what it mirrors changed in identity or place.
 * Source: api.md, "xosManaged: false, the inventory".
 */
import { FIELD_MANAGER, keyOf, MARK } from '../api/meta.ts';
import type { JsonObject, KubeObject, Live } from '../api/object.ts';
import { type Action, targetOf } from './action.ts';
import { childOf } from './diff.ts';
import { mergePatch, same } from './merge-patch.ts';
import type { Child, Report } from './outcome.ts';
import { isManaged } from './ownership.ts';
import { statusPatch } from './report.ts';

/** The actions that bring a mirror up to date. */
export function planMirror(child: Child, live: Live<KubeObject> | undefined, now: string): Action[] {
  if (live === undefined) return [{ verb: 'create', resource: child.resource, object: child.object, mirror: true }];
  // A managed object of that name is somebody's declaration: a mirror never takes its place.
  if (live.metadata.deletionTimestamp !== undefined || isManaged(live)) return [];
  const target = targetOf(live, keyOf(live.metadata));
  const patch = isDeliberate(live) ? markPatch(child.object, live) : driftPatch(child.object, live);
  const foreign = patch?.['spec'] === undefined ? undefined : otherWriterOf(live);
  if (foreign !== undefined) return statusAction(child, live, { verdict: notOurs(child, foreign) }, now);
  if (patch !== undefined) return [{ verb: 'merge', resource: child.resource, target, patch }];
  return child.report === undefined ? [] : statusAction(child, live, child.report, now);
}

function statusAction(child: Child, live: Live<KubeObject>, report: Report, now: string): Action[] {
  const patch = statusPatch(live, report, now);
  if (patch === undefined) return [];
  const target = targetOf(live, keyOf(live.metadata));
  return [{ verb: 'merge', resource: child.resource, target, patch: { status: patch }, subresource: 'status' }];
}

/** What to patch in spec, labels and ownerReferences. Labels of others stay. */
function driftPatch(desired: KubeObject, live: KubeObject): JsonObject | undefined {
  const [want, have] = [relevant(desired), relevant(live)];
  const marks = markPatch(desired, live);
  const spec = mergePatch(have.spec, { ...withoutLosable(have.spec), ...want.spec });
  return spec === undefined ? marks : { spec, ...marks };
}

/** What to patch in labels and ownerReferences: all that is ours of a mirror that somebody meant to be one. */
function markPatch(desired: KubeObject, live: KubeObject): JsonObject | undefined {
  const [want, have] = [relevant(desired), relevant(live)];
  const labels = mergePatch(have.labels, { ...have.labels, ...want.labels });
  const isOwned = same(want.owners, have.owners);
  if (labels === undefined && isOwned) return undefined;
  return { metadata: { ...(labels !== undefined && { labels }), ...(!isOwned && { ownerReferences: want.owners }) } };
}

/** Fields that a mirror may lose; whatever else it has beyond what we want are the API server's defaults. */
const LOSABLE = new Set(['sliceRef', 'externalPort']);

function withoutLosable(spec: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(spec).filter(([key]) => !LOSABLE.has(key)));
}

function relevant(object: KubeObject): { spec: JsonObject; labels: JsonObject; owners: JsonObject[] } {
  const { spec = {}, metadata } = object as unknown as {
    spec?: JsonObject;
    metadata: { labels?: JsonObject; ownerReferences?: JsonObject[] };
  };
  return { spec, labels: metadata.labels ?? {}, owners: metadata.ownerReferences ?? [] };
}

/**
 * Whether somebody meant this to be a mirror, by writing `xosManaged: false`: it was released, or declared so. Its spec
 * and its name are theirs. What was applied onto a mirror without that field was meant to be managed.
 */
export function isDeliberate({ metadata }: KubeObject): boolean {
  if (metadata.annotations?.[MARK.released] === 'true') return true;
  const others = metadata.managedFields?.filter(({ manager }) => manager !== FIELD_MANAGER) ?? [];
  return others.some(({ fieldsV1 }) => childOf(childOf(fieldsV1, 'f:spec'), 'f:xosManaged') !== undefined);
}

/** Who else wrote the spec of a mirror: their work is not overwritten. */
function otherWriterOf(live: KubeObject): string | undefined {
  const others = live.metadata.managedFields?.filter(
    (entry) => entry.manager !== FIELD_MANAGER && entry.subresource === undefined,
  );
  return others?.find((entry) => entry.fieldsV1?.['f:spec'] !== undefined)?.manager;
}

function notOurs(child: Child, writer: string): Report['verdict'] {
  const { kind, metadata } = child.object;
  const message =
    `This ${kind} mirrors what somebody else runs, and ${writer} wrote its spec, so it is not kept up to date. ` +
    `To manage the original set spec.xosManaged to true with adoptionPolicy AdoptIfUnowned; otherwise delete this object and declare yours under another name than ${metadata.name}.`;
  return { state: 'Stalled', reason: 'InvalidSpec', message };
}
