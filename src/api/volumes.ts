/** Where a pod mounts ConfigMaps and Secrets: all that is kept of the volumes of a pod that is not ours. */
import { pick } from './keep.ts';

export interface Volume {
  name: string;
  configMap?: { name?: string };
  secret?: { secretName?: string };
}

export interface VolumeMount {
  name: string;
  mountPath: string;
  subPath?: string;
  subPathExpr?: string;
}

/** The volumes of ConfigMaps and Secrets. */
export function pickVolumes(volumes: readonly Volume[]): Volume[] {
  return volumes.filter(({ configMap, secret }) => configMap ?? secret).map(pickVolume);
}

function pickVolume({ name, configMap, secret }: Volume): Volume {
  if (configMap !== undefined) return { name, configMap: pick(configMap, ['name']) };
  return { name, ...(secret !== undefined && { secret: pick(secret, ['secretName']) }) };
}

/** The mounts of these volumes. Which path a `subPathExpr` gives is known inside of the pod only. */
export function pickMounts(mounts: readonly VolumeMount[], volumes: ReadonlySet<string>): VolumeMount[] {
  return mounts
    .filter(({ name, subPathExpr }) => volumes.has(name) && subPathExpr === undefined)
    .map((each) => pick(each, ['name', 'mountPath', 'subPath']));
}
