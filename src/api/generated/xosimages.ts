// Generated from crds/xosimages.yaml by `npm run generate`. Do not edit.
import type { Condition, ObjectMeta } from '../object.ts';
import { keepDeclared } from '../keep.ts';
import type { Resource } from '../resource.ts';

/**
 * An image is one place to change a tag or a digest for all that use it.
 */
export interface XosImage {
  apiVersion: 'xos.opencord.org/v1alpha1';
  kind: 'XosImage';
  metadata: ObjectMeta;
  spec: XosImageSpec;
  status?: XosImageStatus;
}
/**
 * What is wanted.
 */
export interface XosImageSpec {
  /**
   * Whether XOS makes and keeps the Kubernetes resource. False marks a mirror of what somebody else made.
   */
  xosManaged: boolean;
  /**
   * Registry and repository, without tag and digest.
   */
  image: string;
  /**
   * The tag. Give this or digest, or neither for what the registry calls latest.
   */
  tag?: string;
  /**
   * The digest, such as sha256 with 64 hexadecimal digits.
   */
  digest?: string;
  /**
   * When nodes pull it; by default as Kubernetes does.
   */
  pullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
}
/**
 * What is true.
 */
export interface XosImageStatus {
  /**
   * The generation of the spec that this status is about; -1 before the operator has seen the object.
   */
  observedGeneration?: number;
  /**
   * What is known about this object. Ready, Reconciling, Stalled and Paused follow kstatus.
   */
  conditions?: Condition[];
  /**
   * The whole reference.
   */
  reference?: string;
  /**
   * How many slices and service instances name this object.
   */
  users?: number;
}

/** The resource xosimages.xos.opencord.org. */
export const XosImages: Resource<XosImage> = {
  group: 'xos.opencord.org',
  version: 'v1alpha1',
  kind: 'XosImage',
  plural: 'xosimages',
  namespaced: false,
  keep: keepDeclared,
};
