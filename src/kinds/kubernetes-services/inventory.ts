/** What the status of the XosKubernetesService says of the inventory. */
import type { XosKubernetesService } from '../../api/generated/xoskubernetesservices.ts';
import { CENSUS, type Census, Censuses, type Count } from '../../runtime/census.ts';
import type { Note } from '../../runtime/notes.ts';
import type { View } from '../../runtime/view.ts';

type Inventory = NonNullable<NonNullable<XosKubernetesService['status']>['inventory']>;

/** So many namespaces are listed, those with the most objects. */
const LISTED = 100;

export function inventoryOf(
  { spec, status }: XosKubernetesService,
  view: View,
): { readonly inventory: Inventory | undefined; readonly notes: readonly Note[] } {
  const before = status?.inventory;
  const census = view.get(Censuses, CENSUS);
  if (census === undefined) return { inventory: before, notes: truncation(before, spec) };
  const now = counted(census);
  const { lastFullComparison, ...counts } = before ?? {};
  // The time alone is no news: a restart that finds everything as it was writes nothing.
  const isNews = JSON.stringify(inOrder(counts)) !== JSON.stringify(inOrder(now));
  const comparedAt = isNews ? (census.comparedAt ?? lastFullComparison) : lastFullComparison;
  const inventory = { ...now, ...(comparedAt !== undefined && { lastFullComparison: comparedAt }) };
  return { inventory, notes: truncation(inventory, spec) };
}

function counted({ total, namespaces, missing }: Census): Inventory {
  const listed = Object.entries(namespaces)
    .toSorted(([nameA, a], [nameB, b]) => sum(b) - sum(a) || (nameA < nameB ? -1 : 1))
    .slice(0, LISTED)
    .map(([namespace, { managed, adopted }]) => ({ namespace, managed, adopted }));
  return { ...total, truncated: missing, namespaces: listed };
}

function inOrder({ managed, adopted, truncated, namespaces = [] }: Inventory): unknown[] {
  return [managed, adopted, truncated, namespaces.map((each) => [each.namespace, each.managed, each.adopted])];
}

function sum({ managed, adopted }: Count): number {
  return managed + adopted;
}

function truncation(inventory: Inventory | undefined, { adoption }: XosKubernetesService['spec']): Note[] {
  const { truncated = 0, adopted = 0 } = inventory ?? {};
  if (truncated === 0) return [];
  const message = `The inventory has ${adopted} mirrors, spec.adoption.maxObjects is ${adoption.maxObjects}, and ${truncated} more are missing: raise it, or include fewer namespaces or pods.`;
  return [{ type: 'InventoryTruncated', reason: 'MaxObjects', message }];
}
