/** Services: of those that are not ours only what may collide is kept. */
import { isOurs } from './core.ts';
import { keepWhole, pick } from './keep.ts';
import { identity, pickMeta } from './meta-kept.ts';
import type { KubeObject } from './object.ts';
import type { Resource } from './resource.ts';

export interface ServicePort {
  name?: string;
  port: number;
  protocol?: string;
  nodePort?: number;
}

export interface Service extends KubeObject {
  spec: { type?: string; clusterIP?: string; ports?: ServicePort[] };
  status?: { loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] } };
}

export const Services: Resource<Service> = {
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  namespaced: true,
  keep: (service) => (isOurs(service) ? keepWhole(service) : pickService(service)),
};

function pickService(service: Service): Service {
  const { ports, ...spec } = service.spec;
  return {
    ...identity(service),
    metadata: pickMeta(service.metadata),
    spec: {
      ...pick(spec, ['type', 'clusterIP']),
      ...(ports && { ports: ports.map((each) => pick(each, ['name', 'port', 'protocol', 'nodePort'])) }),
    },
  };
}
