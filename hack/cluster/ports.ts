/** Free ports for a new cluster. */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the range that the kernel hands out by itself: while an API server is stopped for a moment, no outgoing
 * connection may get its port, and a client that keeps dialling it must not end up connected to itself. */
const lowest = 10_000;
const highest = 30_000;

/** Ports that nobody listened on a moment ago, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = randomInt(lowest, highest);
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => resolve(true));
    });
  });
}
