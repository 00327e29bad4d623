/** Says once what is wrong with following a resource, and once that it is mended. */
import type { Log } from '../runtime/log.ts';
import { ConnectionError } from './connection.ts';
import { ApiError, isForbidden, isNotFound } from './errors.ts';

export class Problem {
  readonly #log: Log;
  readonly #what: { readonly resource: string; readonly namespace?: string | undefined };
  /** What is wrong, and what to do about it. */
  sentence: string | undefined;

  /** `namespace` is left out where all of the resource is followed. */
  constructor(log: Log, resource: string, namespace?: string) {
    this.#log = log;
    this.#what = { resource, namespace };
  }

  /** Takes note of a failure. A first broken connection is no problem yet: the watch resumes. */
  consider(error: unknown, failures: number): void {
    if (error instanceof ConnectionError && failures === 1) {
      this.#log.debug('watch broke off and resumes', { ...this.#what, error: error.message });
      return;
    }
    const sentence = sentenceFor(error, this.#what);
    if (sentence === this.sentence) return;
    this.sentence = sentence;
    this.#log.warn('cannot follow a resource', { ...this.#what, error: sentence });
  }

  clear(): void {
    if (this.sentence === undefined) return;
    this.sentence = undefined;
    this.#log.info('follows the resource again', { ...this.#what });
  }
}

function sentenceFor(
  error: unknown,
  { resource, namespace }: { resource: string; namespace?: string | undefined },
): string {
  if (isNotFound(error)) {
    return `The API server does not know ${resource}; install its CustomResourceDefinition ("kubectl apply -k config/crd" installs ours).`;
  }
  if (isForbidden(error)) {
    return `The operator may not list and watch ${resource} in ${namespace === undefined ? 'all namespaces' : `namespace ${namespace}`}; grant its account that right.`;
  }
  if (error instanceof ApiError || error instanceof ConnectionError) return error.message;
  // A mistake of ours: its message may quote anything.
  return `Following ${resource} failed with an internal error (${error instanceof Error ? error.name : typeof error}); please report it.`;
}
