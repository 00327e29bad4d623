/**
 * By choice: ConfigMaps and Secrets that adopted pods mount as volumes become XosConfigMaps and XosSecrets, and where they are
 * mounted becomes mounts. By name and never with data.
 */
import { type Pod, Pods } from '../api/core.ts';
import type { ConfigMap, Secret } from '../api/data.ts';
import { type XosServiceInstance, XosServiceInstances } from '../api/generated/xosserviceinstances.ts';
import { type Key, keyIn, keyOf, refersTo } from '../api/meta.ts';
import type { KubeObject, Live } from '../api/object.ts';
import type { Volume } from '../api/volumes.ts';
import type { Controller } from '../runtime/controller.ts';
import type { Source } from '../runtime/kind.ts';
import type { Child } from '../runtime/outcome.ts';
import { isManaged, resourceNameOf } from '../runtime/ownership.ts';
import type { Index, View } from '../runtime/view.ts';
import { entriesStatus } from '../shared/entries-status.ts';
import { CONFIG_MAP_MOUNTS, type Mount, type MountFamily, SECRET_MOUNTS } from '../shared/mount-families.ts';
import { resourceRef } from '../shared/resource-ref.ts';
import { belowIndexes } from '../shared/workloads.ts';
import { referenceTo } from './identity.ts';
import { decideWithParts, isForeign, isKept, mirror, mirrorName, mirrorsOf, nameOfMirror } from './mirrors.ts';
import { exemplars, mountsFor } from './places.ts';
import { provenanceOf } from './provenance.ts';
import { belongingChanged, type Choice, chooses, includesNamespace, optsOut, scopeOf } from './scope.ts';
import { sliceNames } from './slice-names.ts';
import { controllers, isTaken, mirrors, namespaces, originalsOf, podsByNamespace, settings } from './sources.ts';

interface Mounted {
  readonly choice: Choice;
  readonly family: MountFamily;
  /** The name of what a volume is made of, if it is of this sort. */
  sourceOf(volume: Volume): string | undefined;
}

export const adoptedConfigMaps = controllerFor({
  choice: 'ConfigMaps',
  family: CONFIG_MAP_MOUNTS,
  sourceOf: ({ configMap }) => configMap?.name,
});

export const adoptedSecrets = controllerFor({
  choice: 'Secrets',
  family: SECRET_MOUNTS,
  sourceOf: ({ secret }) => secret?.secretName,
});

type Data = Pick<ConfigMap & Secret, 'data' | 'binaryData' | 'type'> & KubeObject;

function controllerFor(mounted: Mounted): Controller {
  const { family } = mounted;
  const { made, sources: mirrored, mounts } = family;
  const indexes: Indexes = {
    podsByData: { name: `pods by mounted ${made.plural}`, resource: Pods, keys: (pod) => keysOf(pod, mounted) },
    mountMirrors: {
      name: `mirrors of ${mounts.plural}`,
      resource: mounts,
      keys: (mount) => (isManaged(mount) ? [] : [originalOf(mount, family)]),
    },
  };
  return {
    name: `adoption/${made.plural}`,
    sources: sourcesOf(mounted, indexes),

    decide(key, view) {
      const scope = scopeOf(view);
      if (scope.state === 'Frozen') return undefined;
      const live: Live<Data> | undefined = view.get(made, key);
      const existing = mirrorsOf(mirrored, key, view);
      const isOther = live !== undefined && isForeign(live, mirrored, view);
      const isChosen = isOther && isAdopted(live, mounted, view);
      const pods = isChosen ? [...exemplars(view.each(indexes.podsByData, key), view)] : [];
      const alive = live !== undefined;
      const isWanted = isOther && (pods.length > 0 || isKept(existing));
      const wanted = isWanted ? sourceFor(live, { family, existing, view }) : undefined;
      const places = live && wanted ? mountsFor(live, wanted, { ...mounted, pods, view }) : [];
      return decideWithParts(
        { resource: mirrored, wanted, existing, alive, owns: [made] },
        { resource: mounts, wanted: places, existing: view.by(indexes.mountMirrors, key) },
        view,
      );
    },
  };
}

interface Indexes {
  readonly podsByData: Index<Pod>;
  readonly mountMirrors: Index<Mount>;
}

function isAdopted(live: Live<Data>, { choice }: Mounted, view: View): boolean {
  const scope = scopeOf(view);
  return chooses(scope, choice) && !optsOut(live) && includesNamespace(scope, live.metadata.namespace ?? '', view);
}

function sourcesOf(mounted: Mounted, { podsByData, mountMirrors }: Indexes): Source[] {
  const { made, sources: mirrored } = mounted.family;
  const keys = (pod: Pod) => keysOf(pod, mounted);
  const keysOfAll = (pods: Iterable<Live<KubeObject>>) => [...pods].flatMap((pod) => keys(pod as Live<Pod>));
  return [
    podSource(podsByData, keys),
    { resource: made, wakes: (object) => [keyOf(object.metadata)] },
    mirrors(mirrored),
    mountSource(mountMirrors, mounted.family),
    instances(keys),
    sliceNames(keys),
    ...controllers(keys),
    settings((view) => [
      ...[...view.all(made)].map(({ metadata }) => keyOf(metadata)),
      ...originalsOf(view.all(mirrored)),
    ]),
    namespaces((namespace, view) => keysOfAll(view.each(podsByNamespace, namespace))),
  ];
}

/** The keys of what a pod mounts. */
function keysOf({ metadata, spec }: Pod, mounted: Mounted): Key[] {
  return (spec.volumes ?? []).flatMap((volume) => {
    const name = mounted.sourceOf(volume);
    return name === undefined ? [] : [keyIn(metadata.namespace, name)];
  });
}

function sourceFor(
  live: Live<Data>,
  { family, existing, view }: { family: MountFamily; existing: readonly Live<KubeObject>[]; view: View },
): Child {
  const { name, namespace = '' } = live.metadata;
  return mirror({
    resource: family.sources,
    name: nameOfMirror(existing, () =>
      mirrorName(name, `${family.made.plural} ${name}`, (candidate) =>
        isTaken(family.sources, keyIn(namespace, candidate), name, view),
      ),
    ),
    namespace,
    owner: referenceTo(family.made, live),
    spec: { resourceName: name },
    status: {
      resourceRef: resourceRef(live),
      ...entriesStatus({ ...live.data, ...live.binaryData }, live.type),
      provenance: provenanceOf(live, view),
    },
    what: `${family.made.kind} ${name}`,
  });
}

function originalOf(mount: Mount, family: MountFamily): Key {
  const owner = mount.metadata.ownerReferences?.find((reference) => refersTo(reference, family.made));
  return keyIn(mount.metadata.namespace, owner?.name ?? family.refOf(mount).name);
}

/** A pod without a slice is named by its mirror, which has to be there. */
function instances(keys: (pod: Pod) => readonly Key[]): Source {
  const source: Source<XosServiceInstance> = {
    resource: XosServiceInstances,
    matters: (before, after) => before?.metadata.generation !== after?.metadata.generation,
    wakes: (instance, view) => {
      const pod = view.get(Pods, keyIn(instance.metadata.namespace, resourceNameOf(instance)));
      return pod === undefined ? [] : keys(pod);
    },
  };
  return source;
}

function podSource(podsByData: Index<Pod>, wakes: (pod: Pod) => readonly Key[]): Source {
  const source: Source<Pod> = {
    resource: Pods,
    indexes: [podsByData, ...belowIndexes],
    matters: belongingChanged,
    wakes,
  };
  return source;
}

function mountSource(mountMirrors: Index<Mount>, family: MountFamily): Source {
  const source: Source<Mount> = {
    resource: family.mounts,
    indexes: [mountMirrors],
    matters: (before, after) => [before, after].some((mount) => mount !== undefined && !isManaged(mount)),
    wakes: (mount) => [originalOf(mount, family)],
  };
  return source;
}
