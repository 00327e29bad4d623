/** What becomes of a request on its way when its sender breaks off: seen from the server's side, which has not read it yet. */
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { createAuthority, issue } from '../../hack/cluster/certificates.ts';
import type { Credentials } from '../../src/kube/credentials.ts';
import { httpConnection } from '../../src/kube/http.ts';
import { anonymous } from './scripted-server.ts';

/** More than what a kernel takes before the other side reads. */
const MUCH = 32 * 1024 * 1024;

let server: Server;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

/** Listens, and reads nothing after the first bytes. Returns where, and who connects. */
async function deaf(protocol: 'http' | 'https'): Promise<{ credentials: Credentials; arrived: Promise<Socket> }> {
  const authority = await createAuthority();
  const { certificate: cert, key } = await issue(authority, { commonName: 'server', addresses: ['127.0.0.1'] });
  server = protocol === 'http' ? createServer() : createTlsServer({ cert, key });
  const arrived = new Promise<Socket>((resolve) => {
    server.on(protocol === 'http' ? 'connection' : 'secureConnection', (socket: Socket) => {
      sockets.push(socket);
      socket.once('data', () => {
        socket.pause();
        // Not from within this read: the sender is elsewhere.
        setImmediate(resolve, socket);
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const identity = { tls: { rejectUnauthorized: true, ca: authority.certificate }, headers: {} };
  const credentials = anonymous(`${protocol}://127.0.0.1:${String(port)}`);
  return { credentials: { ...credentials, identity: () => Promise.resolve(identity) }, arrived };
}

/** What comes when it is read at last, and how that ends. */
async function read(socket: Socket): Promise<{ bytes: number; end: string }> {
  let bytes = 0;
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  const end = await new Promise<string>((resolve) => {
    socket.resume().once('end', () => {
      resolve('end');
    });
    socket.once('error', ({ code = '' }: NodeJS.ErrnoException) => {
      resolve(code);
    });
  });
  return { bytes, end };
}

test.each(['http', 'https'] as const)('over %s what had not left never arrives', async (protocol) => {
  const { credentials, arrived } = await deaf(protocol);
  const connection = httpConnection(credentials, { userAgent: 'x' });
  const sent = connection.send({ method: 'POST', path: '/', body: 'x'.repeat(MUCH) });
  const refused = expect(sent).rejects.toThrow('broke before the answer was complete');
  const socket = await arrived;
  connection.reset();
  await refused;
  const { bytes, end } = await read(socket);
  expect(end).toBe('ECONNRESET');
  expect(bytes).toBeLessThan(MUCH);
  await connection.close();
});
