/** A slice as each kind of controller: made, changed in every field, put back, made again, and gone. */
import type { Workload } from '../../src/api/core.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import type { JsonObject, Live } from '../../src/api/object.ts';
import { CONTROLLER_TYPES } from '../../src/kinds/slices/types.ts';
import { managed, namespace, xos } from '../support/samples.ts';
import { readyOf, Scene } from '../support/scene.ts';

const NS = 'work';
const KINDS = [...CONTROLLER_TYPES].map(([kind, { resource, scales }]) => ({
  kind,
  resource,
  scales,
  name: kind.toLowerCase(),
  done: kind === 'Job' ? 'Completed' : 'Reconciled',
}));
/** Those whose pod template may change. */
const CHANGEABLE = KINDS.filter(({ kind }) => kind !== 'Job');

type Template = { metadata: { labels: JsonObject }; spec: JsonObject & { containers: JsonObject[] } };

/** The pod template of a controller, wherever its kind has it. */
function templateOf(live: Workload | undefined): Template | undefined {
  const spec = live?.spec as { template?: Template; jobTemplate?: { spec: { template: Template } } } | undefined;
  return spec?.jobTemplate?.spec.template ?? spec?.template;
}

describe('a slice', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.start();
    await scene.apply(
      namespace(NS),
      managed('XosPrincipal', 'robot', {}, NS),
      managed('XosImage', 'tool', { image: 'tool', tag: '1' }),
      ...['front', 'back'].map((name) => managed('XosService', name, {}, NS)),
      xos('XosSite', 'here', {}),
    );
  });
  afterAll(async () => {
    await scene.close();
  });

  const slice = (kind: string, spec: object = {}, name = kind.toLowerCase()) =>
    managed(
      'XosSlice',
      name,
      { controllerKind: kind, image: 'app:1', ...(kind === 'CronJob' && { schedule: '0 4 * * *' }), ...spec },
      NS,
    );
  const key = (name: string) => `${NS}/${name}`;
  const patch = async (name: string, spec: object) =>
    await scene.kubectl('patch', 'xsl', name, '-n', NS, '--type=merge', '-p', JSON.stringify({ spec }));
  const untilTemplate = async (
    { resource, name }: (typeof KINDS)[number],
    what: string,
    fits: (template: Template) => boolean,
  ) =>
    await scene.until(what, async () => {
      const template = templateOf(await scene.get(resource, key(name)));
      return template !== undefined && fits(template) ? template : undefined;
    });

  test.each(KINDS)(
    'as a $kind is made with one write, and is $done',
    async ({ kind, resource, name, done, scales }) => {
      const mark = scene.audit.mark();
      await scene.apply(slice(kind));
      const made = await scene.untilReady(XosSlices, key(name), done);
      const child = await scene.get(resource, key(name));
      expect(child?.metadata.ownerReferences).toMatchObject([{ uid: made.metadata.uid, controller: true }]);
      expect(made.status).toMatchObject({ resourceRef: { kind, name, uid: child?.metadata.uid } });
      expect(made.status?.selector).toBe(scales ? `xos.opencord.org/controller=${name}` : undefined);
      const requests = scene.audit.since(mark).filter((request) => request.name === name && request.namespace === NS);
      expect(
        requests.filter(({ resource: of }) => of === resource.plural).map(({ verb, code }) => `${verb} ${code}`),
      ).toEqual(['patch 201']);
      const reports = requests.filter(({ resource: of }) => of === 'xosslices/status');
      expect(reports.length).toBeGreaterThan(0);
      expect(reports.length).toBeLessThanOrEqual(2);
    },
  );

  test.each(KINDS)(
    'as a $kind is found once in the inventory: its pods belong to it, and no mirror is a second',
    async ({ kind, name }) => {
      if (kind !== 'CronJob') {
        await scene.until('the pods to be in the inventory', async () =>
          ((await scene.get(XosSlices, key(name)))?.status?.instances ?? 0) > 0 ? true : undefined,
        );
      }
      const named = (await scene.list(XosSlices, NS)).map(({ metadata }) => metadata.name);
      expect(named.filter((each) => each.startsWith(`${name}.`) || each.startsWith(`${name}-`))).toEqual([]);
    },
  );

  test.each(CHANGEABLE)('as a $kind follows every field that is set', async (type) => {
    await patch(type.name, {
      image: null,
      imageRef: { name: 'tool' },
      principalRef: { name: 'robot' },
      serviceRef: { name: 'front' },
      siteRef: { name: 'here' },
      template: {
        metadata: { labels: { mine: 'yes' } },
        spec: { containers: [{ name: 'main', env: [{ name: 'A', value: '1' }] }] },
      },
    });
    const template = await untilTemplate(type, 'the new template', ({ metadata }) => metadata.labels['mine'] === 'yes');
    expect(template.spec).toMatchObject({
      serviceAccountName: 'robot',
      containers: [{ name: 'main', image: 'tool:1', env: [{ name: 'A', value: '1' }] }],
    });
    expect(template.metadata.labels).toMatchObject({ 'xos.opencord.org/service': 'front' });
  });

  test.each(CHANGEABLE)('as a $kind follows every field that is removed', async (type) => {
    await patch(type.name, {
      image: 'app:2',
      imageRef: null,
      principalRef: null,
      serviceRef: null,
      siteRef: null,
      template: null,
    });
    const template = await untilTemplate(
      type,
      'the old template',
      ({ metadata }) => metadata.labels['mine'] === undefined,
    );
    expect(template.metadata.labels['xos.opencord.org/service']).toBeUndefined();
    const [container] = template.spec.containers;
    expect(container).toMatchObject({ name: 'main', image: 'app:2' });
    expect(container).not.toHaveProperty('env');
    if (type.kind !== 'ReplicaSet') await scene.untilReady(XosSlices, key(type.name));
  });

  test('as a CronJob follows its schedule, and refuses one that is none without touching the CronJob', async () => {
    await patch('cronjob', { schedule: '@hourly' });
    const scheduled = async () =>
      (await scene.get(typeOf('CronJob').resource, key('cronjob')))?.spec as { schedule?: string };
    await scene.until('the schedule', async () => ((await scheduled()).schedule === '@hourly' ? true : undefined));
    await patch('cronjob', { schedule: '0 25 * * *' });
    const refused = await scene.untilReady(XosSlices, key('cronjob'), 'InvalidSpec');
    expect(readyOf(refused)?.message).toMatch(/^spec\.schedule .* hour takes 0 to 23/);
    expect((await scheduled()).schedule).toBe('@hourly');
    await patch('cronjob', { schedule: '*/5 * * * mon-fri' });
    await scene.untilReady(XosSlices, key('cronjob'));
    expect((await scheduled()).schedule).toBe('*/5 * * * mon-fri');
  });

  test('as a Job refuses a new template, says what to do, and writes nothing', async () => {
    const { resource } = typeOf('Job');
    const before = await scene.get(resource, key('job'));
    const mark = scene.audit.mark();
    await patch('job', {
      image: 'app:2',
      template: { spec: { containers: [{ name: 'main', env: [{ name: 'A' }] }] } },
    });
    const refused = await scene.untilReady(XosSlices, key('job'), 'InvalidSpec');
    expect(readyOf(refused)?.message).toMatch(
      /containers\[main\]\.image.*delete this XosSlice and create another.*CronJob/,
    );
    expect(refused.status?.resourceRef?.uid).toBe(before?.metadata.uid);
    expect(await scene.get(resource, key('job'))).toEqual(before);
    expect(scene.audit.since(mark).filter((request) => request.resource === 'jobs')).toEqual([]);
    await patch('job', { image: 'app:1', template: null });
    await scene.untilReady(XosSlices, key('job'), 'Completed');
  });

  test('as a ReplicaSet says that its pods have to be deleted to get a new template', async () => {
    const said = readyOf(await scene.untilReady(XosSlices, key('replicaset'), 'Progressing'))?.message;
    const [, pod = ''] = /delete (replicaset-\w+)/.exec(said ?? '') ?? [];
    expect(said).toContain('controllerKind Deployment');
    await scene.kubectl('delete', 'pod', '-n', NS, pod);
    await scene.untilReady(XosSlices, key('replicaset'));
  });

  test('as a StatefulSet keeps the DNS names of its pods, and says so', async () => {
    await scene.apply(slice('StatefulSet', { serviceRef: { name: 'front' } }, 'named'));
    await scene.untilReady(XosSlices, key('named'));
    const { resource } = typeOf('StatefulSet');
    expect((await scene.get(resource, key('named')))?.spec?.serviceName).toBe('front');
    await patch('named', { serviceRef: { name: 'back' } });
    const noted = await scene.until('the new label', async () => {
      const found = await scene.untilReady(XosSlices, key('named'));
      return readyOf(found)?.message.includes('keep those of Service front') === true ? found : undefined;
    });
    expect(readyOf(noted)?.message).toContain('create it again');
    const live = await scene.get(resource, key('named'));
    expect(live?.spec?.serviceName).toBe('front');
    expect(templateOf(live)?.metadata.labels['xos.opencord.org/service']).toBe('back');
  });

  test.each(KINDS)('as a $kind is put back when its child is edited, and leaves what others add', async (type) => {
    const { resource, name } = type;
    const label = 'xos.opencord.org/slice';
    await scene.kubectl('label', resource.plural, name, '-n', NS, '--overwrite', `${label}=other`, 'mine=stays');
    await scene.until('the label', async () => {
      const { labels = {} } = (await scene.get(resource, key(name)))?.metadata ?? {};
      return labels[label] === name && labels['mine'] === 'stays' ? true : undefined;
    });
    if (type.kind === 'Job') return;
    const at = type.kind === 'CronJob' ? '/spec/jobTemplate/spec/template' : '/spec/template';
    const change = [{ op: 'replace', path: `${at}/spec/containers/0/image`, value: 'hacked:1' }];
    await scene.kubectl('patch', resource.plural, name, '-n', NS, '--type=json', '-p', JSON.stringify(change));
    await untilTemplate(type, 'the image', ({ spec }) => spec.containers[0]?.['image'] === 'app:2');
  });

  test.each(KINDS)('as a $kind is made again when its child is deleted', async ({ resource, name, done }) => {
    const before = await scene.get(resource, key(name));
    await scene.kubectl('delete', resource.plural, name, '-n', NS);
    await scene.until('another one', async () => {
      const again: Live<Workload> | undefined = await scene.get(resource, key(name));
      return again !== undefined && again.metadata.uid !== before?.metadata.uid ? again : undefined;
    });
    await scene.untilReady(XosSlices, key(name), done);
  });

  test.each(KINDS)('as a $kind takes its child along', async ({ resource, name }) => {
    await scene.kubectl('delete', 'xsl', name, '-n', NS);
    await scene.untilGone(resource, key(name));
  });

  function typeOf(kind: string): (typeof KINDS)[number] {
    const type = KINDS.find((each) => each.kind === kind);
    if (type === undefined) throw new Error(`There is no ${kind}.`);
    return type;
  }
});
