/** What wakes a slice beside its children and what it refers to. */
import { type Pod, Pods, ServiceAccounts } from '../../api/core.ts';
import { keyIn, keyOf } from '../../api/meta.ts';
import type { Live } from '../../api/object.ts';
import { type Complaint, Complaints } from '../../runtime/complaint.ts';
import type { Source } from '../../runtime/kind.ts';
import { accountIndexes, slicesOfAccount } from '../../shared/accounts.ts';
import { mountSources } from '../../shared/mount-sources.ts';
import { waitingReason } from '../../shared/pod-status.ts';
import { belowIndexes, sliceKeyAbove } from '../../shared/workloads.ts';

/** A service account that appears lets the slices go on whose pods run as it. */
const accounts: Source = {
  resource: ServiceAccounts,
  indexes: accountIndexes,
  wakes: (account, view) => slicesOfAccount(account, view).map((slice) => keyOf(slice.metadata)),
};

/** A pod below the controller gets stuck, gets on, comes or goes. The rest of its life shows in the controller's counts. */
const pods: Source<Pod> = {
  resource: Pods,
  indexes: belowIndexes,
  matters: (before, after) => troubleOf(before) !== troubleOf(after),
  wakes: (pod, view) => {
    const key = sliceKeyAbove(pod, view);
    return key === undefined ? [] : [key];
  },
};

function troubleOf(pod: Live<Pod> | undefined): string | undefined {
  if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return 'gone';
  return waitingReason(pod);
}

const mounts = mountSources(({ metadata, spec }) =>
  spec.sliceRef === undefined ? [] : [keyIn(metadata.namespace, spec.sliceRef.name)],
);

/** Why a controller cannot make its pods was found out. */
const complaints: Source<Complaint> = { resource: Complaints, wakes: ({ owner }) => [owner] };

export const sliceSources: readonly Source[] = [accounts, pods, complaints, ...mounts] as readonly Source[];
