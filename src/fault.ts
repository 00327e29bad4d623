/** A fault that a test switches on: the reconcile of one object throws, and everybody else's must go on. */
import type { Controller } from './runtime/controller.ts';

/** The same controllers, of which every one throws for this key; unchanged without one. */
export function withFault(controllers: readonly Controller[], key: string | undefined): readonly Controller[] {
  if (key === undefined) return controllers;
  return controllers.map((controller) => ({
    ...controller,
    decide: (asked, view) => {
      if (asked === key) throw new Error('This fault was injected by --inject-fault.');
      return controller.decide(asked, view);
    },
  }));
}
