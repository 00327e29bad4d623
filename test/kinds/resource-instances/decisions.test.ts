/** What an XosResourceInstance decides: one situation, what is said, and what is done as the principal. */
import { Namespaces, ServiceAccounts } from '../../../src/api/core.ts';
import { XosPrincipals } from '../../../src/api/generated/xosprincipals.ts';
import { XosResourceInstances } from '../../../src/api/generated/xosresourceinstances.ts';
import type { KubeObject, Live } from '../../../src/api/object.ts';
import type { Resource } from '../../../src/api/resource.ts';
import { type Fact, idOf, type Observation, Observations } from '../../../src/runtime/errand.ts';
import type { Outcome } from '../../../src/runtime/outcome.ts';
import { settledOf } from '../../../src/runtime/settled.ts';
import { managed, namespace, xos } from '../../support/samples.ts';
import { controllers, viewOf } from '../../support/view.ts';

type Placed = [Resource, KubeObject];

const UID = 'XosResourceInstance:ns/it';
const MARK = { 'xos.opencord.org/owner-uid': UID };
const cm = (name: string, a = '1') => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a } });
const ref = (name: string, kind = 'ConfigMap') => ({ apiVersion: 'v1', kind, namespace: 'ns', name });
const entry = (name: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name,
  state: 'Ready',
  ...more,
});
const desired = (name: string, a = '1') => ({ ...cm(name, a), metadata: { name, labels: MARK, annotations: MARK } });
const real = (name: string, more: object = {}, metadata: object = {}): Live<KubeObject> => ({
  ...desired(name),
  ...more,
  metadata: {
    name,
    namespace: 'ns',
    uid: `u-${name}`,
    resourceVersion: '7',
    labels: MARK,
    annotations: MARK,
    ...metadata,
  },
});
const there = (name: string, more: object = {}, metadata: object = {}): Fact => ({
  state: 'Live',
  namespaced: true,
  object: real(name, more, metadata),
});

/** What is known about an object. */
function seen(name: string, known: Partial<Observation>, kind = 'ConfigMap'): Placed {
  const about = ref(name, kind);
  const shell = { apiVersion: 'v1', kind: 'Observation', metadata: { name: idOf(about), namespace: 'ns' } };
  const observation = {
    ...shell,
    owner: { key: 'ns/it', uid: UID },
    about,
    as: { namespace: 'ns', name: 'p' },
    ...known,
  };
  return [Observations, observation];
}

const instance = (spec: object, resources: object[], metadata: object = {}): Placed => {
  const whole = {
    principalRef: { name: 'p' },
    deletionPolicy: 'Delete',
    adoptionPolicy: 'MustNotExist',
    driftPolicy: 'Correct',
    ...spec,
  };
  const object = xos('XosResourceInstance', 'it', whole, 'ns');
  const held = { finalizers: ['xos.opencord.org/finalizer'], ...metadata };
  return [
    XosResourceInstances,
    { ...object, metadata: { ...object.metadata, ...held }, status: { resources } } as KubeObject,
  ];
};
const principal: Placed = [XosPrincipals, managed('XosPrincipal', 'p', {}, 'ns')];
const account: Placed = [
  ServiceAccounts,
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'p', namespace: 'ns' } },
];
const GOING = { deletionTimestamp: 'now' };

function decideFrom(...objects: Placed[]): Outcome {
  const controller = controllers.find(({ name }) => name.startsWith('xosresourceinstances.'));
  return controller?.decide('ns/it', viewOf(...objects))?.outcome ?? {};
}
const decide = (...objects: Placed[]) => decideFrom(principal, account, ...objects);
const tasksOf = ({ errands = [] }: Outcome) => errands.map(({ about, task }) => `${task.do} ${about.name}`);
const statesOf = ({ report }: Outcome) =>
  (((report?.status ?? {}) as { resources?: { name: string; state: string; uid?: string }[] }).resources ?? []).map(
    ({ name, state, uid }) => [name, state, ...(uid === undefined ? [] : [uid])].join(' '),
  );

interface Case {
  what: string;
  spec?: object;
  resources?: object[];
  metadata?: object;
  known?: Placed[];
  tasks: string[];
  states?: string[];
  reason?: string | undefined;
  says?: string;
}

const two = { manifests: [cm('a'), cm('b')] };
const one = { manifests: [cm('a')] };
const refusal = (task: 'create' | 'observe' | 'delete', reason: string) =>
  ({ task, reason, hash: undefined, message: 'No.' }) as const;
const namespaced = { ...cm('a'), metadata: { name: 'a', namespace: 'made' } };

const CASES: Case[] = [
  {
    what: 'records what it is about to make, and makes nothing yet',
    spec: two,
    resources: [entry('a', { uid: 'u-a' })],
    tasks: [],
    states: ['a Ready u-a', 'b Pending'],
    reason: 'Progressing',
  },
  {
    what: 'makes what is recorded, without a look',
    spec: one,
    resources: [entry('a', { state: 'Pending' })],
    tasks: ['create a'],
    reason: 'Progressing',
  },
  {
    what: 'looks at what it made before',
    spec: one,
    resources: [entry('a', { uid: 'u-a' })],
    tasks: ['observe a'],
    reason: 'Progressing',
  },
  {
    what: 'looks again at what may have changed',
    spec: one,
    resources: [entry('a', { uid: 'u-a' })],
    known: [seen('a', { fact: there('a'), stale: true })],
    tasks: ['observe a'],
  },
  {
    what: 'takes the UID of what is gone out of status before it makes it anew',
    spec: one,
    resources: [entry('a', { uid: 'u-a' })],
    known: [seen('a', { fact: { state: 'Absent' } })],
    tasks: [],
    states: ['a Pending'],
    reason: 'Progressing',
  },
  {
    what: 'and then makes it',
    spec: one,
    resources: [entry('a')],
    known: [seen('a', { fact: { state: 'Absent' } })],
    tasks: ['create a'],
  },
  {
    what: 'is ready when all is there',
    spec: one,
    resources: [entry('a')],
    known: [seen('a', { fact: there('a') })],
    tasks: [],
    states: ['a Ready u-a'],
    reason: 'Reconciled',
  },
  {
    what: 'puts back what differs',
    spec: one,
    resources: [entry('a')],
    known: [seen('a', { fact: there('a', { data: { a: '2' } }) })],
    tasks: ['apply a'],
    reason: 'Progressing',
  },
  {
    what: 'but not what the server writes in its own way',
    spec: one,
    resources: [entry('a')],
    known: [
      seen('a', {
        fact: there('a', { data: { a: '01' } }),
        settled: settledOf(desired('a'), real('a')),
      }),
    ],
    tasks: [],
    states: ['a Ready u-a'],
  },
  {
    what: 'only reports it where that is wanted',
    spec: { ...one, driftPolicy: 'Report' },
    resources: [entry('a')],
    known: [seen('a', { fact: there('a', { data: { a: '2' } }) })],
    tasks: [],
    states: ['a Drifted u-a'],
    reason: 'Reconciled',
    says: '1 of them not as declared',
  },
  {
    what: 'waits where it is changed again and again',
    spec: one,
    resources: [entry('a')],
    known: [
      seen('a', { held: true, fact: there('a', { data: { a: '2' } }, { managedFields: [{ manager: 'hand' }] }) }),
    ],
    tasks: [],
    reason: 'ProgressingWithRetry',
    says: 'hand keeps changing data.a',
  },
  {
    what: 'waits where it is deleted again and again',
    spec: one,
    resources: [entry('a')],
    known: [seen('a', { held: true, fact: { state: 'Absent' } })],
    tasks: [],
    reason: 'ProgressingWithRetry',
    says: 'deletes it each time',
  },
  {
    what: 'leaves what is not ours',
    spec: one,
    resources: [entry('a')],
    known: [seen('a', { fact: there('a', {}, { annotations: {} }) })],
    tasks: [],
    states: ['a Conflict'],
    reason: 'NameConflict',
  },
  {
    what: 'also what has our annotation, but is not what we made',
    spec: one,
    resources: [entry('a', { uid: 'u-other' })],
    known: [seen('a', { fact: there('a') })],
    tasks: [],
    states: ['a Conflict'],
    reason: 'NameConflict',
  },
  {
    what: 'takes it over where that is wanted',
    spec: { ...one, adoptionPolicy: 'AdoptIfUnowned' },
    resources: [entry('a')],
    known: [seen('a', { fact: there('a', {}, { annotations: {} }) })],
    tasks: ['apply a'],
    states: ['a Pending'],
  },
  {
    what: 'but not from a controller',
    spec: { ...one, adoptionPolicy: 'AdoptIfUnowned' },
    resources: [entry('a')],
    known: [
      seen('a', {
        fact: there(
          'a',
          {},
          {
            annotations: {},
            ownerReferences: [{ apiVersion: 'x', kind: 'Boss', name: 'b', uid: 'b', controller: true }],
          },
        ),
      }),
    ],
    tasks: [],
    reason: 'NameConflict',
    says: 'Boss b',
  },
  {
    what: 'nor from another custom resource',
    spec: { ...one, adoptionPolicy: 'AdoptIfUnowned' },
    resources: [entry('a')],
    known: [seen('a', { fact: there('a', {}, { annotations: { 'xos.opencord.org/owner-uid': 'other' } }) })],
    tasks: [],
    reason: 'NameConflict',
    says: 'another custom resource of XOS',
  },
  {
    what: 'waits for the end of what is being deleted',
    spec: one,
    resources: [entry('a')],
    known: [seen('a', { fact: there('a', {}, GOING) })],
    tasks: [],
    reason: 'Progressing',
  },
  {
    what: 'says what was refused, and goes on with the rest',
    spec: two,
    resources: [entry('a'), entry('b')],
    known: [seen('a', { refusal: refusal('create', 'Forbidden') })],
    tasks: ['create b'],
    states: ['a Forbidden', 'b Pending'],
    reason: 'Forbidden',
    says: 'ConfigMap a: No. One other object is not ready either.',
  },
  {
    what: 'tries at once what is another object than was refused',
    spec: one,
    resources: [entry('a')],
    known: [seen('a', { refusal: { ...refusal('create', 'InvalidSpec'), hash: 'old' } })],
    tasks: ['create a'],
  },
  {
    what: 'does not count what another account found out',
    spec: one,
    resources: [entry('a')],
    known: [seen('a', { refusal: refusal('create', 'Forbidden'), as: { namespace: 'ns', name: 'q' } })],
    tasks: ['create a'],
  },
  {
    what: 'waits for a kind that nobody serves',
    spec: one,
    resources: [entry('a')],
    known: [seen('a', { fact: { state: 'Unserved' } })],
    tasks: [],
    reason: 'DependencyNotReady',
  },
  {
    what: 'makes a namespace before what lives in it',
    spec: { manifests: [namespaced, namespace('made')] },
    resources: [entry('made', { kind: 'Namespace' }), entry('a', { namespace: 'made' })],
    tasks: ['create made'],
    states: ['made Pending', 'a Pending'],
    reason: 'DependencyNotReady',
    says: 'It waits for Namespace made.',
  },
  {
    what: 'looks at what leaves it',
    spec: one,
    resources: [entry('a'), entry('b')],
    known: [seen('a', { fact: there('a') })],
    tasks: ['observe b'],
    states: ['a Ready u-a', 'b Deleting'],
  },
  {
    what: 'deletes what leaves it and is ours',
    spec: one,
    resources: [entry('a'), entry('b')],
    known: [seen('a', { fact: there('a') }), seen('b', { fact: there('b') })],
    tasks: ['delete b'],
  },
  {
    what: 'leaves what is not ours, whatever status says',
    spec: one,
    resources: [entry('a'), entry('b', { uid: 'u-other' })],
    known: [seen('a', { fact: there('a') }), seen('b', { fact: there('b') })],
    tasks: [],
    states: ['a Ready u-a'],
    reason: 'Reconciled',
  },
  {
    what: 'forgets what status does not speak of any more',
    spec: one,
    resources: [entry('a')],
    known: [seen('a', { fact: there('a') }), seen('b', { fact: { state: 'Absent' } })],
    tasks: ['forget b'],
  },
  {
    what: 'keeps its record when the text is wrong',
    spec: { manifests: [{}] },
    resources: [entry('a', { uid: 'u-a' })],
    tasks: [],
    states: ['a Ready u-a'],
    reason: 'InvalidSpec',
  },
  {
    what: 'looks before it deletes',
    spec: one,
    metadata: GOING,
    resources: [entry('a')],
    tasks: ['observe a'],
    states: ['a Deleting'],
    reason: 'Progressing',
  },
  {
    what: 'deletes the last first',
    spec: one,
    metadata: GOING,
    resources: [entry('made', { kind: 'Namespace' }), entry('a')],
    known: [seen('made', { fact: there('made') }, 'Namespace'), seen('a', { fact: there('a') })],
    tasks: ['delete a'],
  },
  {
    what: 'and the first when that is gone',
    spec: one,
    metadata: GOING,
    resources: [entry('made', { kind: 'Namespace' }), entry('a')],
    known: [seen('made', { fact: there('made') }, 'Namespace'), seen('a', { fact: { state: 'Absent' } })],
    tasks: ['delete made'],
  },
  {
    what: 'is blocked where deleting is refused',
    spec: one,
    metadata: GOING,
    resources: [entry('a')],
    known: [seen('a', { refusal: refusal('delete', 'Forbidden'), fact: there('a') })],
    tasks: [],
    reason: 'DeletionBlocked',
    says: 'spec.deletionPolicy to Orphan',
  },
  {
    what: 'deletes what it could not change',
    spec: one,
    metadata: GOING,
    resources: [entry('a')],
    known: [seen('a', { refusal: refusal('create', 'Forbidden'), fact: there('a') })],
    tasks: ['delete a'],
  },
];

test.each(CASES)('$what', ({ spec = {}, resources = [], metadata = {}, known = [], tasks, states, reason, says }) => {
  const outcome = decide(instance(spec, resources, metadata), ...known);
  expect(tasksOf(outcome)).toEqual(tasks);
  if (states !== undefined) expect(statesOf(outcome)).toEqual(states);
  if (reason !== undefined) expect(outcome.report?.verdict.reason).toBe(reason);
  if (says !== undefined) expect(outcome.report?.verdict.message).toContain(says);
});

test('what differs and is left so goes into the condition that all kinds have for it', () => {
  const changed = seen('a', { fact: there('a', { data: { a: '2' } }) });
  const outcome = (driftPolicy: string) => decide(instance({ ...one, driftPolicy }, [entry('a')]), changed);
  expect(outcome('Report').drifts).toEqual([{ kind: 'ConfigMap', name: 'a', paths: ['data.a'] }]);
  expect(outcome('Correct').drifts).toEqual([]);
});

test('deletes with the UID and the version that it saw, and as the principal', () => {
  const outcome = decide(
    instance(one, [entry('a'), entry('b')]),
    seen('a', { fact: there('a') }),
    seen('b', { fact: there('b') }),
  );
  expect(outcome.errands).toMatchObject([
    {
      as: { namespace: 'ns', name: 'p' },
      owner: { uid: UID },
      task: { do: 'delete', uid: 'u-b', resourceVersion: '7' },
    },
  ]);
});

test('a fight is told beside the verdict: who changes what, or that somebody deletes it', () => {
  const changed = seen('a', {
    held: true,
    fact: there('a', { data: { a: '2' } }, { managedFields: [{ manager: 'hand' }] }),
  });
  const deleted = seen('a', { held: true, fact: { state: 'Absent' } });
  expect(decide(instance(one, [entry('a')]), changed).contests).toEqual([
    { kind: 'ConfigMap', name: 'a', paths: ['data.a'], rival: 'hand' },
  ]);
  expect(decide(instance(one, [entry('a')]), deleted).contests).toEqual([{ kind: 'ConfigMap', name: 'a', paths: [] }]);
});

test.each([
  { what: 'everything is gone', spec: one, resources: [entry('a')], known: [seen('a', { fact: { state: 'Absent' } })] },
  { what: 'there was nothing', spec: one, resources: [], known: [] },
  { what: 'it is to be orphaned', spec: { ...one, deletionPolicy: 'Orphan' }, resources: [entry('a')], known: [] },
])('lets go when $what', ({ spec, resources, known }) => {
  expect(decide(instance(spec, resources, GOING), ...known)).toEqual({ finalizer: false });
});

describe('in a namespace that is being deleted', () => {
  const ending: Placed = [Namespaces, { ...namespace('ns'), metadata: { name: 'ns', ...GOING } }];
  const forbidden = { refusal: refusal('delete', 'Forbidden') };

  test('what is refused is given up and told, but for what goes with the namespace', () => {
    const resources = [entry('far', { namespace: 'other' }), entry('near')];
    const near = seen('near', { ...forbidden, fact: there('near') });
    const far: Placed = seen('far', forbidden);
    const about = { ...ref('far'), namespace: 'other' };
    const placed: Placed = [
      Observations,
      { ...far[1], metadata: { name: idOf(about), namespace: 'ns' }, about } as KubeObject,
    ];
    const outcome = decide(instance(one, resources, GOING), ending, near, placed);
    expect(outcome).toMatchObject({ finalizer: false, announce: { resource: Namespaces, reason: 'LeftBehind' } });
    expect(outcome.announce?.message).toMatch(/: ConfigMap far \(namespace other\)\.$/);
  });

  test('what is refused keeps nothing else from being deleted', () => {
    const known = [seen('a', { ...forbidden, fact: there('a') }), seen('made', { fact: there('made') }, 'Namespace')];
    const outcome = decide(instance(one, [entry('made', { kind: 'Namespace' }), entry('a')], GOING), ending, ...known);
    expect(tasksOf(outcome)).toEqual(['delete made']);
    expect(outcome.finalizer).toBeUndefined();
  });
});

describe('without its principal, or its account,', () => {
  const entries = [entry('a', { uid: 'u-a' })];

  test('it waits, and keeps its record', () => {
    const waiting = decideFrom(instance(one, entries));
    expect(waiting.report?.verdict.message).toContain('XosPrincipal p');
    expect([waiting.report?.verdict.state, statesOf(waiting)]).toEqual(['Waiting', ['a Ready u-a']]);
  });

  test('it is still deleted as the account of that name', () => {
    const outcome = decideFrom(instance(one, entries, GOING), seen('a', { fact: there('a') }));
    expect(outcome.errands).toMatchObject([{ as: { namespace: 'ns', name: 'p' }, task: { do: 'delete', uid: 'u-a' } }]);
  });

  test('with one of another account it is deleted as that one only, so not while that is missing', () => {
    const other: Placed = [XosPrincipals, managed('XosPrincipal', 'p', { resourceName: 'other' }, 'ns')];
    const blocked = decideFrom(other, account, instance(one, entries, GOING), seen('a', { fact: there('a') }));
    expect([blocked.report?.verdict.reason, tasksOf(blocked)]).toEqual(['DeletionBlocked', []]);
  });
});
