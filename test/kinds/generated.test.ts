/** Whatever spec the API server lets pass, a kind decides about it with a sentence, and never throws. */
import { parse as parseRule } from '@marcbachmann/cel-js';
import fc from 'fast-check';
import { ServiceAccounts } from '../../src/api/core.ts';
import { ConfigMaps } from '../../src/api/data.ts';
import type { JsonObject } from '../../src/api/object.ts';
import { kinds } from '../../src/kinds/index.ts';
import { NAMES, specOf } from '../support/arbitraries.ts';
import { crds, partOf } from '../support/crds.ts';
import { managed } from '../support/samples.ts';
import { decide, type Placed } from '../support/view.ts';

/** What the names in generated references may lead to. */
const world: Placed[] = kinds.flatMap(({ resource }): Placed[] => {
  const { kind, namespaced } = resource;
  const spec = {
    mountPath: '/x',
    image: 'a',
    configMapRef: { name: 'a' },
    secretRef: { name: 'a' },
    serviceRef: { name: 'a' },
    sliceRef: { name: 'a' },
    internalPort: 1,
    mode: 'Manage',
    adoption: {},
  };
  return kind === 'XosKubernetesService'
    ? []
    : NAMES.slice(0, 2).map((name) => [resource, managed(kind, name, spec, namespaced ? 'ns' : undefined)]);
});
const children: Placed[] = [
  [ServiceAccounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: 'ns' } }],
  [ConfigMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'ns' } }],
];

/** Whether the CEL rules let a new object with this spec pass. */
function isAllowed(kind: string, self: JsonObject): boolean {
  // The interpreter stumbles over keys such as `constructor`; no rule looks into these maps.
  const maps = ['data', 'binaryData', 'stringData', 'namespaceLabels', 'template'].filter((field) => field in self);
  const plain = { ...self, ...Object.fromEntries(maps.map((field) => [field, {}])) };
  const crd = crds.find((each) => each.crd.spec.names.kind === kind)?.crd;
  const rules = (crd && partOf(crd, 'spec')['x-kubernetes-validations']) ?? [];
  return rules
    .filter(({ rule }) => !rule.includes('oldSelf'))
    .every(({ rule }) => parseRule(rule)({ self: plain }) === true);
}

test.each(kinds.map(({ resource }) => ({ resource, kind: resource.kind })))('$kind', ({ resource, kind }) => {
  const crd = crds.find((each) => each.crd.spec.names.kind === kind)?.crd;
  if (crd === undefined) throw new Error(`There is no CRD of ${kind}.`);
  const key = resource.namespaced ? 'ns/me' : 'me';
  fc.assert(
    fc.property(specOf(crd), (drawn) => {
      const defaulted = { ...defaultsOf(crd), ...drawn, xosManaged: true };
      fc.pre(isAllowed(kind, defaulted));
      const me = managed(kind, 'me', defaulted, resource.namespaced ? 'ns' : undefined);
      const outcome = decide(resource, key, ...world, ...children, [resource, me]);
      const message = outcome?.report?.verdict.message;
      // A finalizer comes before anything is said.
      if (outcome?.finalizer !== true) expect(message).toMatch(/^([A-Z\d]|spec\.).*\.$/su);
      expect(message ?? '').not.toMatch(/undefined|\[object|NaN/);
    }),
    { numRuns: 300 },
  );
});

function defaultsOf(crd: Parameters<typeof specOf>[0]): JsonObject {
  const properties = Object.entries(partOf(crd, 'spec').properties ?? {});
  return Object.fromEntries(
    properties.flatMap(([field, schema]) =>
      schema.default === undefined ? [] : [[field, schema.default as never] as const],
    ),
  );
}
