// Generated from crds/xosprincipals.yaml by `npm run generate`. Do not edit.
import type { Condition, ObjectMeta } from '../object.ts';
import { keepDeclared } from '../keep.ts';
import type { Resource } from '../resource.ts';

/**
 * A principal is who pods run as, a ServiceAccount.
 */
export interface XosPrincipal {
  apiVersion: 'xos.opencord.org/v1alpha1';
  kind: 'XosPrincipal';
  metadata: ObjectMeta;
  spec: XosPrincipalSpec;
  status?: XosPrincipalStatus;
}
/**
 * What is wanted.
 */
export interface XosPrincipalSpec {
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
  /**
   * Whether pods get a token of this account; left out, as Kubernetes does.
   */
  automountToken?: boolean;
  /**
   * Secrets of the namespace with credentials for registries.
   */
  imagePullSecretRefs?: XosPrincipalSpecImagePullSecretRefsItem[];
}
/**
 * One secret.
 */
export interface XosPrincipalSpecImagePullSecretRefsItem {
  /**
   * Name of the Secret.
   */
  name: string;
}
/**
 * What is true.
 */
export interface XosPrincipalStatus {
  /**
   * The generation of the spec that this status is about; -1 before the operator has seen the object.
   */
  observedGeneration?: number;
  /**
   * What is known about this object. Ready, Reconciling, Stalled and Paused follow kstatus.
   */
  conditions?: Condition[];
  /**
   * The trust domain that this object is in, which is its namespace.
   */
  trustDomain?: string;
  resourceRef?: XosPrincipalStatusResourceRef;
  provenance?: XosPrincipalStatusProvenance;
}
/**
 * The ServiceAccount.
 */
export interface XosPrincipalStatusResourceRef {
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
export interface XosPrincipalStatusProvenance {
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

/** The resource xosprincipals.xos.opencord.org. */
export const XosPrincipals: Resource<XosPrincipal> = {
  group: 'xos.opencord.org',
  version: 'v1alpha1',
  kind: 'XosPrincipal',
  plural: 'xosprincipals',
  namespaced: true,
  keep: keepDeclared,
};
