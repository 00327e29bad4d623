/** Counters, and how to let them begin. */
import type { Observer } from '../runtime/observer.ts';

/** Some of what is told to an {@link Observer}, by controller. */
export interface Counters<Part extends keyof Observer> {
  readonly observer: Pick<Observer, Part>;
  /** Lets them begin at zero for a controller. */
  readonly begin: (controller: string) => void;
}

/** Seconds. */
export const BUCKETS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30];
