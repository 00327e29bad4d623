/** What came of turns: writes, and what was refused. */
import { Counter, Histogram, type Registry } from 'prom-client';
import { REFUSAL_REASONS } from '../runtime/errors.ts';
import type { Counters } from './counters.ts';

/** Seconds. */
const LAG_BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300];

export function writeMetrics(registers: Registry[]): Counters<'wrote' | 'corrected' | 'refused'> {
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
