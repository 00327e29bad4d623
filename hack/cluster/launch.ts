/** Starts the programs of a cluster so that they outlive a Ctrl-C, and can be found again by anyone. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { Layout } from './layout.ts';
import { pathOfRoot } from '../packages.ts';
import { identify } from './processes.ts';
import { type Component, markVariable, readRecord, recordProcess } from './record.ts';

/** Starts one component, in a session of its own, and writes down which process it is.
 * @throws {Error} when the program cannot be started at all. */
export function launch(stateDir: string, component: Component): void {
  const log = openSync(new Layout(stateDir).log(component.name), 'a');
  const child = spawn(component.program, component.args, {
    detached: true,
    cwd: stateDir,
    // Nothing of the user's environment may change how a cluster behaves.
    env: { PATH: pathOfRoot(), HOME: stateDir, ...component.env, [markVariable]: readRecord(stateDir)?.id },
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.on('error', () => undefined);
  child.unref();
  if (child.pid === undefined) throw new Error(`${component.program} cannot be started.`);
  const id = identify(child.pid);
  if (id !== undefined) recordProcess(stateDir, component.name, id);
}

/** The end of a component's log, for a message to a person. */
export function lastWords(stateDir: string, name: string, lines = 3): string {
  try {
    const log = readFileSync(new Layout(stateDir).log(name), 'utf8').trim();
    return log.split('\n').slice(-lines).join(' | ');
  } catch {
    return '(no log)';
  }
}
