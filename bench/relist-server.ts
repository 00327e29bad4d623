/** The simulated API server: streams the list of pods to whoever watches, and then says nothing more. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { podText, RELIST_PODS } from './relist-pods.ts';

const bookmark = JSON.stringify({
  type: 'BOOKMARK',
  object: {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { resourceVersion: '1000000', annotations: { 'k8s.io/initial-events-end': 'true' } },
  },
});

async function stream(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json' });
  for (let i = 0; i < RELIST_PODS; i += 1) {
    if (!response.write(`{"type":"ADDED","object":${podText(i)}}\n`)) await once(response, 'drain');
    if (response.destroyed) return;
  }
  response.write(`${bookmark}\n`);
}

const server = createServer((_request, response) => {
  void stream(response);
});
server.listen(0, '127.0.0.1', () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
// Whoever started it may be gone without having ended it.
process.once('disconnect', () => {
  process.exit(0);
});
