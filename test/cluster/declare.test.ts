/** What is declared becomes real, in whatever order it is applied, is kept as declared, and goes when it is deleted. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { Deployments, Namespaces, Pods, ServiceAccounts } from '../../src/api/core.ts';
import { XosPrincipals } from '../../src/api/generated/xosprincipals.ts';
import { XosServiceInstances } from '../../src/api/generated/xosserviceinstances.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import { XosTrustDomains } from '../../src/api/generated/xostrustdomains.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { managed, namespace, pod } from '../support/samples.ts';
import { readyOf, ROOT, Scene } from '../support/scene.ts';

const demo = parseAllDocuments(readFileSync(join(ROOT, 'examples', 'demo.yaml'), 'utf8')).map(
  (document) => document.toJS() as KubeObject,
);

describe('what is declared', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start({ service: false });
  });
  afterAll(async () => {
    await scene.close();
  });

  test('becomes Ready, all of the demo, and the pod is what the model says', async () => {
    await scene.apply(...demo);
    await scene
      .kubectl(
        'wait',
        '--for=condition=Ready',
        '--timeout=30s',
        '-f',
        join(ROOT, 'examples', 'demo.yaml'),
        '-n',
        'demo-trust',
      )
      .catch(async () => {
        // A Namespace has no condition Ready: every object of ours is waited for by itself.
        for (const { kind, metadata } of demo.filter(({ apiVersion }) => apiVersion.startsWith('xos'))) {
          await scene.kubectl(
            'wait',
            '--for=condition=Ready',
            '--timeout=30s',
            `${kind.toLowerCase()}/${metadata.name}`,
            '-n',
            metadata.namespace ?? 'default',
          );
        }
      });
    const [live, instance] = [
      await scene.get(Pods, 'demo-trust/demo-pod'),
      await scene.get(XosServiceInstances, 'demo-trust/demo-pod'),
    ];
    expect(live?.spec).toMatchObject({
      serviceAccountName: 'demo-account',
      containers: [{ image: 'k8s.gcr.io/pause-amd64:3.0' }],
    });
    expect(live?.metadata.ownerReferences).toMatchObject([
      { kind: 'XosServiceInstance', uid: instance?.metadata.uid, controller: true },
    ]);
    expect(live?.metadata.labels).toMatchObject({
      'xos.opencord.org/managed': 'true',
      'xos.opencord.org/slice': 'mysite-demo1',
    });
    expect(instance?.status).toMatchObject({
      podIP: live?.status?.podIP,
      phase: 'Running',
      nodeName: live?.spec.nodeName,
      trustDomain: 'demo-trust',
    });
  });

  test('tells in Events what was made', async () => {
    const template =
      '{range .items[*]}{.reportingController} {.regarding.kind}/{.regarding.name} {.reason}: {.note}{"\\n"}{end}';
    const told = async () =>
      await scene.kubectl('get', 'events.events.k8s.io', '-n', 'demo-trust', '-o', `jsonpath=${template}`);
    await scene.until('the Event', async () =>
      (await told()).includes('xos-operator XosServiceInstance/demo-pod Created: Created Pod demo-pod.')
        ? true
        : undefined,
    );
  });

  test('comes back when its pod is deleted, and is put back when its child is edited', async () => {
    const before = await scene.get(Pods, 'demo-trust/demo-pod');
    await scene.kubectl('delete', 'pod', '-n', 'demo-trust', 'demo-pod');
    await scene.until('a new pod', async () => {
      const again = await scene.get(Pods, 'demo-trust/demo-pod');
      return again !== undefined && again.metadata.uid !== before?.metadata.uid ? again : undefined;
    });
    await scene.kubectl(
      'label',
      'pod',
      '-n',
      'demo-trust',
      'demo-pod',
      '--overwrite',
      'xos.opencord.org/slice=other',
      'mine=stays',
    );
    await scene.until('the label to be put back', async () => {
      const { labels } = (await scene.get(Pods, 'demo-trust/demo-pod'))?.metadata ?? {};
      return labels?.['xos.opencord.org/slice'] === 'mysite-demo1' && labels['mine'] === 'stays' ? true : undefined;
    });
  });

  test('as a Deployment follows the spec in every field, also one that is removed, and leaves the fields of others alone', async () => {
    const slice = (spec: object) => managed('XosSlice', 'web', { controllerKind: 'Deployment', ...spec }, 'demo-trust');
    await scene.apply(
      slice({
        image: 'app:1',
        replicas: 3,
        template: { spec: { containers: [{ name: 'main', env: [{ name: 'A', value: '1' }] }] } },
      }),
    );
    const ready = await scene.untilReady(XosSlices, 'demo-trust/web');
    expect(ready.status).toMatchObject({
      replicas: 3,
      readyReplicas: 3,
      resourceRef: { kind: 'Deployment', name: 'web' },
    });
    await scene.kubectl('scale', '-n', 'demo-trust', 'deployment/web', '--replicas=1');
    await scene.kubectl('annotate', '-n', 'demo-trust', 'deployment/web', 'mine=stays');
    await scene.until('three replicas again', async () =>
      (await scene.get(Deployments, 'demo-trust/web'))?.spec?.replicas === 3 ? true : undefined,
    );

    await scene.apply(slice({ image: 'app:2' }));
    const live = await scene.until('the new image, and no variable', async () => {
      const now = (await scene.get(Deployments, 'demo-trust/web')) as
        (KubeObject & { spec: { replicas: number; template: { spec: { containers: object[] } } } }) | undefined;
      const [container] = now?.spec.template.spec.containers ?? [];
      return container !== undefined && 'image' in container && container.image === 'app:2' && !('env' in container)
        ? now
        : undefined;
    });
    // Not ours any more, and so not reset to the default of one.
    expect(live?.spec.replicas).toBe(3);
    await scene.kubectl('scale', '-n', 'demo-trust', 'deployment/web', '--replicas=5');
    await scene.untilReady(XosSlices, 'demo-trust/web');
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const after = await scene.get(Deployments, 'demo-trust/web');
    expect(after?.spec?.replicas).toBe(5);
    expect(after?.metadata.annotations).toMatchObject({ mine: 'stays' });
  });

  test('takes exactly its children along when it is deleted', async () => {
    const others = (await scene.list(Pods))
      .filter(({ metadata }) => metadata.labels?.['xos.opencord.org/controller'] !== 'web')
      .map(({ metadata }) => metadata.uid);
    await scene.kubectl('delete', 'xsl', '-n', 'demo-trust', 'web');
    await scene.untilGone(Deployments, 'demo-trust/web');
    await scene.until('its pods to go', async () =>
      (await scene.list(Pods)).every(({ metadata }) => others.includes(metadata.uid)) ? true : undefined,
    );
    expect((await scene.list(Pods)).map(({ metadata }) => metadata.uid).toSorted()).toEqual(others.toSorted());
  });

  test('waits for what it refers to, says what is missing, and goes on when that appears', async () => {
    await scene.apply(
      managed(
        'XosServiceInstance',
        'early',
        { sliceRef: { name: 'later' }, imageRef: { name: 'later' } },
        'demo-trust',
      ),
    );
    expect(
      readyOf(await scene.untilReady(XosServiceInstances, 'demo-trust/early', 'DependencyNotReady'))?.message,
    ).toContain('XosSlice later');
    await scene.apply(managed('XosSlice', 'later', { principalRef: { name: 'later' } }, 'demo-trust'));
    await scene.apply(managed('XosImage', 'later', { image: 'app', tag: '1' }));
    await scene.until('the principal to be missed', async () =>
      readyOf((await scene.get(XosServiceInstances, 'demo-trust/early')) ?? pod('', ''))?.message.includes(
        'XosPrincipal later',
      )
        ? true
        : undefined,
    );
    await scene.apply(managed('XosPrincipal', 'later', {}, 'demo-trust'));
    await scene.untilReady(XosServiceInstances, 'demo-trust/early');
    await scene.apply(managed('XosImage', 'later', { image: 'app', tag: '2' }));
    await scene.until(
      'the pod to be replaced',
      async () =>
        (await scene.get(Pods, 'demo-trust/early'))?.spec.containers[0]?.image === 'app:2' ? true : undefined,
      60_000,
    );
  });

  test('waits with a new template until the pod is deleted, where updateStrategy is OnDelete', async () => {
    const careful = (image: string) =>
      managed(
        'XosServiceInstance',
        'careful',
        { sliceRef: { name: 'later' }, image, updateStrategy: 'OnDelete' },
        'demo-trust',
      );
    await scene.apply(careful('app:1'));
    const before = (await scene.untilReady(XosServiceInstances, 'demo-trust/careful')).status?.resourceRef?.uid;
    await scene.apply(careful('app:2'));
    const waiting = await scene.untilReady(XosServiceInstances, 'demo-trust/careful', 'Progressing');
    expect(readyOf(waiting)?.message).toContain('OnDelete');
    expect((await scene.get(Pods, 'demo-trust/careful'))?.metadata.uid).toBe(before);
    await scene.kubectl('delete', 'pod', '-n', 'demo-trust', 'careful');
    await scene.untilReady(XosServiceInstances, 'demo-trust/careful');
    expect((await scene.get(Pods, 'demo-trust/careful'))?.spec.containers[0]?.image).toBe('app:2');
  });

  test('is left alone while the operator only observes', async () => {
    await scene.kubectl('patch', 'xks', 'kubernetes', '--type=merge', '-p', '{"spec":{"mode":"Observe"}}');
    await scene.until('Observed', async () =>
      (await scene.kubectl(
        'get',
        'xsi',
        '-n',
        'demo-trust',
        'careful',
        '-o',
        'jsonpath={.status.conditions[?(@.type=="Paused")].reason}',
      )) === 'Observed'
        ? true
        : undefined,
    );
    await scene.kubectl('delete', 'pod', '-n', 'demo-trust', 'careful');
    await scene.apply(
      managed('XosServiceInstance', 'unmade', { sliceRef: { name: 'later' }, image: 'app:1' }, 'demo-trust'),
    );
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    expect(await scene.get(Pods, 'demo-trust/careful')).toBeUndefined();
    expect(await scene.get(Pods, 'demo-trust/unmade')).toBeUndefined();
    await scene.kubectl('patch', 'xks', 'kubernetes', '--type=merge', '-p', '{"spec":{"mode":"Manage"}}');
    await scene.untilReady(XosServiceInstances, 'demo-trust/careful');
    await scene.untilReady(XosServiceInstances, 'demo-trust/unmade');
  });

  test('does nothing while paused', async () => {
    await scene.kubectl('annotate', 'xsi', '-n', 'demo-trust', 'early', 'xos.opencord.org/paused=true');
    await scene.kubectl('delete', 'pod', '-n', 'demo-trust', 'early');
    await scene.until('Paused', async () =>
      (await scene.kubectl(
        'get',
        'xsi',
        '-n',
        'demo-trust',
        'early',
        '-o',
        'jsonpath={.status.conditions[?(@.type=="Paused")].status}',
      )) === 'True'
        ? true
        : undefined,
    );
    expect(await scene.get(Pods, 'demo-trust/early')).toBeUndefined();
    await scene.kubectl('annotate', 'xsi', '-n', 'demo-trust', 'early', 'xos.opencord.org/paused-');
    await scene.untilReady(XosServiceInstances, 'demo-trust/early');
  });

  test('as a trust domain makes its namespace, and takes it along only if nobody else lives there', async () => {
    await scene.apply(managed('XosTrustDomain', 'made', { namespaceLabels: { team: 'blue' } }));
    await scene.untilReady(XosTrustDomains, 'made');
    expect((await scene.get(Namespaces, 'made'))?.metadata.labels).toMatchObject({ team: 'blue' });
    await scene.apply(managed('XosPrincipal', 'someone', {}, 'made'), {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'foreign', namespace: 'made' },
    });
    await scene.untilReady(XosPrincipals, 'made/someone');
    await scene.kubectl('delete', 'xtd', 'made', '--wait=false');
    expect(readyOf(await scene.untilReady(XosTrustDomains, 'made', 'DeletionBlocked'))?.message).toContain(
      'ConfigMap foreign',
    );
    expect(await scene.get(ServiceAccounts, 'made/someone')).toBeDefined();
    await scene.kubectl('delete', 'configmap', '-n', 'made', 'foreign');
    await scene.kubectl('wait', '--for=delete', 'namespace/made', '--timeout=90s');
    await scene.untilGone(XosTrustDomains, 'made');
  });

  test('as a trust domain never touches another namespace to which its mark was copied', async () => {
    await scene.apply(managed('XosTrustDomain', 'source', {}));
    await scene.untilReady(XosTrustDomains, 'source');
    const source = await scene.get(Namespaces, 'source');
    const { annotations = {}, labels = {} } = source?.metadata ?? {};
    await scene.apply({
      ...namespace('copied'),
      metadata: { name: 'copied', annotations, labels: { ...labels, 'kubernetes.io/metadata.name': 'copied' } },
    });
    await scene.kubectl('label', 'xtd', 'source', 'touched=yes');
    await scene.kubectl(
      'patch',
      'xtd',
      'source',
      '--type=merge',
      '-p',
      '{"spec":{"namespaceLabels":{"team":"green"}}}',
    );
    await scene.until('the label', async () =>
      (await scene.get(Namespaces, 'source'))?.metadata.labels?.['team'] === 'green' ? true : undefined,
    );
    await scene.kubectl('delete', 'xtd', 'source', '--timeout=60s');
    const copied = await scene.get(Namespaces, 'copied');
    expect(copied).toBeDefined();
    expect(copied?.metadata.deletionTimestamp).toBeUndefined();
  });

  test('as a trust domain binds a namespace that exists, and leaves it when it goes', async () => {
    await scene.apply(namespace('bound'), managed('XosTrustDomain', 'bound', { namespaceLabels: { team: 'red' } }));
    await scene.untilReady(XosTrustDomains, 'bound');
    await scene.kubectl('delete', 'xtd', 'bound');
    const live = await scene.get(Namespaces, 'bound');
    expect(live?.metadata.deletionTimestamp).toBeUndefined();
    expect(live?.metadata.labels).toMatchObject({ team: 'red' });
    await scene.kubectl('label', 'namespace', 'bound', '--overwrite', 'team=green');
    await scene.apply(managed('XosTrustDomain', 'bound', { namespaceLabels: { team: 'blue' } }));
    expect(readyOf(await scene.untilReady(XosTrustDomains, 'bound', 'NameConflict'))?.message).toContain('label team');
  });
});
