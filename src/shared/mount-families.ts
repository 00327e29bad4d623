/** The two sorts of mounts, of config maps and of secrets: what differs between them, and nothing else. */
import { ConfigMaps, Secrets } from '../api/data.ts';
import { type XosConfigMap, XosConfigMaps } from '../api/generated/xosconfigmaps.ts';
import { type XosConfigMapVolumeMount, XosConfigMapVolumeMounts } from '../api/generated/xosconfigmapvolumemounts.ts';
import { type XosSecret, XosSecrets } from '../api/generated/xossecrets.ts';
import { type XosSecretVolumeMount, XosSecretVolumeMounts } from '../api/generated/xossecretvolumemounts.ts';
import { keyIn } from '../api/meta.ts';
import type { JsonObject, KubeObject } from '../api/object.ts';
import type { Resource } from '../api/resource.ts';
import { byResourceName, resourceNameOf } from '../runtime/ownership.ts';
import type { Index } from '../runtime/view.ts';
import { local, secretsByReference } from './indexes.ts';

type Ref = { name: string };

/** The part of a mount that both sorts share. */
export interface Mount extends KubeObject {
  spec: {
    xosManaged: boolean;
    mountPath: string;
    subPath?: string;
    defaultMode?: string;
    serviceInstanceRef?: Ref;
    sliceRef?: Ref;
  };
}

export interface MountFamily<M extends Mount = Mount, S extends KubeObject = KubeObject> {
  readonly mounts: Resource<M>;
  /** The custom resource that a mount names, and the field that names it. */
  readonly sources: Resource<S>;
  readonly field: string;
  refOf(mount: M): Ref;
  /** What the source becomes, and what it is called there. */
  readonly made: Resource;
  madeName(source: S): string;
  /** Whether XOS itself makes it. */
  isMade(source: S): boolean;
  /** Finds the sources by the key of what they become. */
  readonly byMade: readonly Index<S>[];
  readonly byInstance: Index<M>;
  readonly bySlice: Index<M>;
  readonly bySource: Index<M>;
  /** The part of a volume that names it. */
  volume(name: string, defaultMode: number | undefined): JsonObject;
}

const configMapMounts: MountFamily<XosConfigMapVolumeMount, XosConfigMap> = {
  mounts: XosConfigMapVolumeMounts,
  sources: XosConfigMaps,
  field: 'configMapRef',
  refOf: ({ spec }) => spec.configMapRef,
  made: ConfigMaps,
  madeName: resourceNameOf,
  isMade: ({ spec }) => spec.xosManaged,
  byMade: [byResourceName(XosConfigMaps) as Index<XosConfigMap>],
  byInstance: local(XosConfigMapVolumeMounts, 'serviceInstanceRef', ({ spec }) => spec.serviceInstanceRef),
  bySlice: local(XosConfigMapVolumeMounts, 'sliceRef', ({ spec }) => spec.sliceRef),
  bySource: local(XosConfigMapVolumeMounts, 'configMapRef', ({ spec }) => spec.configMapRef),
  volume: (name, defaultMode) => ({ configMap: { name, ...(defaultMode !== undefined && { defaultMode }) } }),
};

const secretMounts: MountFamily<XosSecretVolumeMount, XosSecret> = {
  mounts: XosSecretVolumeMounts,
  sources: XosSecrets,
  field: 'secretRef',
  refOf: ({ spec }) => spec.secretRef,
  made: Secrets,
  madeName: (secret) => secret.spec.secretRef?.name ?? resourceNameOf(secret),
  isMade: ({ spec }) => spec.xosManaged && spec.secretRef === undefined,
  byMade: [byResourceName(XosSecrets) as Index<XosSecret>, secretsByReference],
  byInstance: local(XosSecretVolumeMounts, 'serviceInstanceRef', ({ spec }) => spec.serviceInstanceRef),
  bySlice: local(XosSecretVolumeMounts, 'sliceRef', ({ spec }) => spec.sliceRef),
  bySource: local(XosSecretVolumeMounts, 'secretRef', ({ spec }) => spec.secretRef),
  volume: (secretName, defaultMode) => ({
    secret: { secretName, ...(defaultMode !== undefined && { defaultMode }) },
  }),
};

/** Widened, because a list of both has to forget what each is a family of. */
export const MOUNT_FAMILIES = [configMapMounts, secretMounts] as unknown as readonly [MountFamily, MountFamily];

/** The family of a sort of mounts. */
export const [CONFIG_MAP_MOUNTS, SECRET_MOUNTS] = MOUNT_FAMILIES;

/** The key of what a source becomes. */
export function madeKey(family: MountFamily, source: KubeObject): string {
  return keyIn(source.metadata.namespace, family.madeName(source));
}
