/** The Namespace of a trust domain. */
import type { Namespace } from '../../api/core.ts';
import type { XosTrustDomain } from '../../api/generated/xostrustdomains.ts';
import { resourceNameOf } from '../../runtime/ownership.ts';
import { MANAGED_BY } from '../../shared/labels.ts';

/** What we want of the namespace: our marks too where we made it, the user's labels alone where we bind it. */
export function namespaceFor(domain: XosTrustDomain, strategy: 'Claim' | 'Bind'): Namespace {
  const marks = strategy === 'Claim' ? MANAGED_BY : {};
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: resourceNameOf(domain), labels: { ...domain.spec.namespaceLabels, ...marks } },
  };
}

/** Namespaces of Kubernetes itself: they can be bound, but are never labelled or deleted. */
export function isProtected(name: string): boolean {
  return name === 'default' || name.startsWith('kube-');
}

/** The first label that has another value on the live namespace. */
export function conflictingLabel(
  labels: Readonly<Record<string, string>>,
  { metadata }: Namespace,
): string | undefined {
  return Object.keys(labels).find(
    (key) => metadata.labels?.[key] !== undefined && metadata.labels[key] !== labels[key],
  );
}
