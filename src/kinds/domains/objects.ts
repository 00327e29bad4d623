/** The Namespace of a trust domain. */
import type { Namespace } from '../../api/core.ts';
import type { XosTrustDomain } from '../../api/generated/xostrustdomains.ts';
import { FIELD_MANAGER } from '../../api/meta.ts';
import { childOf } from '../../runtime/diff.ts';
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

/** The first label that somebody else gave another value on the live namespace. What we set ourselves we may change. */
export function conflictingLabel(labels: Readonly<Record<string, string>>, live: Namespace): string | undefined {
  const present = live.metadata.labels ?? {};
  const ours = ownedLabels(live);
  return Object.keys(labels).find(
    (key) => Object.hasOwn(present, key) && present[key] !== labels[key] && !ours.has(key),
  );
}

function ownedLabels({ metadata }: Namespace): ReadonlySet<string> {
  const entries = metadata.managedFields?.filter(({ manager }) => manager === FIELD_MANAGER) ?? [];
  const keys = entries.flatMap(({ fieldsV1 }) =>
    Object.keys(childOf(childOf(fieldsV1, 'f:metadata'), 'f:labels') ?? {}),
  );
  return new Set(keys.map((key) => key.replace(/^f:/, '')));
}
