/** Makes a sentence for people out of a refusal: what was tried, why not, and what to do. Never the server's text. */
import type { Refusal } from './errors.ts';

const FIELDS_SHOWN = 3;
const FIELD_LENGTH = 120;

/** One sentence, from structured facts only. */
export function sentenceOf(refusal: Refusal): string {
  const { call, status, reason } = refusal;
  const what = call.key === undefined ? call.resource : `${call.resource} ${call.key}`;
  const code = reason === '' ? String(status) : `${String(status)} ${reason}`;
  return `The API server refused to ${call.verb} ${what} (${code}): ${explanation(refusal)}.`;
}

const EXPLANATIONS: Readonly<Record<number, (refusal: Refusal) => string>> = {
  401: () => 'it does not accept our credentials; renew them',
  403: forbidden,
  404: () => 'there is no such object, namespace or resource',
  409: ({ reason }) => (reason === 'AlreadyExists' ? 'the name is taken' : 'it changed meanwhile, and is tried again'),
  410: () => 'what was asked for is too old, and is read anew',
  413: () => 'the object is too large; make it smaller',
  422: invalid,
  429: () => 'it is overloaded, and is asked again later',
  503: () => 'it is not available, and is asked again later',
  504: () => 'it did not finish in time, and is asked again',
};

function explanation(refusal: Refusal): string {
  const { obstacle } = refusal.details;
  if (obstacle !== undefined) return obstacle.words;
  const explain = EXPLANATIONS[refusal.status];
  if (explain) return explain(refusal);
  return refusal.status >= 500 ? 'it has a problem of its own; see its log' : 'it does not accept the request';
}

function forbidden({ details }: Refusal): string {
  if (details.causes.some(({ reason }) => reason === 'NamespaceTerminating'))
    return 'the namespace is being deleted, and nothing can be made in it any more; it is tried again in case it is made anew';
  return 'the account lacks the right, or a policy of the cluster denies it; grant the right or change the policy';
}

function invalid({ details }: Refusal): string {
  const named = fields(details.causes);
  return isAboutNodePort(details.causes)
    ? `the node port is in use, or outside of the range of the cluster, which is 30000 to 32767 unless it was set otherwise${named}; choose another one`
    : `it is not valid${named}; correct it`;
}

/** Whether the node port of a Service is what is wrong. */
export function isAboutNodePort(causes: Refusal['details']['causes']): boolean {
  return causes.some(({ field }) => /^spec\.ports\[\d+\]\.nodePort$/.test(field));
}

function fields(causes: Refusal['details']['causes']): string {
  const named = causes.filter(({ field }) => field !== '').slice(0, FIELDS_SHOWN);
  if (named.length === 0) return '';
  return `: ${named.map(({ field, reason }) => `${field.slice(0, FIELD_LENGTH)} (${reason})`).join(', ')}`;
}
