/** Turns what the network layer throws into one sentence with the cause and the remedy. */
import { ConnectionError } from './connection.ts';

const SENTENCES: readonly (readonly [pattern: RegExp, sentence: (server: string) => string])[] = [
  [
    /^ECONNREFUSED$/,
    (server) => `Nothing answers at ${server} (connection refused); start the API server or correct the address.`,
  ],
  [
    /^(ENOTFOUND|EAI_AGAIN|EAI_FAIL)$/,
    (server) => `The host name of ${server} cannot be resolved; correct the address or the name service.`,
  ],
  [
    /^(EHOSTUNREACH|ENETUNREACH|ENETDOWN|EHOSTDOWN)$/,
    (server) => `There is no network route to ${server}; check the network.`,
  ],
  [
    /^(ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/,
    (server) => `${server} does not answer; check the address, the network and the firewall.`,
  ],
  [/^(UND_ERR_HEADERS_TIMEOUT|UND_ERR_BODY_TIMEOUT)$/, (server) => `${server} did not answer in time.`],
  [
    /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    (server) =>
      `The certificate of ${server} is for another host name; correct the address or set tls-server-name in the kubeconfig.`,
  ],
  [
    /^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/,
    (server) => `The certificate of ${server} is not valid at this time; renew it or correct the clock.`,
  ],
  [
    /SELF_SIGNED|UNABLE_TO_|^CERT_|INVALID_CA|^HOSTNAME_MISMATCH$/,
    (server) =>
      `The certificate of ${server} is not signed by the CA that we were given; correct certificate-authority in the kubeconfig.`,
  ],
  [
    /^(EPROTO|HPE_.*|ERR_SSL_.*)$/,
    (server) =>
      `${server} does not speak the expected protocol; check whether the address must begin with http or https.`,
  ],
  [/^(EMFILE|ENFILE)$/, () => 'There are no file descriptors left; raise the limit (ulimit -n).'],
];

/** Codes that mean that the server's certificate was not accepted: no request was sent. */
const UNTRUSTED = /SELF_SIGNED|UNABLE_TO_|^CERT_|INVALID_CA/;

/** The error to throw for `cause`. `server` is its origin, for people. */
export function connectionErrorOf(cause: unknown, server: string): ConnectionError {
  if (cause instanceof ConnectionError) return cause;
  const code = codeOf(cause);
  const sentence = SENTENCES.find(([pattern]) => pattern.test(code))?.[1];
  // The cause itself is not attached: it may hold headers, and with them a token.
  return new ConnectionError(
    sentence?.(server) ??
      `The connection to ${server} broke before the answer was complete${code === '' ? '' : ` (${code})`}.`,
  );
}

/** Whether other credentials, read anew, might be accepted. */
export function isUntrustedServer(cause: unknown): boolean {
  return UNTRUSTED.test(codeOf(cause));
}

function codeOf(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null) return '';
  if ('code' in cause && typeof cause.code === 'string') return cause.code;
  return 'cause' in cause ? codeOf(cause.cause) : '';
}
