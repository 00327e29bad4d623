// Generated from crds/xosresourceinstances.yaml by `npm run generate`. Do not edit.
import type { Condition, JsonObject, ObjectMeta } from '../object.ts';
import { keepDeclared } from '../keep.ts';
import type { Resource } from '../resource.ts';

/**
 * A resource instance is any YAML, applied as a principal.
 */
export interface XosResourceInstance {
  apiVersion: 'xos.opencord.org/v1alpha1';
  kind: 'XosResourceInstance';
  metadata: ObjectMeta;
  spec: XosResourceInstanceSpec;
  status?: XosResourceInstanceStatus;
}
/**
 * What is wanted.
 */
export interface XosResourceInstanceSpec {
  /**
   * The objects to apply. A namespaced one without a namespace goes into the namespace of this XosResourceInstance.
   *
   * Items: One object, with apiVersion, kind and metadata.name. What only the API server sets, such as status or metadata.uid, is passed over.
   */
  manifests?: JsonObject[];
  /**
   * The objects to apply as a YAML text of one or more documents, as the original XOS has it. Without aliases and merge keys; numbers are read as kubectl reads them.
   */
  resourceDefinition?: string;
  principalRef: XosResourceInstanceSpecPrincipalRef;
  /**
   * What becomes of the objects when this XosResourceInstance is deleted. Delete deletes them, as the principal; Orphan leaves them as they are. Objects that leave the list are deleted in either case.
   */
  deletionPolicy: 'Delete' | 'Orphan';
  /**
   * What to do if an object of that name exists already. MustNotExist leaves it alone and reports a conflict; AdoptIfUnowned takes it over if nobody else keeps it, and then deletes it with the others.
   */
  adoptionPolicy: 'MustNotExist' | 'AdoptIfUnowned';
  /**
   * What to do when somebody changes a field that is declared here. Correct puts it back; Report writes nothing to an object that exists and says what differs.
   */
  driftPolicy: 'Correct' | 'Report';
}
/**
 * The XosPrincipal of this namespace whose ServiceAccount applies and deletes the objects; its rights are all that counts.
 */
export interface XosResourceInstanceSpecPrincipalRef {
  /**
   * Name of the XosPrincipal.
   */
  name: string;
}
/**
 * What is true.
 */
export interface XosResourceInstanceStatus {
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
  /**
   * How many of the objects are ready, such as 3/4.
   */
  ready?: string;
  /**
   * Every object that was applied or is about to be, in the order of applying. What stands here is deleted when it is no longer wanted, but only where the live object agrees that it is ours.
   */
  resources?: XosResourceInstanceStatusResourcesItem[];
}
/**
 * One object.
 */
export interface XosResourceInstanceStatusResourcesItem {
  /**
   * API group and version.
   */
  apiVersion: string;
  /**
   * Kind of the object.
   */
  kind: string;
  /**
   * Namespace of the object, where it is another one than that of this XosResourceInstance.
   */
  namespace?: string;
  /**
   * Name of the object.
   */
  name: string;
  /**
   * UID of the object, once it has been made.
   */
  uid?: string;
  /**
   * How it stands with it. Applied is on its way to Ready; Pending is not made yet.
   */
  state: 'Pending' | 'Applied' | 'Ready' | 'Drifted' | 'Conflict' | 'Forbidden' | 'Failed' | 'Deleting';
  /**
   * Why, and what to do, where that is not plain.
   */
  message?: string;
}

/** The resource xosresourceinstances.xos.opencord.org. */
export const XosResourceInstances: Resource<XosResourceInstance> = {
  group: 'xos.opencord.org',
  version: 'v1alpha1',
  kind: 'XosResourceInstance',
  plural: 'xosresourceinstances',
  namespaced: true,
  keep: keepDeclared,
};
