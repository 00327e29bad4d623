/** Lists in pages, for servers that cannot stream a list. */
import type { KubeObject } from '../api/object.ts';
import { resourceName } from '../api/resource.ts';
import type { Breath } from './breath.ts';
import type { Client, Page } from './client.ts';
import { type FeedOptions, handOver } from './feed.ts';
import { objectOf } from './raw-object.ts';

const PAGE = 250;
const SMALLEST_PAGE = 10;
/** Characters. A page is parsed in one go, at about 100 per microsecond: this keeps it well under 50 ms. */
const LARGE_PAGE = 2_000_000;

/** Which objects of a resource; what is left out selects nothing. */
export interface Selection {
  readonly namespace?: string;
  readonly labelSelector?: string;
}

/** A list in progress. */
export interface PagedListOptions<T extends KubeObject> extends FeedOptions<T> {
  readonly selection?: Selection;
  readonly client: Client;
  readonly breath: Breath;
  readonly signal: AbortSignal;
}

/**
 * Lists everything into the sink and returns the resourceVersion to watch from. All pages are of one version.
 * @throws ApiError (410: it took too long; begin anew), ConnectionError
 */
export async function pagedList<T extends KubeObject>(options: PagedListOptions<T>): Promise<string> {
  const { client, resource, sink, signal, selection } = options;
  sink.begin();
  let limit = PAGE;
  let token: string | undefined;
  for (;;) {
    const page = await client.list(resource, { ...selection, limit, continue: token, signal });
    await takePage(options, page);
    token = page.continue;
    if (token === undefined) {
      sink.commit(page.resourceVersion);
      return page.resourceVersion;
    }
    if (page.size > LARGE_PAGE) limit = Math.max(SMALLEST_PAGE, limit >> 1);
  }
}

async function takePage<T extends KubeObject>(options: PagedListOptions<T>, page: Page): Promise<void> {
  const { resource, sink, log, breath } = options;
  for (const item of page.items) {
    const object = objectOf(resource, item);
    if (object) {
      handOver(options, object, (kept) => {
        sink.add(kept);
      });
    } else log.warn('list item that is no object passed over', { resource: resourceName(resource) });
    if (breath.due) await breath.take();
  }
}
