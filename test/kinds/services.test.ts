/** Services and their ports: which ports a Service has, what stands in the way of one, and what is said. */
import { Pods } from '../../src/api/core.ts';
import { XosServicePorts } from '../../src/api/generated/xosserviceports.ts';
import { XosServices } from '../../src/api/generated/xosservices.ts';
import type { KubeObject } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { type ServicePort, Services } from '../../src/api/service.ts';
import { managed } from '../support/samples.ts';
import { decide, type Placed, wokenBy } from '../support/view.ts';

const xsvc = (spec: object = {}, status?: object): Placed => [
  XosServices,
  { ...managed('XosService', 'web', { exposure: 'NodePort', ...spec }, 'ns'), ...(status && { status }) },
];
const port = (name: string, spec: object = {}, second = 0, status?: object): Placed => {
  const object = managed(
    'XosServicePort',
    name,
    { serviceRef: { name: 'web' }, internalPort: 80, protocol: 'TCP', ...spec },
    'ns',
  );
  const metadata = { ...object.metadata, creationTimestamp: `2026-01-01T00:00:0${second}Z` };
  return [XosServicePorts, { ...object, metadata, ...(status && { status }) }];
};
const service = (ports: ServicePort[], more: object = {}): Placed => [
  Services,
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: 'web',
      namespace: 'ns',
      ownerReferences: [
        {
          apiVersion: 'xos.opencord.org/v1alpha1',
          kind: 'XosService',
          name: 'web',
          uid: 'XosService:ns/web',
          controller: true,
        },
      ],
    },
    spec: { type: 'NodePort', ports },
    ...more,
  } as KubeObject,
];
const theirs = (nodePort: number, namespace = 'other'): Placed => [
  Services,
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'theirs', namespace },
    spec: { ports: [{ port: 1, nodePort }] },
  } as KubeObject,
];
const pod = (name: string, ready: string, label = 'web'): Placed => [
  Pods,
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'ns', labels: { 'xos.opencord.org/service': label } },
    spec: { containers: [] },
    status: { conditions: [{ type: 'Ready', status: ready }] },
  } as KubeObject,
];

const portsIn = (...objects: Placed[]) =>
  (decide(XosServices, 'ns/web', ...objects)?.children?.[0]?.object as { spec?: { ports: ServicePort[] } } | undefined)
    ?.spec?.ports;

test.each<{ name: string; objects: Placed[]; ports: object[] | undefined }>([
  { name: 'no port, no Service', objects: [xsvc()], ports: undefined },
  {
    name: 'each port, with its name and target',
    objects: [xsvc(), port('b', { internalPort: 53, protocol: 'UDP' }, 1), port('a')],
    ports: [
      { name: 'a', port: 80, protocol: 'TCP', targetPort: 80 },
      { name: 'b', port: 53, protocol: 'UDP', targetPort: 53 },
    ],
  },
  {
    name: 'the node port that is asked for',
    objects: [xsvc(), port('a', { externalPort: 30001 })],
    ports: [{ nodePort: 30001 }],
  },
  {
    name: 'the one that it has',
    objects: [xsvc(), port('a', { internalPort: 81 }), service([{ name: 'a', port: 80, nodePort: 30002 }])],
    ports: [{ port: 81, nodePort: 30002 }],
  },
  {
    name: 'the one that it had',
    objects: [xsvc(), port('a', {}, 0, { nodePort: 30003 })],
    ports: [{ nodePort: 30003 }],
  },
  {
    name: 'none inside of the cluster',
    objects: [xsvc({ exposure: 'ClusterIP' }), port('a', { externalPort: 30001 })],
    ports: [{ name: 'a', port: 80, protocol: 'TCP', targetPort: 80 }],
  },
  { name: 'the older of two', objects: [xsvc(), port('new', {}, 1), port('old')], ports: [{ name: 'old' }] },
  {
    name: 'the same number for another protocol',
    objects: [xsvc(), port('t'), port('u', { protocol: 'UDP' })],
    ports: [{ name: 't' }, { name: 'u' }],
  },
  {
    name: 'the node port that is open, while the one asked for is taken',
    objects: [
      xsvc(),
      port('a', { externalPort: 30001 }),
      service([{ name: 'a', port: 80, nodePort: 30002 }]),
      theirs(30001),
    ],
    ports: [{ nodePort: 30002 }],
  },
  {
    name: 'nothing is touched while the only port is taken',
    objects: [xsvc(), port('a', { externalPort: 30001 }), theirs(30001)],
    ports: undefined,
  },
  {
    name: 'a mirror of a port counts for nothing',
    objects: [xsvc(), port('a', { xosManaged: false })],
    ports: undefined,
  },
  {
    name: 'a name with a dot becomes a label',
    objects: [xsvc(), port('a.b')],
    ports: [{ name: expect.stringMatching(/^a-b-[a-z0-9]{10}$/) as string }],
  },
])('a Service has: $name', ({ objects, ports }) => {
  const found = portsIn(...objects);
  if (ports === undefined) expect(found).toBeUndefined();
  else expect(found).toMatchObject(ports);
});

test('the last port goes, and the Service with it; a port that is only taken does not end it', () => {
  expect(decide(XosServices, 'ns/web', xsvc(), service([]))?.children).toEqual([]);
  const blocked = decide(XosServices, 'ns/web', xsvc(), port('a', { externalPort: 30001 }), theirs(30001));
  expect(blocked?.children).toBeUndefined();
  expect(blocked?.report?.verdict).toMatchObject({ state: 'Stalled', reason: 'PortTaken' });
});

interface Case {
  name: string;
  resource: Resource;
  key: string;
  objects: Placed[];
  reason: string;
  says?: RegExp;
}

test.each<Case>([
  {
    name: 'a service without ports is ready',
    resource: XosServices,
    key: 'ns/web',
    objects: [xsvc()],
    reason: 'Reconciled',
    says: /no Service yet/,
  },
  {
    name: 'one that is made progresses',
    resource: XosServices,
    key: 'ns/web',
    objects: [xsvc(), port('a')],
    reason: 'Progressing',
  },
  {
    name: 'and is ready when it is there',
    resource: XosServices,
    key: 'ns/web',
    objects: [xsvc(), port('a'), service([])],
    reason: 'Reconciled',
  },
  {
    name: 'a load balancer is waited for',
    resource: XosServices,
    key: 'ns/web',
    objects: [xsvc({ exposure: 'LoadBalancer' }), port('a'), service([])],
    reason: 'Progressing',
    says: /load balancer/,
  },
  {
    name: 'until it has an address',
    resource: XosServices,
    key: 'ns/web',
    objects: [
      xsvc({ exposure: 'LoadBalancer' }),
      port('a'),
      service([], { status: { loadBalancer: { ingress: [{ hostname: 'lb' }] } } }),
    ],
    reason: 'Reconciled',
  },
  {
    name: 'a port waits for its service',
    resource: XosServicePorts,
    key: 'ns/a',
    objects: [port('a')],
    reason: 'DependencyNotReady',
  },
  {
    name: 'a port of a mirror is refused',
    resource: XosServicePorts,
    key: 'ns/a',
    objects: [port('a'), xsvc({ xosManaged: false })],
    reason: 'InvalidSpec',
  },
  {
    name: 'a port is on its way',
    resource: XosServicePorts,
    key: 'ns/a',
    objects: [port('a'), xsvc()],
    reason: 'Progressing',
    says: /making its Service/,
  },
  {
    name: 'or added',
    resource: XosServicePorts,
    key: 'ns/a',
    objects: [port('a'), xsvc(), service([])],
    reason: 'Progressing',
    says: /adding the port/,
  },
  {
    name: 'also while the Service has it as it was',
    resource: XosServicePorts,
    key: 'ns/a',
    objects: [
      port('a', { internalPort: 81 }),
      xsvc(),
      service([{ name: 'a', port: 80, protocol: 'TCP', nodePort: 30002 }]),
    ],
    reason: 'Progressing',
  },
  {
    name: 'and open',
    resource: XosServicePorts,
    key: 'ns/a',
    objects: [port('a'), xsvc(), service([{ name: 'a', port: 80, protocol: 'TCP', nodePort: 30002 }])],
    reason: 'Reconciled',
    says: /30002/,
  },
  {
    name: 'a service that is stuck is named',
    resource: XosServicePorts,
    key: 'ns/a',
    objects: [port('a'), xsvc({}, { conditions: [{ type: 'Ready', status: 'False', message: 'Deep cause.' }] })],
    reason: 'DependencyNotReady',
    says: /Deep cause/,
  },
  {
    name: 'a taken node port names its holder',
    resource: XosServicePorts,
    key: 'ns/a',
    objects: [port('a', { externalPort: 30001 }), xsvc(), theirs(30001)],
    reason: 'PortTaken',
    says: /Service theirs in namespace other: choose another spec.externalPort/,
  },
  {
    name: 'and its own way out for one that was allocated',
    resource: XosServicePorts,
    key: 'ns/a',
    objects: [port('a', {}, 0, { nodePort: 30001 }), xsvc(), theirs(30001, 'ns')],
    reason: 'PortTaken',
    says: /Service theirs: delete this XosServicePort/,
  },
  {
    name: 'two that ask for one node port: the older has it',
    resource: XosServicePorts,
    key: 'ns/b',
    objects: [port('a', { externalPort: 30001 }), port('b', { externalPort: 30001, internalPort: 81 }, 1), xsvc()],
    reason: 'PortTaken',
    says: /XosServicePort a, which is older/,
  },
])('$name', ({ resource, key, objects, reason, says = /./ }) => {
  expect(decide(resource, key, ...objects)?.report?.verdict).toMatchObject({
    reason,
    message: expect.stringMatching(says) as string,
  });
});

test.each<{ what: string; objects: Placed[]; nodePort: number | undefined }>([
  { what: 'while its Service is gone', objects: [xsvc()], nodePort: 30002 },
  {
    what: 'while its Service is about to change',
    objects: [xsvc(), service([{ name: 'a', port: 79, nodePort: 30003 }])],
    nodePort: 30003,
  },
  { what: 'while its XosService is gone', objects: [], nodePort: 30002 },
  {
    what: 'while its XosService is stuck',
    objects: [xsvc({}, { conditions: [{ type: 'Ready', status: 'False', message: 'No.' }] })],
    nodePort: 30002,
  },
  { what: 'but not inside of the cluster', objects: [xsvc({ exposure: 'ClusterIP' })], nodePort: undefined },
])('a node port is remembered $what', ({ objects, nodePort }) => {
  const outcome = decide(XosServicePorts, 'ns/a', port('a', {}, 0, { nodePort: 30002 }), ...objects);
  expect(outcome?.report?.status).toEqual({ nodePort });
});

test('only pods that are ready and stay are endpoints', () => {
  const going = pod('d', 'True');
  going[1] = { ...going[1], metadata: { ...going[1].metadata, deletionTimestamp: 'now' } };
  const outcome = decide(
    XosServices,
    'ns/web',
    xsvc(),
    port('a'),
    service([]),
    pod('a', 'True'),
    pod('b', 'False'),
    pod('c', 'True', 'x'),
    going,
  );
  expect(outcome?.report?.status).toMatchObject({ readyEndpoints: 1 });
});

test.each<[what: string, changed: Placed, woken: Resource, keys: string[]]>([
  ['a pod', pod('p', 'True'), XosServices, ['ns/web']],
  ['a port', port('a'), XosServices, ['ns/web']],
  ['a port', port('a'), XosServicePorts, ['ns/a', 'ns/b']],
  ['the Service', service([]), XosServicePorts, ['ns/a', 'ns/b']],
  ['a Service with its node port', theirs(30001), XosServicePorts, ['ns/b']],
  ['a Service with its node port', theirs(30001), XosServices, ['ns/web']],
])('%s wakes who looks at it', (_what, changed, woken, keys) => {
  const items = wokenBy(woken, xsvc(), port('a'), port('b', { externalPort: 30001, internalPort: 81 }), changed);
  expect(items).toEqual(expect.arrayContaining(keys));
});
