// Generated from crds/xosserviceinstances.yaml by `npm run generate`. Do not edit.
import type { Condition, JsonObject, ObjectMeta } from '../object.ts';
import { keepDeclared } from '../keep.ts';
import type { Resource } from '../resource.ts';

/**
 * A service instance is a pod in a slice.
 */
export interface XosServiceInstance {
  apiVersion: 'xos.opencord.org/v1alpha1';
  kind: 'XosServiceInstance';
  metadata: ObjectMeta;
  spec: XosServiceInstanceSpec;
  status?: XosServiceInstanceStatus;
}
/**
 * What is wanted.
 */
export interface XosServiceInstanceSpec {
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
  sliceRef?: XosServiceInstanceSpecSliceRef;
  kubernetesServiceRef?: XosServiceInstanceSpecKubernetesServiceRef;
  imageRef?: XosServiceInstanceSpecImageRef;
  /**
   * A container image in plain text, such as registry.example.com/team/app:1.2. Give this or imageRef.
   */
  image?: string;
  template?: XosServiceInstanceSpecTemplate;
  /**
   * Whether a changed template replaces the pod, or waits until somebody deletes it.
   */
  updateStrategy: 'Recreate' | 'OnDelete';
}
/**
 * The XosSlice that it belongs to.
 */
export interface XosServiceInstanceSpecSliceRef {
  /**
   * Name of the object.
   */
  name: string;
}
/**
 * The XosKubernetesService that owns it; by default the one that steers.
 */
export interface XosServiceInstanceSpecKubernetesServiceRef {
  /**
   * Name of the object.
   */
  name: string;
}
/**
 * The XosImage of the pod; by default the one of the slice. Give this or image.
 */
export interface XosServiceInstanceSpecImageRef {
  /**
   * Name of the object.
   */
  name: string;
}
/**
 * What the pod has beyond the image and the account. Containers are matched by name; the one that the image goes into is called main, unless the template names others.
 */
export interface XosServiceInstanceSpecTemplate {
  metadata?: XosServiceInstanceSpecTemplateMetadata;
  /**
   * A partial PodSpec of Kubernetes, whose fields mean what they mean there. Its account comes from the principal of the slice.
   */
  spec?: JsonObject;
}
/**
 * Labels and annotations for the pod.
 */
export interface XosServiceInstanceSpecTemplateMetadata {
  /**
   * Labels for the pod. Labels of xos.opencord.org are set by the operator.
   */
  labels?: {
    [k: string]: string;
  };
  /**
   * Annotations for the pod.
   */
  annotations?: {
    [k: string]: string;
  };
}
/**
 * What is true.
 */
export interface XosServiceInstanceStatus {
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
  resourceRef?: XosServiceInstanceStatusResourceRef;
  /**
   * Phase of the pod.
   */
  phase?: string;
  /**
   * Address of the pod.
   */
  podIP?: string;
  /**
   * All addresses of the pod.
   */
  podIPs?: string[];
  /**
   * The node that the pod is on.
   */
  nodeName?: string;
  /**
   * Whether the pod is ready.
   */
  ready?: boolean;
  /**
   * How often its containers were started again.
   */
  restarts?: number;
  /**
   * When the node took the pod.
   */
  startTime?: string;
  /**
   * Image of the first container.
   */
  image?: string;
  controller?: XosServiceInstanceStatusController;
  rootOwner?: XosServiceInstanceStatusRootOwner;
  provenance?: XosServiceInstanceStatusProvenance;
}
/**
 * The pod.
 */
export interface XosServiceInstanceStatusResourceRef {
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
 * The controller of the pod.
 */
export interface XosServiceInstanceStatusController {
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
 * What stands above the controller, as far as it can be seen.
 */
export interface XosServiceInstanceStatusRootOwner {
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
export interface XosServiceInstanceStatusProvenance {
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

/** The resource xosserviceinstances.xos.opencord.org. */
export const XosServiceInstances: Resource<XosServiceInstance> = {
  group: 'xos.opencord.org',
  version: 'v1alpha1',
  kind: 'XosServiceInstance',
  plural: 'xosserviceinstances',
  namespaced: true,
  keep: keepDeclared,
};
