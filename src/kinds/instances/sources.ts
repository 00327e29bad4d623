/** What reaches an instance only through its slice: the slice's image, and the account that its pods run as. */
import { type ServiceAccount, ServiceAccounts } from '../../api/core.ts';
import { type XosImage, XosImages } from '../../api/generated/xosimages.ts';
import { type XosPrincipal, XosPrincipals } from '../../api/generated/xosprincipals.ts';
import type { XosSlice } from '../../api/generated/xosslices.ts';
import { type Key, keyOf } from '../../api/meta.ts';
import type { Live } from '../../api/object.ts';
import type { Source } from '../../runtime/kind.ts';
import type { View } from '../../runtime/view.ts';
import { accountIndexes, slicesOfAccount } from '../../shared/accounts.ts';
import { instancesBySlice, slicesByImage, slicesByPrincipal } from '../../shared/indexes.ts';

export const sliceImages: Source<XosImage> = {
  resource: XosImages,
  indexes: [slicesByImage, instancesBySlice],
  wakes: (image, view) => instancesOf(view.by(slicesByImage, image.metadata.name), view),
};

export const slicePrincipals: Source<XosPrincipal> = {
  resource: XosPrincipals,
  indexes: [slicesByPrincipal, instancesBySlice],
  wakes: (principal, view) => instancesOf(view.by(slicesByPrincipal, keyOf(principal.metadata)), view),
};

export const sliceAccounts: Source<ServiceAccount> = {
  resource: ServiceAccounts,
  indexes: [...accountIndexes, instancesBySlice],
  wakes: (account, view) => instancesOf(slicesOfAccount(account, view), view),
};

function instancesOf(slices: readonly Live<XosSlice>[], view: View): Key[] {
  return slices
    .flatMap((slice) => view.by(instancesBySlice, keyOf(slice.metadata)))
    .map((instance) => keyOf(instance.metadata));
}
