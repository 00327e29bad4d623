// Generated from crds/xoskubernetesservices.yaml by `npm run generate`. Do not edit.
import type { Condition, ObjectMeta } from '../object.ts';
import { keepDeclared } from '../keep.ts';
import type { Resource } from '../resource.ts';

/**
 * The root of the model. The oldest one steers the operator.
 */
export interface XosKubernetesService {
  apiVersion: 'xos.opencord.org/v1alpha1';
  kind: 'XosKubernetesService';
  metadata: ObjectMeta;
  spec: XosKubernetesServiceSpec;
  status?: XosKubernetesServiceStatus;
}
/**
 * What is wanted.
 */
export interface XosKubernetesServiceSpec {
  /**
   * Manage makes what is declared. Observe writes the inventory only. Release gives every managed resource back, as it is.
   */
  mode: 'Manage' | 'Observe' | 'Release';
  defaultSiteRef?: XosKubernetesServiceSpecDefaultSiteRef;
  adoption: XosKubernetesServiceSpecAdoption;
}
/**
 * The XosSite of slices that name none.
 */
export interface XosKubernetesServiceSpecDefaultSiteRef {
  /**
   * Name of the object.
   */
  name: string;
}
/**
 * What of that which others run appears in the inventory, as custom resources with xosManaged false.
 */
export interface XosKubernetesServiceSpecAdoption {
  /**
   * Whether there is an inventory. Setting it to false removes every mirror.
   */
  enabled: boolean;
  namespaces?: XosKubernetesServiceSpecAdoptionNamespaces;
  namespaceSelector?: XosKubernetesServiceSpecAdoptionNamespaceSelector;
  podSelector?: XosKubernetesServiceSpecAdoptionPodSelector;
  /**
   * Whether pods that succeeded or failed appear.
   */
  finishedPods: 'Include' | 'Exclude';
  /**
   * Pod makes a service instance for each pod; Slice counts pods in their slice.
   */
  granularity: 'Pod' | 'Slice';
  /**
   * What else is mirrored beside pods and what follows from them.
   */
  resources: ('Services' | 'ConfigMaps' | 'Secrets')[];
  /**
   * Above so many mirrors no new one is created; deleting goes on.
   */
  maxObjects: number;
}
/**
 * Which namespaces are looked at. Without include it is all of them.
 */
export interface XosKubernetesServiceSpecAdoptionNamespaces {
  /**
   * Names of namespaces, in which * stands for any text and ? for one character.
   */
  include?: string[];
  /**
   * As include; what is excluded is never included.
   */
  exclude?: string[];
}
/**
 * Only namespaces with these labels are looked at.
 */
export interface XosKubernetesServiceSpecAdoptionNamespaceSelector {
  /**
   * Labels that must have these values.
   */
  matchLabels?: {
    [k: string]: string;
  };
  /**
   * Further requirements, all of which must hold.
   */
  matchExpressions?: XosKubernetesServiceSpecAdoptionNamespaceSelectorMatchExpressionsItem[];
}
/**
 * One requirement.
 */
export interface XosKubernetesServiceSpecAdoptionNamespaceSelectorMatchExpressionsItem {
  /**
   * The label.
   */
  key: string;
  /**
   * How the label relates to the values.
   */
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  /**
   * The values, for In and NotIn.
   */
  values?: string[];
}
/**
 * Only pods with these labels are looked at.
 */
export interface XosKubernetesServiceSpecAdoptionPodSelector {
  /**
   * Labels that must have these values.
   */
  matchLabels?: {
    [k: string]: string;
  };
  /**
   * Further requirements, all of which must hold.
   */
  matchExpressions?: XosKubernetesServiceSpecAdoptionPodSelectorMatchExpressionsItem[];
}
/**
 * One requirement.
 */
export interface XosKubernetesServiceSpecAdoptionPodSelectorMatchExpressionsItem {
  /**
   * The label.
   */
  key: string;
  /**
   * How the label relates to the values.
   */
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  /**
   * The values, for In and NotIn.
   */
  values?: string[];
}
/**
 * What is true.
 */
export interface XosKubernetesServiceStatus {
  /**
   * The generation of the spec that this status is about; -1 before the operator has seen the object.
   */
  observedGeneration?: number;
  /**
   * What is known about this object. Ready, Reconciling, Stalled and Paused follow kstatus.
   */
  conditions?: Condition[];
  inventory?: XosKubernetesServiceStatusInventory;
}
/**
 * What is in the inventory.
 */
export interface XosKubernetesServiceStatusInventory {
  /**
   * Custom resources with xosManaged true.
   */
  managed?: number;
  /**
   * Mirrors.
   */
  adopted?: number;
  /**
   * Mirrors that are missing because of maxObjects.
   */
  truncated?: number;
  /**
   * The namespaces with the most objects.
   */
  namespaces?: XosKubernetesServiceStatusInventoryNamespacesItem[];
  /**
   * When the inventory was last compared with the cluster as a whole.
   */
  lastFullComparison?: string;
}
/**
 * One namespace.
 */
export interface XosKubernetesServiceStatusInventoryNamespacesItem {
  /**
   * Name of the namespace.
   */
  namespace: string;
  /**
   * Custom resources with xosManaged true.
   */
  managed?: number;
  /**
   * Mirrors.
   */
  adopted?: number;
}

/** The resource xoskubernetesservices.xos.opencord.org. */
export const XosKubernetesServices: Resource<XosKubernetesService> = {
  group: 'xos.opencord.org',
  version: 'v1alpha1',
  kind: 'XosKubernetesService',
  plural: 'xoskubernetesservices',
  namespaced: false,
  keep: keepDeclared,
};
