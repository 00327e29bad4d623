/** A service port is one port of a Service. Its service makes it; here is said whether it is open. */
import { type XosServicePort, XosServicePorts } from '../../api/generated/xosserviceports.ts';
import { type XosService, XosServices } from '../../api/generated/xosservices.ts';
import { keyOf } from '../../api/meta.ts';
import { type Service, type ServicePort, Services } from '../../api/service.ts';
import { follows, type Kind, type Source } from '../../runtime/kind.ts';
import { type Outcome, progressing, ready, stalled, waiting } from '../../runtime/outcome.ts';
import { byResourceName, isManaged } from '../../runtime/ownership.ts';
import { whyNotReady } from '../../shared/causes.ts';
import { portsByService } from '../../shared/indexes.ts';
import {
  entryIn,
  exposureOf,
  openingsOf,
  portIndexes,
  portName,
  portsAsking,
  serviceKeyOf,
  serviceOf,
} from '../../shared/ports.ts';
import { madeBy } from '../../shared/made.ts';
import { missing } from '../../shared/references.ts';
import type { Live } from '../../api/object.ts';
import type { View } from '../../runtime/view.ts';

const byServiceName = byResourceName(XosServices);

/** The Service that the port is in, and any other that has, or gives back, the node port it asks for. */
const serviceObjects: Source<Service> = {
  resource: Services,
  indexes: [...portIndexes, byServiceName],
  wakes: (service, view) => {
    const own = view
      .by(byServiceName, keyOf(service.metadata))
      .flatMap(({ metadata }) => view.by(portsByService, keyOf(metadata)));
    return [...own, ...portsAsking(service, view)].map(({ metadata }) => keyOf(metadata));
  },
};

/** Two ports of one service may claim the same. */
const siblings: Source<XosServicePort> = {
  resource: XosServicePorts,
  indexes: [portsByService],
  wakes: (port, view) => view.by(portsByService, serviceKeyOf(port)).map(({ metadata }) => keyOf(metadata)),
};

export const servicePorts: Kind<XosServicePort> = {
  resource: XosServicePorts,
  owns: [],
  reads: [follows(XosServices, portsByService), siblings, serviceObjects],

  reconcile(port, view) {
    const service = serviceOf(port, view);
    if (service === undefined) {
      const reference = { field: 'serviceRef', to: XosServices, ref: port.spec.serviceRef };
      return waiting(missing(port, [reference], view) ?? '', { status: { nodePort: port.status?.nodePort } });
    }
    const made = madeBy(service, Services, view);
    const live =
      made && entryIn(made, { name: portName(port), port: port.spec.internalPort, protocol: port.spec.protocol });
    // Remembered whatever is the matter at present: a Service that is gone is made again with the node port that stands here.
    const nodePort = exposureOf(service, made) === 'ClusterIP' ? undefined : (live?.nodePort ?? port.status?.nodePort);
    return inService(port, { service, live, status: { nodePort } }, view);
  },
};

interface Situation {
  readonly service: Live<XosService>;
  /** As the port stands in the Service. */
  readonly live: ServicePort | undefined;
  readonly status: { readonly nodePort: number | undefined };
}

function inService(port: Live<XosServicePort>, situation: Situation, view: View): Outcome {
  const { service, live, status } = situation;
  if (!isManaged(service)) {
    const message = `XosService ${service.metadata.name} is a mirror of what somebody else made, so no port is added to it: add it where that is declared.`;
    return stalled('InvalidSpec', message, { status });
  }
  const opening = openingsOf(service, view).find((each) => each.port.metadata.uid === port.metadata.uid);
  if (opening?.obstacle !== undefined) return stalled('PortTaken', opening.obstacle, { status });
  return isOpen(opening?.entry, live) ? open(live, status) : notOpen(situation, view);
}

/** The Service lacks the port still: it is on its way, or the service itself has a problem. */
function notOpen({ service, status: remembered }: Situation, view: View): Outcome {
  const details = { status: remembered };
  const { name } = service.metadata;
  const isStuck =
    service.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'False') === true;
  if (isStuck) return waiting(whyNotReady(service), details);
  return progressing(
    madeBy(service, Services, view) === undefined
      ? `XosService ${name} is making its Service.`
      : `XosService ${name} is adding the port to its Service.`,
    details,
  );
}

function open({ port, nodePort, protocol = 'TCP' }: ServicePort, status: Situation['status']): Outcome {
  const outside = nodePort === undefined ? 'inside of the cluster' : `and at ${nodePort} of every node`;
  return ready(`Port ${port}/${protocol} is open ${outside}.`, { status });
}

/** Whether the Service has the port as it should be. */
function isOpen(entry: ServicePort | undefined, live: ServicePort | undefined): live is ServicePort {
  if (entry === undefined || live === undefined) return false;
  const isSame = live.port === entry.port && (live.protocol ?? 'TCP') === entry.protocol;
  return isSame && (entry.nodePort === undefined || live.nodePort === entry.nodePort);
}
