/** The six kinds of controller that a slice can be: how each looks, and what each is particular about. */
import { CronJobs, DaemonSets, Deployments, Jobs, ReplicaSets, StatefulSets, type Workload } from '../../api/core.ts';
import type { XosSlice } from '../../api/generated/xosslices.ts';
import { MARK } from '../../api/meta.ts';
import type { JsonObject } from '../../api/object.ts';
import type { Resource } from '../../api/resource.ts';
import { hashOf } from '../../runtime/hash.ts';
import { selectorOf } from './pod-template.ts';

/** What a controller is made of. */
export interface Ingredients {
  readonly slice: XosSlice;
  readonly template: JsonObject;
  /** Of a StatefulSet: the Service below whose name its pods have their DNS names. */
  readonly serviceName: string | undefined;
}

export interface ControllerType {
  readonly resource: Resource<Workload>;
  /** Whether `spec.replicas` means anything, and so the scale subresource. */
  readonly scales: boolean;
  /** What the pods may have for a restartPolicy; the first is used where the template says nothing, unless it is Kubernetes' own. */
  readonly restartPolicies: readonly [string, ...string[]];
  /** Longest name. Longer ones Kubernetes refuses, or takes and then never makes a pod, because labels are made of them. */
  readonly maxName: number;
  /** Paths below which Kubernetes lets nobody change anything. */
  readonly frozen: readonly string[];
  readonly spec: (ingredients: Ingredients) => JsonObject;
}

const SERVICE = { scales: true, restartPolicies: ['Always'], maxName: 253, frozen: [] } as const;
/** Never, so that the pod of each failed try stays, and its log can be read. */
const BATCH = { scales: false, restartPolicies: ['Never', 'OnFailure'] } as const;

/** By `spec.controllerKind`. */
export const CONTROLLER_TYPES: ReadonlyMap<string, ControllerType> = new Map<string, ControllerType>([
  ['Deployment', { ...SERVICE, resource: Deployments, spec: replicated }],
  // The label controller-revision-hash is the name, a dash, and up to ten characters.
  ['StatefulSet', { ...SERVICE, resource: StatefulSets, maxName: 52, spec: statefulSet }],
  ['DaemonSet', { ...SERVICE, resource: DaemonSets, scales: false, spec: selected }],
  ['ReplicaSet', { ...SERVICE, resource: ReplicaSets, spec: marked }],
  ['Job', { ...BATCH, resource: Jobs, maxName: 63, frozen: ['spec.template'], spec: job }],
  // Its Jobs have the name, a dash, and ten digits.
  ['CronJob', { ...BATCH, resource: CronJobs, maxName: 52, frozen: [], spec: cronJob }],
]);

/** Without `replicas` the count is somebody else's, such as an autoscaler's. */
function replicated(ingredients: Ingredients): JsonObject {
  const { replicas } = ingredients.slice.spec;
  return { ...(replicas !== undefined && { replicas }), ...selected(ingredients) };
}

function selected({ slice, template }: Ingredients): JsonObject {
  return { selector: { matchLabels: selectorOf(slice) }, template };
}

function statefulSet(ingredients: Ingredients): JsonObject {
  const { serviceName } = ingredients;
  return { ...replicated(ingredients), ...(serviceName !== undefined && { serviceName }) };
}

/** Its pods outlive a change of the template, so each carries a hash of the one that it was made from. */
function marked({ template, ...rest }: Ingredients): JsonObject {
  const metadata = template['metadata'] as { annotations?: JsonObject } & JsonObject;
  const annotations = { ...metadata.annotations, [MARK.templateHash]: hashOf(template) };
  return replicated({ ...rest, template: { ...template, metadata: { ...metadata, annotations } } });
}

/** A Job makes its own selector. */
function job({ template }: Ingredients): JsonObject {
  const spec = template['spec'] as JsonObject;
  const { restartPolicy = BATCH.restartPolicies[0] } = spec;
  return { template: { ...template, spec: { ...spec, restartPolicy } } };
}

function cronJob(ingredients: Ingredients): JsonObject {
  const { schedule = '' } = ingredients.slice.spec;
  return { schedule, jobTemplate: { spec: job(ingredients) } };
}
