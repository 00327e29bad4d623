/**
 * An XosResourceInstance is any YAML, applied and deleted as a principal's ServiceAccount: what that may not do is not
 * done. Each object is recorded in status before it is made, so that whatever happens in between nothing is forgotten.
 * Source: api.md, "Security"; the XOS model KubernetesResourceInstance.
 */
import { Namespaces, ServiceAccounts } from '../../api/core.ts';
import { XosPrincipals } from '../../api/generated/xosprincipals.ts';
import { type XosResourceInstance, XosResourceInstances } from '../../api/generated/xosresourceinstances.ts';
import { keyOf } from '../../api/meta.ts';
import type { Live } from '../../api/object.ts';
import { Observations, observationsByOwner, type Observation } from '../../runtime/errand.ts';
import { follows, type Kind, type Source } from '../../runtime/kind.ts';
import { type Outcome, stalled, waiting } from '../../runtime/outcome.ts';
import type { View } from '../../runtime/view.ts';
import {
  principalsByAccount,
  resourceInstancesByNamespace,
  resourceInstancesByPrincipal,
} from '../../shared/indexes.ts';
import { declarationOf } from './documents.ts';
import { finalized } from './finalize.ts';
import { standingOf } from './keeping.ts';
import { removalsOf } from './removing.ts';
import { actingFor, errandFor, type Situation, situationOf, type Standing } from './situation.ts';
import { forgotten, outcomeOf, recorded } from './verdict.ts';

const observed: Source<Observation> = {
  resource: Observations,
  indexes: [observationsByOwner],
  wakes: ({ owner }) => [owner.key],
};

const accounts: Source = {
  resource: ServiceAccounts,
  indexes: [principalsByAccount, resourceInstancesByPrincipal],
  wakes: (account, view) =>
    view
      .by(principalsByAccount, keyOf(account.metadata))
      .flatMap((principal) => view.by(resourceInstancesByPrincipal, keyOf(principal.metadata)))
      .map(({ metadata }) => keyOf(metadata)),
};

/** Where a namespace ends, what cannot be deleted any more is given up. */
const endings: Source = {
  resource: Namespaces,
  indexes: [resourceInstancesByNamespace],
  matters: (before, after) => before?.metadata.deletionTimestamp !== after?.metadata.deletionTimestamp,
  wakes: ({ metadata }, view) =>
    view.by(resourceInstancesByNamespace, metadata.name).map((instance) => keyOf(instance.metadata)),
};

export const resourceInstances: Kind<XosResourceInstance> = {
  resource: XosResourceInstances,
  owns: [],
  reads: [follows(XosPrincipals, resourceInstancesByPrincipal), observed, accounts, endings],

  reconcile(instance, view) {
    // Only what deletes has to be held until that is done.
    return { ...reconciled(instance, view), finalizer: instance.spec.deletionPolicy === 'Delete' };
  },

  letsStay: ({ spec }) => (spec.deletionPolicy === 'Orphan' ? undefined : { deletionPolicy: 'Orphan' }),

  finalize: finalized,
};

function reconciled(instance: Live<XosResourceInstance>, view: View): Outcome {
  const before = { status: { ready: instance.status?.ready, resources: instance.status?.resources } };
  const declaration = declarationOf(instance);
  if ('problem' in declaration) return stalled('InvalidSpec', declaration.problem, before);
  const acting = actingFor(instance, view);
  if ('problem' in acting) return waiting(acting.problem, before);
  const { documents } = declaration;
  const situation = situationOf(instance, acting.account, view);
  const keeping = withoutTwins(documents.map((declared) => standingOf(declared, documents, situation)));
  const wanted = new Set(documents.map(({ id }) => id));
  const leftovers = [...situation.entries].filter(([id]) => !wanted.has(id)).map(([, entry]) => entry);
  const removing = removalsOf(leftovers, situation);
  if (keeping.some(({ unrecorded }) => unrecorded === true)) return recorded(keeping, removing, situation);
  return outcomeOf(keeping, removing, { situation, errands: errandsOf([...keeping, ...removing], situation) });
}

function errandsOf(standings: readonly Standing[], situation: Situation): NonNullable<Outcome['errands']> {
  const tasks = standings.flatMap(({ ref, task }) => (task === undefined ? [] : [errandFor(ref, task, situation)]));
  return [...tasks, ...forgotten(standings, situation)];
}

/** Of a kind without namespaces two documents may mean one object: a namespace in its metadata means nothing there. */
function withoutTwins(standings: readonly Standing[]): Standing[] {
  const seen = new Set<string>();
  return standings.map((standing) => {
    const { ref, uid } = standing;
    if (uid === undefined || !seen.has(uid)) {
      if (uid !== undefined) seen.add(uid);
      return standing;
    }
    const message = `Two documents mean the same ${ref.kind}, because this kind has no namespaces: remove one.`;
    return { ref, state: 'Conflict', reason: 'InvalidSpec', message };
  });
}
