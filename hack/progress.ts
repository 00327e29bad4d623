/** Progress lines of long steps: which step it is, how long it took so far, and what comes next. */

/** Receives one line for a person to read. */
export type Print = (line: string) => void;

/** Ignores every line: the default of library functions. */
export const silent: Print = () => undefined;

/** Prints to stderr, so that stdout stays for results. */
export const toStderr: Print = (line) => process.stderr.write(`${line}\n`);

/** A time span as people write it: `8s`, `2m05s`. */
export function elapsedSince(startMs: number, nowMs = Date.now()): string {
  const seconds = Math.max(0, Math.round((nowMs - startMs) / 1000));
  if (seconds < 60) return `${seconds}s`;
  return `${Math.floor(seconds / 60)}m${String(seconds % 60).padStart(2, '0')}s`;
}

/** Announces the steps of a plan one after the other. */
export class Steps {
  readonly #titles: readonly string[];
  readonly #print: Print;
  readonly #startMs = Date.now();
  #done = 0;

  constructor(titles: readonly string[], print: Print) {
    this.#titles = titles;
    this.#print = print;
  }

  /** Runs the next step of the plan, saying which it is and what follows. */
  async run<T>(step: () => Promise<T>): Promise<T> {
    const title = this.#titles[this.#done] ?? 'One more step';
    const following = this.#titles[this.#done + 1];
    this.#done += 1;
    const next = following === undefined ? 'the last step' : `next: ${following}`;
    const position = `${this.#done}/${this.#titles.length}`;
    this.#print(`[${position} ${elapsedSince(this.#startMs)}] ${title} … (${next})`);
    return step();
  }
}

/** Calls `print` with the elapsed time every `everyMs` until the work ends, so that silence never looks like a hang. */
export async function withHeartbeat<T>(
  work: Promise<T>,
  describe: (elapsed: string) => string,
  print: Print,
  everyMs = 15_000,
): Promise<T> {
  const startMs = Date.now();
  const timer = setInterval(() => print(describe(elapsedSince(startMs))), everyMs);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}
