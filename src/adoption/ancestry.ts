/**
 * The controllers above a controller: for what is reported only, for which slice a pod belongs to must not depend on
 * rights. Of a kind that is watched the view knows them; of others they are asked for.
 */
import type { Pod } from '../api/core.ts';
import { controllerOf, GROUP, groupOf, type Key, keyIn } from '../api/meta.ts';
import type { KubeObject, Live, OwnerReference } from '../api/object.ts';
import { type Ancestor, Ancestors, type Link, means } from '../runtime/ancestor.ts';
import type { Source } from '../runtime/kind.ts';
import { byOwner } from '../runtime/ownership.ts';
import type { Index, View } from '../runtime/view.ts';
import { belowIndexes, podsBelow, WORKLOADS } from '../shared/workloads.ts';
import { identityOf, isPlausible, workloadOf } from './identity.ts';

/** Longer chains are cut: nobody builds them, but somebody may write them. */
const MOST_LINKS = 8;

const ancestorsByController: Index<Ancestor> = {
  name: 'ancestors by controller',
  resource: Ancestors,
  keys: ({ found }) => {
    const owner = found && controllerOf(found);
    return owner === undefined ? [] : [owner.uid];
  },
};

/** The references from `owner` upwards, each that of an object verified by its UID. A cycle ends where it closes. */
function chainFrom(owner: OwnerReference, namespace: string, view: View): OwnerReference[] {
  const chain = [owner];
  for (let link: OwnerReference | undefined = owner; link !== undefined && chain.length < MOST_LINKS;) {
    const found = seen(link, namespace, view);
    link = found && controllerOf(found);
    if (link === undefined || chain.some(({ uid }) => uid === link?.uid)) break;
    chain.push(link);
  }
  return chain;
}

/** The object that a reference means, if it can be seen. */
function seen(owner: OwnerReference, namespace: string, view: View): KubeObject | undefined {
  const resource = workloadOf(identityOf(owner, namespace));
  if (resource === undefined) return metadataOf(owner, namespace, view);
  const live = view.get(resource, keyIn(namespace, owner.name));
  return live?.metadata.uid === owner.uid ? live : undefined;
}

/** The metadata of an object of a kind that is not watched, if it could be had. Of another object a reference learns nothing. */
export function metadataOf(owner: OwnerReference, namespace: string, view: View): KubeObject | undefined {
  const found = view.get(Ancestors, owner.uid)?.found;
  return found !== undefined && means({ owner, namespace }, found) ? found : undefined;
}

/** What stands above the controller, as far as it can be seen. */
export function rootOwner(owner: OwnerReference, namespace: string, view: View): OwnerReference {
  return chainFrom(owner, namespace, view).at(-1) ?? owner;
}

/** The objects above the controller that are not watched and could be read, the nearest first. */
export function ancestorsOf(owner: OwnerReference, namespace: string, view: View): KubeObject[] {
  return traceable(owner, namespace, view).flatMap(({ owner: each }) => metadataOf(each, namespace, view) ?? []);
}

/** The references in the chain that can only be followed by asking. */
export function traceable(owner: OwnerReference, namespace: string, view: View): Link[] {
  return chainFrom(owner, namespace, view)
    .filter((each) => workloadOf(identityOf(each, namespace)) === undefined && groupOf(each) !== GROUP)
    .filter(isPlausible)
    .map((each) => ({ owner: each, namespace }));
}

/** Those of them that nobody has asked for yet: there is at most one. */
export function untraced(owner: OwnerReference, namespace: string, view: View): Link[] {
  return traceable(owner, namespace, view).filter((link) => view.get(Ancestors, link.owner.uid) === undefined);
}

/** What was found out about an object concerns all pods below it. */
export function ancestors(keys: (pod: Live<Pod>, view: View) => readonly Key[]): Source {
  const source: Source<Ancestor> = {
    resource: Ancestors,
    indexes: [...belowIndexes, ...WORKLOADS.map(byOwner), ancestorsByController],
    wakes: ({ metadata }, view) => [...podsUnder(metadata.uid, view)].flatMap((pod) => keys(pod, view)),
  };
  return source;
}

function* podsUnder(uid: string, view: View, depth = MOST_LINKS): Iterable<Live<Pod>> {
  if (depth === 0) return;
  yield* podsBelow(uid, view);
  for (const resource of WORKLOADS)
    for (const workload of view.each(byOwner(resource), uid)) yield* podsBelow(workload.metadata.uid, view);
  for (const ancestor of view.each(ancestorsByController, uid))
    yield* podsUnder(ancestor.metadata.uid, view, depth - 1);
}
