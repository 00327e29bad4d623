/**
 * Who put a foreign object there, with what gave it away, so that a reader can check. What a controller made was put there
 * by whoever put the controller there: the highest object that bears a mark answers for all below it.
 */
import { controllerOf, FIELD_MANAGER, GROUP, groupOf } from '../api/meta.ts';
import type { KubeObject } from '../api/object.ts';
import { MIRROR_POD } from '../api/meta-kept.ts';
import { toolOf } from '../api/tools.ts';
import type { View } from '../runtime/view.ts';
import { controllersAbove } from '../shared/workloads.ts';
import { ancestorsOf } from './ancestry.ts';

export interface Provenance {
  source: string;
  name?: string;
  /** The field that gave it away. */
  evidence: string;
}

/** Bounds of the CRDs. */
const MAX_NAME = 512;
const MAX_EVIDENCE = 512;

/** Field managers of tools that leave no other mark, or whose marks somebody removed. */
const MANAGERS: readonly [pattern: RegExp, source: string][] = [
  [/^kubectl(-|$)/, 'kubectl'],
  [/^helm$/, 'Helm'],
  [/^(kustomize|helm)-controller$/, 'Flux'],
  [/^argocd-(controller|application-controller)$/, 'ArgoCD'],
  [/^kube(-|let$)/, 'Kubernetes'],
  [new RegExp(`^${FIELD_MANAGER}$`), 'XOS'],
];

export function provenanceOf(object: KubeObject, view: View): Provenance {
  const chain = [object, ...controllersAbove(object, view)];
  const [top = object] = chain.toReversed();
  const owner = controllerOf(top);
  const beyond = owner === undefined ? [] : ancestorsOf(owner, object.metadata.namespace ?? '', view);
  for (const each of [...chain, ...beyond].toReversed()) {
    const found = markOf(each);
    if (found !== undefined) return bounded(found, each, object);
  }
  return bounded(controllerIn(top) ?? managerOf(top), top, object);
}

function markOf(object: KubeObject): Provenance | undefined {
  const { annotations, labels = {} } = object.metadata;
  const node = annotations?.[MIRROR_POD] === undefined ? undefined : controllerOf(object);
  if (node?.kind === 'Node')
    return { source: 'Static', name: node.name, evidence: `metadata.annotations[${MIRROR_POD}]` };
  const tool = toolOf(object);
  if (tool !== undefined) return { source: tool.source, name: tool.name, evidence: tool.evidence };
  return olmLabelOf(labels) ?? chartOf(labels);
}

/** OLM labels what belongs to an operator `operators.coreos.com/<package>.<namespace>`, with an empty value. */
function olmLabelOf(labels: Record<string, string>): Provenance | undefined {
  const prefix = 'operators.coreos.com/';
  const key = Object.keys(labels).find((each) => each.startsWith(prefix));
  return key === undefined
    ? undefined
    : { source: 'OLM', name: key.slice(prefix.length), evidence: `metadata.labels[${key}]` };
}

/** What charts label by convention. It proves no release: `helm template` leaves it too. */
function chartOf(labels: Record<string, string>): Provenance | undefined {
  const release = labels['app.kubernetes.io/instance'];
  if (labels['app.kubernetes.io/managed-by'] === 'Helm' && release !== undefined) {
    return { source: 'Helm', name: release, evidence: 'metadata.labels[app.kubernetes.io/managed-by]' };
  }
  const chart = labels['helm.sh/chart'];
  return chart === undefined
    ? undefined
    : { source: 'Helm', name: release ?? chart, evidence: 'metadata.labels[helm.sh/chart]' };
}

/** The controller of the highest object that can be seen. */
function controllerIn(object: KubeObject): Provenance | undefined {
  const owner = controllerOf(object);
  if (owner === undefined) return undefined;
  const name = `${owner.kind}/${owner.name}`;
  return { source: sourceOfGroup(groupOf(owner)), name, evidence: 'metadata.ownerReferences' };
}

/** The groups of Kubernetes itself have no dot, or end in k8s.io; a custom resource is of an operator. */
function sourceOfGroup(group: string): string {
  if (group === GROUP) return 'XOS';
  return group.includes('.') && !group.endsWith('.k8s.io') ? 'Operator' : 'Controller';
}

/** The first writer in the list: the server sorts them by time, appliers first. */
function managerOf(object: KubeObject): Provenance {
  const manager = object.metadata.managedFields?.find(({ subresource }) => subresource === undefined)?.manager;
  if (manager === undefined) return { source: 'Unknown', evidence: 'metadata' };
  const source = MANAGERS.find(([pattern]) => pattern.test(manager))?.[1] ?? 'Other';
  return { source, name: manager, evidence: 'metadata.managedFields' };
}

/** Within the bounds of the CRDs; and what was found on another object says on which. */
function bounded({ source, name, evidence }: Provenance, where: KubeObject, object: KubeObject): Provenance {
  const at = where === object ? evidence : `${evidence} of ${where.kind} ${where.metadata.name}`;
  return {
    source,
    ...(name !== undefined && { name: name.slice(0, MAX_NAME) }),
    evidence: at.slice(0, MAX_EVIDENCE),
  };
}
