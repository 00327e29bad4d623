/** Bad input gets one sentence, a refusal or a condition; hostile input starves nobody; a reconcile that throws stops nobody else. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '../../hack/cluster/certificates.ts';
import { Pods } from '../../src/api/core.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import { fields, flagOf } from '../../src/config/fields.ts';
import { runOperator } from '../support/operator.ts';
import { untilExact } from '../support/inventory.ts';
import { deployment, managed, namespace, pod, xos } from '../support/samples.ts';
import { readyOf, ROOT, Scene, SERVICE } from '../support/scene.ts';

describe('a wrong start', () => {
  test.each([
    { what: 'an unknown option', args: ['--colour'], says: /^unknown option '--colour'. See --help.$/ },
    {
      what: 'a wrong value',
      args: ['--log-level', 'loud', '--kubeconfig', '/dev/null'],
      says: /^--log-level must be one of debug, info, warn, error. See --help.$/,
    },
    { what: 'a kubeconfig that does not exist', args: ['--kubeconfig', '/does/not/exist'], says: /\/does\/not\/exist/ },
    { what: 'no kubeconfig at all', args: [], says: /kubeconfig/ },
    {
      what: 'a configuration file that does not exist',
      args: ['--config', '/does/not/exist'],
      says: /^The configuration file \/does\/not\/exist does not exist; correct it, or give another one with --config or \$XOS_CONFIG.$/,
    },
    {
      what: 'a file that is no configuration',
      args: ['--config', join(ROOT, 'package.json')],
      says: /^The configuration file \S+package.json: name is no field; remove it, or correct it. See --help.$/,
    },
  ])('with $what is one line and exit code 2', async ({ args, says }) => {
    const { code, stderr } = await runOperator(args);
    const lines = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
    expect(lines).toEqual([expect.stringMatching(says)]);
    expect(code).toBe(2);
  });

  test('prints what counts with --print-config, and ends', async () => {
    const { code, stdout, stderr } = await runOperator(['--print-config', '--log-level=warn'], {
      XOS_CONTEXT: 'other',
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^context: other # environment XOS_CONTEXT$/m);
    expect(stdout).toMatch(/^logLevel: warn # option --log-level$/m);
  });

  test('explains every option with --help', async () => {
    const { code, stdout } = await runOperator(['--help']);
    expect(code).toBe(0);
    const shown = [...stdout.matchAll(/^ +(?:-\w, )?(--[a-z-]+)/gm)].map(([, name]) => name);
    const options = fields.filter(({ hidden }) => hidden !== true).map(({ name }) => flagOf(name));
    expect(shown).toEqual(['--version', '--config', '--print-config', ...options, '--help']);
  });
});

describe('an incomplete cluster', () => {
  let scene: Scene;
  const folder = mkdtempSync(join(tmpdir(), 'xos-bad-'));
  beforeAll(async () => {
    scene = await Scene.start({ crds: false, operator: false });
  });
  afterAll(async () => {
    await scene.close();
    rmSync(folder, { recursive: true });
  });

  const says = (text: RegExp) => async () =>
    scene.operator !== undefined && text.test(scene.operator.log()) ? true : undefined;
  const launch = (kubeconfig: string, ...args: string[]) =>
    void scene.startOperator(args, kubeconfig).catch(() => undefined);
  const edited = (name: string, edit: (text: string) => string) => {
    const path = join(folder, name);
    writeFileSync(path, edit(readFileSync(scene.cluster.kubeconfig, 'utf8')));
    return path;
  };

  test('whose server does not answer gets a sentence with its address, again and again', async () => {
    launch(edited('server', (text) => text.replace(/https:\/\/[^\s"']+/, 'https://127.0.0.1:1')));
    await scene.until('a sentence', says(/127\.0\.0\.1:1/));
    expect(scene.operator?.running).toBe(true);
    await scene.operator?.kill();
  });

  test('whose certificate somebody else signed gets a sentence that says so', async () => {
    const { certificate } = await createAuthority();
    const data = `"certificate-authority-data": "${Buffer.from(certificate).toString('base64')}"`;
    launch(edited('authority', (text) => text.replace(/"certificate-authority-data": "[^"]*"/, data)));
    await scene.until('a sentence', says(/certificate/));
    expect(scene.operator?.running).toBe(true);
    await scene.operator?.kill();
  });

  test('without our CRDs is waited for, with the command that installs them, and --default-service then makes the first object', async () => {
    launch(scene.cluster.kubeconfig, '--default-service', 'first');
    await scene.until('a sentence', says(/kubectl apply -k config\/crd/));
    await scene.installCrds();
    await scene.operator?.ready();
    await scene.until('the default service', async () =>
      (await scene.kubectl('get', 'xks', 'first', '--ignore-not-found', '-o', 'name')) === '' ? undefined : true,
    );
    await scene.operator?.stop();
  });

  test('without rights is waited for, with a sentence that names what is missing, and heals when they are granted', async () => {
    const kubeconfig = await scene.cluster.mintUser({
      name: 'poor',
      rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['list', 'watch'] }],
    });
    launch(kubeconfig);
    await scene.until('a sentence', says(/may not list and watch deployments\.apps/));
    await scene.kubectl('create', 'clusterrolebinding', 'poor-admin', '--clusterrole=cluster-admin', '--user=poor');
    await scene.operator?.ready();
    await scene.operator?.stop();
  });
});

describe('hostile and broken objects', () => {
  let scene: Scene;
  const NS = 'wild';
  beforeAll(async () => {
    scene = await Scene.start({ operator: false });
    await scene.startOperator(['--inject-fault', `${NS}/faulty`]);
    await scene.apply(namespace(NS), managed('XosSlice', 'group', {}, NS));
  });
  afterAll(async () => {
    await scene.close();
  });

  test.each([
    { what: 'no slice', object: managed('XosServiceInstance', 'a', { image: 'a' }, NS), field: 'spec.sliceRef' },
    {
      what: 'two images',
      object: managed('XosServiceInstance', 'a', { sliceRef: { name: 'g' }, image: 'a', imageRef: { name: 'b' } }, NS),
      field: 'spec.image',
    },
    {
      what: 'an unknown controller',
      object: managed('XosSlice', 'a', { controllerKind: 'Rollout' }, NS),
      field: 'spec.controllerKind',
    },
    {
      what: 'a schedule without a CronJob',
      object: managed('XosSlice', 'a', { schedule: '* * * * *' }, NS),
      field: 'spec.schedule',
    },
    {
      what: 'a tag and a digest',
      object: managed('XosImage', 'a', { image: 'a', tag: '1', digest: 'sha256:0' }),
      field: 'spec.tag',
    },
    {
      what: 'a latitude beyond the pole',
      object: xos('XosSite', 'a', { location: { latitude: 91, longitude: 0 } }),
      field: 'spec.location.latitude',
    },
    { what: 'an unknown mode', object: { ...SERVICE, spec: { mode: 'Dream' } }, field: 'spec.mode' },
  ])('with $what are refused with the name of the field', async ({ object, field }) => {
    await expect(scene.apply(object)).rejects.toThrow(field);
  });

  test('of which one makes the reconciler throw stop nobody else', async () => {
    const own = { sliceRef: { name: 'group' }, image: 'app:1' };
    await scene.apply(
      managed('XosServiceInstance', 'faulty', own, NS),
      managed('XosServiceInstance', 'healthy', own, NS),
    );
    await scene.untilReady(XosServiceInstances, `${NS}/healthy`);
    expect(await scene.get(Pods, `${NS}/faulty`)).toBeUndefined();
    expect(scene.operator?.running).toBe(true);
    await scene.kubectl('delete', 'xsi', '-n', NS, 'faulty');
  });

  test('with names, labels and annotations as large as they may be are mirrored within bounds', async () => {
    const long = 'n'.repeat(253);
    const annotations = { big: 'x'.repeat(250_000) };
    const labels = {
      'xos.opencord.org/managed': 'true',
      'xos.opencord.org/slice': 'group',
      'app.kubernetes.io/managed-by': 'xos-operator',
    };
    const hostile = pod(NS, long, `registry.example.com/${'i'.repeat(400)}:1`);
    const named = { name: 'w'.repeat(200), namespace: NS };
    await scene.apply({ ...deployment(NS, 'w'), metadata: named });
    // Not by apply: it would put all of that into an annotation once more, which is over the limit.
    const input = JSON.stringify({ ...hostile, metadata: { ...hostile.metadata, annotations, labels } });
    await scene.cluster.kubectl(['create', '-f', '-'], { input: input });
    const mirror = await scene.untilReady(XosServiceInstances, `${NS}/${long}`, 'Observed');
    await untilExact(scene);
    const { managedFields: _, ...metadata } = mirror.metadata;
    expect(JSON.stringify({ ...mirror, metadata }).length).toBeLessThan(4096);
    expect(mirror.metadata.labels).toEqual({ 'xos.opencord.org/managed': 'false' });
  });

  test('that lie about their owner are in the inventory, and the lie makes no slice', async () => {
    const owner = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name: 'nobody',
      uid: '00000000-0000-0000-0000-000000000000',
      controller: true,
    };
    const liar = pod(NS, 'liar');
    await scene.apply(deployment(NS, 'nobody'));
    await scene.apply({ ...liar, metadata: { ...liar.metadata, ownerReferences: [owner] } });
    // The garbage collector ends such a pod soon; until then it must harm nothing, and afterwards nothing may be left.
    await scene.untilGone(Pods, `${NS}/liar`);
    await untilExact(scene);
    expect(await scene.get(XosServiceInstances, `${NS}/liar`)).toBeUndefined();
    expect((await scene.list(XosSlices, NS)).filter(({ spec }) => spec.resourceName === 'nobody').length).toBe(1);
  });

  test('that name an owner which cannot exist, or an endless image, do not hide behind that', async () => {
    const owner = { apiVersion: 'x/v1', kind: 'Foo Bar', name: 'Un_derscore', uid: 'u'.repeat(500), controller: true };
    const hiding = pod(NS, 'hiding', `registry.example.com/${'i'.repeat(3000)}`);
    await scene.apply({ ...hiding, metadata: { ...hiding.metadata, ownerReferences: [owner] } });
    const mirror = await scene.untilReady(XosServiceInstances, `${NS}/hiding`, 'Observed');
    expect(mirror.spec.sliceRef).toBeUndefined();
    await scene.kubectl('delete', 'pod', '-n', NS, 'hiding');
  });

  test('that need more than the quota allows say so, and heal', async () => {
    await scene.apply({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'none', namespace: NS },
      spec: { hard: { pods: '0' } },
    });
    await scene.kubectl('wait', '-n', NS, 'resourcequota/none', '--for=jsonpath={.status.hard.pods}=0');
    await scene.apply(managed('XosServiceInstance', 'hungry', { sliceRef: { name: 'group' }, image: 'app:1' }, NS));
    expect(readyOf(await scene.untilReady(XosServiceInstances, `${NS}/hungry`, 'QuotaExceeded'))?.message).toMatch(
      /ResourceQuota none of the namespace is used up/,
    );
    await scene.kubectl('delete', 'resourcequota', '-n', NS, 'none');
    await scene.until('the pod', async () => await scene.get(Pods, `${NS}/hungry`), 90_000);
  });
});
