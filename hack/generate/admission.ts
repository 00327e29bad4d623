/**
 * Nobody gets the operator to do what they may not do themselves: for each kind, what its writer has to be allowed to do.
 * The policies in config/policy and the table of docs/security.md are written from this, and the tests go through it.
 */

/** A right that somebody needs, as an authorizer knows it. */
export interface Need {
  readonly group: string;
  readonly resource: string;
  /** To create or change the custom resource; two at most, because three exceed the cost limit of an expression. */
  readonly write: readonly string[];
  /** To delete it while it is managed. */
  readonly delete: readonly string[];
  /** CEL: the name of the object, given `it`, the custom resource. Left out: any object of the namespace. */
  readonly name?: string;
  /** The same in words; left out: of the name that it stands for. */
  readonly nameSaid?: string;
  /** CEL: when this is asked for, given `it`. Left out: always. */
  readonly when?: string;
  /** The same in words. */
  readonly whenSaid?: string;
  /** In the whole cluster; left out: in the namespace of the custom resource. */
  readonly everywhere?: true;
}

/** A kind with what its writer needs. */
export interface Guarded {
  readonly kind: string;
  readonly plural: string;
  /** Whether `spec.xosManaged` exists; deleting what is not managed deletes nothing else. */
  readonly mirrored: boolean;
  readonly needs: readonly Need[];
}

const CHILD = 'it.spec.?resourceName.orValue(it.metadata.name)';
const ALL_PODS = { group: '', resource: 'pods' } as const;

const CONTROLLERS: readonly (readonly [kind: string, group: string, resource: string])[] = [
  ['Deployment', 'apps', 'deployments'],
  ['StatefulSet', 'apps', 'statefulsets'],
  ['DaemonSet', 'apps', 'daemonsets'],
  ['ReplicaSet', 'apps', 'replicasets'],
  ['Job', 'batch', 'jobs'],
  ['CronJob', 'batch', 'cronjobs'],
];

const controllersOfSlices = CONTROLLERS.map(([kind, group, resource]): Need => {
  const when = `it.spec.?controllerKind.orValue('') == '${kind}'`;
  const whenSaid = `with controllerKind ${kind}`;
  return { group, resource, write: ['create', 'update'], delete: ['delete'], name: CHILD, when, whenSaid };
});

/** What rolls the pods of others changes every controller that may stand above them. */
const updatesOfControllers = (everywhere?: true): Need[] =>
  CONTROLLERS.map(([, group, resource]) => ({
    group,
    resource,
    write: ['update'],
    delete: ['update'],
    ...(everywhere && { everywhere }),
  }));

/** A pod of an instance is replaced, never changed. */
const replacedPods: Need = { ...ALL_PODS, write: ['create', 'delete'], delete: ['create', 'delete'] };

/** Kept as one object of the same name. */
function kept(group: string, resource: string, everywhere?: true): Need[] {
  return [
    {
      group,
      resource,
      write: ['create', 'update'],
      delete: ['delete'],
      name: CHILD,
      ...(everywhere && { everywhere }),
    },
  ];
}

export const guarded: readonly Guarded[] = [
  {
    kind: 'XosKubernetesService',
    plural: 'xoskubernetesservices',
    mirrored: false,
    // Its mode gives everything back that is managed, anywhere.
    needs: [
      { group: '', resource: 'namespaces', write: ['update'], delete: ['update'], everywhere: true },
      { ...ALL_PODS, write: ['update'], delete: ['update'], everywhere: true },
      ...updatesOfControllers(true),
    ],
  },
  { kind: 'XosSite', plural: 'xossites', mirrored: false, needs: [] },
  { kind: 'XosTrustDomain', plural: 'xostrustdomains', mirrored: true, needs: kept('', 'namespaces', true) },
  {
    kind: 'XosPrincipal',
    plural: 'xosprincipals',
    mirrored: true,
    needs: [
      ...kept('', 'serviceaccounts'),
      {
        group: '',
        resource: 'serviceaccounts',
        write: ['impersonate'],
        delete: [],
        name: CHILD,
        // Who may act as the one must not make it mean the other.
        when: `${CHILD} != it.metadata.name`,
        whenSaid: 'with another resourceName than its own',
      },
    ],
  },
  {
    kind: 'XosImage',
    plural: 'xosimages',
    mirrored: true,
    // It rolls the pods of all slices that name it, in all namespaces.
    needs: [{ ...replacedPods, everywhere: true }, ...updatesOfControllers(true)],
  },
  {
    kind: 'XosSlice',
    plural: 'xosslices',
    mirrored: true,
    // Of the instances that name it, it decides the pods.
    needs: [{ ...replacedPods, delete: ['delete'] }, ...controllersOfSlices],
  },
  {
    kind: 'XosServiceInstance',
    plural: 'xosserviceinstances',
    mirrored: true,
    needs: [
      { ...replacedPods, delete: ['delete'] },
      { ...ALL_PODS, write: ['update'], delete: [], name: CHILD },
    ],
  },
  { kind: 'XosConfigMap', plural: 'xosconfigmaps', mirrored: true, needs: kept('', 'configmaps') },
  {
    kind: 'XosSecret',
    plural: 'xossecrets',
    mirrored: true,
    needs: [
      ...kept('', 'secrets'),
      {
        group: '',
        resource: 'secrets',
        write: ['get'],
        delete: [],
        name: "it.spec.?secretRef.?name.orValue('')",
        nameSaid: 'of its secretRef',
        when: 'has(it.spec.secretRef)',
        whenSaid: 'with a secretRef',
      },
    ],
  },
  {
    kind: 'XosConfigMapVolumeMount',
    plural: 'xosconfigmapvolumemounts',
    mirrored: true,
    needs: [replacedPods, ...updatesOfControllers()],
  },
  {
    kind: 'XosSecretVolumeMount',
    plural: 'xossecretvolumemounts',
    mirrored: true,
    needs: [
      replacedPods,
      ...updatesOfControllers(),
      {
        group: '',
        resource: 'secrets',
        write: ['get'],
        delete: [],
        name: 'it.spec.secretRef.name',
        nameSaid: 'of its secretRef',
      },
    ],
  },
  { kind: 'XosService', plural: 'xosservices', mirrored: true, needs: kept('', 'services') },
  {
    kind: 'XosServicePort',
    plural: 'xosserviceports',
    mirrored: true,
    // The first port makes the Service, the last one ends it.
    needs: [
      { group: '', resource: 'services', write: ['create', 'update'], delete: ['update', 'delete'] },
      { group: '', resource: 'services', write: ['delete'], delete: [] },
    ],
  },
  {
    kind: 'XosResourceInstance',
    plural: 'xosresourceinstances',
    mirrored: false,
    needs: [
      {
        group: '',
        resource: 'serviceaccounts',
        write: ['impersonate'],
        delete: ['impersonate'],
        name: 'it.spec.principalRef.name',
        nameSaid: 'of its principalRef',
      },
    ],
  },
];
