/** Applies what a watch tells to a sink, line by line. Whatever is wrong with a line concerns that line only. */
import type { KubeObject, Live } from '../api/object.ts';
import { type Resource, resourceName } from '../api/resource.ts';
import { failureOf } from '../runtime/failure.ts';
import type { Log } from '../runtime/log.ts';
import { ConnectionError } from './connection.ts';
import { keepOf } from './keep.ts';
import { metadataOf, objectOf, versionOf } from './raw-object.ts';
import { revisionOn } from './revision.ts';
import type { Sink } from './sink.ts';
import { apiErrorOf } from './status-body.ts';
import { parseEvent, type WatchEvent } from './watch-events.ts';

/** A line that is no event: damaged on the way, perhaps, so it is worth asking for it once more. */
export class UnreadableLineError extends ConnectionError {}

/** Marks the bookmark that ends the initial events. Source: KEP-3157, watch-list. */
const INITIAL_EVENTS_END = 'k8s.io/initial-events-end';

/** Where a feed takes from and puts to. */
export interface FeedOptions<T extends KubeObject> {
  readonly resource: Resource<T>;
  readonly sink: Sink<T>;
  readonly log: Log;
}

/** How a feed begins. */
export interface FeedStart {
  /** The version to resume from; without one the stream begins with a list. */
  readonly version: string | undefined;
  /** Pass over unreadable lines, because asking again did not help. */
  readonly lenient: boolean;
}

export class Feed<T extends KubeObject> {
  readonly #options: FeedOptions<T>;
  readonly #lenient: boolean;
  /** Everything up to here is in the sink; undefined while the list is not complete. */
  version: string | undefined;
  /** How many lines told something. */
  taken = 0;
  /** An event was lost for good: only a new list can tell what it was. */
  incomplete = false;

  constructor(options: FeedOptions<T>, start: FeedStart) {
    this.#options = options;
    this.#lenient = start.lenient;
    this.version = start.version;
    if (start.version === undefined) options.sink.begin();
  }

  /** Takes one line. @throws ApiError for an ERROR event; UnreadableLineError */
  take(line: string): void {
    if (line === '' || this.#isEcho(line)) return;
    const event = parseEvent(line);
    if (event) this.#apply(event);
    else this.#unreadable();
  }

  /** Of what we write ourselves the watch tells what the answer told already. */
  #isEcho(line: string): boolean {
    const { sink } = this.#options;
    const revision = this.version === undefined ? undefined : revisionOn(line);
    if (revision === undefined || sink.isEcho?.(revision) !== true) return false;
    this.taken += 1;
    this.version = revision.resourceVersion;
    sink.bookmark(revision.resourceVersion);
    return true;
  }

  #apply(event: WatchEvent): void {
    const { resource } = this.#options;
    if (event.type === 'ERROR') throw apiErrorOf({ verb: 'watch', resource: resourceName(resource) }, event.object);
    this.taken += 1;
    if (event.type === 'BOOKMARK') this.#bookmark(event.object);
    else this.#change(event);
  }

  #change({ type, object: raw }: WatchEvent): void {
    const object = objectOf(this.#options.resource, raw);
    if (!object) {
      this.#options.log.warn('event without an object passed over', { resource: resourceName(this.#options.resource) });
      return;
    }
    handOver(this.#options, object, (kept) => {
      this.#tell(type, kept);
    });
    if (this.version !== undefined) this.version = object.metadata.resourceVersion;
  }

  #tell(type: WatchEvent['type'], object: Live<T>): void {
    const { sink } = this.#options;
    if (type === 'DELETED') sink.remove(object);
    else if (this.version === undefined) sink.add(object);
    else sink.upsert(object);
  }

  #bookmark(object: object): void {
    const version = versionOf(object);
    if (version === undefined) return;
    if (this.version !== undefined) {
      this.version = version;
      this.#options.sink.bookmark(version);
    } else if (endsInitialEvents(object)) {
      this.version = version;
      this.#options.sink.commit(version);
    }
  }

  #unreadable(): void {
    if (!this.#lenient) throw new UnreadableLineError('The API server sent an event that is not JSON.');
    this.incomplete = this.version !== undefined;
    this.#options.log.warn('unreadable event passed over', { resource: resourceName(this.#options.resource) });
  }
}

/** Cuts an object and gives it to `take`. If either throws, the object is left out, and nothing else. */
export function handOver<T extends KubeObject>(
  options: FeedOptions<T>,
  object: Live<T>,
  take: (kept: Live<T>) => void,
): void {
  const { resource, log } = options;
  const { namespace, name } = object.metadata;
  try {
    take(keepOf(resource)(object));
  } catch (error) {
    const fields = {
      resource: resourceName(resource),
      namespace,
      name,
      error: failureOf(error),
    };
    log.error('object passed over, because its reader failed', fields);
  }
}

function endsInitialEvents(bookmark: object): boolean {
  const annotations = metadataOf(bookmark)?.['annotations'];
  if (typeof annotations !== 'object' || annotations === null) return false;
  return (annotations as Record<string, unknown>)[INITIAL_EVENTS_END] === 'true';
}
