// Generated from crds/xosconfigmaps.yaml by `npm run generate`. Do not edit.
import type { Condition, ObjectMeta } from '../object.ts';
import { keepDeclared } from '../keep.ts';
import type { Resource } from '../resource.ts';

/**
 * A config map holds configuration for pods, a ConfigMap.
 */
export interface XosConfigMap {
  apiVersion: 'xos.opencord.org/v1alpha1';
  kind: 'XosConfigMap';
  metadata: ObjectMeta;
  spec: XosConfigMapSpec;
  status?: XosConfigMapStatus;
}
/**
 * What is wanted.
 */
export interface XosConfigMapSpec {
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
   * The entries as texts. Give this, binaryData or dataJSON.
   */
  data?: {
    [k: string]: string;
  };
  /**
   * The entries as bytes in base64. Give this, data or dataJSON.
   */
  binaryData?: {
    [k: string]: string;
  };
  /**
   * The entries as a JSON text, an object whose values are texts, numbers or booleans; the form that XOS itself uses.
   */
  dataJSON?: string;
  /**
   * Whether nobody may change the data in place. XOS then replaces the ConfigMap when the data declared here changes; pods see the new one when they start.
   */
  immutable?: boolean;
}
/**
 * What is true.
 */
export interface XosConfigMapStatus {
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
  resourceRef?: XosConfigMapStatusResourceRef;
  /**
   * How many entries there are.
   */
  entries?: number;
  /**
   * The names of the entries, in order, up to 64 of them. Never a value.
   */
  keys?: string[];
  provenance?: XosConfigMapStatusProvenance;
}
/**
 * The ConfigMap.
 */
export interface XosConfigMapStatusResourceRef {
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
export interface XosConfigMapStatusProvenance {
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

/** The resource xosconfigmaps.xos.opencord.org. */
export const XosConfigMaps: Resource<XosConfigMap> = {
  group: 'xos.opencord.org',
  version: 'v1alpha1',
  kind: 'XosConfigMap',
  plural: 'xosconfigmaps',
  namespaced: true,
  keep: keepDeclared,
};
