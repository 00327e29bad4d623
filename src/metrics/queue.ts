/** The queue, by the names that client-go has for its own. */
import { Counter, Histogram, type Registry } from 'prom-client';
import { BUCKETS, type Counters } from './counters.ts';

export interface QueueMetrics extends Counters<'queued' | 'waited' | 'retried'> {
  readonly worked: (name: string, seconds: number) => void;
}

export function queueMetrics(registers: Registry[]): QueueMetrics {
  const labelNames = ['name'];
  const adds = new Counter({
    name: 'workqueue_adds_total',
    help: 'Keys that began to wait, by controller.',
    labelNames,
    registers,
  });
  const waits = new Histogram({
    name: 'workqueue_queue_duration_seconds',
    help: 'How long a key waits that a change brought, by controller.',
    labelNames,
    buckets: BUCKETS,
    registers,
  });
  const work = new Histogram({
    name: 'workqueue_work_duration_seconds',
    help: 'How long a key is worked on, which is its turn, by controller.',
    labelNames,
    buckets: BUCKETS,
    registers,
  });
  const retries = new Counter({
    name: 'workqueue_retries_total',
    help: 'Keys that failed and are tried again, by controller.',
    labelNames,
    registers,
  });
  return {
    observer: {
      queued: (name) => {
        adds.inc({ name });
      },
      waited: (name, seconds) => {
        waits.observe({ name }, seconds);
      },
      retried: (name) => {
        retries.inc({ name });
      },
    },
    worked: (name, seconds) => {
      work.observe({ name }, seconds);
    },
    begin: (name) => {
      retries.inc({ name }, 0);
    },
  };
}
