// Generated from crds/xossecrets.yaml by `npm run generate`. Do not edit.
import type { Condition, ObjectMeta } from '../object.ts';
import { keepDeclared } from '../keep.ts';
import type { Resource } from '../resource.ts';

/**
 * A secret holds confidential data for pods, a Secret.
 */
export interface XosSecret {
  apiVersion: 'xos.opencord.org/v1alpha1';
  kind: 'XosSecret';
  metadata: ObjectMeta;
  spec: XosSecretSpec;
  status?: XosSecretStatus;
}
/**
 * What is wanted.
 */
export interface XosSecretSpec {
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
   * Type of the Secret; left out, Opaque. A type such as kubernetes.io/tls needs certain entries. A change replaces the Secret.
   */
  type?: string;
  /**
   * The entries as bytes in base64. Give this, stringData, dataJSON or secretRef.
   */
  data?: {
    [k: string]: string;
  };
  /**
   * The entries as texts. Give this, data, dataJSON or secretRef.
   */
  stringData?: {
    [k: string]: string;
  };
  /**
   * The entries as a JSON text, an object whose values are texts, numbers or booleans; the form that XOS itself uses.
   */
  dataJSON?: string;
  secretRef?: XosSecretSpecSecretRef;
  /**
   * Whether nobody may change the data in place. XOS then replaces the Secret when the data declared here changes; pods see the new one when they start.
   */
  immutable?: boolean;
}
/**
 * A Secret of this namespace that somebody else keeps. Nothing is written; its presence and the names of its entries are reported. Preferred, because nothing secret then stands in this object.
 */
export interface XosSecretSpecSecretRef {
  /**
   * Name of the object.
   */
  name: string;
}
/**
 * What is true.
 */
export interface XosSecretStatus {
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
  resourceRef?: XosSecretStatusResourceRef;
  /**
   * Type of the Secret.
   */
  type?: string;
  /**
   * How many entries there are.
   */
  entries?: number;
  /**
   * The names of the entries, in order, up to 64 of them. Never a value.
   */
  keys?: string[];
  provenance?: XosSecretStatusProvenance;
}
/**
 * The Secret.
 */
export interface XosSecretStatusResourceRef {
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
export interface XosSecretStatusProvenance {
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

/** The resource xossecrets.xos.opencord.org. */
export const XosSecrets: Resource<XosSecret> = {
  group: 'xos.opencord.org',
  version: 'v1alpha1',
  kind: 'XosSecret',
  plural: 'xossecrets',
  namespaced: true,
  keep: keepDeclared,
};
