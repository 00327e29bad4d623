/**
 * The marks that deployment tools leave on what they keep: the one table by which they are recognised, to obey them and to
 * say where something comes from. Sources: the tools' own documentation of ownership and resource tracking.
 */
import type { KubeObject } from './object.ts';

type Place = 'labels' | 'annotations';

interface Mark {
  readonly source: string;
  /** The tool's word for what it made it from, for a sentence. */
  readonly words: string;
  readonly place: Place;
  readonly key: string;
  /** The annotation or label of the same place that says in which namespace that is. */
  readonly namespaceKey?: string;
}

/** A tool, by a mark that was found. */
export interface Tool {
  readonly source: string;
  /** With its namespace before a slash, if that is not the object's own. */
  readonly name: string;
  /** As part of a sentence: `the Helm release web`. */
  readonly inWords: string;
  /** The field that gave it away. */
  readonly evidence: string;
}

/** The most telling first: Flux leaves the marks of Helm too, where it has Helm do the work. */
const MARKS: readonly Mark[] = [
  {
    source: 'Flux',
    words: 'the Flux Helm release',
    place: 'labels',
    key: 'helm.toolkit.fluxcd.io/name',
    namespaceKey: 'helm.toolkit.fluxcd.io/namespace',
  },
  {
    source: 'Flux',
    words: 'the Flux kustomization',
    place: 'labels',
    key: 'kustomize.toolkit.fluxcd.io/name',
    namespaceKey: 'kustomize.toolkit.fluxcd.io/namespace',
  },
  {
    source: 'ArgoCD',
    words: 'the Argo CD application',
    place: 'annotations',
    key: 'argocd.argoproj.io/tracking-id',
  },
  { source: 'ArgoCD', words: 'the Argo CD application', place: 'labels', key: 'argocd.argoproj.io/instance' },
  {
    source: 'Helm',
    words: 'the Helm release',
    place: 'annotations',
    key: 'meta.helm.sh/release-name',
    namespaceKey: 'meta.helm.sh/release-namespace',
  },
  {
    source: 'OLM',
    words: 'the OLM owner',
    place: 'labels',
    key: 'olm.owner',
    namespaceKey: 'olm.owner.namespace',
  },
  // OLM v1, whose owners are cluster-scoped.
  { source: 'OLM', words: 'the OLM owner', place: 'labels', key: 'olm.operatorframework.io/owner-name' },
];

/** The annotations that have to be kept of an object for {@link toolOf}. */
export const TOOL_ANNOTATIONS: readonly string[] = MARKS.flatMap(({ place, key, namespaceKey }) =>
  place === 'annotations' ? [key, ...(namespaceKey === undefined ? [] : [namespaceKey])] : [],
);

/** The deployment tool that keeps an object; undefined if none left a mark. */
export function toolOf(object: KubeObject): Tool | undefined {
  for (const { source, words, place, key, namespaceKey } of MARKS) {
    const marks = object.metadata[place];
    // The tracking id of Argo CD goes on with a colon and the object that it was written for.
    const plain = marks?.[key]?.split(':')[0];
    if (plain === undefined || plain === '') continue;
    const namespace = namespaceKey === undefined ? undefined : marks?.[namespaceKey];
    const name = namespace === undefined || namespace === object.metadata.namespace ? plain : `${namespace}/${plain}`;
    return { source, name, inWords: `${words} ${name}`, evidence: `metadata.${place}[${key}]` };
  }
  return undefined;
}
