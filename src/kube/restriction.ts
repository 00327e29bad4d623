/**
 * An operator that is restricted to namespaces: it sends no request about anything else, whatever rights it has and for
 * whomever it acts, and knows of a namespace only that it is one of them.
 */
import type { KubeObject, Live } from '../api/object.ts';
import { GROUP } from '../api/meta.ts';
import { TerminalError } from '../runtime/errors.ts';
import type { Connection, Request } from './connection.ts';

/** The same connection, but for requests about other namespaces, and about what has none and is not ours. */
export function restrictedTo(namespaces: readonly string[], connection: Connection): Connection {
  const allowed = new Set(namespaces);
  return {
    send: async (request) => await connection.send(checked(request, allowed)),
    open: async (request) => await connection.open(checked(request, allowed)),
    close: () => connection.close(),
    reset: () => {
      connection.reset();
    },
  };
}

/** @throws TerminalError */
function checked(request: Request, allowed: ReadonlySet<string>): Request {
  const { group, rest } = partsOf(request.path);
  const [first, namespace = '', inIt] = rest;
  const isInside = first === 'namespaces' && inIt !== undefined;
  if (isInside ? allowed.has(namespace) : first === undefined || group === GROUP) return request;
  throw new TerminalError('Forbidden', isInside ? outside(namespace) : WITHOUT_NAMESPACE);
}

function outside(namespace: string): string {
  return `Namespace ${namespace} is none of those that the operator is restricted to: add it to the option --namespaces, or leave out what is there.`;
}

const WITHOUT_NAMESPACE =
  'The operator is restricted to namespaces, so it does nothing about objects that have none: leave such objects out, or start it without the option --namespaces.';

/** Source: Kubernetes API concepts, "Resource URIs". What has no rest is discovery. */
function partsOf(path: string): { readonly group: string; readonly rest: readonly string[] } {
  const [, root, ...parts] = (path.split('?')[0] ?? '').split('/').map(decodeURIComponent);
  return root === 'api' ? { group: '', rest: parts.slice(1) } : { group: parts[0] ?? '', rest: parts.slice(2) };
}

/** A namespace that nobody looked at: without labels and annotations, and for all that is known it stays. */
export function namespaceUnseen(name: string): Live<KubeObject> {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, uid: `unseen ${name}`, resourceVersion: '1' } };
}
