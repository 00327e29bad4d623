/** A site is administrative: who runs slices, and where. Nothing is made of it; it counts the slices that name it. */
import { type XosSite, XosSites } from '../../api/generated/xossites.ts';
import { followedBy, type Kind } from '../../runtime/kind.ts';
import { ready } from '../../runtime/outcome.ts';
import { slicesBySite } from '../../shared/indexes.ts';

export const sites: Kind<XosSite> = {
  resource: XosSites,
  owns: [],
  reads: [followedBy(slicesBySite)],

  reconcile(site, view) {
    const slices = view.count(slicesBySite, site.metadata.name);
    return ready(`The site is known; ${slices} ${slices === 1 ? 'slice names' : 'slices name'} it.`, {
      status: { slices },
    });
  },
};
