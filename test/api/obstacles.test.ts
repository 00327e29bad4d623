/** Which words of the API server are understood, and that nothing of them is passed on but names of what stands in the way. */
import { obstacleIn } from '../../src/api/obstacles.ts';

const SECRET = 'hush';

test.each<[sort: string, words: RegExp, message: string]>([
  [
    'Quota',
    /ResourceQuota few of/,
    'pods "a" is forbidden: exceeded quota: few, requested: pods=1, used: pods=1, limited: pods=1',
  ],
  [
    'Demand',
    /ResourceQuota few of .*resources\.requests/,
    `pods "a" is forbidden: failed quota: few: must specify limits.cpu for: ${SECRET}`,
  ],
  [
    'Limit',
    /by its maximum cpu;/,
    `pods "a" is forbidden: [maximum cpu usage per Container is 1, but limit is ${SECRET}]`,
  ],
  ['Limit', /by its minimum memory;/, 'pods "a" is forbidden: minimum memory usage per Pod is 1Gi, but request is 1'],
  [
    'Limit',
    /ratio of limit to request for cpu/,
    'pods "a" is forbidden: cpu max limit to request ratio per Container is 2, but provided ratio is 4',
  ],
  [
    'PodSecurity',
    /level restricted .*set securityContext\.allowPrivilegeEscalation, securityContext\.seccompProfile in/,
    `pods "a" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false (container "${SECRET}" must set it), seccompProfile (pod or container)`,
  ],
  [
    'PodSecurity',
    /level baseline .*hostNetwork/,
    'pods "a" is forbidden: violates PodSecurity "baseline:v1.37": host namespaces (hostNetwork=true)',
  ],
  [
    'Webhook',
    /webhook guard\.example\.com denies/,
    `admission webhook "guard.example.com" denied the request: ${SECRET}`,
  ],
  [
    'Policy',
    /ValidatingAdmissionPolicy guard denies/,
    `pods "a" is forbidden: ValidatingAdmissionPolicy 'guard' with binding 'all' denied request: ${SECRET}`,
  ],
  [
    'SilentWebhook',
    /webhook guard\.example\.com does not answer/,
    `Internal error occurred: failed calling webhook "guard.example.com": failed to call webhook: Post "https://${SECRET}"`,
  ],
])('%s', (sort, words, message) => {
  const obstacle = obstacleIn(message);
  expect(obstacle).toMatchObject({ sort, words: expect.stringMatching(words) as string });
  expect(obstacle?.words).not.toContain(SECRET);
});

test.each([
  '',
  'pods "a" is forbidden: User "u" cannot create resource "pods"',
  `exceeded quota: NOT/A/NAME, ${SECRET}`,
  `admission webhook "${SECRET} <script>" denied the request`,
  `Pod is invalid: value "exceeded quota: few," is wrong`,
])('no obstacle: %s', (message) => {
  expect(obstacleIn(message)).toBeUndefined();
});
