/** What the operator says of itself over HTTP: probes, the log level and metrics, each where the configuration wants it. */
import { Access } from './access.ts';
import { Certificate } from './certificate.ts';
import type { Address, CertificateFiles, Config } from './config.ts';
import { ConfigError } from './kube/config-error.ts';
import type { Credentials } from './kube/credentials.ts';
import { httpConnection } from './kube/http.ts';
import { Reviews } from './kube/reviews.ts';
import { logLevelPage } from './log-level.ts';
import type { AdjustableLog } from './log.ts';
import type { Metrics } from './metrics.ts';
import { type Operator, userAgentOf } from './operator.ts';
import { systemClock } from './runtime/clock.ts';
import { type MakePage, type Pages, serve } from './serve.ts';

/** What there is to say something of. */
export interface Running {
  readonly operator: Operator;
  readonly credentials: Credentials;
  readonly metrics: Metrics | undefined;
  readonly log: AdjustableLog;
}

/** Of a question who somebody is; whoever scrapes does not wait longer. */
const DEADLINE_MS = 5_000;

/** The servers end with the process: while it stops, probes are still answered. @throws ConfigError */
export async function servePages(config: Config, running: Running): Promise<void> {
  const { health, metrics: address, metricsTls } = config;
  const { operator, metrics, log } = running;
  const probes: Pages = {
    '/healthz': () => ({ status: 200, text: 'ok\n' }),
    '/readyz': () => {
      const problem = operator.unready();
      if (problem !== undefined) return { status: 503, text: `${problem}\n` };
      return { status: 200, text: ['ok', ...operator.remarks(), ''].join('\n') };
    },
    '/log-level': logLevelPage(log),
  };
  if (health !== undefined) await listen({ what: 'health', address: health, pages: probes }, log);
  if (address === undefined || metrics === undefined) return;
  const page: MakePage = async () => ({ status: 200, text: await metrics.text(), contentType: metrics.contentType });
  if (metricsTls === undefined) await listen({ what: 'metrics', address, pages: { '/metrics': page } }, log);
  else await listenSecurely(config, running, { address, files: metricsTls, page });
}

interface Secured {
  readonly address: Address;
  readonly files: CertificateFiles;
  readonly page: MakePage;
}

async function listenSecurely(config: Config, { credentials, metrics, log }: Running, secured: Secured): Promise<void> {
  const { address, files, page } = secured;
  // A connection of its own: the operator's other requests do not wait for those of strangers.
  const connection = httpConnection(credentials, {
    userAgent: userAgentOf(config),
    inFlight: 2,
    deadlineMs: DEADLINE_MS,
  });
  const options = { clock: systemClock, random: Math.random, maxAttempts: 1, onRequest: metrics?.requested };
  const access = new Access({ reviews: new Reviews(connection, options), clock: systemClock, log });
  const certificate = new Certificate(files, log);
  await listen({ what: 'metrics', address, pages: { '/metrics': access.guard('/metrics', page) }, certificate }, log);
}

interface Listening {
  readonly what: 'health' | 'metrics';
  readonly address: Address;
  readonly pages: Pages;
  readonly certificate?: Certificate;
}

async function listen({ what, address, pages, certificate }: Listening, log: AdjustableLog): Promise<void> {
  try {
    const port = await serve(address, pages, certificate);
    log.info('serving', { what, port });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    const option = what === 'health' ? '--health-probe-bind-address' : '--metrics-bind-address';
    throw new ConfigError(`The address of ${option} cannot be used (${code}); choose another one.`);
  }
}
