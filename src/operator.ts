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
import type { Connection } from './kube/connection.ts';
import { loadCredentials } from './kube/credentials.ts';
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
import type { Controller } from './runtime/controller.ts';
import { Observations } from './runtime/errand.ts';
import type { Log } from './runtime/log.ts';
import { Manager, type ManagerOptions, resourcesOf } from './runtime/manager.ts';
import type { Context } from './runtime/reconcile.ts';
import { Refusals } from './runtime/refusals.ts';
import { StatusHold } from './runtime/status-hold.ts';
import { withFault } from './fault.ts';
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
}

/** Starts everything; returns when it runs, not when it has caught up. @throws ConfigError */
export async function startOperator(config: Config, log: Log, metrics?: Metrics): Promise<Operator> {
  const credentials = await loadCredentials(config);
  log.info('starting', { version: VERSION, cluster: credentials.describe });
  const userAgent = `${FIELD_MANAGER}/${VERSION} (${config.instance})`;
  const leadership = leadershipOf(config, credentials, { userAgent, log });
  const connection = httpConnection(credentials, { userAgent, mayWrite: () => leadership.leads });
  const { namespaces } = config;
  const seen = namespaces === undefined ? connection : restrictedTo(namespaces, connection);
  return assemble(seen, config, { log, clock: systemClock, random: Math.random, leadership, metrics });
}

interface World {
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly leadership: Leadership;
  readonly metrics?: Metrics | undefined;
}

/** Builds the operator on any connection: a real API server, or a simulated one in virtual time. */
function assemble(connection: Connection, config: Config, { leadership, metrics, ...base }: World): Operator {
  const end = new AbortController();
  const world = { ...base, signal: end.signal, onRequest: metrics?.requested };
  const { log, clock, random } = base;
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
    ...readiness(watches, leadership, config.namespaces),
    observer: metrics,
    ...world,
  });
  metrics?.read({ controllers, work: manager, inventory: inventory.census, leadership, watches });
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
  return { hold: new StatusHold(clock), contests: new Contests(clock), refusals: new Refusals(clock, random) };
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
  watches: Watches,
  leadership: Pick<Leadership, 'leads'>,
  namespaces: readonly string[] | undefined,
): Pick<ManagerOptions, 'synced' | 'open'> {
  const synced = new Set<string>();
  const hasSynced = (controller: Controller, namespace?: string): boolean => {
    const id = `${controller.name} ${namespace ?? ''}`;
    if (synced.has(id)) return true;
    if (!watches.hasSynced(resourcesOf(controller), namespace)) return false;
    synced.add(id);
    return true;
  };
  return {
    synced: (controller) => leadership.leads && hasSynced(controller),
    open: namespaces && hasSynced,
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
  { stores, ...how }: World & Omit<DefaultServiceOptions, 'isThere'> & { readonly stores: Stores },
): Promise<void> {
  how.log.info('operator ready', { version: VERSION });
  if (defaultService === undefined) return;
  await how.leadership.leading;
  const isThere = () => stores.of(XosKubernetesServices).size > 0;
  await createDefaultService(defaultService, { ...how, isThere });
}
