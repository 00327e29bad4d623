/** Composition root: reads the configuration, builds, starts, and stops on SIGTERM and SIGINT. */
import { setFlagsFromString } from 'node:v8';
import { type Address, type Config, NothingToRun, readConfig, UsageError } from './config.ts';
import { ConfigError } from './kube/config-error.ts';
import { type AdjustableLog, makeLog } from './log.ts';
import { logLevelPage } from './log-level.ts';
import type { Metrics } from './metrics.ts';
import { type Operator, startOperator } from './operator.ts';
import type { Log } from './runtime/log.ts';
import { type Pages, serve } from './serve.ts';

/** Kubernetes gives 30 seconds; whoever waits for us should not need them. */
const STOP_MS = 5_000;

/**
 * Per cent that the heap may grow over what is alive before it is collected. By default it may be several times as large
 * under load, and stays so: an operator that adopted 10,000 pods kept 300 MiB for 50 MiB of data.
 */
const HEAP_GROWTH = 40;

async function main(): Promise<void> {
  const config = readConfig(process.argv.slice(2));
  const log = makeLog(config.logLevel, config.logFormat);
  process.on('unhandledRejection', (reason) => {
    log.error('unhandled rejection', {
      error: reason instanceof Error ? (reason.stack ?? reason.message) : 'not an error',
    });
    process.exit(1);
  });
  // Who does not want metrics does not pay for them.
  const metrics = config.metrics === undefined ? undefined : (await import('./metrics.ts')).makeMetrics();
  const operator = await startOperator(config, log, metrics);
  await serveAll(config, { operator, metrics, log });
  void operator.lost.then(() => {
    log.error('another copy may work now; this one ends, and whoever started it starts it again');
    process.exit(1);
  });
  const stop = (signal: string) => {
    log.info('stopping', { signal });
    setTimeout(() => process.exit(1), STOP_MS).unref();
    void operator.stop().then(() => {
      log.info('stopped');
      process.exit(0);
    });
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

interface Running {
  readonly operator: Operator;
  readonly metrics: Metrics | undefined;
  readonly log: AdjustableLog;
}

/** The server ends with the process: while it stops, probes are still answered. @throws ConfigError */
async function serveAll({ health, metrics: address }: Config, { operator, metrics, log }: Running): Promise<void> {
  const probes: Pages = {
    '/healthz': () => ({ status: 200, text: 'ok\n' }),
    '/readyz': () => {
      const problem = operator.unready();
      if (problem !== undefined) return { status: 503, text: `${problem}\n` };
      return { status: 200, text: ['ok', ...operator.remarks(), ''].join('\n') };
    },
    '/log-level': logLevelPage(log),
  };
  if (health !== undefined) await listen('health', health, probes, log);
  if (address === undefined || metrics === undefined) return;
  const page = async () => ({ status: 200, text: await metrics.text(), contentType: metrics.contentType });
  await listen('metrics', address, { '/metrics': page }, log);
}

async function listen(what: string, address: Address, pages: Pages, log: Log): Promise<void> {
  try {
    const port = await serve(address, pages);
    log.info('serving', { what, port });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    const option = what === 'health' ? '--health-probe-bind-address' : '--metrics-bind-address';
    throw new ConfigError(`The address of ${option} cannot be used (${code}); choose another one.`);
  }
}

setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH}`);
main().catch((error: unknown) => {
  if (error instanceof NothingToRun) process.exit(0);
  const known = error instanceof UsageError || error instanceof ConfigError;
  const message = known
    ? error.message
    : error instanceof Error
      ? (error.stack ?? error.message)
      : 'The operator failed to start.';
  process.stderr.write(`${message}\n`);
  process.exit(error instanceof UsageError || error instanceof ConfigError ? 2 : 1);
});
