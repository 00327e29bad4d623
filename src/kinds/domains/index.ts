/**
 * A trust domain is a namespace: bound where it exists, made where it does not. What was bound is never deleted; what
 * was made is deleted with the trust domain if nobody else lives in it. Source: api.md, "The never-harm rule", 5.
 */
import { type Namespace, Namespaces } from '../../api/core.ts';
import { type XosTrustDomain, XosTrustDomains } from '../../api/generated/xostrustdomains.ts';
import { XosKubernetesServices } from '../../api/generated/xoskubernetesservices.ts';
import { keyOf } from '../../api/meta.ts';
import type { KubeObject, Live } from '../../api/object.ts';
import { follows, type Kind, type Source } from '../../runtime/kind.ts';
import { type Child, type Outcome, progressing, ready, stalled, waiting } from '../../runtime/outcome.ts';
import { byResourceName, isManaged, ownerUidOf, resourceNameOf } from '../../runtime/ownership.ts';
import type { View } from '../../runtime/view.ts';
import { ageRank } from '../../shared/age.ts';
import { domainsByService } from '../../shared/indexes.ts';
import { missing } from '../../shared/references.ts';
import { resourceRef } from '../../shared/resource-ref.ts';
import { conflictingLabel, isProtected, namespaceFor } from './objects.ts';

const byNamespace = byResourceName(XosTrustDomains);

/** When one of several for the same namespace goes, another may take over. */
const namesakes: Source<XosTrustDomain> = {
  resource: XosTrustDomains,
  indexes: [byNamespace],
  wakes: (domain, view) => view.by(byNamespace, resourceNameOf(domain)).map((other) => keyOf(other.metadata)),
};

/** An older trust domain for the same namespace: two would overwrite each other's labels for ever. */
function elderOf(domain: Live<XosTrustDomain>, view: View): Live<KubeObject> | undefined {
  return view
    .by(byNamespace, resourceNameOf(domain))
    .find((other) => isManaged(other) && ageRank(other) < ageRank(domain));
}

export const domains: Kind<XosTrustDomain> = {
  resource: XosTrustDomains,
  owns: [Namespaces],
  reads: [follows(XosKubernetesServices, domainsByService), namesakes],

  reconcile(domain, view) {
    const absent = missing(
      domain,
      [{ field: 'kubernetesServiceRef', to: XosKubernetesServices, ref: domain.spec.kubernetesServiceRef }],
      view,
    );
    if (absent !== undefined) return waiting(absent);

    const name = resourceNameOf(domain);
    const elder = elderOf(domain, view);
    if (elder !== undefined) {
      return stalled(
        'NameConflict',
        `XosTrustDomain ${elder.metadata.name} is older and stands for namespace ${name} already: delete one of the two.`,
      );
    }
    const live = view.get(Namespaces, name);
    if (live === undefined) return absentNamespace(domain, name);
    if (live.metadata.deletionTimestamp !== undefined)
      return waiting(`Namespace ${name} is being deleted; it is made again when it is gone.`);
    return ownerUidOf(live) === domain.metadata.uid ? madeNamespace(domain, live) : boundNamespace(domain, live);
  },

  finalize(domain, view) {
    const live = view.get(Namespaces, resourceNameOf(domain));
    const ours = live !== undefined && ownerUidOf(live) === domain.metadata.uid;
    if (!ours || domain.spec.deletionPolicy === 'Orphan' || isProtected(live.metadata.name))
      return { finalizer: false };
    if (live.metadata.deletionTimestamp !== undefined)
      return progressing(`Namespace ${live.metadata.name} is being deleted.`);
    return {
      remove: [{ resource: Namespaces, object: live, onlyIfEmpty: !domain.spec.allowCascadingDeletion }],
      requeueAfterMs: BLOCKED_RETRY_MS,
    };
  },
};

/** What is in the way of deleting a namespace may be of a kind that nobody watches, so it is asked again. */
const BLOCKED_RETRY_MS = 30_000;

function absentNamespace(domain: XosTrustDomain, name: string): Outcome {
  if (isProtected(name))
    return waiting(
      `Namespace ${name} belongs to Kubernetes and does not exist: the operator binds it, but never makes it.`,
    );
  return progressing(`Namespace ${name} is being created.`, {
    children: [child(domain, 'Claim')],
    finalizer: holds(domain),
  });
}

function madeNamespace(domain: XosTrustDomain, live: Live<Namespace>): Outcome {
  const details = { children: [child(domain, 'Claim')], finalizer: holds(domain), status: statusOf(live, true) };
  return ready(`Namespace ${live.metadata.name} is as declared.`, details);
}

function boundNamespace(domain: XosTrustDomain, live: Live<Namespace>): Outcome {
  const { name } = live.metadata;
  const { adoptionPolicy, namespaceLabels = {} } = domain.spec;
  if (adoptionPolicy === 'MustNotExist') {
    return stalled(
      'NameConflict',
      `Namespace ${name} exists already, and adoptionPolicy MustNotExist forbids binding it: set it to AdoptIfUnowned, or choose another name.`,
    );
  }
  const wantsLabels = Object.keys(namespaceLabels).length > 0;
  if (isProtected(name) && wantsLabels)
    return stalled(
      'InvalidSpec',
      `Namespace ${name} belongs to Kubernetes, so it is never labelled: remove spec.namespaceLabels.`,
    );
  const conflict = conflictingLabel(namespaceLabels, live);
  if (conflict !== undefined) {
    return stalled(
      'NameConflict',
      `Namespace ${name} has another value for the label ${conflict} already. It is left as it is: remove the label from spec.namespaceLabels, or from the namespace.`,
    );
  }
  const message = `Namespace ${name} existed before and is bound${wantsLabels ? ', with the labels' : ''}.`;
  return ready(message, { children: [child(domain, 'Bind')], finalizer: false, status: statusOf(live, false) });
}

function child(domain: XosTrustDomain, strategy: 'Claim' | 'Bind'): Child {
  return { resource: Namespaces, strategy, object: namespaceFor(domain, strategy) };
}

/** Only a trust domain that deletes its namespace has to be held until that is done. */
function holds(domain: XosTrustDomain): boolean {
  return domain.spec.deletionPolicy === 'Delete';
}

function statusOf(live: Live<Namespace>, created: boolean): object {
  return {
    resourceRef: resourceRef(live),
    created,
    ...(live.status?.phase !== undefined && { phase: live.status.phase }),
  };
}
