/** What the layers below main say to the log. Messages are constant; what varies goes into the fields. */

/** Values that vary, by the names that Kubernetes uses (`controller`, `namespace`, `name`). */
export type LogFields = Record<string, string | number | boolean | undefined>;

/** A logger, without saying which. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
