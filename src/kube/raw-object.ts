/** Tells objects from other JSON. The rest of their shape is what the API server's schemas guarantee. */
import type { KubeObject, Live } from '../api/object.ts';
import { apiVersionOf, type Resource } from '../api/resource.ts';
import { ConnectionError } from './connection.ts';

/** What every object from the API server has. */
interface Identified {
  metadata: { name: string; resourceVersion: string };
}

/** Whether there is a name and a version: without them an object can be neither stored nor compared. */
function isIdentified(value: unknown): value is Identified {
  const metadata = metadataOf(value);
  return typeof metadata?.['name'] === 'string' && typeof metadata['resourceVersion'] === 'string';
}

/**
 * The object as its resource describes it, with apiVersion and kind, which items of lists lack. This is the one place
 * where JSON from the wire gets a type. Undefined if it is no object at all.
 */
export function objectOf<T extends KubeObject>(resource: Resource<T>, value: unknown): Live<T> | undefined {
  if (!isIdentified(value)) return undefined;
  const object = value as unknown as Live<T>;
  object.apiVersion = apiVersionOf(resource);
  object.kind = resource.kind;
  return object;
}

/** The resourceVersion of a bookmark, a list or an object. */
export function versionOf(value: unknown): string | undefined {
  const version = metadataOf(value)?.['resourceVersion'];
  return typeof version === 'string' && version !== '' ? version : undefined;
}

/** The metadata, if there is any. */
export function metadataOf(value: unknown): Record<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || !('metadata' in value)) return undefined;
  const { metadata } = value;
  return typeof metadata === 'object' && metadata !== null ? (metadata as Record<string, unknown>) : undefined;
}

/** What an answer says. @throws ConnectionError if it is no JSON */
export function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // The parser's message quotes the text.
    throw notKubernetes();
  }
}

export function notKubernetes(): ConnectionError {
  return new ConnectionError(
    'The answer is not one of a Kubernetes API server; check the server address in the kubeconfig.',
  );
}
