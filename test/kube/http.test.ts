import { createServer } from 'node:net';
import type { Connection } from '../../src/kube/connection.ts';
import type { Credentials } from '../../src/kube/credentials.ts';
import { httpConnection } from '../../src/kube/http.ts';
import {
  anonymous,
  connectTo,
  hurriedClock,
  scriptedServer,
  type Script,
  type ScriptedServer,
} from './scripted-server.ts';

let server: ScriptedServer;
let connection: Connection;

async function start(script: Script): Promise<void> {
  server = await scriptedServer(script);
  connection = connectTo(server.origin);
}

afterEach(async () => {
  await connection.close();
  await server.close();
});

const get = (path = '/x') => connection.send({ method: 'GET', path });

describe('requests', () => {
  test('share at most 64 connections, and reuse them', async () => {
    let open = 0;
    let most = 0;
    await start((_, response) => {
      open += 1;
      most = Math.max(most, open);
      setTimeout(() => {
        open -= 1;
        response.end('{}');
      }, 60);
    });
    await connection.close();
    // On the real clock: a machine that is busy must not run into the deadline.
    connection = httpConnection(anonymous(server.origin), { userAgent: 'x' });
    await Promise.all(Array.from({ length: 300 }, () => get()));
    expect(most).toBe(64);
    expect(new Set(server.seen.map(({ port }) => port)).size).toBe(64);
  });

  test('end at the deadline, also in the middle of a body', async () => {
    await start((_, response) => {
      response.write('{');
    });
    await expect(get()).rejects.toThrow(/did not answer within 30 s\.$/);
  });

  test('that were given up before they left are not sent later', async () => {
    await start((_, response) => response.end('{}'));
    const ready = Promise.withResolvers<undefined>();
    const slow: Credentials = {
      ...anonymous(server.origin),
      identity: async () => {
        await ready.promise;
        return await anonymous(server.origin).identity();
      },
    };
    const waiting = httpConnection(slow, { userAgent: 'x', clock: hurriedClock });
    await expect(waiting.send({ method: 'POST', path: '/late', body: '{}' })).rejects.toThrow('did not answer');
    ready.resolve(undefined);
    await waiting.send({ method: 'GET', path: '/next' });
    await waiting.close();
    expect(server.seen.map(({ path }) => path)).toEqual(['/next']);
  });

  test('with a cut answer fail', async () => {
    await start((_, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"half":');
      setTimeout(() => response.destroy(), 10);
    });
    await expect(get()).rejects.toThrow('broke before the answer was complete');
  });

  test('respect a path in the server address', async () => {
    await start((_, response) => response.end('{}'));
    const behind = httpConnection(anonymous(`${server.origin}/k8s/clusters/c1/`), { userAgent: 'x' });
    await behind.send({ method: 'GET', path: '/api/v1/pods?limit=1' });
    await behind.close();
    expect(server.seen[0]).toMatchObject({ path: '/k8s/clusters/c1/api/v1/pods' });
  });

  test.each([
    ['7', 7],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
    ['soon', undefined],
  ])('read Retry-After %j as %p', async (header, expected) => {
    await start((_, response) => response.writeHead(429, { 'retry-after': header }).end());
    expect((await get()).retryAfter).toBe(expected);
  });

  test('to a port where nothing listens say so', async () => {
    await start((_, response) => response.end());
    const free = createServer();
    await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve));
    const { port } = free.address() as { port: number };
    await new Promise((resolve) => free.close(resolve));
    await expect(connectTo(`http://127.0.0.1:${String(port)}`).send({ method: 'GET', path: '/' })).rejects.toThrow(
      'connection refused',
    );
    await expect(connectTo(server.origin.replace('http', 'https')).send({ method: 'GET', path: '/' })).rejects.toThrow(
      'http or https',
    );
  });
});

describe('streams', () => {
  test('have connections of their own and whole characters', async () => {
    const bytes = Buffer.from('ü€😀');
    await start((seen, response) => {
      if (seen.path === '/x') response.end('{}');
      else for (const [at, byte] of bytes.entries()) setTimeout(() => response.write(Buffer.of(byte)), 3 * at);
    });
    const stream = await connection.open({ method: 'GET', path: '/watch' });
    await get();
    let text = '';
    for await (const chunk of stream.chunks) {
      expect(chunk.isWellFormed() && !chunk.includes('\ufffd')).toBe(true);
      text += chunk;
      if (text === 'ü€😀') break;
    }
    stream.close();
    expect(server.seen[0]?.port).not.toBe(server.seen[1]?.port);
  });

  test('end quietly when closed, with an error when cut, and when the caller gives up', async () => {
    await start((seen, response) => {
      response.write('a');
      if (seen.path === '/cut') setTimeout(() => response.destroy(), 10);
    });
    const caller = new AbortController();
    const read = async (path: string) => {
      const stream = await connection.open({ method: 'GET', path, signal: caller.signal });
      for await (const chunk of stream.chunks) {
        expect(chunk).toBe('a');
        if (path === '/closed') stream.close();
        if (path === '/given-up') caller.abort();
      }
    };
    await expect(read('/closed')).resolves.toBeUndefined();
    await expect(read('/cut')).rejects.toThrow('broke before');
    await expect(read('/given-up')).rejects.toThrow('broke before');
  });
});

describe('credentials that the server refuses', () => {
  test('are read anew once', async () => {
    let token = 'old';
    const accepted = 'new';
    await start((seen, response) =>
      response.writeHead(seen.headers.authorization === `Bearer ${accepted}` ? 200 : 401).end(),
    );
    const credentials: Credentials = {
      ...anonymous(server.origin),
      identity: () =>
        Promise.resolve({ tls: { rejectUnauthorized: true }, headers: { authorization: `Bearer ${token}` } }),
      forget: () => {
        token = 'new';
      },
    };
    const renewed = httpConnection(credentials, { userAgent: 'x', clock: hurriedClock });
    expect((await renewed.send({ method: 'GET', path: '/x' })).status).toBe(200);
    expect((await renewed.send({ method: 'GET', path: '/x' })).status).toBe(200);
    expect(server.seen).toHaveLength(3);
    await renewed.close();
  });

  test('end as 401 if the new ones are refused too', async () => {
    await start((_, response) => response.writeHead(401).end());
    expect((await get()).status).toBe(401);
    expect(server.seen).toHaveLength(2);
  });
});
