/**
 * The kinds of an operator that is restricted to namespaces. Of what the whole cluster shares it sees the custom resources
 * alone, and others like it may stand beside it: so of these it says what each of them says, and counts nothing.
 */
import type { XosImage } from '../api/generated/xosimages.ts';
import type { XosKubernetesService } from '../api/generated/xoskubernetesservices.ts';
import type { XosSite } from '../api/generated/xossites.ts';
import type { XosTrustDomain } from '../api/generated/xostrustdomains.ts';
import type { Kind } from '../runtime/kind.ts';
import type { Note } from '../runtime/notes.ts';
import { progressing, ready, stalled, withNotes } from '../runtime/outcome.ts';
import { resourceNameOf } from '../runtime/ownership.ts';
import { resolved } from '../shared/images.ts';
import { domains } from './domains/index.ts';
import { images } from './images/index.ts';
import { impediment, kubernetesServices, steers } from './kubernetes-services/index.ts';
import { isReleasing } from './releasing.ts';
import { sites } from './sites/index.ts';

const RESTRICTED: Note = {
  type: 'Restricted',
  reason: 'Namespaces',
  message:
    'The operator is restricted to namespaces by its option --namespaces. It keeps no XosTrustDomain, and makes no mirrors of namespaces and images. ' +
    'It sees no labels and annotations of namespaces: spec.adoption.namespaceSelector selects as if there were none, and a namespace cannot opt out. ' +
    'What there is in its namespaces it counts in its metrics, not in status.inventory, nor in XosSites and XosImages.',
};

export const restrictedServices: Kind<XosKubernetesService> = {
  ...kubernetesServices,
  reconcile(service, view) {
    const outcome = impediment(service, view) ?? (isReleasing(view) ? progressing(GIVING_BACK) : steers());
    return withNotes(outcome, [RESTRICTED]);
  },
};

/** Nobody sees the whole of it, so nobody says that it is over. */
const GIVING_BACK =
  'What is managed in the namespaces of the operator is given back. It cannot say when all of it is, because it is restricted to namespaces: ' +
  'do not delete custom resources, CRDs or operators before every other custom resource has a condition with the reason Observed.';

const restrictedSites: Kind<XosSite> = {
  ...sites,
  reads: [],
  reconcile: () =>
    ready('The site is known. Its slices are not counted, because the operator is restricted to namespaces.'),
};

const restrictedImages: Kind<XosImage> = {
  ...images,
  reads: [],
  reconcile(image) {
    const { reference } = resolved(image);
    const message = `The image is ${reference}. Who names it is not counted, because the operator is restricted to namespaces.`;
    return ready(message, { status: { reference } });
  },
};

const restrictedDomains: Kind<XosTrustDomain> = {
  ...domains,
  owns: [],
  reads: [],
  reconcile: (domain) =>
    stalled(
      'Restricted',
      `The operator is restricted to namespaces, so it neither makes nor binds namespace ${resourceNameOf(domain)}: delete this object, which changes nothing else, or start the operator without its option --namespaces.`,
    ),
  // The namespace stays: nobody may look what lives in it.
  finalize: () => ({ finalizer: false }),
};

const INSTEAD = [restrictedSites, restrictedImages, restrictedDomains] as readonly Kind[];

/** The same kinds, with others in place of those that look at the whole cluster. */
export function restricted(kinds: readonly Kind[]): readonly Kind[] {
  return kinds.map((kind) => INSTEAD.find(({ resource }) => resource === kind.resource) ?? kind);
}
