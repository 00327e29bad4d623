/**
 * What the slice of a controller is called: `<controller>.<kind, lower case>`, or what a label on the controller says;
 * with a hash where that is taken. A controller that a managed slice made belongs to that slice.
 */
import { type Pod, sliceLabelOf, type Workload } from '../api/core.ts';
import { type XosSlice, XosSlices } from '../api/generated/xosslices.ts';
import { controllerOf, type Key, keyIn, keyOf, partsOf, refersTo } from '../api/meta.ts';
import type { Live, OwnerReference } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import type { Source } from '../runtime/kind.ts';
import { isManaged, perResource, resourceNameOf } from '../runtime/ownership.ts';
import type { View } from '../runtime/view.ts';
import { isSubdomain } from '../shared/names.ts';
import { WORKLOADS } from '../shared/workloads.ts';
import { fromKey, type Identity, identityIndexes, identityOf, podsOf, toKey, workloadOf } from './identity.ts';
import { mirrorName, mirrorsOf, nameOfMirror } from './mirrors.ts';

/** The name of the slice, managed or mirror, that the pods of this controller belong to. */
export function sliceNameFor(owner: OwnerReference, namespace: string, view: View): string {
  const identity = identityOf(owner, namespace);
  const live = liveOf(identity, view);
  return managedSliceOf(identity, live, view)?.metadata.name ?? mirrorNameOf(identity, live, view);
}

/** The managed slice to which a controller belongs: it made it, or a label on the controller names it. */
export function managedSliceOf(
  identity: Identity,
  live: Live<Workload> | undefined,
  view: View,
): Live<XosSlice> | undefined {
  if (live === undefined) return undefined;
  const made = makerOf(identity, live, view);
  if (made !== undefined) return made;
  const label = sliceLabelOf(live);
  const labelled = label === undefined ? undefined : view.get(XosSlices, keyIn(identity.namespace, label));
  return labelled !== undefined && isManaged(labelled) ? labelled : undefined;
}

function makerOf(identity: Identity, live: Live<Workload>, view: View): Live<XosSlice> | undefined {
  const owner = controllerOf(live);
  if (owner === undefined || !refersTo(owner, XosSlices)) return undefined;
  const slice = view.get(XosSlices, keyIn(identity.namespace, owner.name));
  return slice?.metadata.uid === owner.uid && isManaged(slice) ? slice : undefined;
}

/** The mirrors of a controller that there are. */
export function mirrorsOfIdentity(identity: Identity, view: View): Live<XosSlice>[] {
  const key = toKey(identity);
  return mirrorsOf(XosSlices, keyIn(identity.namespace, identity.name), view).filter(
    (slice) => identityKeyOf(slice) === key,
  );
}

/** The name of the mirror of a controller. */
export function mirrorNameOf(identity: Identity, live: Live<Workload> | undefined, view: View): string {
  return nameOfMirror(mirrorsOfIdentity(identity, view), () => derivedName(identity, live, view));
}

function derivedName(identity: Identity, live: Live<Workload> | undefined, view: View): string {
  const label = live && sliceLabelOf(live);
  const base = label !== undefined && isSubdomain(label) ? label : plainName(identity);
  const key = toKey(identity);
  return mirrorName(base, key, (name) => {
    const present = view.get(XosSlices, keyIn(identity.namespace, name));
    return present !== undefined && !mirrorsIdentity(present, key);
  });
}

export function liveOf(identity: Identity, view: View): Live<Workload> | undefined {
  const resource = workloadOf(identity);
  return resource && view.get(resource, keyIn(identity.namespace, identity.name));
}

/** Whether a slice is a mirror of this identity. */
function mirrorsIdentity(slice: XosSlice, key: Key): boolean {
  return !isManaged(slice) && identityKeyOf(slice) === key;
}

/** The identity that a mirror says it mirrors: by its reference, or, where that was stripped, by its spec. */
export function identityKeyOf(slice: XosSlice): Key {
  const namespace = slice.metadata.namespace ?? '';
  const [owner] = slice.metadata.ownerReferences ?? [];
  if (owner !== undefined) return toKey(identityOf(owner, namespace));
  const { resourceRef } = slice.status ?? {};
  if (resourceRef !== undefined) return toKey(identityOf({ ...resourceRef, uid: resourceRef.uid }, namespace));
  const kind = slice.spec.controllerKind ?? '';
  const group = WORKLOADS.find((resource) => resource.kind === kind)?.group ?? '';
  return toKey({ namespace, group, kind, name: resourceNameOf(slice) });
}

/** The identities whose slice name a slice has to do with: what it mirrors, and what asks for its name. */
export function sliceKeysFor(slice: XosSlice, view: View): Key[] {
  const asking = WORKLOADS.flatMap((resource) => [...namesakes(resource, keyOf(slice.metadata), view)]);
  return [...new Set([...(isManaged(slice) ? [] : [identityKeyOf(slice)]), ...asking])];
}

function plainName({ name, kind }: Identity): string {
  return `${name}.${kind.toLowerCase()}`;
}

/** Controllers that would be called `name`: by their own name, or by their label. */
function* namesakes(resource: Resource<Workload>, key: Key, view: View): Iterable<Key> {
  const { namespace = '', name } = partsOf(key);
  const suffix = `.${resource.kind.toLowerCase()}`;
  const plain = name.endsWith(suffix) ? view.get(resource, keyIn(namespace, name.slice(0, -suffix.length))) : undefined;
  for (const { metadata } of [...(plain === undefined ? [] : [plain]), ...view.by(bySliceLabel(resource), key)]) {
    yield toKey({ namespace, group: resource.group, kind: resource.kind, name: metadata.name });
  }
}

/** The index of controllers by the slice name that their label asks for. */
export const bySliceLabel = perResource((resource) => ({
  name: `${resource.plural} by slice label`,
  resource,
  keys: (object) => {
    const label = sliceLabelOf(object);
    return label === undefined ? [] : [keyIn(object.metadata.namespace, label)];
  },
}));

/** A slice that came or went may give or take the name that pods refer to. */
export function sliceNames(keys: (pod: Live<Pod>) => readonly Key[]): Source {
  const source: Source<XosSlice> = {
    resource: XosSlices,
    indexes: [...identityIndexes, ...WORKLOADS.map(bySliceLabel)],
    matters: (before, after) =>
      before === undefined || after === undefined || before.metadata.generation !== after.metadata.generation,
    wakes: (slice, view) =>
      sliceKeysFor(slice, view).flatMap((key) => [...podsOf(fromKey(key), view)].flatMap((pod) => [...keys(pod)])),
  };
  return source;
}
