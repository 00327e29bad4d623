/**
 * Asks the API server who holds a token, and whether they may get a path that is no object. Source: Kubernetes API,
 * TokenReview v1 (authentication.k8s.io) and SubjectAccessReview v1 (authorization.k8s.io).
 */
import { Caller, type CallerOptions } from './call.ts';
import type { Connection } from './connection.ts';
import { jsonOf } from './raw-object.ts';

/** `Unknown`: nobody holds this token, or it is no longer valid. */
export type Verdict = 'Allowed' | 'Forbidden' | 'Unknown';

/** Who somebody is, as the API server knows them; it goes back as it came. */
interface User {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

interface TokenStatus {
  readonly status?: { readonly authenticated?: boolean; readonly user?: User };
}

interface AccessStatus {
  readonly status?: { readonly allowed?: boolean; readonly denied?: boolean };
}

export class Reviews {
  readonly #caller: Caller;

  /** A copy that stands by is asked too, so the connection has to let it write; what is written is nowhere kept. */
  constructor(connection: Connection, options: CallerOptions) {
    this.#caller = new Caller(connection, options);
  }

  /** @throws ApiError, such as for a right that the operator lacks; ConnectionError */
  async mayGet(path: string, token: string): Promise<Verdict> {
    const { status } = (await this.#ask('authentication.k8s.io', 'TokenReview', { token })) as TokenStatus;
    if (status?.authenticated !== true || status.user === undefined) return 'Unknown';
    const { username: user, uid, groups, extra } = status.user;
    const spec = { user, uid, groups, extra, nonResourceAttributes: { path, verb: 'get' } };
    const access = (await this.#ask('authorization.k8s.io', 'SubjectAccessReview', spec)) as AccessStatus;
    return access.status?.allowed === true && access.status.denied !== true ? 'Allowed' : 'Forbidden';
  }

  async #ask(group: string, kind: string, spec: object): Promise<object> {
    const plural = `${kind.toLowerCase()}s`;
    const body = JSON.stringify({ apiVersion: `${group}/v1`, kind, spec });
    const call = { verb: 'create', resource: `${plural}.${group}` };
    const answer = jsonOf(await this.#caller.send(call, { method: 'POST', path: `/apis/${group}/v1/${plural}`, body }));
    return typeof answer === 'object' && answer !== null ? answer : {};
  }
}
