/**
 * The log: one JSON line (or one readable line) a thing that matters, on standard error. It writes known fields with texts
 * and numbers of bounded length and never looks into anything else, so that no object, and no secret in one, gets into it.
 */
import { createLogger, format, transports } from 'winston';
import { type Log, LOG_FIELDS, type LogFields } from './runtime/log.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export const LOG_FORMATS = ['json', 'pretty'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** A log that can be told, while it is written, to tell more or less. */
export interface AdjustableLog extends Log {
  level: LogLevel;
}

/** Characters of one value: no sentence is as long, and where an error arose fits too. */
const LONGEST = 2_000;

/** `around`: what holds for all that is said at this moment, such as the turn that it is said in. */
export function makeLog(
  level: LogLevel,
  form: LogFormat,
  around: () => LogFields | undefined = () => undefined,
): AdjustableLog {
  const logger = createLogger({
    level,
    format: format.combine(format.timestamp(), form === 'json' ? format.json() : format.printf(pretty)),
    // Standard output stays free for what a command is asked to print.
    transports: [new transports.Console({ stderrLevels: [...LOG_LEVELS] })],
  });
  const at =
    (severity: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      if (!logger.isLevelEnabled(severity)) return;
      logger.log({ level: severity, message: String(shown(message)), ...known({ ...around(), ...fields }) });
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    get level() {
      return logger.level as LogLevel;
    },
    set level(wanted) {
      logger.level = wanted;
    },
  };
}

/** The fields that there are, in their order, so that lines are easy to compare. */
function known(fields: LogFields): Record<string, string | number> {
  const there = LOG_FIELDS.filter((name) => fields[name] !== undefined);
  return Object.fromEntries(there.map((name) => [name, shown(fields[name])]));
}

function shown(value: unknown): string | number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? value.slice(0, LONGEST).toWellFormed() : '(not shown)';
}

function pretty({ timestamp, level, message, ...fields }: Record<string, unknown>): string {
  const rest = Object.entries(fields).filter(([key]) => typeof key === 'string');
  const texts = rest.map(
    ([key, value]) => `${key}=${typeof value === 'string' ? JSON.stringify(value) : String(value)}`,
  );
  return [String(timestamp), String(level).toUpperCase().padEnd(5), String(message), ...texts].join(' ');
}
