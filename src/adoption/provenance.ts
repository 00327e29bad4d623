/** Where a foreign object comes from, by the marks that tools leave; with the mark, so that a reader can check. */
import { controllerOf } from '../api/meta.ts';
import type { KubeObject } from '../api/object.ts';

export interface Provenance {
  source: string;
  name?: string;
  /** The field that gave it away. */
  evidence: string;
}

const MARKS: readonly [source: string, where: 'labels' | 'annotations', key: string][] = [
  ['Helm', 'annotations', 'meta.helm.sh/release-name'],
  ['ArgoCD', 'annotations', 'argocd.argoproj.io/tracking-id'],
  ['ArgoCD', 'labels', 'argocd.argoproj.io/instance'],
  ['Flux', 'labels', 'kustomize.toolkit.fluxcd.io/name'],
  ['Flux', 'labels', 'helm.toolkit.fluxcd.io/name'],
  ['Static', 'annotations', 'kubernetes.io/config.source'],
  ['Helm', 'labels', 'helm.sh/chart'],
];
const MAX_NAME = 253;

export function provenanceOf(object: KubeObject): Provenance {
  for (const [source, where, key] of MARKS) {
    const value = object.metadata[where]?.[key];
    if (value !== undefined)
      return { source, name: (value.split(':')[0] ?? value).slice(0, MAX_NAME), evidence: `metadata.${where}[${key}]` };
  }
  const controller = controllerOf(object);
  if (controller !== undefined)
    return {
      source: 'Controller',
      name: `${controller.kind}/${controller.name}`.slice(0, MAX_NAME),
      evidence: 'metadata.ownerReferences',
    };
  const manager = object.metadata.managedFields?.find(({ subresource }) => subresource === undefined)?.manager;
  if (manager === undefined) return { source: 'Unknown', evidence: 'metadata' };
  const source = manager.startsWith('kubectl') ? 'kubectl' : 'Other';
  return { source, name: manager.slice(0, MAX_NAME), evidence: 'metadata.managedFields' };
}
