/** Makes a refusal of what a ServiceAccount was asked to do into words: who lacks which right, and what to do. */
import { resourceName, type Resource } from '../api/resource.ts';
import type { Account, Errand, Refusal } from '../runtime/errand.ts';
import { TerminalError } from '../runtime/errors.ts';
import { hashOfObject } from '../runtime/settled.ts';
import {
  ApiError,
  hasFieldConflict,
  isForbidden,
  isInvalid,
  isNamespaceTerminating,
  isNotFound,
  isQuotaExceeded,
  type Misfit,
} from './errors.ts';

/** Refusals by their reason. The first that fits counts; what fits none may go away by itself. */
const REASONS: readonly [fits: (error: ApiError) => boolean, reason: string][] = [
  [isNamespaceTerminating, 'DependencyNotReady'],
  [isQuotaExceeded, 'QuotaExceeded'],
  [isForbidden, 'Forbidden'],
  [isNotFound, 'DependencyNotReady'],
  [hasFieldConflict, 'NameConflict'],
  [(error) => isInvalid(error) || error.status === 400 || error.details.misfit !== undefined, 'InvalidSpec'],
];

/** Why the errand was refused. @throws what is no refusal */
export function refusalOf(error: unknown, errand: Errand, resource: Resource | undefined): Refusal {
  const { task } = errand;
  const about = { task: task.do, hash: 'object' in task ? hashOfObject(task.object) : undefined };
  if (error instanceof TerminalError) return { ...about, reason: error.reason, message: error.message };
  if (!(error instanceof ApiError)) throw error;
  const [, reason] = REASONS.find(([fits]) => fits(error)) ?? [];
  return { ...about, reason: reason ?? 'ProgressingWithRetry', message: sentence(error, errand, resource) };
}

function sentence(error: ApiError, { as, about }: Errand, resource: Resource | undefined): string {
  const { deniedVerb, misfit } = error.details;
  if (deniedVerb === 'impersonate')
    return `The operator may not act as ${inWords(as)}: give the operator's account the right to impersonate serviceaccounts.`;
  if (isForbidden(error) && deniedVerb !== undefined && resource !== undefined)
    return lacking(as, deniedVerb, resource, about.namespace);
  if (isNotFound(error))
    return `Namespace ${about.namespace} does not exist: create it, or correct metadata.namespace.`;
  if (hasFieldConflict(error))
    return 'Another writer keeps fields of it that are declared here with other values, so it is left as it is: say here what is there, or remove these fields here or there.';
  if (misfit !== undefined) return unfit(misfit);
  return error.message;
}

function unfit({ field, undeclared }: Misfit): string {
  if (undeclared) return `Its kind has no field ${field ?? ''}: correct the name, or remove it.`;
  const what = field === undefined ? 'A value in it' : `Its field ${field}`;
  return `${what} is of a type or an encoding that its kind does not have there: compare it with "kubectl explain".`;
}

function lacking(as: Account, verb: string, resource: Resource, namespace: string): string {
  const [where, role] = resource.namespaced
    ? [` in namespace ${namespace}`, 'a Role and a RoleBinding']
    : ['', 'a ClusterRole and a ClusterRoleBinding'];
  return `${inWords(as)} may not ${verb} ${resourceName(resource)}${where}: give it that right with ${role}.`;
}

function inWords({ namespace, name }: Account): string {
  return `ServiceAccount ${name} of namespace ${namespace}`;
}
