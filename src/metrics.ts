/**
 * What is counted, in the format of Prometheus; the only importer of prom-client. Names are those of controller-runtime and
 * client-go where they have one, so that dashboards fit. No label has a value that users choose.
 */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RequestObserved } from './kube/call.ts';
import type { Count } from './runtime/census.ts';
import { REFUSAL_REASONS } from './runtime/errors.ts';
import type { Observer } from './runtime/observer.ts';
import { VERSION } from './version.ts';

/** What is looked up when somebody asks, and costs nothing before. */
export interface Readings {
  readonly controllers: readonly { readonly name: string }[];
  /** Keys that wait, and objects that somebody else changes or deletes again and again. */
  readonly work: { depthOf(controller: string): number; readonly contested: number };
  /** Custom resources, and how many mirrors the bound `maxObjects` keeps out. */
  readonly inventory: { readonly total: Count; readonly shortOf: number; readonly comparedAt: string | undefined };
  readonly leadership: { readonly leads: boolean };
  /** By resource, what stands in the way of following it; undefined if nothing does. */
  readonly watches: { problems(): Iterable<readonly [resource: string, problem: string | undefined]> };
}

export interface Metrics extends Observer {
  readonly contentType: string;
  /** Says what to look up; once. */
  read(readings: Readings): void;
  readonly requested: (request: RequestObserved) => void;
  text(): Promise<string>;
}

const METHODS: Readonly<Record<string, string>> = { create: 'POST', patch: 'PATCH', delete: 'DELETE' };
/** Seconds. */
const BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30];
/** Seconds. */
const LAG_BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300];

export function makeMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const turns = turnMetrics(registers);
  const writes = writeMetrics(registers);
  return {
    contentType: registry.contentType,
    read: (readings) => {
      readWhenAsked(readings, registers);
      // What begins with its first event has no rate at that event, which may be the one that matters.
      for (const { name } of readings.controllers) for (const { begin } of [turns, writes]) begin(name);
    },
    ...turns.observer,
    ...writes.observer,
    ...requestMetrics(registers),
    text: () => registry.metrics(),
  };
}

/** Counters, and how to let them begin at zero for a controller. */
interface Counters<Part extends keyof Observer> {
  readonly observer: Pick<Observer, Part>;
  readonly begin: (controller: string) => void;
}

function writeMetrics(registers: Registry[]): Counters<'wrote' | 'corrected' | 'refused'> {
  const lag = new Histogram({
    name: 'xos_reconcile_lag_seconds',
    help: 'From a change that the operator saw to the answer to the write that it led to, by controller.',
    labelNames: ['controller'],
    buckets: LAG_BUCKETS,
    registers,
  });
  const corrected = new Counter({
    name: 'xos_corrected_fields_total',
    help: 'Fields of managed objects that somebody else had changed and that were put back, by controller.',
    labelNames: ['controller'],
    registers,
  });
  const refused = new Counter({
    name: 'xos_refused_writes_total',
    help: 'Writes that the API server refused or did not answer, by reason; Conflict: the object had changed meanwhile.',
    labelNames: ['reason'],
    registers,
  });
  for (const reason of REFUSAL_REASONS) refused.inc({ reason }, 0);
  return {
    observer: {
      wrote: (controller, seconds) => {
        lag.observe({ controller }, seconds);
      },
      corrected: (controller, fields) => {
        corrected.inc({ controller }, fields);
      },
      refused: (reason) => {
        refused.inc({ reason });
      },
    },
    begin: (controller) => {
      lag.zero({ controller });
      corrected.inc({ controller }, 0);
    },
  };
}

function turnMetrics(registers: Registry[]): Counters<'queued' | 'turned'> {
  const turns = new Counter({
    name: 'controller_runtime_reconcile_total',
    help: 'Turns by controller and result.',
    labelNames: ['controller', 'result'],
    registers,
  });
  const failures = new Counter({
    name: 'controller_runtime_reconcile_errors_total',
    help: 'Turns that failed, by controller.',
    labelNames: ['controller'],
    registers,
  });
  const durations = new Histogram({
    name: 'controller_runtime_reconcile_time_seconds',
    help: 'How long a turn takes, its requests included, by controller.',
    labelNames: ['controller'],
    buckets: BUCKETS,
    registers,
  });
  const adds = new Counter({
    name: 'workqueue_adds_total',
    help: 'Keys that began to wait, by controller.',
    labelNames: ['name'],
    registers,
  });
  return {
    observer: {
      queued: (name) => {
        adds.inc({ name });
      },
      turned: (controller, result, seconds) => {
        turns.inc({ controller, result });
        if (result === 'error') failures.inc({ controller });
        durations.observe({ controller }, seconds);
      },
    },
    begin: (controller) => {
      failures.inc({ controller }, 0);
    },
  };
}

function requestMetrics(registers: Registry[]): Pick<Metrics, 'requested'> {
  const requests = new Counter({
    name: 'rest_client_requests_total',
    help: 'Requests to the API server, by method and status code; code 0 stands for no answer.',
    labelNames: ['method', 'code'],
    registers,
  });
  const durations = new Histogram({
    name: 'rest_client_request_duration_seconds',
    help: 'How long the API server takes to answer, by verb; of a watch, until it begins.',
    labelNames: ['verb'],
    buckets: BUCKETS,
    registers,
  });
  return {
    requested: ({ verb, code, seconds }) => {
      requests.inc({ method: METHODS[verb] ?? 'GET', code });
      durations.observe({ verb }, seconds);
    },
  };
}

/** By the values of a label. */
type Reading = () => Iterable<readonly [label: string, value: number]>;

function readWhenAsked(readings: Readings, registers: Registry[]): void {
  const { controllers, work, inventory, leadership, watches } = readings;
  const gauges = (name: string, help: string, { label, read }: { label: string; read: Reading }) => {
    const all: Gauge = new Gauge({
      name,
      help,
      labelNames: [label],
      registers,
      collect: () => {
        for (const [which, value] of read()) all.set({ [label]: which }, value);
      },
    });
  };
  const gauge = gaugeOf(registers);
  gauges('workqueue_depth', 'Keys that wait, by controller.', {
    label: 'name',
    read: () => controllers.map(({ name }) => [name, work.depthOf(name)] as const),
  });
  gauges('xos_inventory_objects', 'Custom resources, managed ones and mirrors of what others run.', {
    label: 'managed',
    read: () => [
      ['true', inventory.total.managed],
      ['false', inventory.total.adopted],
    ],
  });
  gauge('xos_inventory_missing', 'Mirrors that spec.adoption.maxObjects keeps out.', () => inventory.shortOf);
  gauge('leader_election_master_status', 'Whether this copy works (1) or stands by (0).', () =>
    leadership.leads ? 1 : 0,
  );
  gauge(
    'xos_contested_objects',
    'Objects that somebody else changes or deletes each time they are put right.',
    () => work.contested,
  );
  gauge(
    'xos_last_full_comparison_timestamp_seconds',
    'When all that there is was last compared with what should be; 0: not yet.',
    () => (inventory.comparedAt === undefined ? 0 : Date.parse(inventory.comparedAt) / 1_000),
  );
  gauges('xos_watch_failing', 'Whether changes of a resource cannot be followed at present.', {
    label: 'resource',
    read: () => [...watches.problems()].map(([name, problem]) => [name, problem === undefined ? 0 : 1] as const),
  });
  gauges('xos_build_info', 'Which version runs; always 1.', { label: 'version', read: () => [[VERSION, 1]] });
  processMetrics(registers);
}

function gaugeOf(registers: Registry[]) {
  return (name: string, help: string, value: () => number): void => {
    const one: Gauge = new Gauge({ name, help, registers, collect: () => one.set(value()) });
  };
}

function processMetrics(registers: Registry[]): void {
  const gauge = gaugeOf(registers);
  gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss());
  gauge('nodejs_heap_size_used_bytes', 'Memory that objects take.', () => process.memoryUsage().heapUsed);
  const cpu: Counter = new Counter({
    name: 'process_cpu_seconds_total',
    help: 'CPU time used.',
    registers,
    collect: () => {
      const { user, system } = process.cpuUsage();
      cpu.reset();
      cpu.inc((user + system) / 1e6);
    },
  });
}
