/** Services and their ports: one Service once there is a port, node ports that stay, collisions that are told. */
import { Deployments } from '../../src/api/core.ts';
import { XosServicePorts } from '../../src/api/generated/xosserviceports.ts';
import { XosServices } from '../../src/api/generated/xosservices.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import type { Live } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { type Service, Services } from '../../src/api/service.ts';
import { managed, namespace } from '../support/samples.ts';
import { Scene } from '../support/scene.ts';

const NS = 'services';
const service = (name: string, spec: object = {}) => managed('XosService', name, spec, NS);
const port = (name: string, of: string, spec: object) =>
  managed('XosServicePort', name, { serviceRef: { name: of }, ...spec }, NS);

describe('services and their ports', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start({ service: false });
    await scene.apply(namespace(NS));
  });
  afterAll(async () => {
    await scene.close();
  });

  const untilService = async (name: string, fits: (live: Live<Service>) => boolean = () => true) =>
    await scene.until(`Service ${name}`, async () => {
      const live = await scene.get(Services, `${NS}/${name}`);
      return live !== undefined && fits(live) ? live : undefined;
    });
  const untilSays = async (resource: Resource, name: string, reason: string, message: RegExp) =>
    await scene.untilSays(resource, `${NS}/${name}`, reason, message);
  const portsOf = (live: Live<Service>) =>
    (live.spec.ports ?? []).map(({ port: number, protocol }) => `${number}/${protocol ?? ''}`).sort();
  const nodePortOf = (live: Live<Service>, name: string) =>
    live.spec.ports?.find((each) => each.name === name)?.nodePort;

  test('no Service without a port; with the first it is made, finds the pods of its slices, and says where it is reached', async () => {
    await scene.apply(service('web'));
    await scene.untilReady(XosServices, `${NS}/web`);
    expect(await scene.get(Services, `${NS}/web`)).toBeUndefined();
    await scene.apply(
      managed(
        'XosSlice',
        'web',
        { controllerKind: 'Deployment', image: 'a:1', replicas: 2, serviceRef: { name: 'web' } },
        NS,
      ),
    );
    await scene.untilReady(XosSlices, `${NS}/web`);
    const mark = scene.audit.mark();
    await scene.apply(port('http', 'web', { internalPort: 80 }));
    const live = await untilService('web');
    expect(live.spec).toMatchObject({ type: 'NodePort', selector: { 'xos.opencord.org/service': 'web' } });
    const ready = await scene.until('the endpoints', async () => {
      const now = await scene.get(XosServices, `${NS}/web`);
      return now?.status?.readyEndpoints === 2 ? now : undefined;
    });
    expect(ready.status).toMatchObject({ clusterIP: live.spec.clusterIP, ports: `80:${nodePortOf(live, 'http')}/TCP` });
    const open = await scene.untilReady(XosServicePorts, `${NS}/http`);
    expect(open.status?.nodePort).toBe(nodePortOf(live, 'http'));
    const counts = scene.audit.count(mark);
    expect(counts).toMatchObject({ 'patch services 201': 1 });
    expect(counts['patch services 200']).toBeUndefined();
  });

  test('an allocated node port stays through every change, and when the Service is deleted', async () => {
    const before = nodePortOf(await untilService('web'), 'http');
    await scene.apply(
      port('dns', 'web', { internalPort: 53, protocol: 'UDP' }),
      port('sctp', 'web', { internalPort: 53, protocol: 'SCTP' }),
    );
    const more = await untilService('web', (live) => portsOf(live).length === 3);
    expect(portsOf(more)).toEqual(['53/SCTP', '53/UDP', '80/TCP']);
    expect(nodePortOf(more, 'http')).toBe(before);
    await scene.apply(port('http', 'web', { internalPort: 8080 }));
    const moved = await untilService('web', (live) => portsOf(live).includes('8080/TCP'));
    expect(nodePortOf(moved, 'http')).toBe(before);
    await scene.untilReady(XosServicePorts, `${NS}/http`);
    await scene.kubectl('delete', 'service', '-n', NS, 'web');
    const again = await untilService('web', ({ metadata }) => metadata.uid !== moved.metadata.uid);
    expect(nodePortOf(again, 'http')).toBe(before);
    await scene.kubectl('patch', 'service', '-n', NS, 'web', '--type=merge', '-p', '{"spec":{"selector":{"app":"x"}}}');
    await untilService('web', (live) =>
      JSON.stringify(live.spec).includes('"selector":{"xos.opencord.org/service":"web"}'),
    );
  });

  test('exposure changes in place, and back', async () => {
    await scene.apply(service('web', { exposure: 'ClusterIP' }));
    const inside = await untilService('web', ({ spec }) => spec.type === 'ClusterIP');
    expect(nodePortOf(inside, 'http')).toBeUndefined();
    await untilSays(XosServicePorts, 'http', 'Reconciled', /inside of the cluster/);
    await scene.apply(service('web', { exposure: 'LoadBalancer' }));
    await untilSays(XosServices, 'web', 'Progressing', /waits for an address/);
    const status = { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } };
    await scene.kubectl(
      'patch',
      'service',
      '-n',
      NS,
      'web',
      '--subresource=status',
      '--type=merge',
      '-p',
      JSON.stringify({ status }),
    );
    expect((await scene.untilReady(XosServices, `${NS}/web`)).status?.loadBalancer).toEqual(['192.0.2.1']);
    await scene.apply(service('web', { exposure: 'NodePort' }));
    await untilService('web', ({ spec }) => spec.type === 'NodePort');
  });

  test('a node port that is taken is told, with its holder, and comes when that gives it back', async () => {
    await scene.kubectl('create', 'service', 'nodeport', '-n', NS, 'theirs', '--tcp=80', '--node-port=30123');
    await scene.apply(port('http', 'web', { internalPort: 8080, externalPort: 30123 }));
    await untilSays(XosServicePorts, 'http', 'PortTaken', /Node port 30123 belongs to Service theirs/);
    expect(portsOf(await untilService('web'))).toContain('8080/TCP');
    await scene.apply(service('other'), port('o', 'other', { internalPort: 1, externalPort: 30123 }));
    await untilSays(XosServicePorts, 'o', 'PortTaken', /Service theirs/);
    await untilSays(XosServices, 'other', 'PortTaken', /XosServicePort o cannot be opened/);
    await scene.kubectl('delete', 'xsp', '-n', NS, 'o');
    await scene.kubectl('delete', 'service', '-n', NS, 'theirs');
    await untilService('web', (live) => nodePortOf(live, 'http') === 30123);
    await scene.untilReady(XosServicePorts, `${NS}/http`);
  });

  test('a node port outside of the range is refused with a sentence, and the Service stays as it was', async () => {
    await scene.apply(service('odd'), port('p', 'odd', { internalPort: 1, externalPort: 80 }));
    await untilSays(XosServices, 'odd', 'PortTaken', /outside of the range/);
    await untilSays(XosServicePorts, 'p', 'DependencyNotReady', /outside of the range/);
    await scene.apply(port('p', 'odd', { internalPort: 1, externalPort: 30124 }));
    await scene.untilReady(XosServicePorts, `${NS}/p`);
  });

  test('of two that claim the same port the older has it, and the other takes over', async () => {
    await scene.apply(port('rival', 'web', { internalPort: 8080 }));
    await untilSays(XosServicePorts, 'rival', 'PortTaken', /XosServicePort http is older/);
    await scene.kubectl('delete', 'xsp', '-n', NS, 'http');
    await scene.untilReady(XosServicePorts, `${NS}/rival`);
  });

  test('removing the last port removes the Service, and nothing else', async () => {
    await scene.kubectl('delete', 'xsp', '-n', NS, '--field-selector', 'spec.serviceRef.name=web');
    await scene.untilGone(Services, `${NS}/web`);
    expect(await scene.get(Services, `${NS}/odd`)).toBeDefined();
    expect(await scene.get(Deployments, `${NS}/web`)).toBeDefined();
    await scene.kubectl('delete', 'xsvc', '-n', NS, 'odd');
    await scene.untilGone(Services, `${NS}/odd`);
    await untilSays(XosServicePorts, 'p', 'DependencyNotReady', /XosService odd, which does not exist/);
  });
});
