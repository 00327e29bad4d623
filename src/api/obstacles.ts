/**
 * What of other people's stands in the way of a write: a quota, a limit, a level of Pod Security, a webhook, a policy. The
 * API server says it in words only, and these words quote what was sent, so nothing of them is taken but names and marks
 * that match a strict pattern; whatever else is said is in words of ours.
 * Source of the words: apiserver, pkg/admission; pod-security-admission, policy/registry; resourcequota and limitranger.
 */

export interface Obstacle {
  readonly sort: 'Quota' | 'Demand' | 'Limit' | 'PodSecurity' | 'Webhook' | 'Policy' | 'SilentWebhook';
  /** What it is and what to do, as the end of a sentence. */
  readonly words: string;
}

type Reader = readonly [sort: Obstacle['sort'], pattern: RegExp, words: (name: string, message: string) => string];

/** How a refusal by an admission plugin begins: with what it is about. */
const ABOUT = '^(?:[a-z0-9.]{1,253} "[^"]{0,253}" is forbidden: )?';
const NAME = '([a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?)';

const READERS: readonly Reader[] = [
  [
    'Quota',
    new RegExp(`${ABOUT}exceeded quota: ${NAME},`),
    (name) => `ResourceQuota ${name} of the namespace is used up; raise it, or delete something`,
  ],
  [
    'Demand',
    new RegExp(`${ABOUT}failed quota: ${NAME}: must specify `),
    (name) =>
      `ResourceQuota ${name} of the namespace demands that every container says which resources it needs; set resources.requests and resources.limits in spec.template`,
  ],
  [
    'Limit',
    new RegExp(`${ABOUT}\\[?((?:minimum|maximum) [a-z0-9./-]{1,80}) (?:usage|capacity|allowed|limit to request)`),
    (bound) =>
      `a LimitRange of the namespace does not allow it, by its ${bound}; change the resources in spec.template, or the LimitRange`,
  ],
  ['Limit', new RegExp(`${ABOUT}\\[?(cpu|memory|ephemeral-storage) max limit to request ratio per `), ratio],
  [
    'PodSecurity',
    new RegExp(`${ABOUT}violates PodSecurity "(baseline|restricted):(?:latest|v1\\.[0-9]{1,3})": `),
    (level, message) =>
      `the Pod Security level ${level} of the namespace does not allow it; set ${securityFields(message)} in spec.template as that level demands, or change the label pod-security.kubernetes.io/enforce of the namespace`,
  ],
  [
    'Webhook',
    new RegExp(`^admission webhook "${NAME}" denied the request`),
    (name) => `the admission webhook ${name} denies it; change what is declared, or ask those who run the webhook`,
  ],
  [
    'Policy',
    new RegExp(`${ABOUT}ValidatingAdmissionPolicy '${NAME}' with binding '[^']{1,253}' denied request`),
    (name) => `the ValidatingAdmissionPolicy ${name} denies it; change what is declared, or the policy`,
  ],
  [
    'SilentWebhook',
    new RegExp(`^Internal error occurred: failed calling webhook "${NAME}"`),
    (name) =>
      `the admission webhook ${name} does not answer; it is tried again, but those who run the webhook have to mend it, or to remove its configuration`,
  ],
];

/** The obstacle that a message of the API server is about, if it is about one. */
export function obstacleIn(message: string): Obstacle | undefined {
  for (const [sort, pattern, words] of READERS) {
    const [, name] = pattern.exec(message) ?? [];
    if (name !== undefined) return { sort, words: words(name, message) };
  }
  return undefined;
}

function ratio(resource: string): string {
  return `a LimitRange of the namespace does not allow it, by its ratio of limit to request for ${resource}; change the resources in spec.template, or the LimitRange`;
}

/** What Pod Security calls its checks, and the fields of a pod that they are about. */
const CHECKS: readonly [mark: string, field: string][] = [
  ['host namespaces (', 'hostNetwork, hostPID and hostIPC'],
  ['host ports (', 'ports[].hostPort'],
  ['hostPath volumes (', 'volumes'],
  ['restricted volume types (', 'volumes'],
  ['hostProcess (', 'securityContext.windowsOptions'],
  ['privileged (', 'securityContext.privileged'],
  ['allowPrivilegeEscalation != false (', 'securityContext.allowPrivilegeEscalation'],
  ['non-default capabilities (', 'securityContext.capabilities'],
  ['unrestricted capabilities (', 'securityContext.capabilities'],
  ['runAsNonRoot != true (', 'securityContext.runAsNonRoot'],
  ['runAsUser=0 (', 'securityContext.runAsUser'],
  ['seccompProfile (', 'securityContext.seccompProfile'],
  ['seLinuxOptions (', 'securityContext.seLinuxOptions'],
  ['forbidden sysctls (', 'securityContext.sysctls'],
  ['procMount (', 'securityContext.procMount'],
];

function securityFields(message: string): string {
  const fields = [...new Set(CHECKS.filter(([mark]) => message.includes(mark)).map(([, field]) => field))];
  return fields.length === 0 ? 'its security context' : fields.join(', ');
}
