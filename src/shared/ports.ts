/**
 * Which ports an XosService has. Of two that claim the same the older one has it; a node port that another Service has
 * already is not fought for; and a port that is open stays open, whatever somebody asks for in vain.
 */
import { type Service, type ServicePort, Services } from '../api/service.ts';
import { type XosService, XosServices } from '../api/generated/xosservices.ts';
import { type XosServicePort, XosServicePorts } from '../api/generated/xosserviceports.ts';
import { keyIn, keyOf } from '../api/meta.ts';
import type { Live } from '../api/object.ts';
import { isManaged, isPromoted } from '../runtime/ownership.ts';
import type { Index, View } from '../runtime/view.ts';
import { byAge } from './age.ts';
import { portsByService } from './indexes.ts';
import { dnsLabel } from './labels.ts';
import { madeBy } from './made.ts';

/** One declared port, and what becomes of it. */
export interface Opening {
  readonly port: Live<XosServicePort>;
  /** As it stands in the Service. Left out: it is not there. */
  readonly entry?: ServicePort;
  /** Why it is not open as it was asked for. */
  readonly obstacle?: string;
}

/** Services by each of their node ports, of which there is one set for the whole cluster. */
const servicesByNodePort: Index<Service> = {
  name: 'services by node port',
  resource: Services,
  keys: ({ spec }) => (spec.ports ?? []).flatMap(({ nodePort }) => (nodePort === undefined ? [] : [String(nodePort)])),
};

/** Declared ports by the node port that they want, or have. */
const portsByNodePort: Index<XosServicePort> = {
  name: 'xosserviceports by node port',
  resource: XosServicePorts,
  keys: ({ spec, status }) => {
    const wanted = spec.externalPort ?? status?.nodePort;
    return wanted === undefined ? [] : [String(wanted)];
  },
};

/** What {@link openingsOf} and {@link portsAsking} query. */
export const portIndexes = [portsByService, servicesByNodePort, portsByNodePort] as unknown as readonly Index[];

/** The declared ports that want a node port of this Service. */
export function portsAsking(service: Live<Service>, view: View): Live<XosServicePort>[] {
  return servicesByNodePort.keys(service).flatMap((nodePort) => view.by(portsByNodePort, nodePort));
}

/** Every declared port of a service, the oldest first. */
export function openingsOf(service: Live<XosService>, view: View): Opening[] {
  const live = madeBy(service, Services, view);
  const ports = view
    .by(portsByService, keyOf(service.metadata))
    .filter((port) => isManaged(port) && port.metadata.deletionTimestamp === undefined)
    .toSorted(byAge);
  const openings: Opening[] = [];
  for (const port of ports) openings.push(openingFor(port, { service, live, view, earlier: openings }));
  return openings;
}

/** The name of a port in the Service: port names are DNS labels. */
export function portName({ metadata }: XosServicePort): string {
  return dnsLabel(metadata.name);
}

interface Context {
  readonly service: Live<XosService>;
  readonly live: Live<Service> | undefined;
  readonly view: View;
  readonly earlier: readonly Opening[];
}

function openingFor(port: Live<XosServicePort>, context: Context): Opening {
  const { internalPort, protocol } = port.spec;
  const rival = context.earlier.find(({ entry }) => entry?.port === internalPort && entry.protocol === protocol);
  if (rival !== undefined) {
    const obstacle = `XosServicePort ${rival.port.metadata.name} is older and has spec.internalPort ${internalPort}/${protocol} of this service already: choose another port, or delete one of the two.`;
    return { port, obstacle };
  }
  const entry = { name: portName(port), port: internalPort, protocol };
  return exposureOf(context.service, context.live) === 'ClusterIP' ? { port, entry } : onNodes(port, entry, context);
}

/** The node port: the one that is asked for, or the one that it has, or had when the Service was last there. */
function onNodes(port: Live<XosServicePort>, entry: ServicePort, context: Context): Opening {
  const present = presentNodePort(entry, context);
  const asked = port.spec.externalPort ?? present ?? port.status?.nodePort;
  if (asked === undefined) return { port, entry };
  const holder = holderOf(asked, entry, context);
  if (holder === undefined) return { port, entry: { ...entry, nodePort: asked } };
  const obstacle = `Node port ${asked} belongs to ${holder}: ${remedyFor(port)}.`;
  return present === undefined ? { port, obstacle } : { port, obstacle, entry: { ...entry, nodePort: present } };
}

/** The node port that the Service has for a port of this name, whatever else of the port changes. */
function presentNodePort(entry: ServicePort, { live }: Context): number | undefined {
  return live && entryIn(live, entry)?.nodePort;
}

/**
 * A port as it stands in the Service: by its name, which stays when the number changes. One of a Service that was there
 * before us keeps the name that it has.
 */
export function entryIn(live: Live<Service>, { name, port, protocol }: ServicePort): ServicePort | undefined {
  const { ports = [] } = live.spec;
  const isSame = (each: ServicePort) => each.port === port && (each.protocol ?? 'TCP') === protocol;
  return ports.find((each) => each.name === name) ?? (isPromoted(live) ? ports.find(isSame) : undefined);
}

/** From where a service is reached. One that was taken over stays as it is, unless the spec says otherwise. */
export function exposureOf({ spec }: XosService, live: Live<Service> | undefined): string {
  return spec.exposure ?? (live !== undefined && isPromoted(live) ? (live.spec.type ?? 'ClusterIP') : 'NodePort');
}

function remedyFor({ spec }: XosServicePort): string {
  return spec.externalPort === undefined
    ? 'delete this XosServicePort and create it again to have another one allocated'
    : 'choose another spec.externalPort, or leave it out to have one allocated';
}

/** Who has a node port already, in words. */
function holderOf(
  nodePort: number,
  { protocol }: ServicePort,
  { service, live, view, earlier }: Context,
): string | undefined {
  const rival = earlier.find(({ entry }) => entry?.nodePort === nodePort && entry.protocol === protocol);
  if (rival !== undefined) return `XosServicePort ${rival.port.metadata.name}, which is older`;
  const other = view
    .by(servicesByNodePort, String(nodePort))
    .find(({ metadata }) => metadata.uid !== live?.metadata.uid);
  if (other === undefined) return undefined;
  return other.metadata.namespace === service.metadata.namespace
    ? `Service ${other.metadata.name}`
    : `Service ${other.metadata.name} in namespace ${other.metadata.namespace ?? ''}`;
}

/** The key of the service that a port belongs to. */
export function serviceKeyOf({ metadata, spec }: XosServicePort): string {
  return keyIn(metadata.namespace, spec.serviceRef.name);
}

/** The service that a port belongs to. */
export function serviceOf(port: XosServicePort, view: View): Live<XosService> | undefined {
  return view.get(XosServices, serviceKeyOf(port));
}
