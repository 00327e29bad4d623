/** What a slice with a controller becomes, and what is refused before anything is written. */
import { XosServices } from '../../src/api/generated/xosservices.ts';
import type { JsonObject, KubeObject } from '../../src/api/object.ts';
import { scheduleFault } from '../../src/kinds/slices/schedule.ts';
import { managed } from '../support/samples.ts';
import { childOf, decide, made, type Placed, SCHEDULED, verdictOf } from '../support/slices.ts';

describe('what is made', () => {
  const selector = { matchLabels: { 'xos.opencord.org/controller': 's' } };
  const metadata = {
    labels: {
      'app.kubernetes.io/managed-by': 'xos-operator',
      'xos.opencord.org/managed': 'true',
      'xos.opencord.org/slice': 's',
      'xos.opencord.org/controller': 's',
    },
  };
  const containers = [{ name: 'main', image: 'app:1' }];
  const template = { metadata, spec: { containers } };
  const batch = { metadata, spec: { containers, restartPolicy: 'Never' } };

  test.each<[string, object, object]>([
    ['Deployment', { replicas: 2 }, { replicas: 2, selector, template }],
    ['Deployment', {}, { selector, template }],
    ['StatefulSet', { replicas: 0 }, { replicas: 0, selector, template }],
    ['DaemonSet', {}, { selector, template }],
    ['Job', {}, { template: batch }],
    ['CronJob', { schedule: '@daily' }, { schedule: '@daily', jobTemplate: { spec: { template: batch } } }],
  ])('a %s of %j', (controllerKind, spec, expected) => {
    const outcome = decide({ controllerKind, ...spec });
    expect(childOf(outcome)?.spec).toEqual(expected);
    expect(outcome?.children).toMatchObject([{ strategy: 'Apply', keepLive: ['spec.replicas'] }]);
    expect(verdictOf(outcome)?.message).toBe(`The ${controllerKind} is being created.`);
  });

  test('a ReplicaSet marks its pods with their template, and another template has another mark', () => {
    const markOf = (spec: object) => {
      const { template: given } = childOf(decide({ controllerKind: 'ReplicaSet', ...spec }))?.spec ?? {};
      return (given as { metadata: { annotations: JsonObject } }).metadata.annotations;
    };
    const annotations = { mine: 'stays' };
    expect(markOf({ template: { metadata: { annotations } } })).toMatchObject(annotations);
    expect(markOf({})).toEqual({ 'xos.opencord.org/template-hash': expect.any(String) as string });
    expect(markOf({ image: 'app:2' })).not.toEqual(markOf({}));
  });

  test('a restartPolicy of the template stands', () => {
    const outcome = decide({ controllerKind: 'Job', template: { spec: { restartPolicy: 'OnFailure' } } });
    expect(childOf(outcome)).toMatchObject({ spec: { template: { spec: { restartPolicy: 'OnFailure' } } } });
  });

  test('a StatefulSet has its DNS names from the Service that its service becomes, and waits until that is declared', () => {
    const spec = { controllerKind: 'StatefulSet', serviceRef: { name: 'front' } };
    const service: Placed = [XosServices, managed('XosService', 'front', { resourceName: 'face' }, 'ns')];
    expect(verdictOf(decide(spec))).toMatchObject({
      reason: 'DependencyNotReady',
      message: expect.stringContaining('spec.serviceRef names XosService front') as string,
    });
    expect(childOf(decide(spec, service))).toMatchObject({
      spec: { serviceName: 'face', template: { metadata: { labels: { 'xos.opencord.org/service': 'front' } } } },
    });
    const live52 = made('StatefulSet', { replicas: 1, serviceName: 'old' });
    expect(childOf(decide(spec, service, live52))?.spec['serviceName']).toBe('old');
  });
});

describe('what is refused, before anything is written', () => {
  test.each<[string, object, RegExp]>([
    [
      'a kind that nobody makes',
      { controllerKind: 'Rollout' },
      /^spec\.controllerKind must be one of Deployment, .*CronJob/,
    ],
    ['no image', { controllerKind: 'Job', image: undefined }, /^Container main has no image: set spec\.image/],
    ...['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet'].map((controllerKind): [string, object, RegExp] => [
      `pods of a ${controllerKind} that end`,
      { controllerKind, template: { spec: { restartPolicy: 'OnFailure' } } },
      /^spec\.template\.spec\.restartPolicy of a \w+ must be Always: correct it/,
    ]),
    ...[{ controllerKind: 'Job' }, SCHEDULED].map((kind): [string, object, RegExp] => [
      `pods of a ${kind.controllerKind} that never end`,
      { ...kind, template: { spec: { restartPolicy: 'Always' } } },
      /^spec\.template\.spec\.restartPolicy of a \w+ must be Never or OnFailure: .* leave it out for Never/,
    ]),
    [
      'no schedule',
      { ...SCHEDULED, schedule: 'daily' },
      /^spec\.schedule is no schedule .* it has 1 fields, not 5: give/,
    ],
    ...(
      [
        ['StatefulSet', 52],
        ['CronJob', 52],
        ['Job', 63],
      ] as const
    ).map(([controllerKind, max]): [string, object, RegExp] => [
      `a long name of a ${controllerKind}`,
      { ...(controllerKind === 'CronJob' ? SCHEDULED : { controllerKind }), resourceName: 'n'.repeat(max + 1) },
      new RegExp(`^spec\\.resourceName is too long for a ${controllerKind}, whose name has ${max} characters`),
    ]),
    ['a StatefulSet with a dot', { controllerKind: 'StatefulSet', resourceName: 'a.b' }, /must not have dots/],
  ])('%s', (_what, spec, message) => {
    const outcome = decide(spec);
    expect(verdictOf(outcome)).toMatchObject({ state: 'Stalled', reason: 'InvalidSpec' });
    expect(verdictOf(outcome)?.message).toMatch(message);
    expect(outcome?.children).toBeUndefined();
  });

  test('a longest name is taken', () => {
    expect(verdictOf(decide({ ...SCHEDULED, resourceName: 'n'.repeat(52) }))?.state).toBe('Progressing');
  });

  /** A live Job that was applied with this template: what we own of it is in managedFields. */
  const applied = (template: object) => {
    const placed = made('Job', { template });
    const fieldsV1 = { 'f:spec': { 'f:template': fieldsOf(template) } };
    Object.assign(placed[1].metadata, { managedFields: [{ manager: 'xos-operator', operation: 'Apply', fieldsV1 }] });
    return placed;
  };
  const before = childOf(decide({ controllerKind: 'Job' }))?.spec['template'] as object;

  test.each<[string, object, string]>([
    ['the image', { image: 'app:2' }, 'spec.template.spec.containers[main].image'],
    ['a field more', { template: { spec: { hostNetwork: true } } }, 'spec.template.spec.hostNetwork'],
    ['a label more', { template: { metadata: { labels: { a: 'b' } } } }, 'spec.template.metadata.labels.a'],
  ])('of a Job that exists %s, whatever became of it', (_what, spec, path) => {
    for (const status of [{}, { conditions: [{ type: 'Complete', status: 'True' }] }]) {
      const [resource, job] = applied(before);
      const outcome = decide({ controllerKind: 'Job', ...spec }, [resource, { ...job, status } as KubeObject]);
      expect(verdictOf(outcome)).toMatchObject({ state: 'Stalled', reason: 'InvalidSpec' });
      expect(verdictOf(outcome)?.message).toContain(path);
      expect(outcome?.children).toBeUndefined();
      expect(outcome?.report?.status).toMatchObject({ resourceRef: { kind: 'Job' } });
    }
  });

  test('but an unchanged Job, and one of somebody else, are judged as ever', () => {
    expect(verdictOf(decide({ controllerKind: 'Job' }, applied(before)))?.state).toBe('Progressing');
    const [resource, job] = applied(before);
    const foreign = { ...job, metadata: { ...job.metadata, ownerReferences: [] } };
    // The plan sees whose it is, and says NameConflict.
    expect(decide({ controllerKind: 'Job', image: 'app:2' }, [resource, foreign])?.children?.length).toBe(1);
  });
});

/** fieldsV1 of what was applied; lists of containers by their name. */
function fieldsOf(value: unknown): JsonObject {
  if (Array.isArray(value)) {
    const elements = value as { name: string }[];
    return Object.fromEntries(
      elements.map((each) => [`k:${JSON.stringify({ name: each.name })}`, { '.': {}, ...fieldsOf(each) }]),
    );
  }
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([key, below]) => [`f:${key}`, fieldsOf(below)]));
}

describe('a schedule', () => {
  test.each([
    '* * * * *',
    '*/5 0-6,12 1 jan-MAR sun',
    '0 0 31 12 6',
    '59 23 ? * 1-5/2',
    '5/10 * * * *',
    ' 1  2\t3 4 5 ',
    '@hourly',
    '@midnight',
    '@every 1h30m',
  ])('%j is one', (schedule) => {
    expect(scheduleFault(schedule)).toBeUndefined();
  });

  test.each([
    ['', 'it has 0 fields'],
    ['* * * *', 'it has 4 fields'],
    ['* * * * * *', 'it has 6 fields'],
    ['60 * * * *', 'minute takes 0 to 59'],
    ['* 24 * * *', 'hour takes 0 to 23'],
    ['* * 0 * *', 'day of the month takes 1 to 31'],
    ['* * * 13 *', 'month takes 1 to 12 or jan to dec'],
    ['* * * * 7', 'day of the week takes 0 to 6 or sun to sat'],
    ['* * * mon *', 'month takes'],
    ['5-1 * * * *', 'minute'],
    ['1-2-3 * * * *', 'minute'],
    ['*/0 * * * *', 'minute'],
    ['*/ * * * *', 'minute'],
    ['1/2/3 * * * *', 'minute'],
    ['1,,2 * * * *', 'minute'],
    ['-1 * * * *', 'minute'],
    ['x * * * *', 'minute'],
    ['1e1 * * * *', 'minute'],
    ['@often', 'a schedule of that name does not exist'],
    ['@every', 'a schedule of that name does not exist'],
    ['@every soon', 'a schedule of that name does not exist'],
    ['TZ=UTC * * * * *', 'it must not name a time zone'],
  ])('%j is none: %s', (schedule, fault) => {
    expect(scheduleFault(schedule)).toContain(fault);
  });
});
