/** Requests as bytes on the wire, for tests of what the API server itself does. */
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { json } from 'node:stream/consumers';

/** One request. */
export interface RawRequest {
  method: string;
  path: string;
  contentType?: string;
  body?: object;
}

/** Its answer. */
export interface RawResponse {
  code: number;
  body: Record<string, unknown>;
}

/** The parts of the kubeconfig files that hack/cluster writes. */
interface OwnKubeconfig {
  clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }];
  users: [{ user: { 'client-certificate-data': string; 'client-key-data': string } }];
}

/** Sends one request as the user of a kubeconfig that hack/cluster wrote. */
export function send(
  kubeconfig: string,
  { method, path, contentType = 'application/json', body }: RawRequest,
): Promise<RawResponse> {
  const { clusters, users } = JSON.parse(readFileSync(kubeconfig, 'utf8')) as OwnKubeconfig;
  const [{ cluster }] = clusters;
  const [{ user }] = users;
  const options = {
    method,
    agent: false,
    ca: decoded(cluster['certificate-authority-data']),
    cert: decoded(user['client-certificate-data']),
    key: decoded(user['client-key-data']),
    headers: { 'content-type': contentType, accept: 'application/json', 'user-agent': 'xos-test' },
  };
  return new Promise((resolve, reject) => {
    const call = request(cluster.server + path, options, (response) => {
      const code = response.statusCode ?? 0;
      json(response).then((answer) => resolve({ code, body: answer as Record<string, unknown> }), reject);
    });
    call.on('error', reject);
    call.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function decoded(base64: string): Buffer {
  return Buffer.from(base64, 'base64');
}
