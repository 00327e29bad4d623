/** The certificate that a page is served with, and its key: files that somebody else, such as cert-manager, puts others in place of. */
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { CertificateFiles } from './config.ts';
import { ConfigError } from './kube/config-error.ts';
import { failureOf } from './runtime/failure.ts';
import type { Log } from './runtime/log.ts';

export interface Pair {
  readonly cert: string;
  readonly key: string;
}

export class Certificate {
  readonly pair: Pair;
  readonly #files: CertificateFiles;
  readonly #log: Log;
  /** What the files were like when they were read. */
  #seen: string;
  /** What was wrong with those that came after, so that it is said once. */
  #said: string | undefined;

  /** @throws ConfigError */
  constructor(files: CertificateFiles, log: Log) {
    this.#files = files;
    this.#log = log;
    this.#seen = looksOf(files);
    this.pair = pairIn(files);
  }

  /**
   * The pair that is there now; undefined if it is still the same, or not whole. Looks at the files, which costs microseconds: it is
   * asked before a connection begins, and so nothing has to run while there is none.
   */
  renewed(): Pair | undefined {
    try {
      const looks = looksOf(this.#files);
      if (looks === this.#seen) return undefined;
      // Files that are not whole yet will look different again.
      this.#seen = looks;
      const pair = pairIn(this.#files);
      this.#said = undefined;
      this.#log.info('the certificate was renewed', { what: this.#files.certificate });
      return pair;
    } catch (error) {
      const said = failureOf(error);
      if (said !== this.#said)
        this.#log.warn('the certificate cannot be renewed; the last one goes on', { error: said });
      this.#said = said;
      return undefined;
    }
  }
}

/** Other files, or others behind the same links, look different. @throws ConfigError */
function looksOf({ certificate, key }: CertificateFiles): string {
  return [certificate, key]
    .map((file) =>
      reading(file, () => {
        const { ino, mtimeMs, size } = statSync(file);
        return `${ino} ${mtimeMs} ${size}`;
      }),
    )
    .join(' ');
}

function pairIn({ certificate, key }: CertificateFiles): Pair {
  const [cert, secret] = [certificate, key].map((file) => reading(file, () => readFileSync(file, 'utf8')));
  const pair = { cert: cert ?? '', key: secret ?? '' };
  try {
    createSecureContext(pair);
    return pair;
  } catch {
    throw new ConfigError(
      `The certificate ${certificate} and the key ${key} are damaged or do not belong together; put others there.`,
    );
  }
}

function reading<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    throw new ConfigError(
      `The file ${file} cannot be read (${code}); --metrics-cert-path says in which folder it should be.`,
    );
  }
}
