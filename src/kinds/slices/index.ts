/**
 * A slice groups service instances. With a `controllerKind` it also runs pods of its own, through a controller of
 * Kubernetes; without one it is an administrative fact.
 */
import type { Workload } from '../../api/core.ts';
import { XosImages } from '../../api/generated/xosimages.ts';
import { XosPrincipals } from '../../api/generated/xosprincipals.ts';
import { XosServices } from '../../api/generated/xosservices.ts';
import { XosSites } from '../../api/generated/xossites.ts';
import { type XosSlice, XosSlices } from '../../api/generated/xosslices.ts';
import { keyIn } from '../../api/meta.ts';
import type { Live } from '../../api/object.ts';
import { followedBy, follows, type Kind } from '../../runtime/kind.ts';
import { type Outcome, progressing, ready, stalled, waiting } from '../../runtime/outcome.ts';
import type { Note } from '../../runtime/notes.ts';
import { ownerUidOf, resourceNameOf } from '../../runtime/ownership.ts';
import { accountOf } from '../../shared/accounts.ts';
import { imageFor } from '../../shared/images.ts';
import {
  instancesBySlice,
  slicesByImage,
  slicesByPrincipal,
  slicesByService,
  slicesBySite,
} from '../../shared/indexes.ts';
import { madeBy } from '../../shared/made.ts';
import { mountingOf, mountsOnSlice } from '../../shared/mounts.ts';
import { missing, resolve } from '../../shared/references.ts';
import { identityOnly, takesOver } from '../../shared/taking-over.ts';
import { podsBelow } from '../../shared/workloads.ts';
import type { View } from '../../runtime/view.ts';
import { complainedOf } from './cause.ts';
import { refusedChange } from './frozen.ts';
import { faultIn } from './invalid.ts';
import { controllerFor } from './objects.ts';
import { type PodParts, podTemplateFor } from './pod-template.ts';
import { rollout } from './rollout.ts';
import { cronRuns, jobRun } from './runs.ts';
import type { Situation } from './situation.ts';
import { sliceSources } from './sources.ts';
import { instancesOf, statusOf } from './status.ts';
import { rolloutNotes, saidController } from './taking-over.ts';
import { CONTROLLER_TYPES, type ControllerType } from './types.ts';

/** Instances come in waves, and a rollout in steps; a status that is a few seconds old serves, and costs one write. */
const HOLD_MS = 2_000;

export const slices: Kind<XosSlice> = {
  resource: XosSlices,
  owns: [...CONTROLLER_TYPES.values()].map(({ resource }) => resource),
  reads: [
    follows(XosSites, slicesBySite),
    follows(XosPrincipals, slicesByPrincipal),
    follows(XosServices, slicesByService),
    follows(XosImages, slicesByImage),
    followedBy(instancesBySlice),
    ...sliceSources,
  ],

  reconcile(slice, view) {
    const outcome = decide(slice, view);
    const { report } = outcome;
    return { ...outcome, ...(report !== undefined && { report: { ...report, status: statusOf(slice, view) } }) };
  },
};

function decide(slice: Live<XosSlice>, view: View): Outcome {
  const { siteRef, principalRef, serviceRef, imageRef, controllerKind } = slice.spec;
  const absent = missing(
    slice,
    [
      { field: 'siteRef', to: XosSites, ref: siteRef },
      { field: 'principalRef', to: XosPrincipals, ref: principalRef },
      { field: 'serviceRef', to: XosServices, ref: serviceRef },
      { field: 'imageRef', to: XosImages, ref: imageRef },
    ],
    view,
  );
  if (absent !== undefined) return waiting(absent);
  if (controllerKind === undefined) return grouping(slice, view);
  const type = CONTROLLER_TYPES.get(controllerKind);
  if (type !== undefined) return workload(slice, type, view);
  const kinds = [...CONTROLLER_TYPES.keys()].join(', ');
  return stalled('InvalidSpec', `spec.controllerKind must be one of ${kinds}, or be left out.`);
}

function grouping(slice: Live<XosSlice>, view: View): Outcome {
  const instances = instancesOf(slice, view);
  const message = `The slice groups ${instances} service ${instances === 1 ? 'instance' : 'instances'}.`;
  // An empty list, not none: a slice whose controllerKind was never set owns nothing.
  return ready(message, { children: [], holdStatusMs: HOLD_MS });
}

function workload(slice: Live<XosSlice>, type: ControllerType, view: View): Outcome {
  const present = view.get(type.resource, keyIn(slice.metadata.namespace, resourceNameOf(slice)));
  if (present !== undefined && takesOver(slice, present)) return takenOver(slice, type, present, view);
  const image = imageFor(slice, [slice.spec], view);
  const fault = faultIn(slice, type, image);
  if (fault !== undefined) return stalled('InvalidSpec', fault);
  const account = accountOf(slice, slice, view);
  if (!account.exists) return waiting(account.message);
  const mounts = mountingOf(slice.spec.template?.spec, mountsOnSlice(slice, view), view);
  if (mounts.waits !== undefined) return waiting(mounts.waits);
  return withController(slice, type, { image, account: account.name, mounts }, view);
}

/** One that was there before: what the spec leaves out stays as it is, so nothing has to be complete. */
function takenOver(slice: Live<XosSlice>, type: ControllerType, live: Live<Workload>, view: View): Outcome {
  const { resource } = type;
  if (ownerUidOf(live) !== slice.metadata.uid) {
    const object = identityOnly(live);
    const children = [{ resource, strategy: 'Apply', object, said: object }] as const;
    return progressing(`${resource.kind} ${live.metadata.name} is being taken over as it is.`, { children });
  }
  const account = slice.spec.principalRef && accountOf(slice, slice, view);
  if (account?.exists === false) return waiting(account.message);
  const mounts = mountingOf(slice.spec.template?.spec, mountsOnSlice(slice, view), view);
  if (mounts.waits !== undefined) return waiting(mounts.waits);
  const parts = { image: imageFor(slice, [slice.spec], view), account: account?.name, mounts };
  const result = saidController(slice, type, parts, live);
  if ('flaw' in result) return stalled('InvalidSpec', result.flaw);
  const { said } = result;
  const details = {
    children: [{ resource, strategy: 'Apply', object: said, said, frozen: type.frozen }],
    holdStatusMs: HOLD_MS,
  } as const;
  const serviceName = live.spec?.serviceName;
  const outcome = judged({ live, desired: said, serviceName, details, ...below(live, view) });
  return withNotes(outcome, rolloutNotes(slice, live));
}

function withNotes(outcome: Outcome, notes: readonly Note[]): Outcome {
  return outcome.report === undefined ? outcome : { ...outcome, report: { ...outcome.report, notes } };
}

function withController(slice: Live<XosSlice>, type: ControllerType, parts: PodParts, view: View): Outcome {
  const live = madeBy(slice, type.resource, view);
  const serviceName = serviceNameOf(slice, view);
  const desired = controllerFor(type, {
    slice,
    template: podTemplateFor(slice, parts),
    // Kubernetes lets nobody change it, so the one that was given at first stays.
    serviceName: live === undefined ? serviceName : live.spec?.serviceName,
  });
  const details = {
    children: [
      {
        resource: type.resource,
        strategy: 'Apply',
        object: desired,
        said: identityOnly(desired),
        keepLive: ['spec.replicas'],
      },
    ],
    holdStatusMs: HOLD_MS,
  } as const;
  if (live === undefined) return progressing(`The ${type.resource.kind} is being created.`, details);
  const refused = refusedChange(type, desired, live);
  if (refused !== undefined) return stalled('InvalidSpec', refused);
  return judged({ live, desired, serviceName, details, ...below(live, view) });
}

/** What is looked for only when it matters. */
function below(live: Live<Workload>, view: View): Pick<Situation, 'pods' | 'complaint'> {
  const pods = () => podsBelow(live.metadata.uid, view);
  return { pods, complaint: () => complainedOf(live, pods(), view) };
}

/** The Service of the XosService that the slice names. */
function serviceNameOf(slice: Live<XosSlice>, view: View): string | undefined {
  const { serviceRef } = slice.spec;
  const service = resolve(slice, { field: 'serviceRef', to: XosServices, ref: serviceRef }, view);
  return service && resourceNameOf(service);
}

function judged(situation: Situation): Outcome {
  const { kind } = situation.live;
  if (kind === 'Job') return jobRun(situation);
  return kind === 'CronJob' ? cronRuns(situation) : rollout(situation);
}
