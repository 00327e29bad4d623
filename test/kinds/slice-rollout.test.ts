/** What is said about the controller of a slice: how far it is, and the deepest cause why it is not further. */
import { type Pod, Pods, ReplicaSets } from '../../src/api/core.ts';
import { XosServices } from '../../src/api/generated/xosservices.ts';
import { XosSlices } from '../../src/api/generated/xosslices.ts';
import type { KubeObject } from '../../src/api/object.ts';
import { type Resource, resourceName } from '../../src/api/resource.ts';
import { Complaints } from '../../src/runtime/complaint.ts';
import { CONTROLLER_TYPES } from '../../src/kinds/slices/types.ts';
import { managed } from '../support/samples.ts';
import { childOf, decide, made, owner, type Placed, pod, SCHEDULED, verdictOf, waits } from '../support/slices.ts';
import { controllers, live, viewOf } from '../support/view.ts';

describe('how far it is', () => {
  const replicas = { replicas: 2, updatedReplicas: 2, availableReplicas: 2, readyReplicas: 2 };
  const nodes = {
    desiredNumberScheduled: 2,
    currentNumberScheduled: 2,
    updatedNumberScheduled: 2,
    numberAvailable: 2,
    numberReady: 2,
  };

  test.each<[string, object, string, object[]]>([
    [
      'Deployment',
      replicas,
      'Deployment s runs 2 of 2 replicas.',
      [{ updatedReplicas: 1 }, { availableReplicas: 1 }, { replicas: 3 }],
    ],
    [
      'StatefulSet',
      replicas,
      'StatefulSet s runs 2 of 2 replicas.',
      [{ updatedReplicas: 1 }, { availableReplicas: 1 }, { replicas: 3 }],
    ],
    [
      'ReplicaSet',
      { ...replicas, updatedReplicas: undefined },
      'ReplicaSet s runs 2 of 2 replicas.',
      [{ availableReplicas: 1 }, { replicas: 3 }],
    ],
    ['DaemonSet', nodes, 'DaemonSet s runs on 2 of 2 nodes.', [{ updatedNumberScheduled: 1 }, { numberAvailable: 1 }]],
  ])('a %s is ready when all its pods are, of this generation', (controllerKind, done, message, behind) => {
    const judge = (status: object) => decide({ controllerKind }, made(controllerKind, { replicas: 2 }, status));
    expect(verdictOf(judge(done))).toEqual({ state: 'Ready', reason: 'Reconciled', message });
    expect(judge(done)?.report?.status).toMatchObject({ replicas: 2, readyReplicas: 2, instances: 0 });
    for (const short of [{ observedGeneration: 1 }, ...behind])
      expect([short, verdictOf(judge({ ...done, ...short }))?.reason]).toEqual([short, 'Progressing']);
  });

  test.each(['Deployment', 'StatefulSet', 'ReplicaSet'])('a %s of no pods at all is ready', (controllerKind) => {
    expect(verdictOf(decide({ controllerKind, replicas: 0 }, made(controllerKind, { replicas: 0 })))?.state).toBe(
      'Ready',
    );
  });

  test.each([...CONTROLLER_TYPES.keys()])('the selector is there for a %s if that scales', (controllerKind) => {
    const spec = controllerKind === 'CronJob' ? SCHEDULED : { controllerKind };
    const status = decide(spec, made(controllerKind, {}))?.report?.status ?? {};
    expect('selector' in status).toBe(['Deployment', 'StatefulSet', 'ReplicaSet'].includes(controllerKind));
  });

  test('what was live is still said while something is missing', () => {
    const spec = { controllerKind: 'Deployment', siteRef: { name: 'nowhere' } };
    const outcome = decide(spec, made('Deployment', { replicas: 2 }, replicas));
    expect(outcome?.report).toMatchObject({ verdict: { reason: 'DependencyNotReady' }, status: { replicas: 2 } });
  });

  test('a ReplicaSet names the pods that have an earlier template, but none that is on its way out', () => {
    const spec = { controllerKind: 'ReplicaSet' };
    const { metadata } = (childOf(decide(spec))?.spec['template'] ?? {}) as unknown as { metadata: Pod['metadata'] };
    const at: [string, string] = ['ReplicaSet', 's'];
    const judge = (...pods: Placed[]) =>
      verdictOf(decide(spec, made('ReplicaSet', { replicas: 2 }, { replicas: 2, availableReplicas: 2 }), ...pods));
    const annotations = metadata.annotations;
    const fresh = pod('b', at, { phase: 'Running' }, { annotations });
    const going = pod('c', at, { phase: 'Running' }, { deletionTimestamp: 'now' });
    const old = (name: string) => pod(name, at, { phase: 'Running' });
    expect(judge(fresh, going, pod('d', at, { phase: 'Failed' }))?.state).toBe('Ready');
    expect(judge(fresh, old('a'))?.message).toMatch(/delete a to let it take effect, or use controllerKind Deployment/);
    expect(judge(...['e', 'a', 'g', 'f'].map(old))?.message).toContain('delete a, e, f and 1 more to');
  });

  test('a StatefulSet notes that its DNS names are not those of its service', () => {
    const service: Placed = [XosServices, managed('XosService', 'front', {}, 'ns')];
    const judge = (spec: object, live_: object) =>
      verdictOf(
        decide(
          { controllerKind: 'StatefulSet', ...spec },
          service,
          made('StatefulSet', { replicas: 2, ...live_ }, replicas),
        ),
      );
    const serviceRef = { name: 'front' };
    expect(judge({ serviceRef }, { serviceName: 'front' })?.message).toBe('StatefulSet s runs 2 of 2 replicas.');
    expect(judge({}, { serviceName: '' })?.message).toBe('StatefulSet s runs 2 of 2 replicas.');
    expect(judge({ serviceRef }, {})?.message).toContain('so they have none');
    expect(judge({}, { serviceName: 'old' })).toMatchObject({
      state: 'Ready',
      message: expect.stringContaining('so they keep those of Service old') as string,
    });
  });

  const condition = (type: string, reason?: string) => ({ conditions: [{ type, status: 'True', reason }] });
  const failedPod = pod('p', ['Job', 's'], {
    phase: 'Failed',
    containerStatuses: [{ name: 'main', state: { terminated: { exitCode: 3, reason: 'Error' } } }],
  });

  test.each<{ what: string; spec?: object; status?: object; pods?: Placed[]; reason: string; message: RegExp }>([
    { what: 'runs', status: { active: 1 }, reason: 'Progressing', message: /^Job s runs\.$/ },
    { what: 'has no pod', reason: 'Progressing', message: /^Job s has no pod yet\.$/ },
    {
      what: 'retries',
      status: { active: 1, failed: 1 },
      pods: [failedPod],
      reason: 'Progressing',
      message: /^Job s runs\. Pod p: container main ended with exit code 3\.$/,
    },
    { what: 'is suspended', spec: { suspend: true }, reason: 'Progressing', message: /suspended, by somebody else/ },
    { what: 'is done', status: condition('Complete'), reason: 'Completed', message: /ran to completion/ },
    {
      what: 'failed',
      status: condition('Failed', 'BackoffLimitExceeded'),
      pods: [failedPod],
      reason: 'Failed',
      message:
        /^Job s failed \(BackoffLimitExceeded\), .* Pod p: container main ended with exit code 3\. .*delete this XosSlice/,
    },
  ])('a Job that $what', ({ spec = {}, status = {}, pods = [], reason, message }) => {
    const template = childOf(decide({ controllerKind: 'Job' }))?.spec['template'];
    const verdict = verdictOf(decide({ controllerKind: 'Job' }, made('Job', { ...spec, template }, status), ...pods));
    expect(verdict?.reason).toBe(reason);
    expect(verdict?.message).toMatch(message);
    expect(verdict?.state === 'Stalled').toBe(reason === 'Failed');
  });

  test('a CronJob is ready, and says if it is suspended, or its newest run is stuck', () => {
    const judge = (spec: object, ...pods: Placed[]) => verdictOf(decide(SCHEDULED, made('CronJob', spec), ...pods));
    const run = (name: string, creationTimestamp: string, status: object) =>
      pod(name, ['CronJob', 's'], status, { creationTimestamp });
    expect(judge({})).toMatchObject({ state: 'Ready', message: 'CronJob s runs by the schedule "@daily".' });
    expect(judge({ suspend: true })?.message).toBe('CronJob s is suspended, by somebody else.');
    const failed = run('old', '2026-01-01T00:00:00Z', { phase: 'Failed' });
    expect(judge({}, failed)?.message).toContain('Of its newest run, pod old: it failed.');
    expect(judge({}, run('new', '2026-01-02T00:00:00Z', { phase: 'Running' }), failed)?.message).not.toContain(
      'newest',
    );
  });
});

describe('the deepest cause', () => {
  const short = { replicas: 1, updatedReplicas: 1, availableReplicas: 0 };
  const set: Placed = [
    ReplicaSets,
    {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: 's-1', namespace: 'ns', ...owner('Deployment', 's') },
    },
  ];
  const at: [string, string] = ['ReplicaSet', 's-1'];
  const judge = (status: object, ...pods: Placed[]) =>
    verdictOf(
      decide(
        { controllerKind: 'Deployment' },
        made('Deployment', { replicas: 1 }, { ...short, ...status }),
        set,
        ...pods,
      ),
    );
  const ended = (more: object) => ({ containerStatuses: [{ name: 'main', ...more }] });

  test.each<[string, object, string]>([
    ['an image', waits('ErrImagePull'), 'container main cannot get its image app:1 (ErrImagePull)'],
    [
      'an image, between two tries',
      waits('ImagePullBackOff'),
      'container main cannot get its image app:1 (ErrImagePull)',
    ],
    ['a name of an image', waits('InvalidImageName'), 'cannot get its image app:1 (InvalidImageName)'],
    [
      'the image of an init container',
      { initContainerStatuses: [{ name: 'init', state: { waiting: { reason: 'ErrImagePull' } } }] },
      'container init cannot get its image init:1',
    ],
    [
      'a lack of configuration',
      waits('CreateContainerConfigError'),
      'container main waits (CreateContainerConfigError)',
    ],
    [
      'a crash',
      ended({ state: { terminated: { exitCode: 1, reason: 'Error' } } }),
      'container main ended with exit code 1.',
    ],
    [
      'a crash, while it waits',
      ended({
        restartCount: 1,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 1 } },
      }),
      'container main ended with exit code 1, after 1 restart.',
    ],
    [
      'a crash, while it tries again',
      ended({
        restartCount: 2,
        ready: false,
        state: {},
        lastState: { terminated: { exitCode: 137, reason: 'OOMKilled' } },
      }),
      'ended with exit code 137 (OOMKilled), after 2 restarts.',
    ],
    [
      'an end without an error, again and again',
      ended({
        restartCount: 2,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 0, reason: 'Completed' } },
      }),
      'ended with exit code 0, after 2 restarts.',
    ],
    [
      'a lack of room',
      { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }] },
      'it cannot be scheduled (Unschedulable)',
    ],
  ])('names %s', (_what, status, cause) => {
    const { message, state } = judge({}, pod('p', at, { phase: 'Pending', ...status })) ?? {};
    expect(state).toBe('Progressing');
    expect(message).toMatch(/^Deployment s: 1 of 1 replicas are up to date, 0 of 1 are available\. Pod p: /);
    expect(message).toContain(cause);
  });

  test.each<[string, object]>([
    ['starts', waits('ContainerCreating')],
    ['recovered', ended({ ready: true, restartCount: 1, state: {}, lastState: { terminated: { exitCode: 1 } } })],
    ['is on its way out', { ...waits('ErrImagePull'), going: true }],
    ['failed, and was replaced', { ...waits('ErrImagePull'), phase: 'Failed' }],
  ])('is no pod that %s', (_what, { going, ...status }: { going?: boolean }) => {
    const found = pod('p', at, { phase: 'Pending', ...status }, going === true ? { deletionTimestamp: 'now' } : {});
    expect(judge({}, found)?.message).toMatch(/are available\.$/);
  });

  test('is that of the newest pod, and of equally old ones of the first', () => {
    const stuck = (name: string, creationTimestamp: string) =>
      pod(name, at, waits('ErrImagePull'), { creationTimestamp });
    const [old, next] = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'];
    expect(judge({}, stuck('a', old), stuck('c', next), stuck('b', next))?.message).toContain('Pod b:');
  });

  test('is never looked for below a namesake: only the UID counts', () => {
    const foreign = pod('p', at, waits('ErrImagePull'), owner('ReplicaSet', 's-1', 'another'));
    expect(judge({}, foreign)?.message).toMatch(/are available\.$/);
  });

  const refusal = (message: string, reason = 'FailedCreate') => ({
    conditions: [{ type: 'ReplicaFailure', status: 'True', reason, message }],
  });
  test.each<[string, string, string]>([
    [
      'pods "x" is forbidden: exceeded quota: few, requested: pods=1',
      'QuotaExceeded',
      'ResourceQuota few of the namespace is used up; raise it',
    ],
    [
      'pods "x" is forbidden: violates PodSecurity "restricted:latest": runAsNonRoot != true (secret)',
      'Forbidden',
      'the Pod Security level restricted of the namespace does not allow it; set securityContext.runAsNonRoot',
    ],
    [
      'admission webhook "guard.example.com" denied the request: secret',
      'Forbidden',
      'the admission webhook guard.example.com denies it',
    ],
    [
      "pods \"x\" is forbidden: ValidatingAdmissionPolicy 'guard' with binding 'all' denied request: secret",
      'Forbidden',
      'the ValidatingAdmissionPolicy guard denies it',
    ],
    [
      'pods "x" is forbidden: maximum cpu usage per Container is secret',
      'Forbidden',
      'a LimitRange of the namespace does not allow it, by its maximum cpu',
    ],
  ])('is what refuses the pods: %s', (text, reason, cause) => {
    const verdict = judge(refusal(text));
    expect(verdict).toMatchObject({ state: 'Stalled', reason });
    expect(verdict?.message).toContain(`Pods are refused: ${cause}`);
    expect(verdict?.message).not.toContain('secret');
  });

  test('is not known where the refusal is of no known sort, and no person is called', () => {
    const verdict = judge(refusal('secret'));
    expect(verdict).toMatchObject({ state: 'Waiting', reason: 'ProgressingWithRetry' });
    expect(verdict?.message).toContain('Pods are refused: why, the Events of the controller say');
    expect(verdict?.message).not.toContain('secret');
  });

  test('is no refusal that is over, or about deleting; and a stuck pod goes before one', () => {
    expect(judge(refusal('exceeded quota: few,', 'FailedDelete'))?.state).toBe('Progressing');
    const over = { conditions: [{ type: 'ReplicaFailure', status: 'False', reason: 'FailedCreate', message: '' }] };
    expect(judge(over)?.state).toBe('Progressing');
    expect(judge(refusal('exceeded quota: few,'), pod('p', at, waits('ErrImagePull')))?.message).toContain('Pod p:');
  });

  describe.each(['StatefulSet', 'DaemonSet', 'Job'])('of a %s that cannot make its pods', (controllerKind) => {
    const status = { replicas: 0, desiredNumberScheduled: 1 };
    const [resource, body] = made(
      controllerKind,
      { ...childOf(decide({ controllerKind }))?.spec, replicas: 1 },
      status,
    );
    const complaint = (more: object): Placed => [
      Complaints,
      {
        apiVersion: 'v1',
        kind: 'Complaint',
        metadata: { name: live(body).metadata.uid, namespace: 'ns' },
        at: '2026-01-02T00:00:00Z',
        owner: 'ns/s',
        ...more,
      } as KubeObject,
    ];
    const quota = complaint({ obstacle: { sort: 'Quota', words: 'ResourceQuota few is used up' } });
    const asked = (...more: Placed[]) => decide({ controllerKind }, [resource, body], ...more);
    const below: [string, string] = [controllerKind, 's'];

    test('is asked for, and again while pods are missing', () => {
      const outcome = asked();
      expect(verdictOf(outcome)?.state).toBe('Progressing');
      expect(outcome?.inquire?.map(({ metadata }) => metadata.name)).toEqual(['s']);
      expect(outcome?.requeueAfterMs).toBeGreaterThan(0);
    });

    test('is named when it is known, and what it is not known, where to look', () => {
      expect(verdictOf(asked(quota))).toMatchObject({ state: 'Stalled', reason: 'QuotaExceeded' });
      expect(verdictOf(asked(quota))?.message).toContain('ResourceQuota few is used up');
      expect(verdictOf(asked(complaint({})))?.message).toContain('why, the Events of the controller say');
    });

    test('is over when a pod came after it', () => {
      const later = pod('p', below, { phase: 'Running' }, { creationTimestamp: '2026-01-02T00:00:01Z' });
      expect(verdictOf(asked(quota, later))?.state).toBe('Progressing');
      const earlier = pod('p', below, { phase: 'Running' }, { creationTimestamp: '2026-01-01T00:00:00Z' });
      expect(verdictOf(asked(quota, earlier))?.state).toBe('Stalled');
    });
  });

  test.each<[string, object, object, boolean]>([
    ['whose only pod runs', {}, { active: 1 }, false],
    ['with fewer pods than may run at once', { parallelism: 3 }, { active: 2 }, true],
    ['with few left to do', { parallelism: 3, completions: 5 }, { active: 1, succeeded: 4 }, false],
    ['between two tries', {}, { failed: 1 }, true],
  ])('of a Job %s is asked for, or not', (_what, spec, status, isAsked) => {
    const whole = { ...childOf(decide({ controllerKind: 'Job' }))?.spec, ...spec };
    const outcome = decide({ controllerKind: 'Job' }, made('Job', whole, status));
    expect([verdictOf(outcome)?.message, outcome?.inquire !== undefined]).toEqual(['Job s runs.', isAsked]);
  });

  test('is not asked for where all pods are made, or the condition says it', () => {
    const full = { replicas: 1, availableReplicas: 0 };
    expect(
      decide({ controllerKind: 'StatefulSet' }, made('StatefulSet', { replicas: 1 }, full))?.inquire,
    ).toBeUndefined();
    expect(decide({ controllerKind: 'Deployment' }, made('Deployment', { replicas: 1 }))?.inquire).toBeUndefined();
  });

  test.each<[string, string, boolean]>([
    ['an earlier', 'one', true],
    ['the new', 'two', false],
  ])('of a StatefulSet with a stuck pod of %s template asks to delete it: %s, %s', (_what, revision, asks) => {
    const status = { replicas: 1, updateRevision: 'two' };
    const stuck = pod('s-0', ['StatefulSet', 's'], waits('ErrImagePull'), {
      labels: { 'controller-revision-hash': revision },
    });
    const verdict = verdictOf(
      decide({ controllerKind: 'StatefulSet' }, made('StatefulSet', { replicas: 1 }, status), stuck),
    );
    expect(verdict?.message.includes('delete the pod to go on')).toBe(asks);
  });
});

describe('a pod wakes its slice', () => {
  const sources = controllers.find(({ name }) => name === resourceName(XosSlices))?.sources ?? [];
  const source = sources.find((each) => each.resource === (Pods as Resource) && each.matters !== undefined);
  const at: [string, string] = ['ReplicaSet', 's-1'];
  const above: Placed[] = [
    made('Deployment', {}),
    [
      ReplicaSets,
      {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata: { name: 's-1', namespace: 'ns', ...owner('Deployment', 's') },
      },
    ],
  ];
  const wakes = (of: [string, string], ...objects: Placed[]) => [
    ...(source?.wakes(live(pod('p', of, {})[1]), viewOf(...objects)) ?? []),
  ];
  const state = (status: object, more: object = {}) => live(pod('p', at, status, more)[1]);

  test.each<[string, object | undefined, object | undefined, boolean]>([
    ['gets stuck', {}, waits('ErrImagePull'), true],
    ['gets on', waits('ErrImagePull'), {}, true],
    ['waits for the next try', waits('ErrImagePull'), waits('ImagePullBackOff'), false],
    ['comes', undefined, {}, true],
    ['goes', {}, undefined, true],
    ['runs', { phase: 'Pending' }, { phase: 'Running' }, false],
  ])('when it %s: %j', (_what, before, after, matters) => {
    expect(source?.matters?.(before && state(before), after && state(after))).toBe(matters);
  });

  test('when it is on its way out', () => {
    expect(source?.matters?.(state({}), state({}, { deletionTimestamp: 'now' }))).toBe(true);
  });

  test('through the controllers between, each by its UID', () => {
    expect(wakes(at, ...above)).toEqual(['ns/s']);
    expect(wakes(['Deployment', 's'], ...above)).toEqual(['ns/s']);
    expect(wakes(at)).toEqual([]);
    const namesake: Placed = [
      ReplicaSets,
      {
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata: { name: 's-1', namespace: 'ns', uid: 'other', ...owner('Deployment', 's') },
      },
    ];
    expect(wakes(at, made('Deployment', {}), namesake)).toEqual([]);
  });
});
