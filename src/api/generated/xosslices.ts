// Generated from crds/xosslices.yaml by `npm run generate`. Do not edit.
import type { Condition, JsonObject, ObjectMeta } from '../object.ts';
import { keepDeclared } from '../keep.ts';
import type { Resource } from '../resource.ts';

/**
 * A slice groups service instances and, with a controllerKind, runs pods through a controller of Kubernetes.
 */
export interface XosSlice {
  apiVersion: 'xos.opencord.org/v1alpha1';
  kind: 'XosSlice';
  metadata: ObjectMeta;
  spec: XosSliceSpec;
  status?: XosSliceStatus;
}
/**
 * What is wanted.
 */
export interface XosSliceSpec {
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
   * What it is for.
   */
  description?: string;
  siteRef?: XosSliceSpecSiteRef;
  principalRef?: XosSliceSpecPrincipalRef;
  serviceRef?: XosSliceSpecServiceRef;
  imageRef?: XosSliceSpecImageRef;
  /**
   * A container image in plain text, such as registry.example.com/team/app:1.2. Give this or imageRef.
   */
  image?: string;
  /**
   * Deployment, StatefulSet, DaemonSet, ReplicaSet, Job or CronJob. Left out, the slice only groups instances. A mirror may be of any kind.
   */
  controllerKind?: string;
  /**
   * How many pods, of a Deployment, a StatefulSet or a ReplicaSet. Left out, the number is not kept by XOS, so that an autoscaler may keep it.
   */
  replicas?: number;
  template?: XosSliceSpecTemplate;
  /**
   * When a CronJob runs, in the notation of cron (minute, hour, day of the month, month, day of the week), or a name such as @hourly.
   */
  schedule?: string;
  /**
   * Of a controller that was there before and was taken over, whether its pods may be restarted for what XOS itself needs, which is the label by which spec.serviceRef finds them. Left out, they are not, and the condition RolloutNeeded says so.
   */
  allowRollout?: boolean;
  /**
   * How many service instances of this slice may have a pod, the oldest first; left out, any number. A pod that runs stays when this is lowered.
   */
  maxInstances?: number;
}
/**
 * The XosSite that it belongs to. Left out, the defaultSiteRef of the XosKubernetesService.
 */
export interface XosSliceSpecSiteRef {
  /**
   * Name of the object.
   */
  name: string;
}
/**
 * The XosPrincipal that its pods run as.
 */
export interface XosSliceSpecPrincipalRef {
  /**
   * Name of the object.
   */
  name: string;
}
/**
 * The XosService that reaches its pods. Of a StatefulSet, the one that is given at first also gives the pods their DNS names.
 */
export interface XosSliceSpecServiceRef {
  /**
   * Name of the object.
   */
  name: string;
}
/**
 * The XosImage of its pods. Give this or image.
 */
export interface XosSliceSpecImageRef {
  /**
   * Name of the object.
   */
  name: string;
}
/**
 * What the pod has beyond the image and the account. Containers are matched by name; the one that the image goes into is called main, unless the template names others.
 */
export interface XosSliceSpecTemplate {
  metadata?: XosSliceSpecTemplateMetadata;
  /**
   * A partial PodSpec of Kubernetes, whose fields mean what they mean there. Its account comes from the principal of the slice.
   */
  spec?: JsonObject;
}
/**
 * Labels and annotations for the pod.
 */
export interface XosSliceSpecTemplateMetadata {
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
export interface XosSliceStatus {
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
  resourceRef?: XosSliceStatusResourceRef;
  rootOwner?: XosSliceStatusRootOwner;
  /**
   * Pods of the controller.
   */
  replicas?: number;
  /**
   * Pods of the controller that are ready.
   */
  readyReplicas?: number;
  /**
   * Service instances of this slice.
   */
  instances?: number;
  /**
   * Label selector of the pods, for autoscalers.
   */
  selector?: string;
  provenance?: XosSliceStatusProvenance;
}
/**
 * The controller.
 */
export interface XosSliceStatusResourceRef {
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
export interface XosSliceStatusRootOwner {
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
export interface XosSliceStatusProvenance {
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

/** The resource xosslices.xos.opencord.org. */
export const XosSlices: Resource<XosSlice> = {
  group: 'xos.opencord.org',
  version: 'v1alpha1',
  kind: 'XosSlice',
  plural: 'xosslices',
  namespaced: true,
  keep: keepDeclared,
};
