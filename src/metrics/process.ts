/** The process, by the names that the client libraries of Prometheus have for it. */
import { readdirSync } from 'node:fs';
import { Counter, type Registry } from 'prom-client';
import { gaugeOf } from './gauge.ts';

export function processMetrics(registers: Registry[]): void {
  const gauge = gaugeOf(registers);
  gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss());
  gauge('process_open_fds', 'Open files and sockets; 0 where that is not known.', openFiles);
  const startedAt = Date.now() / 1_000 - process.uptime();
  gauge('process_start_time_seconds', 'When the process started, in seconds since 1970.', () => startedAt);
  gauge('nodejs_heap_size_used_bytes', 'Memory that objects take.', () => process.memoryUsage().heapUsed);
  gauge('nodejs_heap_size_total_bytes', 'Memory that is kept for objects.', () => process.memoryUsage().heapTotal);
  gauge('nodejs_external_memory_bytes', 'Memory that objects have elsewhere.', () => process.memoryUsage().external);
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

/** Source: Linux, proc(5); other systems have no such folder. */
function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
}
