/**
 * Every right of config/rbac is needed, and who takes one away is told which. One verb after another is taken from all that
 * it is given for; then something of each sort is to be done. The API server is one that asks for the most: it enforces
 * rights on owners, as OpenShift does, and does not stream lists.
 */
import { Deployments, Namespaces } from '../../src/api/core.ts';
import { XosPrincipals } from '../../src/api/generated/xosprincipals.ts';
import { XosResourceInstances } from '../../src/api/generated/xosresourceinstances.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import { XosTrustDomains } from '../../src/api/generated/xostrustdomains.ts';
import { keyOf, MARK } from '../../src/api/meta.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { resourceName } from '../../src/api/resource.ts';
import { kinds } from '../../src/kinds/index.ts';
import { type FaultProxy, startFaultProxy } from '../faults/proxy.ts';
import type { ProxiedRequest } from '../faults/rules.ts';
import { CHOSEN, copies, declared, FOREIGN, MINE, MOVED, TAKING_OVER, THEIRS } from '../support/everything.ts';
import { ownKubeconfig } from '../support/own-rights.ts';
import { DEFAULT, named, nameOf, restrictedTo, type Right, rightsOf, takeAway } from '../support/role.ts';
import { managed, namespace, xos } from '../support/samples.ts';
import { readyOf, ROOT, Scene, SERVICE } from '../support/scene.ts';
import { join } from 'node:path';

const EVENTS = 'events.events.k8s.io';
const LEASES = 'leases.coordination.k8s.io';
const ALONE = ['--default-service=kubernetes'];
const ELECTED = ['--leader-elect', '--leader-election-namespace=xos-system'];

/** Which folder of config installs the operator, and to which namespaces it is restricted; none: it is not. */
const INSTALLATIONS = [
  { folder: 'default', namespaces: [] },
  { folder: 'namespaced', namespaces: [MINE, THEIRS] },
];

describe.each(INSTALLATIONS)('without a right of config/$folder', ({ folder, namespaces }) => {
  const isRestricted = namespaces.length > 0;
  const grants = isRestricted ? restrictedTo(...namespaces) : DEFAULT;
  const options = isRestricted ? [`--namespaces=${namespaces.join(',')}`] : [];
  const shipped = rightsOf(grants);
  const watched = new Set(shipped.filter(({ verb }) => verb === 'watch').map(({ resource }) => resource));
  const taken = (isTaken: (right: Right) => boolean) => shipped.filter(isTaken);
  let scene: Scene;
  let proxy: FaultProxy;
  const missed = new Set<string>();
  beforeAll(async () => {
    scene = await Scene.start({
      operator: false,
      service: false,
      apiServerArgs: [
        '--feature-gates=WatchList=false',
        '--enable-admission-plugins=OwnerReferencesPermissionEnforcement',
      ],
    });
    await scene.kubectl('apply', '--server-side', '-k', join(ROOT, 'config', folder));
    await scene.kubectl('delete', 'deployment', '-n', 'xos-system', 'xos-operator');
    proxy = await startFaultProxy({ upstreamKubeconfig: await ownKubeconfig(scene) });
    await scene.apply(namespace(MINE), namespace(THEIRS));
    for (const name of namespaces)
      await scene.kubectl('apply', '-n', name, '-k', join(ROOT, 'config', 'namespaced', 'namespace'));
  });
  afterAll(async () => {
    await scene.operator?.kill();
    await proxy.close();
    await scene.close();
  });

  /** Starts an operator without these rights; what is refused to it comes after the mark. */
  const begin = async (isTaken: (right: Right) => boolean, args = ALONE): Promise<number> => {
    await scene.operator?.kill();
    await takeAway(scene, grants, isTaken);
    const mark = scene.audit.mark();
    scene.launchOperator([...options, ...args], proxy.kubeconfig);
    return mark;
  };
  /** What was refused since then, however it was asked for. */
  const refusedSince = (mark: number) =>
    new Set(
      scene.audit
        .since(mark, { watches: true })
        .filter(({ code, as }) => code === 403 && as === '')
        .map(({ group, resource }) => named(group, resource)),
    );
  /** Waits until each of these was refused, and the operator has said so in its log. */
  const untilMissed = async (lacking: readonly Right[], mark: number) => {
    let left: string[] = [];
    await scene
      .until(
        'each right to be missed',
        async () => {
          const refused = refusedSince(mark);
          const log = scene.operator?.log() ?? '';
          left = lacking
            .filter(({ resource }) => !refused.has(resource) || !isSaid(resource, log))
            .map((right) => `${nameOf(right)} (${refused.has(right.resource) ? 'not said' : 'not refused'})`);
          return await Promise.resolve(left.length === 0 ? true : undefined);
        },
        40_000,
      )
      .catch((error: unknown) => {
        throw new Error(`Not missed: ${left.join(', ')}.\n${error instanceof Error ? error.message : ''}`);
      });
    for (const right of lacking) missed.add(nameOf(right));
  };
  const isOf =
    (verb: string) =>
    (right: Right): boolean =>
      right.verb === verb && (watched.has(right.resource) || verb !== 'list');

  test.each(['watch', 'list'])('to %s a resource it is not ready, and says which one that is', async (verb) => {
    const mark = await begin(isOf(verb));
    await untilMissed(taken(isOf(verb)), mark);
    expect(scene.operator?.log()).not.toContain('operator ready');
  });

  test.each(['get', 'create', 'patch'])('to %s the Lease it does not lead, and says so', async (verb) => {
    const isTaken = (right: Right) => right.resource === LEASES && right.verb === verb;
    await scene.operator?.kill();
    await scene.kubectl('delete', 'lease', '-n', 'xos-system', '--all');
    const mark = await begin(isTaken, ELECTED);
    await untilMissed(taken(isTaken), mark);
  });

  const isMaking = ({ verb, resource }: Right) => verb === 'create' && resource !== LEASES;
  /** Made with that of which they are parts, so only once that could be made. */
  const isPart = ({ resource }: Right) => /^xos(serviceports|\w+volumemounts)\./.test(resource);
  const isWhole = ({ resource }: Right) => /^xos(services|configmaps|secrets)\./.test(resource);
  test('to create it says of everything what cannot be made', async () => {
    let mark = await begin(isMaking);
    await scene.until('the service to be missed', async () =>
      (await Promise.resolve(refusedSince(mark))).has('xoskubernetesservices.xos.opencord.org') ? true : undefined,
    );
    await scene.apply(CHOSEN, ...FOREIGN, ...declared('one'));
    await untilMissed(
      taken((right) => isMaking(right) && !isPart(right)),
      mark,
    );
    mark = scene.audit.mark();
    await begin((right) => isMaking(right) && !isWhole(right));
    await untilMissed(
      taken((right) => isMaking(right) && isPart(right)),
      mark,
    );
  });

  const isGetting = (right: Right) => right.verb === 'get' && right.resource !== LEASES;
  test('to get it cannot look at what somebody else was faster to make', async () => {
    proxy.rules.add({ match: isCreation, action: 'forward-twice' });
    const mark = await begin(isGetting);
    const wholes = ['xosservice', 'xosconfigmap', 'xossecret'].join();
    await scene.kubectl('delete', wholes, '-A', '--selector=xos.opencord.org/managed=false');
    await untilMissed(taken(isGetting), mark);
    proxy.rules.clear();
  });

  const isAsking = (right: Right) => nameOf(right) === 'list events';
  test('to list Events it does not say why pods are refused', async () => {
    const mark = await begin(isAsking);
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'none', namespace: MINE } };
    await scene.apply({ ...quota, spec: { hard: { pods: '0' } } });
    await scene.apply(managed('XosSlice', 'refused', { controllerKind: 'StatefulSet', image: 'app:1' }, MINE));
    await scene.until(
      'the question',
      async () => await Promise.resolve(refusedSince(mark).has('events') ? true : undefined),
    );
    const said = await scene.until('the slice to say something', async () => {
      const slice = await scene.get(XosSlices, `${MINE}/refused`);
      return slice && readyOf(slice);
    });
    expect(said.message).not.toContain('ResourceQuota');
    for (const right of taken(isAsking)) missed.add(nameOf(right));
    await scene.kubectl('delete', '-n', MINE, 'quota/none', 'xosslice/refused');
  });

  const isActing = (right: Right) => right.verb === 'impersonate';
  test('to impersonate it applies nothing as a principal', async () => {
    await begin(isActing);
    await scene.apply(managed('XosPrincipal', 'actor', {}, MINE));
    await scene.untilReady(XosPrincipals, `${MINE}/actor`);
    await scene.apply(
      xos(
        'XosResourceInstance',
        'acted',
        {
          principalRef: { name: 'actor' },
          manifests: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'acted' } }],
        },
        MINE,
      ),
    );
    await scene.untilSays(XosResourceInstances, `${MINE}/acted`, 'Forbidden', /the right to impersonate/);
    for (const right of taken(isActing)) missed.add(nameOf(right));
  });

  const isOwning = (right: Right) => right.resource.endsWith('/finalizers');
  test('to set finalizers of owners it makes nothing where that is enforced', async () => {
    await begin(isOwning);
    const objects = declared('owner');
    await scene.apply(...objects);
    for (const right of taken(isOwning)) {
      const kind = kinds.find(({ resource }) => `${resourceName(resource)}/finalizers` === right.resource);
      const object = objects.findLast((each) => each.kind === kind?.resource.kind);
      if (kind === undefined || object === undefined) throw new Error(`There is no owner for ${nameOf(right)}.`);
      await scene.untilSays(kind.resource, keyOf(object.metadata), 'Forbidden', /lacks the right/);
      missed.add(nameOf(right));
    }
  });

  const isTelling = ({ resource }: Right) => resource.endsWith('/status');
  test('to patch a status it says so in its log, because it may not there', async () => {
    const mark = await begin(isTelling);
    await scene.apply(...declared('status'), {
      ...CHOSEN,
      spec: { adoption: { ...CHOSEN.spec.adoption, maxObjects: 9_000 } },
    });
    await untilMissed(taken(isTelling), mark);
  });

  const isChanging = (right: Right) => right.verb === 'patch' && right.resource !== LEASES && !isTelling(right);
  test('to patch it leaves everything as it is, and says of what', async () => {
    const mark = await begin(isChanging);
    await scene.apply(...declared('two'), TAKING_OVER);
    const labels = JSON.stringify({ spec: { namespaceLabels: { team: 'web' } } });
    await scene.kubectl('patch', 'xostrustdomain', 'made-one', '--type=merge', '-p', labels);
    const going = [...declared('held'), { ...SERVICE, metadata: { name: 'spare' } }].map(held);
    await scene.apply(...going);
    const names = going.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    await scene.kubectl('delete', '-n', MINE, '--wait=false', ...names);
    await untilMissed(taken(isChanging), mark);
  });

  const isRemoving = (right: Right) => right.verb === 'delete';
  const isSurveying = (right: Right) => right.verb === 'list' && !watched.has(right.resource);
  if (!isRestricted)
    test('to list what may be in a namespace, it deletes none', async () => {
      await begin(() => false);
      await scene.untilReady(XosTrustDomains, 'made-one');
      await begin(isSurveying);
      await scene.operator?.ready();
      const mark = scene.audit.mark();
      await scene.kubectl('delete', 'xostrustdomain', 'made-one', '--wait=false');
      await scene.untilSays(XosTrustDomains, 'made-one', 'DeletionBlocked', /which the operator may not list/);
      expect([...refusedSince(mark)].toSorted()).toEqual(
        taken(isSurveying)
          .map(({ resource }) => resource)
          .toSorted(),
      );
      for (const right of taken(isSurveying)) missed.add(nameOf(right));
    });

  test('to delete, what should go stays', async () => {
    const mark = await begin(isRemoving);
    await scene.operator?.ready();
    await scene.untilReady(XosSlices, `${MINE}/deployment-one`);
    await scene.apply(...MOVED);
    await untilMissed(
      taken((right) => isRemoving(right) && isPart(right)),
      mark,
    );
    await scene.apply({ ...SERVICE, spec: { adoption: { enabled: false } } }, ...(await ownedCopies()));
    await untilMissed(taken(isRemoving), mark);
  });

  test('and with all of them what should go goes', async () => {
    await begin(() => false);
    if (!isRestricted) await scene.untilGone(Namespaces, 'made-one');
    await scene.untilGone(Deployments, `${MINE}/copy`);
  });

  /** As when somebody copies an object with all that it has, under another name. */
  const ownedCopies = async () =>
    await Promise.all(
      copies('one').map(async ({ object, owner, key }) => {
        const { apiVersion, kind, metadata } = (await scene.get(owner, key)) ?? object;
        const reference = { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true };
        return { ...object, metadata: { ...object.metadata, ownerReferences: [reference] } };
      }),
    );

  test('that it has, each was missed', () => {
    expect([...missed].toSorted()).toEqual(shipped.map(nameOf).toSorted());
  });
});

/** Whether the log names what was refused. Events are for people only, so losing one is no warning. */
function isSaid(resource: string, log: string): boolean {
  if (resource === EVENTS) return true;
  return log.includes(`may not list and watch ${resource} `) || new RegExp(`refused to \\w+ ${resource} `).test(log);
}

/** A POST, or an apply that is only to create. */
function isCreation({ method, body }: ProxiedRequest): boolean {
  return method === 'POST' || (method === 'PATCH' && body.includes('"resourceVersion":"1"'));
}

/** With our finalizer, as if copied from another object. */
function held(object: KubeObject): KubeObject {
  return { ...object, metadata: { ...object.metadata, finalizers: [MARK.finalizer] } };
}
