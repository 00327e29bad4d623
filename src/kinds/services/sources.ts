/** What wakes a service: its ports, the pods that it finds, and a node port that somebody else gives back. */
import { type Pod, Pods } from '../../api/core.ts';
import type { XosServicePort } from '../../api/generated/xosserviceports.ts';
import { keyIn, keyOf, MARK } from '../../api/meta.ts';
import { type Service, Services } from '../../api/service.ts';
import { followedBy, type Source } from '../../runtime/kind.ts';
import type { Index } from '../../runtime/view.ts';
import { byServiceLabel, portsByService } from '../../shared/indexes.ts';
import { isReady } from '../../shared/pod-status.ts';
import { portIndexes, portsAsking, serviceKeyOf } from '../../shared/ports.ts';

/** Pods by the key of the label by which a Service finds them. */
export const podsByServiceLabel: Index<Pod> = {
  name: 'pods by service label',
  resource: Pods,
  keys: ({ metadata }) => {
    const label = metadata.labels?.[MARK.service];
    return label === undefined ? [] : [keyIn(metadata.namespace, label)];
  },
};

const endpoints: Source<Pod> = {
  resource: Pods,
  indexes: [podsByServiceLabel, byServiceLabel],
  matters: (before, after) => before === undefined || after === undefined || isReady(before) !== isReady(after),
  wakes: (pod, view) =>
    podsByServiceLabel
      .keys(pod)
      .flatMap((label) => view.by(byServiceLabel, label))
      .map((service) => keyOf(service.metadata)),
};

/** A node port that is taken or given back concerns those who ask for it. */
const nodePorts: Source<Service> = {
  resource: Services,
  indexes: portIndexes,
  wakes: (service, view) => portsAsking(service, view).map(serviceKeyOf),
};

export const serviceReads: readonly Source[] = [
  followedBy<XosServicePort>(portsByService),
  endpoints,
  nodePorts,
] as readonly Source[];
