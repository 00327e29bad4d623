/** A small HTTP server for probes and metrics: a few pages, each computed when somebody asks. */
import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Address } from './config.ts';

export interface Page {
  readonly status: number;
  readonly text: string;
  /** Left out: plain text. */
  readonly contentType?: string;
}

/** By path. */
export type Pages = Readonly<Record<string, () => Page | Promise<Page>>>;

/** Nobody needs more at once, and each costs memory. */
const MAX_CONNECTIONS = 100;

/** Serves until the process ends, and returns the port. @throws what listening throws, such as EADDRINUSE */
export async function serve({ host, port }: Address, pages: Pages): Promise<number> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    void answer(response, Object.hasOwn(pages, path) ? pages[path] : undefined);
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const NOT_FOUND: Page = { status: 404, text: 'There is no such page.\n' };
const FAILED: Page = { status: 500, text: 'The page could not be made; the log of the operator may say why.\n' };

async function pageOf(make: Pages[string]): Promise<Page> {
  try {
    return await make();
  } catch {
    return FAILED;
  }
}

async function answer(response: ServerResponse, make: Pages[string] = () => NOT_FOUND): Promise<void> {
  const page = await pageOf(make);
  response.writeHead(page.status, { 'content-type': page.contentType ?? 'text/plain; charset=utf-8' });
  response.end(page.text);
}
