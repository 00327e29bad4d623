/** Turns, by the names that controller-runtime has for them. */
import { Counter, Histogram, type Registry } from 'prom-client';
import { BUCKETS, type Counters } from './counters.ts';

/** `worked` learns how long each turn was. */
export function turnMetrics(
  registers: Registry[],
  worked: (controller: string, seconds: number) => void,
): Counters<'turned'> {
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
  return {
    observer: {
      turned: (controller, result, seconds) => {
        turns.inc({ controller, result });
        if (result === 'error') failures.inc({ controller });
        durations.observe({ controller }, seconds);
        worked(controller, seconds);
      },
    },
    begin: (controller) => {
      failures.inc({ controller }, 0);
    },
  };
}
