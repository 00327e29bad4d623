/** Every kind. To add one: its CRD, an example, its folder, a test, and a line here. */
import type { Kind } from '../runtime/kind.ts';
import { configMaps } from './config-maps/index.ts';
import { domains } from './domains/index.ts';
import { images } from './images/index.ts';
import { instances } from './instances/index.ts';
import { kubernetesServices } from './kubernetes-services/index.ts';
import { underMode } from './mode.ts';
import { configMapMounts, secretMounts } from './mounts/index.ts';
import { principals } from './principals/index.ts';
import { reportingRelease } from './releasing.ts';
import { restricted, restrictedServices } from './restricted.ts';
import { resourceInstances } from './resource-instances/index.ts';
import { secrets } from './secrets/index.ts';
import { servicePorts } from './service-ports/index.ts';
import { services } from './services/index.ts';
import { sites } from './sites/index.ts';
import { slices } from './slices/index.ts';

const declared = [
  sites,
  domains,
  images,
  principals,
  configMaps,
  secrets,
  configMapMounts,
  secretMounts,
  services,
  servicePorts,
  slices,
  instances,
  resourceInstances,
] as readonly Kind[];

export const kinds: readonly Kind[] = [reportingRelease(kubernetesServices, declared), ...declared.map(underMode)];

/** Those of an operator that is restricted to namespaces. */
export const restrictedKinds: readonly Kind[] = [restrictedServices, ...restricted(declared).map(underMode)];
