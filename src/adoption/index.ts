/** Adoption: controllers whose keys are what others made, and whose children are custom resources. */
import type { Controller } from '../runtime/controller.ts';
import { adoptedDomains } from './domains.ts';
import { adoptedImages } from './images.ts';
import { adoptedInstances } from './instances.ts';
import { adoptedConfigMaps, adoptedSecrets } from './mounted.ts';
import { adoptedPrincipals } from './principals.ts';
import { adoptedServices } from './services.ts';
import { adoptedSlices } from './slices.ts';

export const adoption: readonly Controller[] = [
  adoptedDomains,
  adoptedPrincipals,
  adoptedImages,
  adoptedSlices,
  adoptedInstances,
  adoptedServices,
  adoptedConfigMaps,
  adoptedSecrets,
];

/** Where the operator is restricted to namespaces, it sees neither these as objects nor the images of the whole cluster. */
export const restrictedAdoption: readonly Controller[] = adoption.filter(
  (each) => each !== adoptedDomains && each !== adoptedImages,
);
