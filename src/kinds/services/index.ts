/** A service makes the pods of its slices reachable: a Service, as long as it has a port. */
import { type XosService, XosServices } from '../../api/generated/xosservices.ts';
import { type Service, Services } from '../../api/service.ts';
import type { Live } from '../../api/object.ts';
import type { Kind } from '../../runtime/kind.ts';
import { type Details, type Outcome, progressing, ready, stalled } from '../../runtime/outcome.ts';
import { isPromoted, resourceNameOf } from '../../runtime/ownership.ts';
import type { View } from '../../runtime/view.ts';
import { labelValue } from '../../shared/labels.ts';
import { isReady } from '../../shared/pod-status.ts';
import { madeBy } from '../../shared/made.ts';
import { exposureOf, type Opening, openingsOf } from '../../shared/ports.ts';
import { keyIn } from '../../api/meta.ts';
import { portsInWords } from '../../shared/port-words.ts';
import { resourceRef } from '../../shared/resource-ref.ts';
import { identityOnly, takesOver } from '../../shared/taking-over.ts';
import { saidOfService, serviceFor } from './objects.ts';
import { podsByServiceLabel, serviceReads } from './sources.ts';

/** Endpoints come and go with the pods of a rollout; a count that is a few seconds old serves. */
const COUNT_HOLD_MS = 2_000;

export const services: Kind<XosService> = {
  resource: XosServices,
  owns: [Services],
  reads: serviceReads,

  reconcile(service, view) {
    const present = view.get(Services, keyIn(service.metadata.namespace, resourceNameOf(service)));
    if (present !== undefined && takesOver(service, present)) return takenOver(service, present, view);
    const openings = openingsOf(service, view);
    if (openings.length === 0)
      return ready('No XosServicePort names this service, so there is no Service yet.', { children: [] });
    const entries = openings.flatMap(({ entry }) => (entry === undefined ? [] : [entry]));
    // No port is free at present. What is there stays, because it may be in use.
    if (entries.length === 0) return stalled('PortTaken', blocked(openings));
    const object = serviceFor(service, entries);
    const details = {
      children: [{ resource: Services, strategy: 'Apply', object, said: identityOnly(object) }],
    } as const;
    const live = madeBy(service, Services, view);
    if (live === undefined) return progressing(`Service ${object.metadata.name} is being created.`, details);
    return exposed(service, live, { ...details, status: statusOf(service, live, view), holdStatusMs: COUNT_HOLD_MS });
  },
};

/** One that was there before keeps its selector and its ports; those that are declared here come to them. */
function takenOver(service: Live<XosService>, live: Live<Service>, view: View): Outcome {
  const openings = openingsOf(service, view);
  const entries = openings.flatMap(({ entry }) => (entry === undefined ? [] : [entry]));
  const said = saidOfService(service, live, entries);
  const details: Details = {
    children: [{ resource: Services, strategy: 'Apply', object: said, said }],
    status: statusOf(service, live, view),
    holdStatusMs: COUNT_HOLD_MS,
  };
  const isBlocked = openings.length > 0 && entries.length === 0;
  return isBlocked ? stalled('PortTaken', blocked(openings), details) : exposed(service, live, details);
}

function blocked(openings: readonly Opening[]): string {
  const [first] = openings;
  return first === undefined
    ? ''
    : `XosServicePort ${first.port.metadata.name} cannot be opened: ${first.obstacle ?? ''}`;
}

function exposed(service: XosService, live: Live<Service>, details: Details): Outcome {
  const { name } = live.metadata;
  if (exposureOf(service, live) === 'LoadBalancer' && ingressOf(live).length === 0) {
    return progressing(`Service ${name} waits for an address of the load balancer.`, details);
  }
  return ready(`Service ${name} is as declared.`, details);
}

function statusOf(service: Live<XosService>, live: Live<Service>, view: View): object {
  const { clusterIP, ports = [] } = live.spec;
  const pods = view.by(podsByServiceLabel, keyIn(service.metadata.namespace, labelValue(service.metadata.name)));
  const loadBalancer = ingressOf(live);
  return {
    resourceRef: resourceRef(live),
    exposure: exposureOf(service, live),
    ...(clusterIP !== undefined && { clusterIP }),
    ports: portsInWords(ports),
    ...(loadBalancer.length > 0 && { loadBalancer }),
    // What the selector of others finds is not looked at.
    ...(!isPromoted(live) && {
      readyEndpoints: pods.filter((pod) => isReady(pod) && pod.metadata.deletionTimestamp === undefined).length,
    }),
  };
}

/** Bound of the list in the CRD. */
const MAX_INGRESS = 16;

function ingressOf({ status }: Service): string[] {
  const addresses = (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => ip ?? hostname ?? []);
  return addresses.slice(0, MAX_INGRESS);
}
