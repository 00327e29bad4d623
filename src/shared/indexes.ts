/** How custom resources refer to each other. One index for each reference; kinds and their wake-ups share them. */
import { keyIn } from '../api/meta.ts';
import type { KubeObject } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import { type XosKubernetesService, XosKubernetesServices } from '../api/generated/xoskubernetesservices.ts';
import { type XosPrincipal, XosPrincipals } from '../api/generated/xosprincipals.ts';
import { type XosResourceInstance, XosResourceInstances } from '../api/generated/xosresourceinstances.ts';
import { type XosServiceInstance, XosServiceInstances } from '../api/generated/xosserviceinstances.ts';
import { type XosSecret, XosSecrets } from '../api/generated/xossecrets.ts';
import { type XosService, XosServices } from '../api/generated/xosservices.ts';
import { type XosServicePort, XosServicePorts } from '../api/generated/xosserviceports.ts';
import { type XosSlice, XosSlices } from '../api/generated/xosslices.ts';
import { type XosTrustDomain, XosTrustDomains } from '../api/generated/xostrustdomains.ts';
import { resourceNameOf } from '../runtime/ownership.ts';
import { labelValue } from './labels.ts';
import type { Index } from '../runtime/view.ts';

type Ref = { name: string } | undefined;

/** Files objects under the key of what they refer to in their own namespace. */
export function local<T extends KubeObject>(resource: Resource<T>, field: string, ref: (object: T) => Ref): Index<T> {
  return reference(resource, field, (object) => keyIn(object.metadata.namespace, ref(object)?.name ?? ''), ref);
}

/** Files objects under the name of the cluster-scoped object that they refer to. */
function global<T extends KubeObject>(resource: Resource<T>, field: string, ref: (object: T) => Ref): Index<T> {
  return reference(resource, field, (object) => ref(object)?.name ?? '', ref);
}

function reference<T extends KubeObject>(
  resource: Resource<T>,
  field: string,
  key: (object: T) => string,
  ref: (object: T) => Ref,
): Index<T> {
  return {
    name: `${resource.plural} by ${field}`,
    resource,
    keys: (object) => (ref(object) === undefined ? [] : [key(object)]),
  };
}

export const instancesBySlice: Index<XosServiceInstance> = local(
  XosServiceInstances,
  'sliceRef',
  (instance) => instance.spec.sliceRef,
);
export const instancesByImage: Index<XosServiceInstance> = global(
  XosServiceInstances,
  'imageRef',
  (instance) => instance.spec.imageRef,
);
export const instancesByService: Index<XosServiceInstance> = global(
  XosServiceInstances,
  'kubernetesServiceRef',
  (instance) => instance.spec.kubernetesServiceRef,
);
export const slicesByImage: Index<XosSlice> = global(XosSlices, 'imageRef', (slice) => slice.spec.imageRef);
export const slicesByPrincipal: Index<XosSlice> = local(XosSlices, 'principalRef', (slice) => slice.spec.principalRef);
export const slicesBySite: Index<XosSlice> = global(XosSlices, 'siteRef', (slice) => slice.spec.siteRef);
/** The slices that name no site, all under one key. They belong to the default site. */
export const slicesWithoutSite: Index<XosSlice> = {
  name: 'xosslices without a site',
  resource: XosSlices,
  keys: ({ spec }) => (spec.siteRef === undefined ? [''] : []),
};
export const servicesBySite: Index<XosKubernetesService> = global(
  XosKubernetesServices,
  'defaultSiteRef',
  (service) => service.spec.defaultSiteRef,
);
export const domainsByService: Index<XosTrustDomain> = global(
  XosTrustDomains,
  'kubernetesServiceRef',
  (domain) => domain.spec.kubernetesServiceRef,
);

export const slicesByService: Index<XosSlice> = local(XosSlices, 'serviceRef', (slice) => slice.spec.serviceRef);
export const portsByService: Index<XosServicePort> = local(
  XosServicePorts,
  'serviceRef',
  (port) => port.spec.serviceRef,
);
/** Services by the key of the label by which their pods are found. */
export const byServiceLabel: Index<XosService> = {
  name: 'xosservices by label',
  resource: XosServices,
  keys: ({ metadata }) => [keyIn(metadata.namespace, labelValue(metadata.name))],
};
export const secretsByReference: Index<XosSecret> = local(XosSecrets, 'secretRef', (secret) => secret.spec.secretRef);
export const resourceInstancesByPrincipal: Index<XosResourceInstance> = local(
  XosResourceInstances,
  'principalRef',
  (instance) => instance.spec.principalRef,
);
export const resourceInstancesByNamespace: Index<XosResourceInstance> = {
  name: 'xosresourceinstances by namespace',
  resource: XosResourceInstances,
  keys: ({ metadata }) => [metadata.namespace ?? ''],
};

/** The principals that stand for a service account. */
export const principalsByAccount: Index<XosPrincipal> = {
  name: 'xosprincipals by service account',
  resource: XosPrincipals,
  keys: (principal) => [keyIn(principal.metadata.namespace, resourceNameOf(principal))],
};

/** The slices whose pods run as the default account of their namespace, because they name no principal. */
export const slicesByDefaultAccount: Index<XosSlice> = {
  name: 'xosslices by default account',
  resource: XosSlices,
  keys: ({ metadata, spec }) => (spec.principalRef === undefined ? [keyIn(metadata.namespace, 'default')] : []),
};
