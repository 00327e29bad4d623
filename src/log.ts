/** The log: one JSON line (or one readable line) a thing that matters, on standard error. */
import { createLogger, format, transports } from 'winston';
import type { Log, LogFields } from './runtime/log.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFormat = 'json' | 'pretty';

export function makeLog(level: LogLevel, form: LogFormat): Log {
  const logger = createLogger({
    level,
    format: format.combine(format.timestamp(), form === 'json' ? format.json() : format.printf(pretty)),
    // Standard output stays free for what a command is asked to print.
    transports: [new transports.Console({ stderrLevels: ['debug', 'info', 'warn', 'error'] })],
  });
  const at =
    (severity: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      logger.log({ level: severity, message, ...fields });
    };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function pretty({ timestamp, level, message, ...fields }: Record<string, unknown>): string {
  const rest = Object.entries(fields).filter(([key]) => typeof key === 'string');
  const shown = rest.map(
    ([key, value]) => `${key}=${typeof value === 'string' ? JSON.stringify(value) : String(value)}`,
  );
  return [String(timestamp), String(level).toUpperCase().padEnd(5), String(message), ...shown].join(' ');
}
