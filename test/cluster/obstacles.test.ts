/** What others refuse costs few requests, however often we are woken; and whatever a webhook answers, it is named. */
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAuthority, issue } from '../../hack/cluster/certificates.ts';
import { Pods } from '../../src/api/core.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { countBy } from '../support/audit.ts';
import { managed, namespace } from '../support/samples.ts';
import { readyOf, Scene } from '../support/scene.ts';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A webhook that denies everything, with this status. */
async function denying(): Promise<{ server: Server; caBundle: string; answer: (code: number) => void }> {
  const authority = await createAuthority();
  const { certificate, key } = await issue(authority, { commonName: 'webhook', addresses: ['127.0.0.1'] });
  let code = 403;
  const server = createServer({ cert: certificate, key }, (request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { uid } = (JSON.parse(Buffer.concat(parts).toString()) as { request: { uid: string } }).request;
      const status = { code, reason: 'Conflict', message: 'yellow-bird says no' };
      const review = { apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview' };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ ...review, response: { uid, allowed: false, status } }));
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    server,
    caBundle: Buffer.from(authority.certificate).toString('base64'),
    answer: (next) => {
      code = next;
    },
  };
}

describe('what others refuse', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start({ service: false });
  });
  afterAll(async () => {
    await scene.close();
  });

  const instance = (ns: string, name: string) =>
    managed('XosServiceInstance', name, { sliceRef: { name: 'group' }, image: 'a:1' }, ns);
  const said = async (ns: string, name: string) =>
    readyOf((await scene.get(XosServiceInstances, `${ns}/${name}`)) ?? namespace(ns));

  test('is asked for again by back-off alone, whoever wakes us; and at once when something else is wanted', async () => {
    const ns = 'crowd';
    const COUNT = 10;
    const WAKES = 20;
    const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'none', namespace: ns } };
    await scene.apply(namespace(ns), { ...quota, spec: { hard: { pods: '0' } } });
    await scene.until('the quota to hold', async () =>
      (await scene.kubectl('get', 'resourcequota', '-n', ns, 'none', '-o', 'jsonpath={.status.hard.pods}')) === '0'
        ? true
        : undefined,
    );
    const start = scene.audit.mark();
    const names = Array.from({ length: COUNT }, (_, i) => `app${i}`);
    await scene.apply(managed('XosSlice', 'group', {}, ns), ...names.map((name) => instance(ns, name)));
    const triesOf = (from: number) =>
      countBy(
        scene.audit.since(from).filter(({ namespace: where, resource }) => where === ns && resource === 'pods'),
        ({ name }) => name,
      );
    // After so many refusals the back-off is longer than what follows takes.
    await scene.until('all to be refused several times', async () =>
      (await said(ns, 'app0'))?.reason === 'QuotaExceeded' && names.every((name) => (triesOf(start)[name] ?? 0) >= 7)
        ? true
        : undefined,
    );
    const mark = scene.audit.mark();
    for (let i = 0; i < WAKES; i += 1) await scene.kubectl('label', 'xsl', '-n', ns, 'group', '--overwrite', `n=${i}`);
    await pause(2_000);
    const writes = scene.audit.since(mark).filter(({ namespace: where }) => where === ns);
    const counts = countBy(writes, ({ verb, resource, code }) => `${verb} ${resource} ${code}`);
    // Two or three tries of each, by their own back-off.
    expect(counts['create pods 403'] ?? 0).toBeLessThanOrEqual(4 * COUNT);
    expect(Object.keys(counts).filter((each) => each !== 'create pods 403')).toEqual([]);

    const again = scene.audit.mark();
    await scene.kubectl('patch', 'xsi', '-n', ns, 'app0', '--type=merge', '-p', '{"spec":{"image":"a:2"}}');
    await scene.until(
      'another pod to be tried at once',
      async () =>
        scene.audit.since(again).some(({ verb, resource }) => verb === 'create' && resource === 'pods')
          ? true
          : undefined,
      1_500,
    );
    await scene.kubectl('delete', 'resourcequota', '-n', ns, 'none');
    await scene.until(
      'all to heal',
      async () => ((await scene.list(Pods, ns)).length === COUNT ? true : undefined),
      75_000,
    );
  });

  test('a webhook that denies is named, whatever status it gives and whatever it says', async () => {
    const ns = 'denied';
    const { server, caBundle, answer } = await denying();
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    await scene.apply(namespace(ns), {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: 'no' },
      webhooks: [
        {
          name: 'no.example.com',
          admissionReviewVersions: ['v1'],
          sideEffects: 'None',
          clientConfig: { url, caBundle },
          rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': ns } },
        },
      ],
    });
    await scene.apply(managed('XosSlice', 'group', {}, ns));
    const mark = scene.audit.mark();
    for (const code of [403, 404, 409, 422, 500, 503]) {
      answer(code);
      await scene.apply(instance(ns, `app${code}`));
      const condition = await scene.until(`the webhook to be named, with ${code}`, async () => {
        const now = await said(ns, `app${code}`);
        return now?.reason === 'Forbidden' ? now : undefined;
      });
      expect(condition.message).toContain('the admission webhook no.example.com denies it');
      expect(condition.message).not.toContain('yellow-bird');
    }
    const tries = scene.audit
      .since(mark)
      .filter(({ namespace: where, resource }) => where === ns && resource === 'pods');
    const perApp = countBy(tries, ({ name }) => name);
    expect(Object.values(perApp).filter((count) => count > 12)).toEqual([]);
    await scene.kubectl('delete', 'validatingwebhookconfiguration', 'no');
    await scene.until(
      'all to heal',
      async () => ((await scene.list(Pods, ns)).length === 6 ? true : undefined),
      75_000,
    );
    server.close();
  });
});
