/**
 * What is counted, in the format of Prometheus; the only importer of prom-client. Names are those of controller-runtime and
 * client-go where they have one, so that dashboards fit. No label has a value that users choose.
 */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { RequestObserved } from './kube/call.ts';
import type { Count } from './runtime/census.ts';
import type { Observer } from './runtime/observer.ts';

/** What is looked up when somebody asks, and costs nothing before. */
export interface Readings {
  readonly controllers: readonly { readonly name: string }[];
  readonly queue: { depthOf(controller: string): number };
  /** Custom resources, and how many mirrors the bound `maxObjects` keeps out. */
  readonly inventory: { readonly total: Count; readonly shortOf: number };
  readonly leadership: { readonly leads: boolean };
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

export function makeMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  return {
    contentType: registry.contentType,
    read: (readings) => {
      readWhenAsked(readings, registers);
    },
    ...turnMetrics(registers),
    ...requestMetrics(registers),
    text: () => registry.metrics(),
  };
}

function turnMetrics(registers: Registry[]): Observer {
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
    queued: (name) => {
      adds.inc({ name });
    },
    turned: (controller, result, seconds) => {
      turns.inc({ controller, result });
      if (result === 'error') failures.inc({ controller });
      durations.observe({ controller }, seconds);
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

function readWhenAsked({ controllers, queue, inventory, leadership }: Readings, registers: Registry[]): void {
  const gauge = (name: string, help: string, value: () => number) => {
    const one: Gauge = new Gauge({ name, help, registers, collect: () => one.set(value()) });
  };
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
  gauges('workqueue_depth', 'Keys that wait, by controller.', {
    label: 'name',
    read: () => controllers.map(({ name }) => [name, queue.depthOf(name)] as const),
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
  gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss());
  gauge('nodejs_heap_size_used_bytes', 'Memory that objects take.', () => process.memoryUsage().heapUsed);
  gauge('process_cpu_seconds_total', 'CPU time used.', () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
}
