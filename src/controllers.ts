/** What the operator consists of, in the whole cluster, and where it is restricted to namespaces. */
import { adoption, restrictedAdoption } from './adoption/index.ts';
import { kinds, restrictedKinds } from './kinds/index.ts';
import { type Controller, controllerFor } from './runtime/controller.ts';

/** `namespaces` left out: all of them. */
export function controllersFor(namespaces: readonly string[] | undefined): readonly Controller[] {
  return namespaces === undefined
    ? [...kinds.map(controllerFor), ...adoption]
    : [...restrictedKinds.map(controllerFor), ...restrictedAdoption];
}
