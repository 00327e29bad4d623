/** Acting as a ServiceAccount: whatever it may not do, we do not do for it. Source: Kubernetes, "User impersonation". */
import type { Account } from '../runtime/errand.ts';
import { Client, type ClientOptions } from './client.ts';
import type { Connection } from './connection.ts';

/** The name under which the API server knows a ServiceAccount. */
function userOf({ namespace, name }: Account): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

/** The clients of all accounts, each made when first asked for. */
export class Impersonation {
  readonly #connection: Connection;
  readonly #options: ClientOptions;
  readonly #clients = new Map<string, Client>();

  constructor(connection: Connection, options: ClientOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  as(account: Account): Client {
    const user = userOf(account);
    const client = this.#clients.get(user) ?? new Client(impersonating(this.#connection, user), this.#options);
    this.#clients.set(user, client);
    return client;
  }
}

function impersonating(connection: Connection, as: string): Connection {
  return {
    send: (request) => connection.send({ ...request, as }),
    open: (request) => connection.open({ ...request, as }),
    close: () => connection.close(),
    reset: () => {
      connection.reset();
    },
  };
}
