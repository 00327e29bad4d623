import type { ServerResponse } from 'node:http';
import type { Client } from '../../src/kube/client.ts';
import type { Connection } from '../../src/kube/connection.ts';
import { isAlreadyExists, isTooManyRequests } from '../../src/kube/errors.ts';
import {
  answer,
  clientOf,
  connectTo,
  hurriedClock,
  page,
  pod,
  Pods,
  refuse,
  type Script,
  scriptedServer,
  type ScriptedServer,
} from './scripted-server.ts';

let server: ScriptedServer;
let connection: Connection;
let client: Client;

async function start(script: Script): Promise<void> {
  server = await scriptedServer(script);
  connection = connectTo(server.origin);
  client = clientOf(connection);
}

afterEach(async () => {
  await connection.close();
  await server.close();
});

/** Answers each request with the next script, and the last one ever after. */
function inTurn(...scripts: Script[]): Script {
  let turn = 0;
  return (seen, response) => {
    const script = scripts[Math.min(turn, scripts.length - 1)];
    turn += 1;
    script?.(seen, response);
  };
}

const drop: Script = (_, response: ServerResponse) => {
  response.destroy();
};

describe('verbs', () => {
  test('send what the API asks for', async () => {
    await start((_, response) => {
      answer(response, 200, pod('web', '5'));
    });
    await client.get(Pods, 'demo/web');
    await client.create(Pods, pod('web', '1'), { fieldManager: 'xos-operator' });
    await client.patch(Pods, 'demo/web', { type: 'apply', body: { a: 1 }, fieldManager: 'xos-operator', force: true });
    await client.patch(Pods, 'demo/web', { type: 'merge', body: { b: 1 }, subresource: 'status' });
    await client.patch(Pods, 'demo/web', { type: 'json', body: [] });
    await client.delete(Pods, 'demo/web', { uid: 'u', resourceVersion: '5', propagationPolicy: 'Background' });
    const told = server.seen.map(({ method, path, query, headers, body }) => [
      `${method} ${path} ${query.toString()}`,
      headers['content-type'],
      body,
    ]);
    const web = '/api/v1/namespaces/demo/pods/web';
    expect(told).toEqual([
      [`GET ${web} `, undefined, ''],
      [
        'POST /api/v1/namespaces/demo/pods fieldManager=xos-operator',
        'application/json',
        JSON.stringify(pod('web', '1')),
      ],
      [`PATCH ${web} fieldManager=xos-operator&force=true`, 'application/apply-patch+yaml', '{"a":1}'],
      [`PATCH ${web}/status `, 'application/merge-patch+json', '{"b":1}'],
      [`PATCH ${web} `, 'application/json-patch+json', '[]'],
      [
        `DELETE ${web} `,
        'application/json',
        '{"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Background","preconditions":{"uid":"u","resourceVersion":"5"}}',
      ],
    ]);
    expect(server.seen.every(({ headers }) => headers['user-agent'] === 'xos-operator/test')).toBe(true);
  });

  test('list pages, also an empty one', async () => {
    await start(
      inTurn(
        (_, response) => {
          answer(response, 200, page('9', [pod('a', '1')], 'next'));
        },
        (_, response) => {
          answer(response, 200, { metadata: { resourceVersion: '9' }, items: null });
        },
      ),
    );
    expect(await client.list(Pods, { limit: 1 })).toMatchObject({
      items: [{ metadata: { name: 'a' } }],
      resourceVersion: '9',
      continue: 'next',
    });
    expect(await client.list(Pods, { namespace: 'demo', continue: 'next' })).toMatchObject({
      items: [],
      continue: undefined,
    });
    expect(server.seen[1]?.path).toBe('/api/v1/namespaces/demo/pods');
  });

  test('tell by the answer to a delete whether anything remains', async () => {
    const ending = {
      ...pod('web', '6'),
      metadata: { ...pod('web', '6').metadata, deletionTimestamp: '2026-01-01T00:00:00Z' },
    };
    const answers = [{ kind: 'Status', metadata: {}, status: 'Success' }, ending, pod('web', '6')];
    await start((_, response) => {
      answer(response, 200, answers.shift() ?? {});
    });
    expect(await client.delete(Pods, 'demo/web')).toBeUndefined();
    expect((await client.delete(Pods, 'demo/web'))?.metadata.resourceVersion).toBe('6');
    expect(await client.delete(Pods, 'demo/web')).toBeUndefined();
  });

  test('refuse what is no Kubernetes answer, without quoting it', async () => {
    await start((_, response) => {
      response.end('<html>SECRET-CANARY');
    });
    await expect(client.get(Pods, 'demo/web')).rejects.toThrow(
      /^The answer is not one of a Kubernetes API server; check the server address/,
    );
  });

  test('keep fields that nobody knows', async () => {
    const text = '{"metadata":{"name":"a","resourceVersion":"1"},"data":{"__proto__":"x"},"unknown":[{"from":null}]}';
    await start((_, response) => {
      response.end(text);
    });
    expect(JSON.stringify(await client.get(Pods, 'demo/a'))).toContain(
      '"data":{"__proto__":"x"},"unknown":[{"from":null}]',
    );
  });
});

describe('a busy server', () => {
  const busy = (code: number, headers: Record<string, string> = {}): Script => {
    return (_, response) => {
      answer(response, code, { kind: 'Status', code, reason: 'Busy' }, headers);
    };
  };
  const fine: Script = (_, response) => {
    answer(response, 200, pod('web', '5'));
  };

  test('is asked again when Retry-After is over, not before', async () => {
    await start(inTurn(busy(429, { 'retry-after': '20' }), fine));
    const began = hurriedClock.monotonic();
    await client.get(Pods, 'demo/web');
    expect(hurriedClock.monotonic() - began).toBeGreaterThanOrEqual(20_000);
  });

  test('is left alone by all requests of the client', async () => {
    const times: number[] = [];
    const script = inTurn(busy(503, { 'retry-after': '20' }), fine);
    await start((seen, response) => {
      times.push(hurriedClock.monotonic());
      script(seen, response);
    });
    const first = client.get(Pods, 'demo/web');
    await new Promise((resolve) => setTimeout(resolve, 50));
    await Promise.all([first, client.get(Pods, 'demo/other')]);
    const [begin = 0, ...later] = times;
    expect(later).toHaveLength(2);
    expect(later.every((time) => time - begin >= 20_000)).toBe(true);
  });

  test('is given up in the end, with the error', async () => {
    await start(busy(429));
    const failure = await client.get(Pods, 'demo/web').catch((error: unknown) => error);
    expect(isTooManyRequests(failure)).toBe(true);
    expect(server.seen).toHaveLength(5);
  });

  test('holds nobody up who is stopping', async () => {
    const stop = new AbortController();
    await start(busy(429, { 'retry-after': '3000' }));
    client = clientOf(connection, { signal: stop.signal });
    const failure = client.get(Pods, 'demo/web');
    setTimeout(() => {
      stop.abort();
    }, 20);
    await expect(failure).rejects.toThrow('the operator is stopping');
    expect(server.seen).toHaveLength(1);
  });
});

describe('a create whose answer is lost', () => {
  const found: Script = (_, response) => {
    answer(response, 200, pod('web', '5'));
  };
  const absent: Script = (_, response) => {
    refuse(response, 404, 'NotFound');
  };
  const broken: Script = (_, response) => {
    refuse(response, 500, 'InternalError');
  };
  const methods = () => server.seen.map(({ method }) => method);

  test.each([
    { how: 'a cut connection', lost: drop },
    { how: 'a server error', lost: broken },
  ])('by $how succeeds if the object is there and ours', async ({ lost }) => {
    await start(inTurn(lost, found));
    const made = await client.create(Pods, pod('web', '1'), { isMine: ({ metadata }) => metadata.uid === 'uid-web' });
    expect(made.metadata.resourceVersion).toBe('5');
    expect(methods()).toEqual(['POST', 'GET']);
  });

  test('says AlreadyExists if it is somebody else’s', async () => {
    await start(inTurn(drop, found));
    const failure = await client
      .create(Pods, pod('web', '1'), { isMine: () => false })
      .catch((error: unknown) => error);
    expect(isAlreadyExists(failure)).toBe(true);
  });

  test('fails with its own error if there is nothing, or no answer again', async () => {
    await start(inTurn(drop, absent, drop, drop));
    await expect(client.create(Pods, pod('web', '1'))).rejects.toThrow('broke before the answer was complete');
    await expect(client.create(Pods, pod('web', '1'))).rejects.toThrow('broke before the answer was complete');
    expect(methods()).toEqual(['POST', 'GET', 'POST', 'GET']);
  });

  test('is not looked for when the server refused it', async () => {
    await start((_, response) => {
      refuse(response, 409, 'AlreadyExists');
    });
    const failure = await client.create(Pods, pod('web', '1'), { isMine: () => true }).catch((error: unknown) => error);
    expect(isAlreadyExists(failure)).toBe(true);
    expect(methods()).toEqual(['POST']);
  });
});

test('every attempt is counted with its code', async () => {
  const counted: string[] = [];
  await start(
    inTurn(drop, (_, response) => {
      refuse(response, 404, 'NotFound');
    }),
  );
  client = clientOf(connection, {
    onRequest: ({ verb, resource, code }) => counted.push(`${verb} ${resource} ${String(code)}`),
  });
  await client.create(Pods, pod('web', '1')).catch(() => undefined);
  expect(counted).toEqual(['create pods 0', 'get pods 404']);
});
