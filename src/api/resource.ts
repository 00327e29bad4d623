/**
 * Typed tokens. A token names a resource of the API and carries the type of its objects, so that `view.get(Pods, key)`
 * is a Pod without a cast, and the same token tells the runtime what to watch and the generator which right to ask for.
 */
import type { KubeObject } from './object.ts';

/** A resource of the API. Source: Kubernetes API concepts, "Resource URIs". */
export interface Resource<T extends KubeObject = KubeObject> {
  /** API group; the empty string is the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** The plural, lower-case name that stands in the URL. */
  readonly plural: string;
  readonly namespaced: boolean;
  /** Not of the API server: the operator itself keeps these, so nobody watches them. */
  readonly inMemory?: true;
  /**
   * Cuts what came from the API server down to what is kept in memory. Called once for each event, on an object that
   * nobody else holds. Left out: everything but other writers' managedFields is kept.
   */
  keep?(object: T): T;
}

/** `apps/v1`, or `v1` for the core group: the apiVersion that objects of this resource carry. */
export function apiVersionOf(resource: Resource): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`;
}

/** `deployments.apps`: the name by which people and logs know a resource. */
export function resourceName(resource: Resource): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
}
