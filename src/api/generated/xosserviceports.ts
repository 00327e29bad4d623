// Generated from crds/xosserviceports.yaml by `npm run generate`. Do not edit.
import type { Condition, ObjectMeta } from '../object.ts';
import { keepDeclared } from '../keep.ts';
import type { Resource } from '../resource.ts';

/**
 * A service port is one port at which an XosService is reached.
 */
export interface XosServicePort {
  apiVersion: 'xos.opencord.org/v1alpha1';
  kind: 'XosServicePort';
  metadata: ObjectMeta;
  spec: XosServicePortSpec;
  status?: XosServicePortStatus;
}
/**
 * What is wanted.
 */
export interface XosServicePortSpec {
  /**
   * Whether XOS makes and keeps the Kubernetes resource. False marks a mirror of what somebody else made.
   */
  xosManaged: boolean;
  serviceRef: XosServicePortSpecServiceRef;
  /**
   * The port at which the pods listen, and the one of the service inside of the cluster.
   */
  internalPort: number;
  /**
   * The node port. Left out, Kubernetes allocates one, which is then kept.
   */
  externalPort?: number;
  /**
   * The protocol.
   */
  protocol: 'TCP' | 'UDP' | 'SCTP';
}
/**
 * The XosService. Cannot be changed while xosManaged is true.
 */
export interface XosServicePortSpecServiceRef {
  /**
   * Name of the object.
   */
  name: string;
}
/**
 * What is true.
 */
export interface XosServicePortStatus {
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
   * The node port, asked for or allocated.
   */
  nodePort?: number;
}

/** The resource xosserviceports.xos.opencord.org. */
export const XosServicePorts: Resource<XosServicePort> = {
  group: 'xos.opencord.org',
  version: 'v1alpha1',
  kind: 'XosServicePort',
  plural: 'xosserviceports',
  namespaced: true,
  keep: keepDeclared,
};
