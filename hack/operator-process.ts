/** The operator as a process of its own: for the demo, for tests and for the bench. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkout } from './cluster/cache.ts';
import { run } from './run.ts';
import { waitFor } from './wait.ts';

/** The program that `npm start` runs. */
export const operatorMain = join(checkout, 'src', 'main.ts');

/** As `npm start` has it. The young generation of the heap: half of the default of 16 MiB, see docs/performance.md. */
const NODE_OPTIONS = ['--max-semi-space-size=8'];
/**
 * What Node has compiled of the sources once, it need not compile again: half of a start. Who is killed leaves nothing there. Other
 * programs, such as the one that the bench measures, start as they do anywhere.
 */
const COMPILED = { NODE_COMPILE_CACHE: join(checkout, 'node_modules', '.cache', 'operator') };
const readyMessage = 'operator ready';
/** The operator promises 5 s; the rest is for a busy machine. */
const stopMs = 15_000;

/** How an operator is started. */
export interface OperatorOptions {
  kubeconfig: string;
  /** A file to append to: everything that the operator prints goes there. */
  logFile: string;
  /** More options of the operator. */
  args?: readonly string[];
  /** More variables of its environment. */
  env?: Readonly<Record<string, string>>;
  /** Which program: left out, the one that `npm start` runs, from the sources. */
  main?: string;
}

/** A line of the operator's log. */
export type LogRecord = Readonly<Record<string, unknown>>;

/** How a process ended. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** Lets Node compile the program, before it is started many times. */
export async function compileOperator(): Promise<void> {
  await run(process.execPath, [operatorMain, '--print-config'], { env: { ...COMPILED, ...process.env } });
}

/** A started operator. */
export class OperatorProcess {
  readonly logFile: string;
  /** Resolves when the process is gone. */
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;

  constructor({ kubeconfig, logFile, args = [], env = {}, main = operatorMain }: OperatorOptions) {
    this.logFile = logFile;
    const log = openSync(logFile, 'a');
    this.#child = spawn(process.execPath, [...NODE_OPTIONS, main, '--kubeconfig', kubeconfig, ...args], {
      // In a session of its own: a Ctrl-C on the terminal reaches the starter only, who then stops the operator.
      detached: true,
      cwd: checkout,
      env: { ...(main === operatorMain && COMPILED), ...process.env, ...env },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.exited = once(this.#child, 'exit').then(([code, signal]): Exit => ({ code, signal }));
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error('The operator could not be started.');
    return this.#child.pid;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Everything printed so far. */
  log(): string {
    return readFileSync(this.logFile, 'utf8');
  }

  /** The log lines that are JSON objects. */
  records(): LogRecord[] {
    return this.log()
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as LogRecord);
  }

  /** Returns when the operator says that it is ready.
   * @throws {Error} with the end of the log when it exits instead, or takes too long. */
  async ready(timeoutMs = 60_000): Promise<void> {
    await this.logged((record) => record['message'] === readyMessage, timeoutMs);
  }

  /** Returns the first log line that is wanted, waiting for it.
   * @throws {Error} with the end of the log when the operator exits first, or it takes too long. */
  async logged(isWanted: (record: LogRecord) => boolean, timeoutMs = 60_000): Promise<LogRecord> {
    const find = () => {
      const found = this.records().find(isWanted);
      if (found === undefined && !this.running) throw new Error('The operator ended.');
      return found;
    };
    try {
      return await waitFor('a line in the log of the operator', find, { timeoutMs });
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : 'Failed.'} Its log ends with:\n${this.lastLines()}`, {
        cause: error,
      });
    }
  }

  /** The end of the log, for a message to a person. */
  lastLines(count = 15): string {
    return this.log().trim().split('\n').slice(-count).join('\n');
  }

  /** Asks the operator to end, as Kubernetes does.
   * @throws {Error} when it does not end in time, which kills it, or ends with another code than 0. */
  async stop(): Promise<void> {
    if (this.running) this.#child.kill('SIGTERM');
    const giveUp = new AbortController();
    const late = sleep(stopMs, undefined, { signal: giveUp.signal, ref: false }).catch(() => undefined);
    const exit = await Promise.race([this.exited, late]);
    giveUp.abort();
    if (exit?.code === 0) return;
    await this.kill();
    const how =
      exit === undefined ? `did not end within ${stopMs / 1000} s` : `ended with ${exit.signal ?? `code ${exit.code}`}`;
    throw new Error(`The operator ${how} after SIGTERM. Its log ends with:\n${this.lastLines()}`);
  }

  /** Ends the operator as a crash would. */
  async kill(): Promise<void> {
    if (this.running) this.#child.kill('SIGKILL');
    await this.exited;
  }
}
