/** The namespace of a foreign pod becomes an XosTrustDomain. It comes with the first pod and goes with the namespace. */
import { Namespaces, Pods, type Pod } from '../api/core.ts';
import { XosTrustDomains } from '../api/generated/xostrustdomains.ts';
import { keyOf } from '../api/meta.ts';
import type { Live } from '../api/object.ts';
import type { Controller } from '../runtime/controller.ts';
import type { Source } from '../runtime/kind.ts';
import { isBrought } from './brought.ts';
import { decideMirrors, mirror, mirrorName, mirrorsOf, nameOfMirror } from './mirrors.ts';
import { provenanceOf } from './provenance.ts';
import { identityChanged, referenceTo } from './identity.ts';
import { belongingChanged, scopeOf } from './scope.ts';
import { isTaken, keysOf, mirrors, originalsOf, podsByNamespace, settings, controllers } from './sources.ts';
import { resourceRef } from '../shared/resource-ref.ts';

export const adoptedDomains: Controller = {
  name: 'adoption/namespaces',
  sources: [
    pods(),
    { resource: Namespaces, matters: identityChanged, wakes: (namespace) => [keyOf(namespace.metadata)] },
    mirrors(XosTrustDomains),
    ...controllers(({ metadata }) => [metadata.namespace ?? '']),
    settings((view) => [...keysOf(view.all(Namespaces)), ...originalsOf(view.all(XosTrustDomains))]),
  ],

  decide(name, view) {
    if (scopeOf(view).state === 'Frozen') return undefined;
    const existing = mirrorsOf(XosTrustDomains, name, view);
    const namespace = view.get(Namespaces, name);
    const bringing = view.each(podsByNamespace, name) as Iterable<Live<Pod>>;
    const isWanted = isBrought({ resource: XosTrustDomains, key: name, namespace: name, existing, bringing }, view);
    const wanted =
      namespace !== undefined && isWanted
        ? mirror({
            resource: XosTrustDomains,
            name: nameOfMirror(existing, () =>
              mirrorName(name, `namespace ${name}`, (candidate) => isTaken(XosTrustDomains, candidate, name, view)),
            ),
            owner: referenceTo(Namespaces, namespace),
            spec: { resourceName: name },
            status: {
              resourceRef: resourceRef(namespace),
              created: false,
              phase: namespace.status?.phase ?? 'Active',
              provenance: provenanceOf(namespace, view),
            },
            what: `Namespace ${name}`,
          })
        : undefined;
    return decideMirrors(
      { resource: XosTrustDomains, wanted, existing, alive: namespace !== undefined, owns: [Namespaces] },
      view,
    );
  },
};

function pods(): Source {
  const source: Source<Pod> = {
    resource: Pods,
    indexes: [podsByNamespace],
    matters: belongingChanged,
    wakes: ({ metadata }) => [metadata.namespace ?? ''],
  };
  return source;
}
