/** What a custom resource became, or mirrors: `status.resourceRef`, the same for all kinds. */
import type { KubeObject, Live } from '../api/object.ts';

export interface ResourceRef {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
}

export function resourceRef({ apiVersion, kind, metadata }: Live<KubeObject>): ResourceRef {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid };
}
