/** What is looked up when somebody asks, and costs nothing before. */
import { Gauge, type Registry } from 'prom-client';
import type { Count } from '../runtime/census.ts';
import { VERSION } from '../version.ts';
import { gaugeOf } from './gauge.ts';

export interface Readings {
  readonly controllers: readonly { readonly name: string }[];
  /** Keys that wait, turns that go on, and objects that somebody else changes or deletes again and again. */
  readonly work: {
    depthOf(controller: string): number;
    activeOf(controller: string): number;
    readonly contested: number;
  };
  /** Custom resources, and how many mirrors the bound `maxObjects` keeps out. */
  readonly inventory: { readonly total: Count; readonly shortOf: number; readonly comparedAt: string | undefined };
  readonly leadership: { readonly leads: boolean };
  /** By resource, what stands in the way of following it; undefined if nothing does. */
  readonly watches: { problems(): Iterable<readonly [resource: string, problem: string | undefined]> };
}

/** By the values of a label. */
type Reading = () => Iterable<readonly [label: string, value: number]>;

export function readWhenAsked(readings: Readings, registers: Registry[]): void {
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
  gauges('controller_runtime_active_workers', 'Turns that go on, by controller.', {
    label: 'controller',
    read: () => controllers.map(({ name }) => [name, work.activeOf(name)] as const),
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
}
