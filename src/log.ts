/** The log: one JSON line (or one readable line) a thing that matters, on standard error. */
import { createLogger, format, transports } from 'winston';
import type { Log, LogFields } from './runtime/log.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export const LOG_FORMATS = ['json', 'pretty'] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

/** A log that can be told, while it is written, to tell more or less. */
export interface AdjustableLog extends Log {
  level: LogLevel;
}

export function makeLog(level: LogLevel, form: LogFormat): AdjustableLog {
  const logger = createLogger({
    level,
    format: format.combine(format.timestamp(), form === 'json' ? format.json() : format.printf(pretty)),
    // Standard output stays free for what a command is asked to print.
    transports: [new transports.Console({ stderrLevels: [...LOG_LEVELS] })],
  });
  const at =
    (severity: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      logger.log({ level: severity, message, ...fields });
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

function pretty({ timestamp, level, message, ...fields }: Record<string, unknown>): string {
  const rest = Object.entries(fields).filter(([key]) => typeof key === 'string');
  const shown = rest.map(
    ([key, value]) => `${key}=${typeof value === 'string' ? JSON.stringify(value) : String(value)}`,
  );
  return [String(timestamp), String(level).toUpperCase().padEnd(5), String(message), ...shown].join(' ');
}
