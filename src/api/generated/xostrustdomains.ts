// Generated from crds/xostrustdomains.yaml by `npm run generate`. Do not edit.
import type { Condition, ObjectMeta } from '../object.ts';
import { keepDeclared } from '../keep.ts';
import type { Resource } from '../resource.ts';

/**
 * A trust domain is a namespace, bound where it exists and made where it does not.
 */
export interface XosTrustDomain {
  apiVersion: 'xos.opencord.org/v1alpha1';
  kind: 'XosTrustDomain';
  metadata: ObjectMeta;
  spec: XosTrustDomainSpec;
  status?: XosTrustDomainStatus;
}
/**
 * What is wanted.
 */
export interface XosTrustDomainSpec {
  /**
   * Whether XOS makes and keeps the Kubernetes resource. False marks a mirror of what somebody else made.
   */
  xosManaged: boolean;
  /**
   * Name of the Kubernetes resource, if it is not the name of this object. Cannot be changed while xosManaged is true.
   */
  resourceName?: string;
  /**
   * What to do if a resource of that name exists already. MustNotExist leaves it alone and reports a conflict; AdoptIfUnowned takes it over if nobody else keeps it.
   */
  adoptionPolicy: 'MustNotExist' | 'AdoptIfUnowned';
  /**
   * What to do when somebody changes a field that is declared here. Correct puts it back; Report writes nothing and says what differs.
   */
  driftPolicy: 'Correct' | 'Report';
  kubernetesServiceRef?: XosTrustDomainSpecKubernetesServiceRef;
  /**
   * Labels for the namespace. One that has another value already is never overwritten.
   */
  namespaceLabels?: {
    [k: string]: string;
  };
  /**
   * What becomes of a namespace that the operator made, when this object is deleted. Delete deletes it if nothing lives there that XOS did not make. A namespace that existed before always stays.
   */
  deletionPolicy: 'Delete' | 'Orphan';
  /**
   * Deletes the namespace with all that is in it, whoever made it.
   */
  allowCascadingDeletion: boolean;
}
/**
 * The XosKubernetesService that owns it; by default the one that steers.
 */
export interface XosTrustDomainSpecKubernetesServiceRef {
  /**
   * Name of the object.
   */
  name: string;
}
/**
 * What is true.
 */
export interface XosTrustDomainStatus {
  /**
   * The generation of the spec that this status is about; -1 before the operator has seen the object.
   */
  observedGeneration?: number;
  /**
   * What is known about this object. Ready, Reconciling, Stalled and Paused follow kstatus.
   */
  conditions?: Condition[];
  resourceRef?: XosTrustDomainStatusResourceRef;
  /**
   * Phase of the namespace.
   */
  phase?: string;
  /**
   * Whether the operator made the namespace.
   */
  created?: boolean;
  provenance?: XosTrustDomainStatusProvenance;
}
/**
 * The namespace.
 */
export interface XosTrustDomainStatusResourceRef {
  /**
   * API group and version.
   */
  apiVersion: string;
  /**
   * Kind of the object.
   */
  kind: string;
  /**
   * Name of the object.
   */
  name: string;
  /**
   * UID of the object.
   */
  uid: string;
}
/**
 * Where a resource that XOS did not make comes from.
 */
export interface XosTrustDomainStatusProvenance {
  /**
   * The tool or controller, such as Helm, ArgoCD, Flux, OLM, kubectl, Static, Operator or Controller; for what a controller made, who put that there.
   */
  source: string;
  /**
   * Its name for what it made, such as the name of a release.
   */
  name?: string;
  /**
   * The field that gave it away.
   */
  evidence: string;
}

/** The resource xostrustdomains.xos.opencord.org. */
export const XosTrustDomains: Resource<XosTrustDomain> = {
  group: 'xos.opencord.org',
  version: 'v1alpha1',
  kind: 'XosTrustDomain',
  plural: 'xostrustdomains',
  namespaced: false,
  keep: keepDeclared,
};
