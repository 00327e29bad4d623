/** Runs other programs to their end, with their output kept for the caller. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** How a program is run. */
export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** What the program reads from its standard input; empty when absent. */
  input?: string;
  /** Killed after this time; never when absent. */
  timeoutMs?: number;
}

/** What a program left behind. */
export interface RunResult {
  /** The exit code, or 128 when a signal ended it. */
  code: number;
  stdout: string;
  stderr: string;
}

/** A program that ended with another exit code than 0. */
export class RunError extends Error {
  override readonly name = 'RunError';
  readonly result: RunResult;

  constructor(commandLine: string, result: RunResult) {
    super(`${commandLine} ended with code ${result.code}: ${result.stderr.trim()}`);
    this.result = result;
  }
}

/** Runs a program and gives its outcome, whatever the exit code.
 * @throws the spawn error (ENOENT…) when it cannot be started. */
export async function runAny(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const child = spawn(program, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: options.env ?? process.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    killSignal: 'SIGKILL',
  });
  const ended = new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 128));
  });
  // A program that ends before it has read everything closes the pipe; its exit code tells the story.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  return { code, stdout, stderr };
}

/** Runs a program that must succeed.
 * @throws {RunError} when its exit code is not 0. */
export async function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const result = await runAny(program, args, options);
  if (result.code !== 0) throw new RunError([program, ...args].join(' '), result);
  return result;
}
