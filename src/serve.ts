/** A small HTTP server for probes and metrics: a few pages, each computed when somebody asks. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Certificate } from './certificate.ts';
import type { Address } from './config.ts';

export interface Page {
  readonly status: number;
  readonly text: string;
  /** Left out: plain text. */
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What somebody asked. */
export interface Asked {
  readonly method: string;
  /** Whether it came from this machine, or this pod. */
  readonly isLocal: boolean;
  /** The header of this name, by which somebody says who they are. */
  readonly authorization?: string | undefined;
  /** The beginning of what was sent along. */
  readonly body: string;
}

export type MakePage = (asked: Asked) => Page | Promise<Page>;

/** By path. */
export type Pages = Readonly<Record<string, MakePage>>;

/** Nobody needs more at once, and each costs memory. */
const MAX_CONNECTIONS = 100;
/** Characters: no page takes more than a word. */
const LONGEST_BODY = 100;
/** Milliseconds. */
const LONGEST_HANDSHAKE = 10_000;

/**
 * Serves until the process ends, over TLS if there is a certificate, and returns the port.
 * @throws what listening throws, such as EADDRINUSE
 */
export async function serve({ host, port }: Address, pages: Pages, certificate?: Certificate): Promise<number> {
  const server = serverOf(certificate);
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    void answer(request, response, Object.hasOwn(pages, path) ? pages[path] : undefined);
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function serverOf(certificate: Certificate | undefined): Server | TlsServer {
  if (certificate === undefined) return createServer();
  const server = createTlsServer({ ...certificate.pair, handshakeTimeout: LONGEST_HANDSHAKE });
  // Before the handshake begins, which is what comes next.
  server.prependListener('connection', () => {
    const pair = certificate.renewed();
    if (pair !== undefined) server.setSecureContext(pair);
  });
  return server;
}

const NOT_FOUND: Page = { status: 404, text: 'There is no such page.\n' };
const FAILED: Page = { status: 500, text: 'The page could not be made; the log of the operator may say why.\n' };

async function pageOf(request: IncomingMessage, make: MakePage): Promise<Page> {
  try {
    const { method = '', socket, headers } = request;
    const isLocal = isLoopback(socket.remoteAddress ?? '');
    return await make({ method, isLocal, authorization: headers.authorization, body: await bodyOf(request) });
  } catch {
    return FAILED;
  }
}

/** Whether an address is this machine's own. Source: RFC 1122, 3.2.1.3; RFC 4291, 2.5.3. */
export function isLoopback(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}

/** All of it is read, so that the connection can go on, and little is kept. */
async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) if (body.length < LONGEST_BODY) body += String(chunk);
  return body.slice(0, LONGEST_BODY);
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  make: MakePage = () => NOT_FOUND,
): Promise<void> {
  const page = await pageOf(request, make);
  const contentType = page.contentType ?? 'text/plain; charset=utf-8';
  response.writeHead(page.status, { ...page.headers, 'content-type': contentType });
  response.end(page.text);
}
