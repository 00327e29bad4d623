/** What others learn of a running operator: metrics over TLS, for whom the API server lets see them; traces; and the log that goes with them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request, type RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { text } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { createAuthority, issue, type KeyPair } from '../../hack/cluster/certificates.ts';
import type { LogRecord, OperatorProcess } from '../../hack/operator-process.ts';
import { XosConfigMaps } from '../../src/api/generated/xosconfigmaps.ts';
import { startOperator } from '../support/operator.ts';
import { type OtlpReceiver, otlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.ts';
import { ownKubeconfig } from '../support/own-rights.ts';
import { METRICS, rightsOf, takeAway } from '../support/role.ts';
import { leaseOfSomebody, managed, namespace } from '../support/samples.ts';
import { ROOT, Scene } from '../support/scene.ts';

const NS = 'told';
const CANARY = 'yellow-bird-that-sings';
const CONTROLLER = 'xosconfigmaps.xos.opencord.org';
const CANNOT_ASK = 'cannot ask the API server who may see a page';
const SENTENCE = expect.stringMatching(/^[A-Z][^\n]+\.\n$/) as string;

describe('an operator that is looked at', () => {
  let scene: Scene;
  let operator: OperatorProcess;
  let receiver: OtlpReceiver;
  let authority: KeyPair;
  let port: number;
  let args: readonly string[];
  const folder = mkdtempSync(join(tmpdir(), 'xos-telemetry-'));
  beforeAll(async () => {
    [scene, receiver, authority] = await Promise.all([
      Scene.start({ operator: false, service: false }),
      otlpReceiver(),
      createAuthority(),
    ]);
    await install();
    await serveAs('first');
    args = ['--metrics-bind-address=127.0.0.1:0', '--metrics-secure', `--metrics-cert-path=${folder}`];
    const traced = [`--tracing-endpoint=${receiver.endpoint}`, '--log-level=debug', '--default-service=kubernetes'];
    operator = await scene.startOperator([...args, ...traced], await ownKubeconfig(scene));
    port = await portOf(operator);
  });
  afterAll(async () => {
    await scene.close();
    await receiver.close();
    rmSync(folder, { recursive: true });
  });

  /** config/default, with metrics for some only, and two accounts of which one may see them. */
  async function install(): Promise<void> {
    const config = relative(folder, join(ROOT, 'config'));
    const overlay = {
      resources: [`${config}/default`],
      components: [`${config}/components/metrics-auth`],
    };
    writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(overlay));
    await scene.kubectl('apply', '--server-side', '-k', folder);
    await scene.apply(namespace(NS));
    for (const name of ['prometheus', 'stranger']) await scene.kubectl('create', 'serviceaccount', '-n', NS, name);
    const binding = ['clusterrolebinding', 'scrapes', '--clusterrole=xos-metrics-reader'];
    await scene.kubectl('create', ...binding, `--serviceaccount=${NS}:prometheus`);
  }

  /** Puts a new certificate where the operator looks for it. */
  async function serveAs(commonName: string, key?: string): Promise<void> {
    const pair = await issue(authority, { commonName, addresses: ['127.0.0.1'] });
    writeFileSync(join(folder, 'tls.crt'), pair.certificate);
    writeFileSync(join(folder, 'tls.key'), key ?? pair.key);
  }

  const portOf = async (one: OperatorProcess) =>
    Number((await one.logged((line) => line['message'] === 'serving' && line['what'] === 'metrics'))['port']);
  const tokenOf = async (account: string) => (await scene.kubectl('create', 'token', '-n', NS, account)).trim();

  /** Asks over a new connection, and says who answered. */
  async function get(headers: Record<string, string> = {}, at = port) {
    const options: RequestOptions = { port: at, path: '/metrics', ca: authority.certificate, agent: false, headers };
    return await new Promise<{ status: number; body: string; by: string }>((resolve, reject) => {
      const asked = request({ host: '127.0.0.1', ...options }, (response) => {
        const by = (response.socket as TLSSocket).getPeerCertificate().subject.CN;
        text(response).then((body) => resolve({ status: response.statusCode ?? 0, body, by: String(by) }), reject);
      });
      asked.on('error', reject).end();
    });
  }
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const said = (message: string) => operator.records().filter((line) => line['message'] === message);

  describe('metrics', () => {
    test('are for those whom the API server lets see them', async () => {
      const [good, stranger] = [await tokenOf('prometheus'), await tokenOf('stranger')];
      expect(await get(bearer(good))).toMatchObject({
        status: 200,
        body: expect.stringContaining('\nworkqueue_depth{') as string,
      });
      expect(await get()).toMatchObject({ status: 401, body: SENTENCE });
      expect(await get(bearer(`${good}x`))).toMatchObject({ status: 401, body: SENTENCE });
      expect(await get(bearer(stranger))).toMatchObject({ status: 403, body: SENTENCE });
      await expect(fetch(`http://127.0.0.1:${port}/metrics`)).rejects.toThrow();
    });

    test('cost the API server one question a minute and reader', async () => {
      const mark = scene.audit.mark();
      const token = await tokenOf('prometheus');
      for (let i = 0; i < 5; i += 1) expect((await get(bearer(token))).status).toBe(200);
      const asked = scene.audit.since(mark).filter(({ resource }) => resource.endsWith('reviews'));
      expect(asked.map(({ verb, resource, code, user }) => `${verb} ${resource} ${code} ${user}`)).toEqual([
        'create tokenreviews 201 system:serviceaccount:xos-system:xos-operator',
        'create subjectaccessreviews 201 system:serviceaccount:xos-system:xos-operator',
      ]);
    });

    test.each(rightsOf(METRICS))(
      'are refused while the operator may not $verb $resource, and the log says so',
      async ({ verb, resource }) => {
        const before = said(CANNOT_ASK).length;
        await takeAway(scene, METRICS, (right) => right.resource === resource);
        // What was said of a token is kept for a moment, so it is another one each time.
        const answer = async () => await get(bearer(await tokenOf('prometheus')));
        await scene.until('it to be refused', async () => ((await answer()).status === 503 ? true : undefined));
        expect((await answer()).body).toEqual(SENTENCE);
        const reasons = new Set(
          said(CANNOT_ASK)
            .slice(before)
            .map(({ error }) => error),
        );
        expect([...reasons]).toEqual([
          `The API server refused to ${verb} ${resource} (403 Forbidden): the account lacks the right, or a policy of the cluster denies it; grant the right or change the policy.`,
        ]);
        await takeAway(scene, METRICS, () => false);
        await scene.until('it to be asked', async () => ((await answer()).status === 200 ? true : undefined));
      },
    );

    test('come with the certificate that is there now, or with the last one that was whole', async () => {
      expect((await get()).by).toBe('first');
      await serveAs('second');
      expect((await get()).by).toBe('second');
      await serveAs('third', 'no key');
      expect([(await get()).by, (await get()).by]).toEqual(['second', 'second']);
      expect(said('the certificate cannot be renewed; the last one goes on').length).toBe(1);
      await serveAs('fourth');
      expect((await get()).by).toBe('fourth');
      expect(said('the certificate was renewed').length).toBe(2);
    });

    test('of a copy that stands by too, although that writes nothing', async () => {
      await scene.apply(leaseOfSomebody('xos-system'));
      const election = ['--leader-elect', '--leader-election-namespace=xos-system'];
      const kubeconfig = await ownKubeconfig(scene);
      const standby = startOperator({ kubeconfig, args: [...args, ...election], cluster: scene.cluster });
      await standby.ready();
      const { status, body } = await get(bearer(await tokenOf('prometheus')), await portOf(standby));
      expect(status).toBe(200);
      expect(body).toContain('\nleader_election_master_status 0\n');
      await standby.stop();
    });
  });

  describe('traces', () => {
    const turnsOf = (name: string) =>
      receiver.spans.filter(({ attributes }) => attributes['controller'] === CONTROLLER && attributes['name'] === name);
    const below = ({ traceId, spanId }: ReceivedSpan) =>
      receiver.spans.filter((span) => span.traceId === traceId && span.parentSpanId === spanId);

    test('have a span for each turn, one below it for each request, and the log tells of the same turn', async () => {
      await scene.apply(managed('XosConfigMap', 'mine', { data: { a: CANARY } }, NS));
      await scene.untilReady(XosConfigMaps, `${NS}/mine`);
      const turn = await scene.until('the turn that made it', async () =>
        turnsOf('mine').find((span) => below(span).some(({ name }) => name === 'patch configmaps')),
      );
      expect(turn).toMatchObject({
        name: `reconcile ${CONTROLLER}`,
        attributes: { controller: CONTROLLER, namespace: NS, name: 'mine', outcome: 'requeue' },
        sender: { 'service.name': 'xos-operator' },
      });
      expect(turn.parentSpanId ?? '').toBe('');
      const made = below(turn).find(({ name }) => name === 'patch configmaps');
      expect(made?.attributes).toMatchObject({ verb: 'patch', resource: 'configmaps', namespace: NS, name: 'mine' });
      expect(Number(made?.attributes['http.response.status_code'])).toBe(201);
      expect(BigInt(made?.endTimeUnixNano ?? 0) >= BigInt(made?.startTimeUnixNano ?? 1)).toBe(true);
      const isOfTurn = (line: LogRecord) => line['reconcileID'] === turn.attributes['reconcileID'];
      expect(operator.records().filter(isOfTurn)).toMatchObject([
        {
          message: 'performed',
          verb: 'createByApply',
          resource: 'configmaps',
          controller: CONTROLLER,
          namespace: NS,
          name: 'mine',
        },
      ]);
    });

    test('say that a turn failed, in a word', async () => {
      await scene.kubectl('create', 'quota', '-n', NS, 'none', '--hard=configmaps=0');
      await scene.apply(managed('XosConfigMap', 'refused', { data: { a: CANARY } }, NS));
      const turn = await scene.until('the turn that failed', async () =>
        turnsOf('refused').find(({ attributes }) => attributes['outcome'] === 'error'),
      );
      expect(turn).toMatchObject({ status: { code: 2 }, attributes: { 'error.type': 'TerminalError' } });
      expect(below(turn).find(({ name }) => name === 'patch configmaps')).toMatchObject({ status: { code: 2 } });
      const isSaid = (line: LogRecord) =>
        line['message'] === 'reconcile failed; it is tried again' && line['name'] === 'refused';
      expect((await operator.logged(isSaid))['reconcileID']).toMatch(/^[0-9a-f]+-\d+$/);
      await scene.kubectl('delete', 'quota', '-n', NS, 'none');
      await scene.untilReady(XosConfigMaps, `${NS}/refused`);
    });

    test('hold nothing that is declared, and neither does the log', () => {
      expect(receiver.bodies.length).toBeGreaterThan(0);
      expect([...receiver.bodies, operator.log()].filter((body) => body.includes(CANARY))).toEqual([]);
    });

    test('are delivered before the operator ends', async () => {
      await scene.apply(managed('XosConfigMap', 'last', { data: { a: 'b' } }, NS));
      await scene.untilReady(XosConfigMaps, `${NS}/last`);
      await operator.stop();
      expect(turnsOf('last').length).toBeGreaterThan(0);
    });

    test('that nobody takes are told of once, and stop nothing', async () => {
      await receiver.close();
      const traced = [`--tracing-endpoint=${receiver.endpoint}`];
      operator = await scene.startOperator(traced, await ownKubeconfig(scene));
      for (const name of ['one', 'two']) {
        await scene.apply(managed('XosConfigMap', name, { data: { a: 'b' } }, NS));
        await scene.untilReady(XosConfigMaps, `${NS}/${name}`);
        await operator.logged((line) => line['message'] === 'traces do not arrive and are dropped');
      }
      expect(said('traces do not arrive and are dropped')).toMatchObject([{ status: 'ECONNREFUSED' }]);
      await operator.stop();
    });
  });
});
