/**
 * Builds request paths. Every segment is checked and encoded, and none is changed: a name with a slash or dots in it
 * must never become the address of something else. Source: Kubernetes API concepts, "Resource URIs".
 */
import { type Key, partsOf } from '../api/meta.ts';
import type { Resource } from '../api/resource.ts';
import { TerminalError } from '../runtime/errors.ts';

/** Query parameters. What is undefined is left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** What follows the name in a path. */
export interface PathEnd {
  readonly subresource?: string | undefined;
  readonly query?: Query;
}

/** The path of all objects, or of those in one namespace. @throws TerminalError for an invalid namespace. */
export function collectionPath(resource: Resource, namespace?: string, query: Query = {}): string {
  return groupPath(resource) + scopePath(resource, namespace) + segment(resource.plural) + queryString(query);
}

/** The path of one object. @throws TerminalError for an invalid name, or one of the wrong scope. */
export function objectPath(resource: Resource, key: Key, end: PathEnd = {}): string {
  const { namespace, name } = partsOf(key);
  if (resource.namespaced !== (namespace !== undefined)) {
    const need = resource.namespaced ? 'needs a namespace' : 'has no namespace';
    throw new TerminalError('InvalidSpec', `The name ${shown(key)} is wrong: a ${resource.kind} ${need}.`);
  }
  const subresource = end.subresource === undefined ? '' : segment(end.subresource);
  return (
    groupPath(resource) +
    scopePath(resource, namespace) +
    segment(resource.plural) +
    segment(name) +
    subresource +
    queryString(end.query ?? {})
  );
}

function groupPath(resource: Resource): string {
  const version = segment(resource.version);
  return resource.group === '' ? `/api${version}` : `/apis${segment(resource.group)}${version}`;
}

function scopePath(resource: Resource, namespace: string | undefined): string {
  if (namespace === undefined) return '';
  if (!resource.namespaced) throw new TerminalError('InvalidSpec', `A ${resource.kind} has no namespace.`);
  return `/namespaces${segment(namespace)}`;
}

/** `/` and the encoded text. Source: k8s.io/apimachinery, IsValidPathSegmentName; control characters besides. */
function segment(text: string): string {
  const invalid = text === '' || text === '.' || text === '..' || /[/%\p{Cc}]/u.test(text) || !text.isWellFormed();
  if (invalid)
    throw new TerminalError('InvalidSpec', `The name ${shown(text)} is not one that an object can have; correct it.`);
  return `/${encodeURIComponent(text)}`;
}

function queryString(query: Query): string {
  const pairs = Object.entries(query).filter((pair) => pair[1] !== undefined);
  const text = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString();
  return text === '' ? '' : `?${text}`;
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 80).toWellFormed());
}
