/** What the layers below main say to the log. Messages are constant; what varies goes into the fields. */
import { type Key, partsOf } from '../api/meta.ts';

/** What can vary. A log writes nothing else, whatever it is given: a new name has to be put here. */
export const LOG_FIELDS = [
  'controller',
  'namespace',
  'name',
  /** The turn in which it happened, among those of all copies. */
  'reconcileID',
  /** As in RBAC: `deployments.apps`. */
  'resource',
  'kind',
  'verb',
  'reason',
  /** A sentence; or what {@link failureOf} leaves of an error. */
  'error',
  'failures',
  'writes',
  'status',
  'what',
  'port',
  'signal',
  'identity',
  'cluster',
  'version',
] as const;

/** Values that vary, by the names that Kubernetes uses. */
export type LogFields = { readonly [Field in (typeof LOG_FIELDS)[number]]?: string | number | undefined };

/** A logger, without saying which. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** The fields that say which object it is about, also where a turn is about another one. */
export function objectFields(key: Key): Pick<LogFields, 'namespace' | 'name'> {
  return { namespace: undefined, ...partsOf(key) };
}
