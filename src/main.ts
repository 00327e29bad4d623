/** Composition root: reads the configuration, builds, starts, and stops on SIGTERM and SIGINT. */
import { setFlagsFromString } from 'node:v8';
import { readConfig } from './config.ts';
import { NothingToRun, UsageError } from './config/usage-error.ts';
import { Following } from './following.ts';
import { ConfigError } from './kube/config-error.ts';
import { loadCredentials } from './kube/credentials.ts';
import { makeLog } from './log.ts';
import { startOperator } from './operator.ts';
import { servePages } from './pages.ts';
import { failureOf } from './runtime/failure.ts';
import type { Log } from './runtime/log.ts';

/** Kubernetes gives 30 seconds; whoever waits for us should not need them. */
const STOP_MS = 5_000;

/**
 * Per cent that the heap may grow over what is alive before it is collected. By default it may be several times as large
 * under load, and stays so: an operator that adopted 10,000 pods kept 300 MiB for 50 MiB of data.
 */
const HEAP_GROWTH = 40;

async function main(): Promise<void> {
  const config = readConfig(process.argv.slice(2));
  const following: Following = new Following(() => log.level === 'debug');
  const log = makeLog(config.logLevel, config.logFormat, () => following.turn);
  endsOnSurprise(log);
  // Who does not want metrics or traces does not pay for them.
  const metrics = config.metrics === undefined ? undefined : (await import('./metrics.ts')).makeMetrics();
  const traces =
    config.tracing === undefined ? undefined : (await import('./tracing.ts')).startTracing(config.tracing, config, log);
  following.tracer = traces;
  const credentials = await loadCredentials(config);
  const operator = startOperator(config, { credentials, log, follower: following, observer: metrics });
  await servePages(config, { operator, credentials, metrics, log });
  const abandon = () => {
    operator.abandon();
    process.exit(1);
  };
  void operator.lost.then(() => {
    log.error('another copy may work now; this one ends, and whoever started it starts it again');
    abandon();
  });
  const stop = (signal: string) => {
    log.info('stopping', { signal });
    setTimeout(abandon, STOP_MS).unref();
    void operator
      .stop()
      .then(() => traces?.close())
      .then(() => {
        log.info('stopped');
        process.exit(0);
      });
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

/** The last thing that is said when something happens that nobody foresaw. Node's own words would quote what they may not. */
function endsOnSurprise(log: Log): void {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error: unknown) => {
      log.error('an internal error; the operator ends', { error: failureOf(error) });
      process.exit(1);
    });
}

setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH}`);
main().catch((error: unknown) => {
  if (error instanceof NothingToRun) process.exit(0);
  process.stderr.write(`${failureOf(error)}\n`);
  process.exit(error instanceof UsageError || error instanceof ConfigError ? 2 : 1);
});
