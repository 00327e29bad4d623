/** What a spec says of a pod that was there before: its own words, and no container, account or image that it does not name. */
import type { JsonObject } from '../../src/api/object.ts';
import { type SaidPod, saidPodSpec } from '../../src/shared/said-pod.ts';

const NO_MOUNTS = { volumes: [], volumeMounts: [] };
const MOUNTS = { volumes: [{ name: 'v' }], volumeMounts: [{ name: 'v', mountPath: '/v' }] };
const image = { reference: 'app:2' };

/** Of a pod with containers of these names. */
function said(names: readonly string[], more: Partial<SaidPod> = {}): unknown {
  const present: JsonObject = { containers: names.map((name) => ({ name, image: 'app:1' })) };
  return saidPodSpec({
    image: undefined,
    serviceAccount: undefined,
    template: undefined,
    mounts: NO_MOUNTS,
    present,
    ...more,
  });
}

test.each<[string, readonly string[], Partial<SaidPod>, JsonObject]>([
  ['nothing, where it says nothing', ['web'], {}, {}],
  ['an account, if it names one', ['web'], { serviceAccount: 'runner' }, { serviceAccountName: 'runner' }],
  [
    'an image for the one container, whatever that is called',
    ['web'],
    { image },
    { containers: [{ name: 'web', image: 'app:2' }] },
  ],
  [
    'with the image its pull policy',
    ['web'],
    { image: { ...image, pullPolicy: 'Always' } },
    { containers: [{ name: 'web', image: 'app:2', imagePullPolicy: 'Always' }] },
  ],
  [
    'an image for the container that the template names, and for no other',
    ['web', 'sidecar'],
    { image, template: { containers: [{ name: 'web' }] } },
    { containers: [{ name: 'web', image: 'app:2' }] },
  ],
  [
    'the image that the template gives, rather than that of the spec',
    ['web'],
    { image, template: { containers: [{ name: 'web', image: 'own:1' }] } },
    { containers: [{ name: 'web', image: 'own:1' }] },
  ],
  [
    'an image for the one container that the template gives none',
    ['web', 'sidecar'],
    { image, template: { containers: [{ name: 'web' }, { name: 'sidecar', image: 'own:1' }] } },
    {
      containers: [
        { name: 'web', image: 'app:2' },
        { name: 'sidecar', image: 'own:1' },
      ],
    },
  ],
  [
    'what the template says of a container, and nothing of the others',
    ['web', 'sidecar'],
    { template: { containers: [{ name: 'web', env: [{ name: 'A', value: '1' }] }] } },
    { containers: [{ name: 'web', env: [{ name: 'A', value: '1' }] }] },
  ],
  [
    'no more of a container that is only named',
    ['web'],
    { template: { containers: [{ name: 'web' }] } },
    { containers: [{ name: 'web' }] },
  ],
  ['the other fields of the template', ['web'], { template: { priority: 1 } }, { priority: 1 }],
  [
    'mounts, for every container that is there, and their volumes beside those of the template',
    ['web', 'sidecar'],
    { mounts: MOUNTS, template: { volumes: [{ name: 'own' }] } },
    {
      volumes: [{ name: 'own' }, { name: 'v' }],
      containers: [
        { name: 'web', volumeMounts: MOUNTS.volumeMounts },
        { name: 'sidecar', volumeMounts: MOUNTS.volumeMounts },
      ],
    },
  ],
])('is %s', (_what, names, more, spec) => {
  expect(said(names, more)).toEqual({ spec });
});

test('an image that could mean several containers is a flaw that names them', () => {
  const result = said(['web', 'sidecar'], { image }) as { flaw: string };
  expect(result.flaw).toContain('containers web, sidecar');
  expect(result.flaw).toContain('spec.template.spec.containers');
});

test('two that the template names without an image are several too', () => {
  const result = said(['web'], { image, template: { containers: [{ name: 'a' }, { name: 'b' }] } });
  expect(result).toHaveProperty('flaw');
});
