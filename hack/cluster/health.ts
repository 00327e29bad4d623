/** Is the API server ready? Is every process of the cluster alive? */
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { Layout } from './layout.ts';
import { isRunning } from './processes.ts';
import { readProcesses, readRecord } from './record.ts';

/** The names of the components that should run and do not. */
export function deadComponents(stateDir: string): string[] {
  const processes = readProcesses(stateDir);
  return (readRecord(stateDir)?.components ?? [])
    .map(({ name }) => name)
    .filter((name) => {
      const id = processes.get(name);
      return id === undefined || !isRunning(id);
    });
}

/** Whether the API server says that it is ready; false when it does not answer within 2 s. */
export function isReady(stateDir: string): Promise<boolean> {
  const server = readRecord(stateDir)?.server;
  if (server === undefined) return Promise.resolve(false);
  const ca = readFileSync(new Layout(stateDir).inPki('ca.crt'));
  return new Promise((resolve) => {
    const call = request(`${server}/readyz`, { ca, timeout: 2_000, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    call.on('timeout', () => call.destroy());
    call.on('error', () => resolve(false));
    call.end();
  });
}
