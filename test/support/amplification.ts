/** Who may write which custom resource: what each kind is tried with, and users who have all rights for it, or all but one. */
import { type Guarded, guarded, type Need } from '../../hack/generate/admission.ts';
import type { JsonObject } from '../../src/api/object.ts';
import type { Resource } from '../../src/api/resource.ts';
import { kinds } from '../../src/kinds/index.ts';
import { xos } from './samples.ts';

export const NS = 'amplified';
const RBAC = 'rbac.authorization.k8s.io';

/** What a kind is tried with, and a change of it. */
export interface Try {
  readonly guard: Guarded;
  readonly resource: Resource;
  /** The name of the object; also told apart by it are the users. */
  readonly name: string;
  readonly spec: JsonObject;
  readonly change: JsonObject;
  readonly needs: readonly Need[];
}

const SPECS: Readonly<Record<string, { spec: JsonObject; change: JsonObject }>> = {
  XosKubernetesService: { spec: {}, change: { mode: 'Observe' } },
  XosTrustDomain: { spec: {}, change: { namespaceLabels: { a: 'b' } } },
  XosPrincipal: { spec: { resourceName: 'other' }, change: { automountToken: false } },
  XosImage: { spec: { image: 'registry.example.com/app', tag: '1' }, change: { tag: '2' } },
  XosServiceInstance: { spec: { sliceRef: { name: 's' }, image: 'app:1' }, change: { image: 'app:2' } },
  XosConfigMap: { spec: { data: { a: '1' } }, change: { data: { a: '2' } } },
  XosSecret: { spec: { secretRef: { name: 'there' } }, change: { driftPolicy: 'Report' } },
  XosConfigMapVolumeMount: {
    spec: { configMapRef: { name: 'c' }, sliceRef: { name: 's' }, mountPath: '/a' },
    change: { mountPath: '/b' },
  },
  XosSecretVolumeMount: {
    spec: { secretRef: { name: 'c' }, sliceRef: { name: 's' }, mountPath: '/a' },
    change: { mountPath: '/b' },
  },
  XosService: { spec: { exposure: 'ClusterIP' }, change: { description: 'changed' } },
  XosServicePort: { spec: { serviceRef: { name: 's' }, internalPort: 80 }, change: { internalPort: 81 } },
  XosResourceInstance: {
    spec: {
      principalRef: { name: 'p' },
      manifests: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'made' } }],
    },
    change: { deletionPolicy: 'Orphan' },
  },
};

/** Everything that is tried: a slice with each controllerKind, any other kind once. */
export const tries: readonly Try[] = guarded
  .filter(({ needs }) => needs.length > 0)
  .flatMap((guard) => (guard.kind === 'XosSlice' ? slices(guard) : [plain(guard)]));

function plain(guard: Guarded): Try {
  const tried = SPECS[guard.kind];
  if (tried === undefined) throw new Error(`Say in SPECS what ${guard.kind} is tried with.`);
  return { guard, resource: resourceOf(guard), name: 'plain', ...tried, needs: guard.needs };
}

function resourceOf({ kind }: Guarded): Resource {
  const resource = kinds.map((each) => each.resource).find((each) => each.kind === kind);
  if (resource === undefined) throw new Error(`There is no kind ${kind}.`);
  return resource;
}

/** The custom resource that is tried. */
export function sample({ guard, resource, name, spec }: Try, prefix: string, xosManaged = true) {
  const managed = guard.mirrored ? { xosManaged } : {};
  return xos(guard.kind, `${prefix}-${name}`, { ...managed, ...spec }, resource.namespaced ? NS : undefined);
}

function slices(guard: Guarded): Try[] {
  const controllerKinds = guard.needs.flatMap(({ whenSaid }) => whenSaid?.replace('with controllerKind ', '') ?? []);
  return controllerKinds.map((controllerKind) => ({
    guard,
    resource: resourceOf(guard),
    name: controllerKind.toLowerCase(),
    spec: { controllerKind, image: 'app:1', ...(controllerKind === 'CronJob' && { schedule: '0 0 * * *' }) },
    change: { description: 'changed' },
    needs: guard.needs.filter(({ whenSaid }) => whenSaid === undefined || whenSaid.endsWith(` ${controllerKind}`)),
  }));
}

/** One verb on one resource. */
export interface Right {
  readonly verb: string;
  readonly need: Need;
}

/** Every right that this takes. */
export function rightsFor({ needs }: Try, doing: 'write' | 'delete'): Right[] {
  return needs.flatMap((need) => need[doing].map((verb) => ({ verb, need })));
}

/** A user who has all rights for something but one. */
export interface Lacking {
  readonly each: Try;
  readonly doing: 'write' | 'delete';
  readonly right: Right;
  readonly user: string;
}

export const lacking: readonly Lacking[] = (['write', 'delete'] as const).flatMap((doing) =>
  tries.flatMap((each) =>
    rightsFor(each, doing).map((right) => ({ each, doing, right, user: without(each, doing, right) })),
  ),
);

/** The rights of such a user, as objects: everywhere, if that is asked for. */
export function grantAllBut({ each, doing, right, user }: Lacking): object[] {
  const rest = rightsFor(each, doing).filter(
    ({ verb, need }) => verb !== right.verb || need.resource !== right.need.resource,
  );
  return grant(user, rest, { everywhere: each.needs.some(({ everywhere }) => everywhere === true) });
}

/** The name of the user who lacks this right for that. */
function without({ guard, name }: Try, doing: 'write' | 'delete', { verb, need }: Right): string {
  return `${guard.plural}-${name}-${doing}-no-${verb}-${need.resource}`;
}

/** Where rights hold, if not in NS; and for which objects, if not for all. */
export interface Scope {
  readonly everywhere?: boolean;
  readonly resourceNames?: readonly string[];
}

/** The objects that give a ServiceAccount of NS these rights. */
export function grant(
  name: string,
  rights: readonly Right[],
  { everywhere = false, resourceNames }: Scope = {},
): object[] {
  const rules = rights.map(({ verb, need: { group, resource } }) => ({
    apiGroups: [group],
    resources: [resource],
    verbs: [verb],
    ...(resourceNames && { resourceNames }),
  }));
  const subject = { kind: 'ServiceAccount', name, namespace: NS };
  return bound(name, rules, { everywhere, subject });
}

/** Every ServiceAccount of NS may write all custom resources, their status too: the policies alone decide. */
export function everybodyWrites(): object[] {
  const apiGroups = ['xos.opencord.org'];
  const plurals = guarded.flatMap(({ plural }) => [plural, `${plural}/status`, `${plural}/scale`]);
  const subject = { kind: 'Group', apiGroup: RBAC, name: `system:serviceaccounts:${NS}` };
  const verbs = ['get', 'create', 'update', 'patch', 'delete', 'deletecollection'];
  return bound('everybody', [{ apiGroups, resources: plurals, verbs }], { everywhere: true, subject });
}

/** People who have the roles of Kubernetes with ours in them: each in NS, and, with another name, everywhere. */
export const PEOPLE = 'people';
export function people(): object[] {
  return ['view', 'edit', 'admin'].flatMap((role) =>
    [false, true].map((everywhere) => {
      const name = everywhere ? `${role}-everywhere` : role;
      return {
        apiVersion: `${RBAC}/v1`,
        kind: everywhere ? 'ClusterRoleBinding' : 'RoleBinding',
        metadata: { name: `people-${name}`, ...(!everywhere && { namespace: NS }) },
        roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role },
        subjects: [{ kind: 'ServiceAccount', name, namespace: PEOPLE }],
      };
    }),
  );
}

function bound(
  name: string,
  rules: object[],
  { everywhere, subject }: { everywhere: boolean; subject: object },
): object[] {
  const apiVersion = `${RBAC}/v1`;
  const metadata = { name, ...(!everywhere && { namespace: NS }) };
  const kind = everywhere ? 'ClusterRole' : 'Role';
  return [
    { apiVersion, kind, metadata, rules },
    {
      apiVersion,
      kind: `${kind}Binding`,
      metadata,
      roleRef: { apiGroup: RBAC, kind, name },
      subjects: [subject],
    },
  ];
}
