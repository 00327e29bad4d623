/**
 * A slice whose controller was there before: what the spec says of it is kept, and nothing else. Its selector and its pod
 * template are its own: a label of ours in the template would restart every pod.
 */
import type { Workload } from '../../api/core.ts';
import type { XosSlice } from '../../api/generated/xosslices.ts';
import { MARK } from '../../api/meta.ts';
import type { JsonObject, Live } from '../../api/object.ts';
import { childOf } from '../../runtime/diff.ts';
import type { Note } from '../../runtime/notes.ts';
import { labelValue } from '../../shared/labels.ts';
import { saidPodSpec } from '../../shared/said-pod.ts';
import { identityOnly } from '../../shared/taking-over.ts';
import type { Controller } from './objects.ts';
import type { PodParts } from './pod-template.ts';
import type { ControllerType } from './types.ts';

/** What the spec says of a controller, or a sentence that says which field is not clear. */
export function saidController(
  slice: XosSlice,
  { resource, scales }: ControllerType,
  { image, account, mounts }: PodParts,
  live: Live<Workload>,
): { readonly said: Controller } | { readonly flaw: string } {
  const { replicas, schedule, template = {} } = slice.spec;
  const present = objectAt(templateOf(live), 'spec');
  const pod = saidPodSpec({ image, serviceAccount: account, template: template.spec, mounts, present });
  if ('flaw' in pod) return pod;
  const metadata = saidMetadata(slice, live);
  const saidTemplate = { ...nonEmpty('metadata', metadata), ...nonEmpty('spec', pod.spec) };
  const inSpec = nonEmpty('template', saidTemplate);
  const spec =
    resource.kind === 'CronJob'
      ? { ...(schedule !== undefined && { schedule }), ...nonEmpty('jobTemplate', nonEmpty('spec', inSpec)) }
      : { ...(scales && replicas !== undefined && { replicas }), ...inSpec };
  return { said: { ...identityOnly(live), spec } };
}

/** The label by which the Service of an XosService finds pods: it comes only where that is allowed. */
function saidMetadata(slice: XosSlice, live: Live<Workload>): JsonObject {
  const { template = {}, serviceRef, allowRollout } = slice.spec;
  const { labels, annotations } = template.metadata ?? {};
  const isWanted = serviceRef !== undefined && (allowRollout === true || hasServiceLabel(slice, live));
  const all = { ...labels, ...(isWanted && { [MARK.service]: labelValue(serviceRef.name) }) };
  return { ...nonEmpty('labels', all), ...(annotations !== undefined && { annotations }) };
}

/** What would restart the pods for our own sake, and is left undone until that is allowed. */
export function rolloutNotes(slice: XosSlice, live: Live<Workload>): Note[] {
  const { serviceRef, allowRollout } = slice.spec;
  if (serviceRef === undefined || allowRollout === true || hasServiceLabel(slice, live)) return [];
  const { kind, metadata } = live;
  const message = `XosService ${serviceRef.name} finds pods by the label ${MARK.service}, which those of ${kind} ${metadata.name} do not have, and adding it to the pod template restarts them: set spec.allowRollout to true to let that happen, or remove spec.serviceRef.`;
  return [{ type: 'RolloutNeeded', reason: 'LabelMissing', message }];
}

function hasServiceLabel({ spec: { serviceRef } }: XosSlice, live: Live<Workload>): boolean {
  const labels = objectAt(objectAt(templateOf(live), 'metadata'), 'labels');
  return serviceRef !== undefined && labels[MARK.service] === labelValue(serviceRef.name);
}

/** The pod template as it is live: of what is ours everything is kept. */
function templateOf({ kind, spec = {} }: Live<Workload>): JsonObject {
  const body = spec as JsonObject;
  return kind === 'CronJob'
    ? objectAt(objectAt(objectAt(body, 'jobTemplate'), 'spec'), 'template')
    : objectAt(body, 'template');
}

function objectAt(object: JsonObject, key: string): JsonObject {
  return childOf(object, key) ?? {};
}

function nonEmpty(key: string, value: JsonObject): JsonObject {
  return Object.keys(value).length === 0 ? {} : { [key]: value };
}
