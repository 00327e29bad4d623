/** What of a turn becomes a span, without a cluster: which are traced, what stands in them, and what becomes of them without a receiver. */
import { Following } from '../src/following.ts';
import { RetryableError } from '../src/runtime/errors.ts';
import type { LogFields } from '../src/runtime/log.ts';
import type { TurnResult } from '../src/runtime/reconcile.ts';
import { startTracing } from '../src/tracing.ts';
import { type OtlpReceiver, otlpReceiver } from './support/otlp-receiver.ts';

const SECRET = 'yellow-bird';
let receiver: OtlpReceiver;
beforeEach(async () => {
  receiver = await otlpReceiver();
});
afterEach(async () => {
  await receiver.close();
});

function traced(ratio = 1) {
  const lines: [string, LogFields | undefined][] = [];
  const note = (message: string, fields?: LogFields) => void lines.push([message, fields]);
  const log = { debug: note, info: note, warn: note, error: note };
  const traces = startTracing({ endpoint: receiver.endpoint, ratio }, { instance: 'copy-1' }, log);
  const following = new Following(() => false);
  following.tracer = traces;
  const turn = async (name: string, result: TurnResult = {}) =>
    await following.follow({ controller: 'c', namespace: 'ns', name, reconcileID: `a-${name}` }, async () => {
      await Promise.resolve();
      following.requested({ verb: 'patch', resource: 'pods/status', key: 'ns/p', code: 409, seconds: 0.5 });
      return result;
    });
  return { traces, following, turn, lines };
}

test('a turn is a span, and a request that it led to is one below it', async () => {
  const { traces, turn } = traced();
  await Promise.all([turn('one'), turn('two', { error: new RetryableError(SECRET) })]);
  await traces.close();
  const turns = receiver.spans.filter(({ name }) => name === 'reconcile c');
  expect(turns.map(({ attributes, status }) => [attributes, status.code ?? 0])).toEqual([
    [{ controller: 'c', namespace: 'ns', name: 'one', reconcileID: 'a-one', outcome: 'success' }, 0],
    [
      {
        controller: 'c',
        namespace: 'ns',
        name: 'two',
        reconcileID: 'a-two',
        outcome: 'error',
        'error.type': 'RetryableError',
      },
      2,
    ],
  ]);
  const requests = receiver.spans.filter(({ name }) => name === 'patch pods/status');
  expect(requests.map(({ traceId, parentSpanId }) => [traceId, parentSpanId])).toEqual(
    turns.map(({ traceId, spanId }) => [traceId, spanId]),
  );
  const [request] = requests;
  expect(request).toMatchObject({ status: { code: 2 }, sender: { 'service.instance.id': 'copy-1' } });
  expect(request?.attributes).toEqual({
    verb: 'patch',
    resource: 'pods/status',
    namespace: 'ns',
    name: 'p',
    'http.response.status_code': 409,
  });
  expect(Number(request?.endTimeUnixNano) - Number(request?.startTimeUnixNano)).toBeCloseTo(5e8, -7);
  expect(receiver.bodies.join('')).not.toContain(SECRET);
});

test('a request that belongs to no turn is no span', async () => {
  const { traces, following } = traced();
  following.requested({ verb: 'list', resource: 'pods', code: 200, seconds: 1 });
  await traces.close();
  expect(receiver.spans).toEqual([]);
});

test('a turn that is not sampled is no span, and neither are its requests', async () => {
  const { traces, turn } = traced(0);
  await turn('one');
  await traces.close();
  expect(receiver.spans).toEqual([]);
});

test('without a receiver nobody waits long, and it is said once', async () => {
  const { traces, turn, lines } = traced();
  await receiver.close();
  for (let i = 0; i < 1_500; i += 1) await turn('one');
  await traces.close();
  expect(lines).toEqual([['traces do not arrive and are dropped', { status: 'ECONNREFUSED' }]]);
});

describe('nobody is followed', () => {
  test('who need not be, and what is done is done in no turn', () => {
    const following = new Following(() => false);
    expect([following.follows, following.turn]).toEqual([false, undefined]);
  });

  test('beyond the turn', async () => {
    const following = new Following(() => true);
    const turn = { controller: 'c', name: 'n', reconcileID: 'a-1' };
    const seen = await following.follow(turn, async () => {
      await Promise.resolve();
      expect(following.turn).toBe(turn);
      return { requeueAfterMs: 1 };
    });
    expect([seen, following.turn]).toEqual([{ requeueAfterMs: 1 }, undefined]);
  });
});
