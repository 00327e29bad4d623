/** The operator, put together: connection, stores, reflectors, controllers. main.ts starts it; so could a test. */
import { adoption } from './adoption/index.ts';
import { maxMirrors } from './adoption/scope.ts';
import { XosKubernetesServices } from './api/generated/xoskubernetesservices.ts';
import { FIELD_MANAGER } from './api/meta.ts';
import type { KubeObject, Live } from './api/object.ts';
import type { Config } from './config.ts';
import { createDefaultService, type DefaultServiceOptions } from './default-service.ts';
import { kinds } from './kinds/index.ts';
import { Ancestry } from './kube/ancestry.ts';
import { Client } from './kube/client.ts';
import type { RequestObserved } from './kube/call.ts';
import type { Connection } from './kube/connection.ts';
import type { Credentials } from './kube/credentials.ts';
import { Errands, type ErrandsOptions } from './kube/errands.ts';
import { EventRecorder } from './kube/events.ts';
import { httpConnection } from './kube/http.ts';
import { Inquiries } from './kube/inquiries.ts';
import { Performer, type PerformerOptions } from './kube/perform.ts';
import { Reflector, type ReflectorOptions } from './kube/reflector.ts';
import { Stores } from './kube/stores.ts';
import { resourceName } from './api/resource.ts';
import { type Clock, type Random, systemClock } from './runtime/clock.ts';
import type { Cluster } from './runtime/action.ts';
import { Ancestors } from './runtime/ancestor.ts';
import { Breaker } from './runtime/breaker.ts';
import { Censuses, Counter } from './runtime/census.ts';
import { Complaints } from './runtime/complaint.ts';
import { Contests } from './runtime/contests.ts';
import { type Controller, controllerFor, resourcesOf } from './runtime/controller.ts';
import { Observations } from './runtime/errand.ts';
import type { Log } from './runtime/log.ts';
import { Manager } from './runtime/manager.ts';
import type { Context } from './runtime/reconcile.ts';
import { Refusals } from './runtime/refusals.ts';
import { StatusHold } from './runtime/status-hold.ts';
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
  return assemble(connection, config, { clock: systemClock, random: Math.random, leadership, ...around });
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
  const watches = new AbortController();
  const world = { ...base, signal: watches.signal, onRequest: requestedOf(base) };
  const { log, clock, random, observer } = base;
  const client = new Client(connection, world);
  const controllers = withFault([...kinds.map(controllerFor), ...adoption], config.injectFault);
  const stores: Stores = new Stores(
    controllers.flatMap(({ sources }) => sources),
    (change) => {
      if (change.after === undefined && change.before !== undefined) forget(change.before, asking);
      manager.changed(change);
    },
  );
  const reflectors = reflectorsFor(stores, { ...world, client });
  const asking: Asking = askingOf(stores, { ...world, connection, client });
  const inventory = inventoryGuards(stores, new Performer({ client, stores, ...asking, log }), clock);
  const manager: Manager = new Manager({
    controllers,
    view: stores,
    cluster: inventory.breaker,
    recorder: new EventRecorder({ ...world, client, instance: config.instance }),
    ...memory(clock, random),
    ...inventory,
    synced: syncedWhen(reflectors, leadership),
    ...world,
  });
  observer?.read({ controllers, work: manager, inventory: inventory.census, leadership, watches: reflectors });
  pumpWhen([...[...reflectors.values()].map(({ synced }) => synced), leadership.leading], manager);
  const isThere = () => stores.of(XosKubernetesServices).size > 0;
  void whenSynced([...reflectors.values()], async () => {
    inventory.census.listed();
    await firstSteps(config, { ...world, leadership, client, isThere });
  });
  const running = [...reflectors.values()].map((reflector) => reflector.run(watches.signal));
  return {
    lost: leadership.lost,
    unready: () => unready(reflectors),
    stop: async () => {
      // Ends waiting too, such as for a Retry-After; what is in flight finishes.
      watches.abort();
      asking.errands.close();
      inventory.census.close();
      await manager.stop();
      await Promise.all(running);
      await connection.close();
      await leadership.release();
    },
    abandon: connection.reset.bind(connection),
  };
}

/** Who learns of requests. */
function requestedOf({ follower, observer }: Pick<World, 'follower' | 'observer'>): (request: RequestObserved) => void {
  return (request) => {
    observer?.requested(request);
    follower.requested(request);
  };
}

/** Which resource has not been seen yet, and why. */
function unready(reflectors: ReadonlyMap<string, Reflector<KubeObject>>): string | undefined {
  for (const [name, reflector] of reflectors)
    if (!reflector.hasSynced()) return reflector.problem ?? `The list of ${name} has not come yet.`;
  return undefined;
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

/** One for each store that is not filled by ourselves, by the name of its resource. */
function reflectorsFor(
  stores: Stores,
  how: Pick<ReflectorOptions<KubeObject>, 'client' | 'clock' | 'random' | 'log'>,
): ReadonlyMap<string, Reflector<KubeObject>> {
  const watched = [...stores].filter(({ resource }) => resource.inMemory !== true);
  return new Map(
    watched.map((store) => [
      resourceName(store.resource),
      new Reflector({ ...how, resource: store.resource, sink: store }),
    ]),
  );
}

/** Whether a controller may work: we lead, and all that it looks at has been seen once. Asked for every item of the queue, so it is remembered. */
function syncedWhen(
  reflectors: ReadonlyMap<string, Reflector<KubeObject>>,
  leadership: Pick<Leadership, 'leads'>,
): (controller: Controller) => boolean {
  const synced = new Set<Controller>();
  // What is kept in memory by ourselves has nothing to catch up with.
  const hasSynced = (name: string) => reflectors.get(name)?.hasSynced() ?? true;
  return (controller) => {
    if (!leadership.leads) return false;
    if (synced.has(controller)) return true;
    if (!resourcesOf(controller).every(hasSynced)) return false;
    synced.add(controller);
    return true;
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
  how: Pick<World, 'leadership'> & DefaultServiceOptions,
): Promise<void> {
  how.log.info('operator ready', { version: VERSION });
  if (defaultService === undefined) return;
  await how.leadership.leading;
  await createDefaultService(defaultService, how);
}

async function whenSynced(reflectors: readonly { synced: Promise<void> }[], then: () => Promise<void>): Promise<void> {
  await Promise.all(reflectors.map(({ synced }) => synced));
  await then();
}
