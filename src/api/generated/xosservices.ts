// Generated from crds/xosservices.yaml by `npm run generate`. Do not edit.
import type { Condition, ObjectMeta } from '../object.ts';
import { keepDeclared } from '../keep.ts';
import type { Resource } from '../resource.ts';

/**
 * A service makes the pods of its slices reachable, a Service once it has a port.
 */
export interface XosService {
  apiVersion: 'xos.opencord.org/v1alpha1';
  kind: 'XosService';
  metadata: ObjectMeta;
  spec: XosServiceSpec;
  status?: XosServiceStatus;
}
/**
 * What is wanted.
 */
export interface XosServiceSpec {
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
   * From where it is reached; left out, NodePort, or for a Service that was taken over what it is already. NodePort opens a port on every node; LoadBalancer asks the cloud for an address besides; ClusterIP is for the cluster alone.
   */
  exposure?: 'NodePort' | 'LoadBalancer' | 'ClusterIP';
  /**
   * What it is for.
   */
  description?: string;
}
/**
 * What is true.
 */
export interface XosServiceStatus {
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
  resourceRef?: XosServiceStatusResourceRef;
  /**
   * From where it is reached.
   */
  exposure?: string;
  /**
   * Its address inside of the cluster.
   */
  clusterIP?: string;
  /**
   * The ports as people read them, such as 80:30080/TCP.
   */
  ports?: string;
  /**
   * Addresses that the load balancer answers at.
   */
  loadBalancer?: string[];
  /**
   * How many pods of its slices are ready to answer.
   */
  readyEndpoints?: number;
  provenance?: XosServiceStatusProvenance;
}
/**
 * The Service.
 */
export interface XosServiceStatusResourceRef {
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
export interface XosServiceStatusProvenance {
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

/** The resource xosservices.xos.opencord.org. */
export const XosServices: Resource<XosService> = {
  group: 'xos.opencord.org',
  version: 'v1alpha1',
  kind: 'XosService',
  plural: 'xosservices',
  namespaced: true,
  keep: keepDeclared,
};
