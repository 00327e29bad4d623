/** Requests to the API server. */
import { Counter, Histogram, type Registry } from 'prom-client';
import type { RequestObserved } from '../kube/call.ts';
import { BUCKETS } from './counters.ts';

const METHODS: Readonly<Record<string, string>> = { create: 'POST', patch: 'PATCH', delete: 'DELETE' };

export function requestMetrics(registers: Registry[]): { readonly requested: (request: RequestObserved) => void } {
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
