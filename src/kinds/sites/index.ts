/** A site is administrative: who runs slices, and where. Nothing is made of it; it counts the slices that belong to it. */
import { type XosKubernetesService, XosKubernetesServices } from '../../api/generated/xoskubernetesservices.ts';
import { type XosSite, XosSites } from '../../api/generated/xossites.ts';
import { type XosSlice, XosSlices } from '../../api/generated/xosslices.ts';
import type { Live } from '../../api/object.ts';
import { followedBy, type Kind, type Source } from '../../runtime/kind.ts';
import { ready } from '../../runtime/outcome.ts';
import type { View } from '../../runtime/view.ts';
import { slicesBySite, slicesWithoutSite } from '../../shared/indexes.ts';
import { steeringService } from '../../shared/steering.ts';

/** Slices come in waves, mirrors above all; one write for a wave is enough. */
const COUNT_HOLD_MS = 2_000;

export const sites: Kind<XosSite> = {
  resource: XosSites,
  owns: [],
  reads: [followedBy(slicesBySite), withoutSite(), defaults()],

  reconcile(site, view) {
    const slices = countSlices(site, view);
    const message = `The site is known; ${slices} ${slices === 1 ? 'slice belongs' : 'slices belong'} to it.`;
    return ready(message, { status: { slices }, holdStatusMs: COUNT_HOLD_MS });
  },
};

/** Those that name the site and, if it is the default, those that name none. */
function countSlices({ metadata: { name } }: Live<XosSite>, view: View): number {
  const named = view.count(slicesBySite, name);
  return defaultSite(view) === name ? named + view.count(slicesWithoutSite, '') : named;
}

function defaultSite(view: View): string | undefined {
  return steeringService(view)?.spec.defaultSiteRef?.name;
}

/** A slice that names no site concerns the default one. */
function withoutSite(): Source {
  const source: Source<XosSlice> = {
    resource: XosSlices,
    indexes: [slicesWithoutSite],
    matters: (before, after) => isWithout(before) !== isWithout(after),
    wakes: (_slice, view) => siteNames([defaultSite(view)]),
  };
  return source;
}

function isWithout(slice: Live<XosSlice> | undefined): boolean {
  return slice !== undefined && slice.spec.siteRef === undefined;
}

/** Which site is the default depends on which XosKubernetesService steers. */
function defaults(): Source {
  const source: Source<XosKubernetesService> = {
    resource: XosKubernetesServices,
    matters: (before, after) => before?.metadata.generation !== after?.metadata.generation,
    wakes: ({ spec }, view) => siteNames([spec.defaultSiteRef?.name, defaultSite(view)]),
  };
  return source;
}

function siteNames(names: readonly (string | undefined)[]): string[] {
  return names.filter((name) => name !== undefined);
}
