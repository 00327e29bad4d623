/** The modes of the operator: what Release gives back, in which order, and what it says; what Observe leaves alone. */
import { XosKubernetesServices } from '../../src/api/generated/xoskubernetesservices.ts';
import { XosPrincipals } from '../../src/api/generated/xosprincipals.ts';
import { XosResourceInstances } from '../../src/api/generated/xosresourceinstances.ts';
import { XosSites } from '../../src/api/generated/xossites.ts';
import { XosTrustDomains } from '../../src/api/generated/xostrustdomains.ts';
import type { Outcome } from '../../src/runtime/outcome.ts';
import { planFor } from '../../src/runtime/plan.ts';
import { aDomain, anAccount, aNamespace, controlledBy, withMeta } from '../support/objects.ts';
import { managed, xos } from '../support/samples.ts';
import { controllers, decide, live, type Placed, viewOf, wokenBy } from '../support/view.ts';

const service = (mode: string, name = 'kubernetes', time = '2026-01-01T00:00:00Z'): Placed => [
  XosKubernetesServices,
  { ...xos('XosKubernetesService', name, { mode }), metadata: { name, creationTimestamp: time } },
];
const principal = (spec: object = {}): Placed => [XosPrincipals, managed('XosPrincipal', 'default', spec, 'ns')];
const owned = withMeta(anAccount(), { ownerReferences: [controlledBy(principal())] });
const PAUSED = { annotations: { 'xos.opencord.org/paused': 'true' } };
const HELD = { finalizers: ['xos.opencord.org/finalizer'] };
const reasonOf = (outcome: Outcome | undefined) => outcome?.report?.verdict.reason;
const decidePrincipal = (...objects: Placed[]) => decide(XosPrincipals, 'ns/default', ...objects);

describe('Release', () => {
  test.each<[string, Placed]>([
    ['what owns something', principal()],
    ['what is paused, which only stops creating and updating,', withMeta(principal(), PAUSED)],
  ])('%s is told to be managed no more', (_what, object) => {
    expect(decidePrincipal(service('Release'), object, owned)).toMatchObject({
      disown: { spec: { xosManaged: false } },
    });
  });

  test('that is one write, which says so in the object: nothing is made or released before it is done', () => {
    const objects = [service('Release'), principal(), owned];
    const controller = controllers.find(({ name }) => name === 'xosprincipals.xos.opencord.org');
    const decision = controller?.decide('ns/default', viewOf(...objects));
    expect(decision && planFor(decision, viewOf(...objects), '').actions).toMatchObject([
      {
        verb: 'merge',
        resource: XosPrincipals,
        patch: { spec: { xosManaged: false }, metadata: { annotations: { 'xos.opencord.org/released': 'true' } } },
      },
    ]);
  });

  test('what is managed no more gives back what it owns', () => {
    const outcome = decidePrincipal(service('Release'), principal({ xosManaged: false }), owned);
    expect(outcome).toMatchObject({ release: [{ object: { metadata: { name: 'default' } } }], finalizer: false });
  });

  test('what owns nothing rests, and is let go of', () => {
    const outcome = decidePrincipal(service('Release'), principal(), anAccount());
    expect([reasonOf(outcome), outcome?.finalizer, outcome?.children]).toEqual(['Observed', false, undefined]);
  });

  test('a namespace that was made, or only written to, is given back too', () => {
    const made = { annotations: { 'xos.opencord.org/owner-uid': 'XosTrustDomain:ns' } };
    const bound = { managedFields: [{ manager: 'xos-operator', operation: 'Apply', fieldsV1: {} }] };
    for (const metadata of [made, bound]) {
      expect(
        decide(XosTrustDomains, 'ns', service('Release'), aDomain(), withMeta(aNamespace(), metadata)),
      ).toMatchObject({
        disown: { spec: { xosManaged: false } },
      });
    }
  });

  const progress = (...objects: Placed[]) =>
    decide(XosKubernetesServices, 'kubernetes', service('Release'), ...objects)?.report?.verdict;

  test('says what is left, by number and name, and warns', () => {
    const verdict = progress(principal(), owned);
    expect(verdict?.state).toBe('Progressing');
    expect(verdict?.message).toContain('1 custom resources are not released yet: XosPrincipal ns/default');
    expect(verdict?.message).toContain('Do not delete them');
  });

  test('counts what is managed no more as long as it owns something', () => {
    expect(progress(principal({ xosManaged: false }), owned)?.state).toBe('Progressing');
  });

  test('what a principal applied is to stay for good, also when this mode ends with its object', () => {
    const hatch = (deletionPolicy: string): Placed => [
      XosResourceInstances,
      xos('XosResourceInstance', 'hatch', { principalRef: { name: 'p' }, deletionPolicy }, 'ns'),
    ];
    const decided = (object: Placed) => decide(XosResourceInstances, 'ns/hatch', service('Release'), object);
    expect(decided(hatch('Delete'))).toEqual({ disown: { spec: { deletionPolicy: 'Orphan' } } });
    expect(progress(hatch('Delete'))?.state).toBe('Progressing');
    expect(decided(hatch('Orphan'))?.finalizer).toBe(false);
    expect(progress(hatch('Orphan'))?.state).toBe('Ready');
    const going = { deletionTimestamp: '2026-01-02T00:00:00Z' };
    expect(progress(withMeta(hatch('Delete'), going))?.state).toBe('Ready');
  });

  test('waits for what owns nothing but could not be deleted without the operator', () => {
    const spec = { principalRef: { name: 'p' }, deletionPolicy: 'Orphan' };
    const object = xos('XosResourceInstance', 'hatch', spec, 'ns');
    const held: Placed = [XosResourceInstances, { ...object, metadata: { ...object.metadata, ...HELD } }];
    expect(progress(held)?.message).toContain('XosResourceInstance ns/hatch');
    expect(progress([XosResourceInstances, object])?.state).toBe('Ready');
    for (const each of [held, withMeta(held, PAUSED)])
      expect(decide(XosResourceInstances, 'ns/hatch', service('Release'), each)?.finalizer).toBe(false);
  });

  test('says when it is done; what maps to nothing is not waited for', () => {
    const site: Placed = [XosSites, xos('XosSite', 'here', {})];
    const verdict = progress(principal({ xosManaged: false }), anAccount(), site);
    expect(verdict).toMatchObject({ state: 'Ready', reason: 'Reconciled' });
    expect(verdict?.message).toContain('Everything is released');
  });

  test('only the service that steers decides and tells', () => {
    const younger = service('Release', 'younger', '2026-02-01T00:00:00Z');
    const objects = [service('Manage'), younger, principal(), owned];
    expect(reasonOf(decidePrincipal(...objects))).toBe('Reconciled');
    const releasing = [service('Release'), younger, principal(), owned];
    expect(reasonOf(decide(XosKubernetesServices, 'younger', ...releasing))).toBe('Duplicate');
  });

  test('each object that is given back wakes the service, as long as it releases', () => {
    expect(wokenBy(XosKubernetesServices, service('Release'), principal(), owned)).toEqual(['kubernetes']);
    expect(wokenBy(XosKubernetesServices, service('Manage'), principal(), owned)).toEqual([]);
  });
});

describe('Observe', () => {
  test.each<[string, Placed]>([
    ['what is declared', principal()],
    ['what is declared and not made', principal({ resourceName: 'other' })],
  ])('%s is not touched, and says so', (_what, object) => {
    const outcome = decidePrincipal(service('Observe'), object, owned);
    expect([reasonOf(outcome), outcome?.children, outcome?.finalizer]).toEqual(['Observed', undefined, undefined]);
  });

  test('what is managed no more keeps what it owns until the operator may write, and says so', () => {
    const outcome = decidePrincipal(service('Observe'), principal({ xosManaged: false }), owned);
    expect([reasonOf(outcome), outcome?.release]).toEqual(['Observed', undefined]);
  });

  test('but deleting always ends: what is going gives back what it has, and is let go of', () => {
    const going = withMeta(principal({ xosManaged: false }), { ...HELD, deletionTimestamp: '2026-01-02T00:00:00Z' });
    expect(decidePrincipal(service('Observe'), going, owned)).toMatchObject({
      release: [{ object: { metadata: { name: 'default' } } }],
      finalizer: false,
    });
    expect(live(going[1]).metadata.finalizers).toEqual(HELD.finalizers);
  });
});
