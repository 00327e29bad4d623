/**
 * What is counted, in the format of Prometheus; prom-client is imported here and in metrics/ only. Names are those of
 * controller-runtime and client-go where they have one, so that dashboards fit. No label has a value that users choose.
 */
import { Registry } from 'prom-client';
import type { RequestObserved } from './kube/call.ts';
import { processMetrics } from './metrics/process.ts';
import { queueMetrics } from './metrics/queue.ts';
import { type Readings, readWhenAsked } from './metrics/readings.ts';
import { requestMetrics } from './metrics/requests.ts';
import { turnMetrics } from './metrics/turns.ts';
import { writeMetrics } from './metrics/writes.ts';
import type { Observer } from './runtime/observer.ts';

export interface Metrics extends Observer {
  readonly contentType: string;
  /** Says what to look up; once. */
  read(readings: Readings): void;
  readonly requested: (request: RequestObserved) => void;
  text(): Promise<string>;
}

export function makeMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const queue = queueMetrics(registers);
  const turns = turnMetrics(registers, queue.worked);
  const writes = writeMetrics(registers);
  return {
    contentType: registry.contentType,
    read: (readings) => {
      readWhenAsked(readings, registers);
      processMetrics(registers);
      // What begins with its first event has no rate at that event, which may be the one that matters.
      for (const { name } of readings.controllers) for (const { begin } of [turns, queue, writes]) begin(name);
    },
    ...turns.observer,
    ...queue.observer,
    ...writes.observer,
    ...requestMetrics(registers),
    text: () => registry.metrics(),
  };
}
