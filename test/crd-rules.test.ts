/** The CEL rules of the CRDs, each with what it lets pass and what it refuses, and with which words. */
import { parse as parseRule } from '@marcbachmann/cel-js';
import { type Crd, crds, partOf, type Rule, schemaOf } from './support/crds.ts';

/** What has no resource of its own cannot be released. */
const RELEASE = 'spec.xosManaged cannot go';

interface Case {
  kind: string;
  what: string;
  spec: object;
  /** The spec before; left out: the object is created. */
  before?: object;
  /** The beginning of the message; left out: it is allowed. */
  refused?: string;
}

const PARTS = ['XosServicePort', 'XosConfigMapVolumeMount', 'XosSecretVolumeMount'];
const REF = { name: 'a' };
const TAKING_OVER = { adoptionPolicy: 'AdoptIfUnowned' };
const FOREIGN = { xosManaged: false };
const LONG = 'n'.repeat(64);

const IMAGES: Omit<Case, 'kind'>[] = [
  { what: 'a name with a tag', spec: { image: 'registry.example.com:5000/team/app', tag: '1.2_a-b' } },
  { what: 'a name with a digest', spec: { image: 'app', digest: `sha256:${'0a'.repeat(32)}` } },
  { what: 'a name alone', spec: { image: 'localhost:5000/app' } },
  {
    what: 'tag and digest',
    spec: { image: 'a', tag: '1', digest: `sha256:${'0'.repeat(64)}` },
    refused: 'spec.tag and',
  },
  { what: 'a tag in the name', spec: { image: 'localhost:5000/app:1' }, refused: 'spec.image must' },
  { what: 'a digest in the name', spec: { image: 'app@sha256:00' }, refused: 'spec.image must' },
  { what: 'a blank in the name', spec: { image: 'my app' }, refused: 'spec.image must' },
  { what: 'no name at all', spec: { image: '' }, refused: 'spec.image must' },
  { what: 'a tag with a slash', spec: { image: 'app', tag: 'a/b' }, refused: 'spec.tag must' },
  { what: 'a tag that is too long', spec: { image: 'app', tag: 't'.repeat(129) }, refused: 'spec.tag must' },
  { what: 'a digest without an algorithm', spec: { image: 'app', digest: 'ab12' }, refused: 'spec.digest must' },
  {
    what: 'whatever a foreign pod says',
    spec: { ...FOREIGN, image: ' @', tag: '', digest: '?' },
    refused: 'spec.tag and',
  },
  { what: 'what a foreign pod says', spec: { ...FOREIGN, image: ' @a:b', tag: '/' } },
];

const SLICES: Omit<Case, 'kind'>[] = [
  { what: 'a group', spec: {} },
  { what: 'a Deployment', spec: { controllerKind: 'Deployment', image: 'a' } },
  { what: 'a CronJob with its schedule', spec: { controllerKind: 'CronJob', schedule: '* * * * *' } },
  { what: 'a kind that nobody can make', spec: { controllerKind: 'EtcdCluster' }, refused: 'spec.controllerKind must' },
  { what: 'a mirror of any kind', spec: { ...FOREIGN, controllerKind: 'EtcdCluster' } },
  { what: 'a mirror of a CronJob', spec: { ...FOREIGN, controllerKind: 'CronJob' } },
  { what: 'a CronJob without a schedule', spec: { controllerKind: 'CronJob' }, refused: 'spec.schedule belongs' },
  { what: 'a CronJob that is taken over with its schedule', spec: { ...TAKING_OVER, controllerKind: 'CronJob' } },
  { what: 'a Job with a schedule', spec: { controllerKind: 'Job', schedule: '0' }, refused: 'spec.schedule belongs' },
  { what: 'a group with a schedule', spec: { schedule: '0' }, refused: 'spec.schedule belongs' },
  { what: 'a group with replicas', spec: { replicas: 1 }, refused: 'spec.replicas belongs' },
  { what: 'a mirror with replicas', spec: { ...FOREIGN, controllerKind: 'Rollout', replicas: 1 } },
  ...['Deployment', 'StatefulSet', 'ReplicaSet'].map((controllerKind) => ({
    what: `a ${controllerKind} with replicas`,
    spec: { controllerKind, replicas: 3 },
  })),
  ...['DaemonSet', 'Job', 'CronJob'].map((controllerKind) => ({
    what: `a ${controllerKind} with replicas`,
    spec: { controllerKind, replicas: 1, ...(controllerKind === 'CronJob' && { schedule: '@daily' }) },
    refused: 'spec.replicas belongs',
  })),
  { what: 'two images', spec: { image: 'a', imageRef: REF }, refused: 'spec.image and' },
  ...unchangeable('controllerKind', 'Job', 'Deployment'),
];

const INSTANCES: Omit<Case, 'kind'>[] = [
  { what: 'a pod in a slice', spec: { sliceRef: REF } },
  { what: 'a pod in no slice', spec: { image: 'a' }, refused: 'spec.sliceRef is required' },
  { what: 'a foreign pod in no slice', spec: FOREIGN },
  { what: 'a pod in no slice that is taken over', spec: TAKING_OVER },
  { what: 'two images', spec: { sliceRef: REF, image: 'a', imageRef: REF }, refused: 'spec.image and' },
  { what: 'another slice', spec: { sliceRef: REF }, before: { sliceRef: { name: 'b' } } },
];

const CONFIG_MAPS: Omit<Case, 'kind'>[] = [
  { what: 'texts', spec: { data: {} } },
  { what: 'bytes', spec: { binaryData: {} } },
  { what: 'a JSON text', spec: { dataJSON: '{}' } },
  { what: 'no data at all', spec: {}, refused: 'spec.data, spec.binaryData and' },
  { what: 'no data at all of what is taken over', spec: TAKING_OVER },
  { what: 'two forms', spec: { data: {}, binaryData: {} }, refused: 'spec.data, spec.binaryData and' },
  { what: 'a mirror, which never has data', spec: FOREIGN },
];

const SECRETS: Omit<Case, 'kind'>[] = [
  { what: 'texts', spec: { stringData: {}, type: 'kubernetes.io/tls', immutable: true } },
  { what: 'somebody else to keep it', spec: { secretRef: REF } },
  { what: 'no data at all', spec: {}, refused: 'spec.data, spec.stringData,' },
  { what: 'no data at all of what is taken over', spec: TAKING_OVER },
  { what: 'two forms', spec: { data: {}, secretRef: REF }, refused: 'spec.data, spec.stringData,' },
  { what: 'a mirror, which never has data', spec: FOREIGN },
  { what: 'a type for what others keep', spec: { secretRef: REF, type: 'Opaque' }, refused: 'spec.type and' },
  {
    what: 'a token of any account',
    spec: { data: {}, type: 'kubernetes.io/service-account-token' },
    refused: 'spec.type must',
  },
  {
    what: 'a reference added later',
    spec: { secretRef: REF },
    before: { data: {} },
    refused: 'spec.secretRef cannot',
  },
  { what: 'another reference', spec: { secretRef: REF }, before: { secretRef: { name: 'b' } } },
];

const MOUNTS: Omit<Case, 'kind'>[] = [
  { what: 'a slice', spec: { sliceRef: REF } },
  { what: 'an instance', spec: { serviceInstanceRef: REF, subPath: 'a/..b', defaultMode: '0400' } },
  { what: 'neither', spec: {}, refused: 'spec.serviceInstanceRef and' },
  { what: 'both', spec: { sliceRef: REF, serviceInstanceRef: REF }, refused: 'spec.serviceInstanceRef and' },
  { what: 'a relative path', spec: { sliceRef: REF, mountPath: 'etc' }, refused: 'spec.mountPath must' },
  { what: 'a path with a colon', spec: { sliceRef: REF, mountPath: '/a:b' }, refused: 'spec.mountPath must' },
  { what: 'a way out', spec: { sliceRef: REF, subPath: 'a/../b' }, refused: 'spec.subPath must' },
  { what: 'an absolute subPath', spec: { sliceRef: REF, subPath: '/a' }, refused: 'spec.subPath must' },
  { what: 'a decimal mode', spec: { sliceRef: REF, defaultMode: '288' }, refused: 'spec.defaultMode must' },
  {
    what: 'another slice',
    spec: { sliceRef: REF },
    before: { sliceRef: { name: 'b' } },
    refused: 'spec.sliceRef cannot',
  },
  {
    what: 'another instance',
    spec: { serviceInstanceRef: REF },
    before: { serviceInstanceRef: { name: 'b' } },
    refused: 'spec.serviceInstanceRef cannot',
  },
];

const PORTS: Omit<Case, 'kind'>[] = [
  { what: 'a port', spec: { serviceRef: REF } },
  {
    what: 'another service',
    spec: { serviceRef: REF },
    before: { serviceRef: { name: 'b' } },
    refused: 'spec.serviceRef cannot',
  },
];

/** What each kind cannot do without, so that its other rules can be tried. */
const COMPLETE: Record<string, object> = {
  XosConfigMap: { data: {} },
  XosSecret: { data: {} },
  XosServicePort: { serviceRef: REF },
  XosConfigMapVolumeMount: { sliceRef: REF, mountPath: '/a' },
  XosSecretVolumeMount: { sliceRef: REF, mountPath: '/a' },
};

const RESOURCE_INSTANCES: Omit<Case, 'kind'>[] = [
  { what: 'objects', spec: { manifests: [{}] } },
  { what: 'a text', spec: { resourceDefinition: 'a: 1' } },
  { what: 'objects and a text', spec: { manifests: [{}], resourceDefinition: 'a: 1' }, refused: 'spec.manifests and' },
  { what: 'neither objects nor a text', spec: {}, refused: 'spec.manifests and' },
  { what: 'a text in place of objects', spec: { resourceDefinition: 'a: 1' }, before: { manifests: [{}] } },
];

const CASES: Case[] = [
  ...CONFIG_MAPS.map((each) => ({ kind: 'XosConfigMap', ...each })),
  ...SECRETS.map((each) => ({ kind: 'XosSecret', ...each })),
  ...['XosConfigMapVolumeMount', 'XosSecretVolumeMount'].flatMap((kind) =>
    MOUNTS.map((each) => ({ kind, ...each, spec: { mountPath: '/a', ...each.spec } })),
  ),
  ...PORTS.map((each) => ({ kind: 'XosServicePort', ...each })),
  ...Object.entries(COMPLETE).map(([kind, spec]) => ({
    kind,
    what: 'releasing',
    spec: { ...spec, ...FOREIGN },
    before: spec,
    ...(PARTS.includes(kind) && { refused: RELEASE }),
  })),
  ...RESOURCE_INSTANCES.map((each) => ({ kind: 'XosResourceInstance', ...each })),
  ...IMAGES.map((each) => ({ kind: 'XosImage', ...each })),
  ...SLICES.map((each) => ({ kind: 'XosSlice', ...each })),
  ...INSTANCES.map((each) => ({ kind: 'XosServiceInstance', ...each })),
  ...[
    'XosSlice',
    'XosServiceInstance',
    'XosTrustDomain',
    'XosPrincipal',
    'XosConfigMap',
    'XosSecret',
    'XosService',
  ].flatMap((kind) =>
    unchangeable('resourceName', 'web', 'store').map((each) => ({
      kind,
      ...each,
      spec: { sliceRef: REF, ...COMPLETE[kind], ...each.spec },
      before: { sliceRef: REF, ...COMPLETE[kind], ...each.before },
    })),
  ),
];

/** A field that, once set or left out, stays as it is while the object is managed; removing it and adding it again is no way round. */
function unchangeable(field: string, value: string, other: string): (Omit<Case, 'kind'> & { before: object })[] {
  const refused = `spec.${field} cannot be changed`;
  const [is, was] = [{ [field]: value }, { [field]: other }];
  return [
    { what: `the same ${field}`, spec: is, before: is },
    { what: `another ${field}`, spec: is, before: was, refused },
    { what: `a ${field} that is removed`, spec: {}, before: was, refused },
    { what: `a ${field} that is added later`, spec: is, before: {}, refused },
    { what: `another ${field} of a mirror`, spec: { ...is, ...FOREIGN }, before: { ...was, ...FOREIGN } },
    { what: `another ${field} when it is promoted`, spec: is, before: { ...was, ...FOREIGN } },
    { what: `another ${field} when it is released`, spec: { ...is, ...FOREIGN }, before: was },
  ];
}

const crdOf = (kind: string): Crd | undefined => crds.find(({ crd }) => crd.spec.names.kind === kind)?.crd;
const specRules = (crd: Crd): Rule[] => partOf(crd, 'spec')['x-kubernetes-validations'] ?? [];

/** The messages of the rules that refuse this. A rule about the change is left out when there is nothing before. */
function refusals(rules: readonly Rule[], self: object, oldSelf: object | undefined): string[] {
  const applicable = rules.filter(({ rule }) => oldSelf !== undefined || !rule.includes('oldSelf'));
  return applicable.filter(({ rule }) => parseRule(rule)({ self, oldSelf }) !== true).map(({ message }) => message);
}

test.each(CASES)('$kind: $what', ({ kind, spec, before, refused }) => {
  const crd = crdOf(kind);
  const defaulted = (part: object) => ({ xosManaged: true, adoptionPolicy: 'MustNotExist', ...part });
  const messages = crd && refusals(specRules(crd), defaulted(spec), before && defaulted(before));
  expect(messages).toEqual(refused === undefined ? [] : [expect.stringMatching(new RegExp(`^${refused}`))]);
});

test.each([
  { what: 'a name that a namespace may have', name: 'team-a', spec: {}, allowed: true },
  { what: 'a name that is too long for a namespace', name: LONG, spec: {}, allowed: false },
  { what: 'a name with a dot', name: 'team.a', spec: {}, allowed: false },
  {
    what: 'a name with a dot beside the name of the namespace',
    name: 'team.a',
    spec: { resourceName: 'a' },
    allowed: true,
  },
  { what: 'any name for a mirror', name: 'team.a', spec: FOREIGN, allowed: true },
])('XosTrustDomain: $what: allowed is $allowed', ({ name, spec, allowed }) => {
  const crd = crdOf('XosTrustDomain');
  const rules = (crd && schemaOf(crd)['x-kubernetes-validations']) ?? [];
  const messages = refusals(rules, { metadata: { name }, spec: { xosManaged: true, ...spec } }, undefined);
  expect(messages).toEqual(allowed ? [] : [expect.stringMatching(/^metadata\.name is the name of a namespace/)]);
});

test('there is no rule that no case above breaks, and every message names a field', () => {
  const all = crds.flatMap(({ crd }) => specRules(crd).map(({ message }) => [crd.spec.names.kind, message] as const));
  const broken = (kind: string, message: string) =>
    CASES.some((each) => each.kind === kind && each.refused !== undefined && message.startsWith(each.refused));
  expect(all.filter(([kind, message]) => !broken(kind, message))).toEqual([]);
  expect(all.filter(([, message]) => !message.startsWith('spec.'))).toEqual([]);
});
