/** By choice: a foreign Service becomes an XosService, and each of its ports an XosServicePort. */
import { type XosServicePort, XosServicePorts } from '../api/generated/xosserviceports.ts';
import { XosServices } from '../api/generated/xosservices.ts';
import { type Key, keyIn, keyOf, refersTo } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import { type Service, type ServicePort, Services } from '../api/service.ts';
import type { Controller } from '../runtime/controller.ts';
import type { Source } from '../runtime/kind.ts';
import type { Child } from '../runtime/outcome.ts';
import { isManaged } from '../runtime/ownership.ts';
import type { Index, View } from '../runtime/view.ts';
import { portInWords, portsInWords } from '../shared/port-words.ts';
import { resourceRef } from '../shared/resource-ref.ts';
import { referenceTo } from './identity.ts';
import { decideWithParts, isForeign, isKept, mirror, mirrorName, mirrorsOf, nameOfMirror } from './mirrors.ts';
import { provenanceOf } from './provenance.ts';
import { chooses, includesNamespace, optsOut, type Scope, scopeOf } from './scope.ts';
import { isTaken, keysOf, mirrors, namespaces, originalsOf, settings } from './sources.ts';

const servicesByNamespace: Index = {
  name: 'services by namespace',
  resource: Services,
  keys: ({ metadata }) => [metadata.namespace ?? ''],
};
/** Mirrors of ports by the Service that they are of; one that lost its reference, by the service that it names. */
const portMirrors: Index<XosServicePort> = {
  name: 'mirrors of ports',
  resource: XosServicePorts,
  keys: (port) => (isManaged(port) ? [] : [originalOf(port)]),
};

export const adoptedServices: Controller = {
  name: 'adoption/services',
  sources: [
    { resource: Services, indexes: [servicesByNamespace], wakes: (service) => [keyOf(service.metadata)] },
    mirrors(XosServices),
    ports(),
    settings((view) => [...keysOf(view.all(Services)), ...originalsOf(view.all(XosServices))]),
    namespaces((namespace, view) => keysOf(view.each(servicesByNamespace, namespace))),
  ],

  decide(key, view) {
    const scope = scopeOf(view);
    if (scope.state === 'Frozen') return undefined;
    const service = view.get(Services, key);
    const existing = mirrorsOf(XosServices, key, view);
    const isChosen = service !== undefined && isWanted(service, scope, view);
    const isGiven = service !== undefined && isKept(existing) && isForeign(service, XosServices, view);
    const wanted = isChosen || isGiven ? serviceFor(service, existing, view) : undefined;
    const alive = service !== undefined;
    return decideWithParts(
      { resource: XosServices, wanted, existing, alive, owns: [Services] },
      {
        resource: XosServicePorts,
        wanted: isChosen && wanted !== undefined ? portsFor(service, wanted, view) : [],
        existing: view.by(portMirrors, key),
      },
      view,
    );
  },
};

/** A name in DNS alone makes no pod reachable, so there is nothing of it that the model knows. */
function isWanted(service: Live<Service>, scope: Scope, view: View): boolean {
  if (!chooses(scope, 'Services') || service.spec.type === 'ExternalName' || optsOut(service)) return false;
  return isForeign(service, XosServices, view) && includesNamespace(scope, service.metadata.namespace ?? '', view);
}

function serviceFor(service: Live<Service>, existing: readonly Live<KubeObject>[], view: View): Child {
  const { name, namespace = '' } = service.metadata;
  const { type = 'ClusterIP', clusterIP, ports: list = [] } = service.spec;
  return mirror({
    resource: XosServices,
    name: nameOfMirror(existing, () =>
      mirrorName(name, `service ${name}`, (candidate) => isTaken(XosServices, keyIn(namespace, candidate), name, view)),
    ),
    namespace,
    owner: referenceTo(Services, service),
    spec: { resourceName: name, exposure: type },
    status: {
      resourceRef: resourceRef(service),
      exposure: type,
      ...(clusterIP !== undefined && { clusterIP }),
      ports: portsInWords(list),
      provenance: provenanceOf(service, view),
    },
    what: `Service ${name}`,
  });
}

function portsFor(service: Live<Service>, of: Child, view: View): Child[] {
  const { namespace = '' } = service.metadata;
  return (service.spec.ports ?? []).map((each) => {
    const base = `${of.object.metadata.name}.${labelOf(each)}`;
    return mirror({
      resource: XosServicePorts,
      name: mirrorName(base, `port ${base}`, (name) => isTaken(XosServicePorts, keyIn(namespace, name), name, view)),
      namespace,
      owner: referenceTo(Services, service),
      spec: {
        serviceRef: { name: of.object.metadata.name },
        internalPort: each.port,
        protocol: each.protocol ?? 'TCP',
        ...(each.nodePort !== undefined && { externalPort: each.nodePort }),
      },
      status: each.nodePort === undefined ? {} : { nodePort: each.nodePort },
      what: `port ${portInWords(each)} of Service ${service.metadata.name}`,
    });
  });
}

/** Ports of one Service have names, unless there is only one. */
function labelOf({ name, port, protocol = 'TCP' }: ServicePort): string {
  return name ?? `${port}-${protocol.toLowerCase()}`;
}

function originalOf({ metadata, spec }: XosServicePort): Key {
  const owner = metadata.ownerReferences?.find((reference) => refersTo(reference, Services));
  return keyIn(metadata.namespace, owner?.name ?? spec.serviceRef.name);
}

function ports(): Source {
  const source: Source<XosServicePort> = {
    resource: XosServicePorts,
    indexes: [portMirrors],
    matters: (before, after) => [before, after].some((port) => port !== undefined && !isManaged(port)),
    wakes: (port) => [originalOf(port)],
  };
  return source;
}
