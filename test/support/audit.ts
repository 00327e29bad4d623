/** Counts requests in the audit log of a cluster: who asked for what, and what the answer was. */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';

/** How the operator introduces itself. */
const operatorAgent = 'xos-operator/';

/** A request that was answered, or a watch that has begun. */
export interface AuditedRequest {
  verb: string;
  /** With its subresource, for example `pods/status`; the path of a request that is about no resource. */
  resource: string;
  /** The API group of the resource; empty for the core group. */
  group: string;
  namespace: string;
  name: string;
  code: number;
  userAgent: string;
  user: string;
  /** Whom the user acts as; empty if as nobody else. */
  as: string;
  /** When the request came in, in milliseconds since 1970. */
  timeMs: number;
  /** When the answer was complete, in milliseconds since 1970. */
  doneMs: number;
  /** What was sent and what came back, if the audit policy keeps that. */
  sent?: unknown;
  answer?: unknown;
}

/** Which requests count; each part that is absent lets all through. */
export interface AuditFilter {
  /** The beginning of the user agent; the operator's when absent. */
  agent?: string;
  /** Whether watches count; they do not when absent. */
  watches?: boolean;
}

/** The part of an audit event that is read. Source: audit.k8s.io/v1. */
interface AuditEvent {
  auditID: string;
  stage: string;
  verb: string;
  requestURI: string;
  userAgent?: string;
  user?: { username?: string };
  impersonatedUser?: { username?: string };
  objectRef?: { resource?: string; apiGroup?: string; subresource?: string; namespace?: string; name?: string };
  responseStatus?: { code?: number };
  requestObject?: unknown;
  responseObject?: unknown;
  requestReceivedTimestamp: string;
  stageTimestamp: string;
}

/** The audit log of one cluster. */
export class AuditLog {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  /** A place in the log: what comes later is counted from here. */
  mark(): number {
    return statSync(this.#file).size;
  }

  /** The requests that were answered since a mark, in order. */
  since(mark: number, { agent = operatorAgent, watches = false }: AuditFilter = {}): AuditedRequest[] {
    return firstOfEachRequest(readEvents(this.#file, mark))
      .map(toRequest)
      .filter(({ userAgent, verb }) => userAgent.startsWith(agent) && (watches || verb !== 'watch'));
  }

  /** How many requests there were since a mark, by `verb resource[/subresource] code`. */
  count(mark: number, filter: AuditFilter = {}): Record<string, number> {
    return countBy(this.since(mark, filter), ({ verb, resource, code }) => `${verb} ${resource} ${code}`);
  }
}

const LOOKS: ReadonlySet<string> = new Set(['get', 'list', 'watch']);

/** Which of these requests wanted to change objects of a resource, or a subresource of them, in words. */
export function writesTo(plural: string, requests: readonly AuditedRequest[]): string[] {
  return requests
    .filter(({ verb, resource }) => !LOOKS.has(verb) && resource.split('/')[0] === plural)
    .map(({ verb, resource, namespace, name, code }) => `${verb} ${resource} ${namespace}/${name} ${code}`);
}

/** How many of these requests there are, by a key. */
export function countBy(
  requests: readonly AuditedRequest[],
  keyOf: (request: AuditedRequest) => string,
): Record<string, number> {
  const counts = new Map<string, number>();
  for (const key of requests.map(keyOf)) counts.set(key, (counts.get(key) ?? 0) + 1);
  return Object.fromEntries([...counts].toSorted(([a], [b]) => a.localeCompare(b)));
}

/** A watch is logged when it begins and when it ends, anything else once. */
function firstOfEachRequest(events: readonly AuditEvent[]): AuditEvent[] {
  const seen = new Set<string>();
  return events.filter(({ auditID }) => !seen.has(auditID) && seen.add(auditID));
}

function toRequest(event: AuditEvent): AuditedRequest {
  const { apiGroup: group = '', namespace = '', name = '' } = event.objectRef ?? {};
  return {
    verb: event.verb,
    resource: resourceOf(event),
    group,
    namespace,
    name,
    code: event.responseStatus?.code ?? 0,
    userAgent: event.userAgent ?? '',
    user: event.user?.username ?? '',
    as: event.impersonatedUser?.username ?? '',
    timeMs: Date.parse(event.requestReceivedTimestamp),
    doneMs: Date.parse(event.stageTimestamp),
    ...(event.requestObject !== undefined && { sent: event.requestObject }),
    ...(event.responseObject !== undefined && { answer: event.responseObject }),
  };
}

function resourceOf({ objectRef, requestURI }: AuditEvent): string {
  if (objectRef?.resource === undefined) return requestURI.split('?')[0] ?? '';
  return objectRef.subresource === undefined ? objectRef.resource : `${objectRef.resource}/${objectRef.subresource}`;
}

/** The whole lines from an offset on. */
function readEvents(file: string, offset: number): AuditEvent[] {
  const text = readFrom(file, offset);
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as AuditEvent);
}

function readFrom(file: string, offset: number): string {
  const handle = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(Math.max(0, fstatSync(handle).size - offset));
    const length = readSync(handle, bytes, 0, bytes.length, offset);
    return bytes.toString('utf8', 0, length);
  } finally {
    closeSync(handle);
  }
}
