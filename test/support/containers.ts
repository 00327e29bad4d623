/** Which containers run on a real node: what nothing may restart that does not mean to. */
import type { ObjectMeta } from '../../src/api/object.ts';
import type { Scene } from './scene.ts';

interface RunningPod {
  metadata: ObjectMeta;
  status: { phase?: string; containerStatuses?: { name: string; containerID?: string; restartCount: number }[] };
}

/** One line a container of a pod that runs: whose it is, which, and how often it was started. */
export async function containersOf(scene: Scene, isWanted: (namespace: string) => boolean = () => true) {
  const { items } = JSON.parse(await scene.kubectl('get', 'pods', '-A', '-o', 'json')) as { items: RunningPod[] };
  return items
    .filter(({ metadata, status }) => status.phase === 'Running' && metadata.deletionTimestamp === undefined)
    .filter(({ metadata }) => isWanted(metadata.namespace ?? ''))
    .flatMap(({ metadata, status }) =>
      (status.containerStatuses ?? []).map(
        ({ name, containerID = '-', restartCount }) =>
          `${metadata.namespace ?? ''}/${metadata.name}/${name} ${containerID} ${restartCount}`,
      ),
    )
    .toSorted();
}
