// Generated from crds/xosconfigmapvolumemounts.yaml by `npm run generate`. Do not edit.
import type { Condition, ObjectMeta } from '../object.ts';
import { keepDeclared } from '../keep.ts';
import type { Resource } from '../resource.ts';

/**
 * A mount puts an XosConfigMap into the file system of pods, a volume and a volume mount.
 */
export interface XosConfigMapVolumeMount {
  apiVersion: 'xos.opencord.org/v1alpha1';
  kind: 'XosConfigMapVolumeMount';
  metadata: ObjectMeta;
  spec: XosConfigMapVolumeMountSpec;
  status?: XosConfigMapVolumeMountStatus;
}
/**
 * What is wanted.
 */
export interface XosConfigMapVolumeMountSpec {
  /**
   * Whether XOS makes and keeps the Kubernetes resource. False marks a mirror of what somebody else made.
   */
  xosManaged: boolean;
  configMapRef: XosConfigMapVolumeMountSpecConfigMapRef;
  serviceInstanceRef?: XosConfigMapVolumeMountSpecServiceInstanceRef;
  sliceRef?: XosConfigMapVolumeMountSpecSliceRef;
  /**
   * The absolute path at which every container of the pod sees it; init containers do not.
   */
  mountPath: string;
  /**
   * One entry to mount alone, as a file at mountPath. Kubernetes does not bring later changes of the entry into a running pod.
   */
  subPath?: string;
  /**
   * The permissions of the files, as octal digits in quotes, such as "0440"; left out, "0644".
   */
  defaultMode?: string;
}
/**
 * The XosConfigMap whose entries appear as files.
 */
export interface XosConfigMapVolumeMountSpecConfigMapRef {
  /**
   * Name of the object.
   */
  name: string;
}
/**
 * The XosServiceInstance whose pod gets the mount. Give this or sliceRef. Cannot be changed while xosManaged is true.
 */
export interface XosConfigMapVolumeMountSpecServiceInstanceRef {
  /**
   * Name of the object.
   */
  name: string;
}
/**
 * The XosSlice whose pods get the mount, those of its controller and of its instances. Give this or serviceInstanceRef. Cannot be changed while xosManaged is true.
 */
export interface XosConfigMapVolumeMountSpecSliceRef {
  /**
   * Name of the object.
   */
  name: string;
}
/**
 * What is true.
 */
export interface XosConfigMapVolumeMountStatus {
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
}

/** The resource xosconfigmapvolumemounts.xos.opencord.org. */
export const XosConfigMapVolumeMounts: Resource<XosConfigMapVolumeMount> = {
  group: 'xos.opencord.org',
  version: 'v1alpha1',
  kind: 'XosConfigMapVolumeMount',
  plural: 'xosconfigmapvolumemounts',
  namespaced: true,
  keep: keepDeclared,
};
