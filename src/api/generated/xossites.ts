// Generated from crds/xossites.yaml by `npm run generate`. Do not edit.
import type { Condition, ObjectMeta } from '../object.ts';
import { keepDeclared } from '../keep.ts';
import type { Resource } from '../resource.ts';

/**
 * A site is where slices are, and who is responsible.
 */
export interface XosSite {
  apiVersion: 'xos.opencord.org/v1alpha1';
  kind: 'XosSite';
  metadata: ObjectMeta;
  spec: XosSiteSpec;
  status?: XosSiteStatus;
}
/**
 * What is wanted.
 */
export interface XosSiteSpec {
  /**
   * Name for people.
   */
  displayName?: string;
  /**
   * Home page.
   */
  url?: string;
  /**
   * Whom to ask.
   */
  contact?: string;
  location?: XosSiteSpecLocation;
}
/**
 * Where it is on earth.
 */
export interface XosSiteSpecLocation {
  /**
   * Degrees north.
   */
  latitude: number;
  /**
   * Degrees east.
   */
  longitude: number;
}
/**
 * What is true.
 */
export interface XosSiteStatus {
  /**
   * The generation of the spec that this status is about; -1 before the operator has seen the object.
   */
  observedGeneration?: number;
  /**
   * What is known about this object. Ready, Reconciling, Stalled and Paused follow kstatus.
   */
  conditions?: Condition[];
  /**
   * How many slices belong to this site; those that name no site belong to the defaultSiteRef of the XosKubernetesService.
   */
  slices?: number;
}

/** The resource xossites.xos.opencord.org. */
export const XosSites: Resource<XosSite> = {
  group: 'xos.opencord.org',
  version: 'v1alpha1',
  kind: 'XosSite',
  plural: 'xossites',
  namespaced: false,
  keep: keepDeclared,
};
