/** Reads the body of a refusal, which may be a Status, or anything at all if something stands between. */
import { obstacleIn } from '../api/obstacles.ts';
import { ApiError, type Call, type Cause, type Misfit, type Refusal, type StatusDetails } from './errors.ts';

/** What is known of an answer that is not success. */
export interface FailedAnswer {
  readonly status: number;
  readonly retryAfter?: number | undefined;
  readonly body: string;
}

/** The error for an answer. A body that is not a Status adds nothing. */
export function apiErrorFrom(call: Call, answer: FailedAnswer): ApiError {
  const refusal = refusalOf(call, parsed(answer.body), answer.status);
  // The header comes from whoever refused, which need not be the API server.
  return new ApiError({ ...refusal, status: answer.status, retryAfter: answer.retryAfter ?? refusal.retryAfter });
}

/** The error for a Status object, such as an ERROR event of a watch carries. */
export function apiErrorOf(call: Call, body: unknown): ApiError {
  return new ApiError(refusalOf(call, body, 500));
}

function refusalOf(call: Call, body: unknown, otherwise: number): Refusal {
  const details = fieldOf(body, 'details');
  const seconds = fieldOf(details, 'retryAfterSeconds');
  const code = fieldOf(body, 'code');
  return {
    call,
    status: typeof code === 'number' ? code : otherwise,
    reason: textAt(body, 'reason') ?? '',
    retryAfter: typeof seconds === 'number' && seconds > 0 ? seconds : undefined,
    details: detailsOf(details, textAt(body, 'message') ?? ''),
  };
}

/** How the API server says which right is missing. Only the verb is taken. Source: apiserver, responsewriters.Forbidden. */
const DENIED_VERB =
  /User "[^"]{1,500}" cannot (get|list|watch|create|update|patch|delete|deletecollection|impersonate) resource "/;
/** How it says that an applied object does not fit its kind. Source: apimachinery, managedfields; structured-merge-diff, typed. */
const MISFIT = /^failed to (?:convert new object|create typed patch object)/;
/** Only names of fields are taken, never a value. */
const MISFIT_FIELD = /(?:^|\s)\.([A-Za-z0-9.]{1,120}): (field not declared in schema|expected )/;

function misfitIn(message: string): Misfit | undefined {
  if (!MISFIT.test(message)) return undefined;
  const [, field, problem] = MISFIT_FIELD.exec(message) ?? [];
  return { field, undeclared: problem !== undefined && problem.startsWith('field not declared') };
}

function detailsOf(details: unknown, message: string): StatusDetails {
  const causes = fieldOf(details, 'causes');
  return {
    kind: textAt(details, 'kind'),
    name: textAt(details, 'name'),
    causes: Array.isArray(causes) ? causes.map(causeOf) : [],
    deniedVerb: DENIED_VERB.exec(message)?.[1],
    misfit: misfitIn(message),
    obstacle: obstacleIn(message),
  };
}

function causeOf(cause: unknown): Cause {
  return { reason: textAt(cause, 'reason') ?? '', field: textAt(cause, 'field') ?? '' };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function textAt(value: unknown, name: string): string | undefined {
  const text = fieldOf(value, name);
  return typeof text === 'string' ? text : undefined;
}
