/** The operator, put together: connection, stores, reflectors, controllers. main.ts starts it; so could a test. */
import { maxMirrors } from './adoption/scope.ts';
import { XosKubernetesServices } from './api/generated/xoskubernetesservices.ts';
import { FIELD_MANAGER } from './api/meta.ts';
import type { KubeObject, Live } from './api/object.ts';
import type { Config } from './config.ts';
import { controllersFor } from './controllers.ts';
import { createDefaultService, type DefaultServiceOptions } from './default-service.ts';
import { Ancestry } from './kube/ancestry.ts';
import { Client } from './kube/client.ts';
import type { CallerOptions } from './kube/call.ts';
import type { Connection } from './kube/connection.ts';
import type { Credentials } from './kube/credentials.ts';
import { Errands, type ErrandsOptions } from './kube/errands.ts';
import { EventRecorder } from './kube/events.ts';
import { httpConnection } from './kube/http.ts';
import { Inquiries } from './kube/inquiries.ts';
import { Performer, type PerformerOptions } from './kube/perform.ts';
import { restrictedTo } from './kube/restriction.ts';
import { Stores } from './kube/stores.ts';
import { Watches } from './kube/watches.ts';
import { type Clock, type Random, systemClock } from './runtime/clock.ts';
import type { Cluster } from './runtime/action.ts';
import { Ancestors } from './runtime/ancestor.ts';
import { Breaker } from './runtime/breaker.ts';
import { Censuses, Counter } from './runtime/census.ts';
import { Complaints } from './runtime/complaint.ts';
import { Contests } from './runtime/contests.ts';
import { type Controller, resourcesOf } from './runtime/controller.ts';
import { Observations } from './runtime/errand.ts';
import type { Log } from './runtime/log.ts';
import { Manager } from './runtime/manager.ts';
import type { Readiness } from './runtime/readiness.ts';
import type { Context } from './runtime/reconcile.ts';
import { Refusals } from './runtime/refusals.ts';
import { Hold } from './runtime/hold.ts';
import { withFault } from './fault.ts';
import type { Following } from './following.ts';
import { type Leadership, leadershipOf } from './leadership.ts';
import type { Metrics } from './metrics.ts';
import { VERSION } from './version.ts';

/** A running operator. */
export interface Operator {
  /** Resolves when another copy may work: this process has to end at once. */
  readonly lost: Promise<void>;
  /** Why it could not work yet, in one sentence; undefined when it has seen everything, whether it leads or not. */
  unready(): string | undefined;
  /** What it cannot look at, and does without, in a sentence each. */
  remarks(): readonly string[];
  /** Takes no more work, finishes the writes in flight, closes every connection, and lets another copy work. */
  stop(): Promise<void>;
  /** Breaks off what is in flight, at once, for who ends without waiting for it. */
  abandon(): void;
}

/** How the operator introduces itself. */
export function userAgentOf({ instance }: Pick<Config, 'instance'>): string {
  return `${FIELD_MANAGER}/${VERSION} (${instance})`;
}

/** What an operator is started with, beside its configuration. */
export type Surroundings = Pick<World, 'log' | 'follower' | 'observer'> & { readonly credentials: Credentials };

/** Starts everything; returns when it runs, not when it has caught up. */
export function startOperator(config: Config, { credentials, ...around }: Surroundings): Operator {
  const { log } = around;
  log.info('starting', { version: VERSION, cluster: credentials.describe });
  const userAgent = userAgentOf(config);
  const leadership = leadershipOf(config, credentials, { userAgent, log });
  const connection = httpConnection(credentials, { userAgent, mayWrite: () => leadership.leads });
  const { namespaces } = config;
  const seen = namespaces === undefined ? connection : restrictedTo(namespaces, connection);
  return assemble(seen, config, { clock: systemClock, random: Math.random, leadership, ...around });
}

interface World {
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly leadership: Leadership;
  readonly follower: Following;
  readonly observer?: Metrics | undefined;
}

/** Builds the operator on any connection: a real API server, or a simulated one in virtual time. */
function assemble(connection: Connection, config: Config, { leadership, ...base }: World): Operator {
  const end = new AbortController();
  const world = { ...base, signal: end.signal, onRequest: requestedOf(base) };
  const { log, clock, random, observer } = base;
  const client = new Client(connection, world);
  const controllers = withFault(controllersFor(config.namespaces), config.injectFault);
  const stores: Stores = new Stores(
    controllers.flatMap(({ sources }) => sources),
    (change) => {
      if (change.after === undefined && change.before !== undefined) forget(change.before, asking);
      manager.changed(change);
    },
  );
  const watches = new Watches(stores, { ...world, client, namespaces: config.namespaces });
  const asking: Asking = askingOf(stores, { ...world, connection, client });
  const inventory = inventoryGuards(stores, new Performer({ client, stores, ...asking, log }), clock);
  const manager: Manager = new Manager({
    controllers,
    view: stores,
    cluster: inventory.breaker,
    recorder: new EventRecorder({ ...world, client, instance: config.instance }),
    ...memory(clock, random),
    ...inventory,
    ...readiness(controllers, watches, leadership),
    ...world,
  });
  observer?.read({ controllers, work: manager, inventory: inventory.census, leadership, watches });
  pumpWhen([...watches.steps, leadership.leading], manager);
  void watches.caughtUp.then(async () => {
    inventory.census.listed();
    await firstSteps(config, { ...world, leadership, client, stores });
  });
  const running = watches.run(end.signal);
  return {
    lost: leadership.lost,
    unready: () => watches.unready(),
    remarks: () => watches.remarks,
    stop: async () => {
      // Ends waiting too, such as for a Retry-After; what is in flight finishes.
      end.abort();
      asking.errands.close();
      inventory.census.close();
      await manager.stop();
      await running;
      await connection.close();
      await leadership.release();
    },
    abandon: connection.reset.bind(connection),
  };
}

/** Who learns of requests, if anybody does. */
function requestedOf({ follower, observer }: Pick<World, 'follower' | 'observer'>): CallerOptions['onRequest'] {
  if (follower.tracer === undefined) return observer?.requested;
  return (request) => {
    observer?.requested(request);
    follower.requested(request);
  };
}

/** What looks at objects that no store holds. */
type Asking = Pick<PerformerOptions, 'errands' | 'inquiries' | 'ancestry'>;

function askingOf(stores: Stores, how: Omit<ErrandsOptions, 'store'>): Asking {
  return {
    errands: new Errands({ ...how, store: stores.of(Observations) }),
    inquiries: new Inquiries({ ...how, store: stores.of(Complaints) }),
    ancestry: new Ancestry({ ...how, store: stores.of(Ancestors) }),
  };
}

/** An object is gone: what was asked for it, and about it, interests nobody any more. */
function forget(gone: Live<KubeObject>, { errands, inquiries }: Asking): void {
  errands.forget(gone.metadata.uid);
  inquiries.forget(gone);
}

/** What the runtime remembers from one turn to the next. */
function memory(clock: Clock, random: Random): Pick<Context, 'hold' | 'contests' | 'refusals'> {
  return { hold: new Hold(clock), contests: new Contests(clock), refusals: new Refusals(clock, random) };
}

/** What counts the inventory, and keeps it within its bound. */
function inventoryGuards(stores: Stores, cluster: Cluster, clock: Clock): { census: Counter; breaker: Breaker } {
  const census = new Counter(clock, (object) => {
    stores.of(Censuses).observe(object);
  });
  const breaker = new Breaker({
    cluster,
    count: () => census.adopted,
    limit: () => maxMirrors(stores),
    missing: (count) => {
      census.missing(count);
    },
  });
  return { census, breaker };
}

/** When a controller may work. Asked for every item of the queue, so what was true once is remembered. */
function readiness(
  controllers: readonly Controller[],
  watches: Watches,
  leadership: Pick<Leadership, 'leads'>,
): Readiness {
  const resources = new Map(controllers.map((controller) => [controller.name, resourcesOf(controller)]));
  const synced = new Set<string>();
  const hasSynced = (name: string, namespace = ''): boolean => {
    const id = `${name} ${namespace}`;
    if (synced.has(id)) return true;
    if (!watches.hasSynced(resources.get(name) ?? [], namespace)) return false;
    synced.add(id);
    return true;
  };
  return {
    synced: ({ name }) => leadership.leads && hasSynced(name),
    open: watches.byNamespace ? hasSynced : undefined,
  };
}

/** Controllers whose last source is there can begin, if we lead. */
function pumpWhen(steps: readonly Promise<void>[], manager: Manager): void {
  for (const step of steps)
    void step.then(() => {
      manager.pump();
    });
}

/** What is done once all caches are there. */
async function firstSteps(
  { defaultService }: Config,
  { stores, ...how }: Pick<World, 'leadership'> & Omit<DefaultServiceOptions, 'isThere'> & { readonly stores: Stores },
): Promise<void> {
  how.log.info('operator ready', { version: VERSION });
  if (defaultService === undefined) return;
  await how.leadership.leading;
  const isThere = () => stores.of(XosKubernetesServices).size > 0;
  await createDefaultService(defaultService, { ...how, isThere });
}
