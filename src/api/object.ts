/**
 * The shapes that every Kubernetes object shares, as they are on the wire: times are RFC 3339 strings, and no field is
 * renamed (facts: the typed clients do both, and lose fields that they do not know).
 */

/** Any JSON value. */
export type Json = string | number | boolean | null | Json[] | JsonObject;
/** A JSON object whose shape is somebody else's business, such as a pod spec that we only pass on. */
export interface JsonObject {
  [key: string]: Json;
}

/** Who owns an object. Source: Kubernetes API, meta/v1 OwnerReference. */
export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** One writer's entry. `fieldsV1` is the set of fields it owns. Source: meta/v1 ManagedFieldsEntry. */
export interface ManagedFieldsEntry {
  manager?: string;
  operation?: string;
  subresource?: string;
  time?: string;
  fieldsV1?: JsonObject;
}

/** The part of meta/v1 ObjectMeta that we read. */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
  managedFields?: ManagedFieldsEntry[];
}

/** Anything with an identity in the API. */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

/** An object as the API server returned it: identity and version are there. */
export type Live<T extends KubeObject> = T & {
  metadata: ObjectMeta & { uid: string; resourceVersion: string };
};

/** One observation about an object. Source: meta/v1 Condition. */
export interface Condition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason: string;
  message: string;
  lastTransitionTime: string;
  observedGeneration?: number;
}
