/** Which requests the audit log keeps: one line for every request of an ordinary client. */

/** Kubernetes' own components are left out, because they would drown everything else.
 *
 * A watch is logged when it starts (stage ResponseStarted) and again when it ends; anything else once, when it is answered. */
export const auditPolicy = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [
    {
      level: 'None',
      users: ['system:apiserver', 'system:kube-controller-manager', 'system:kube-scheduler', 'kwok'],
    },
    { level: 'None', userGroups: ['system:nodes', 'system:serviceaccounts:kube-system'] },
    { level: 'None', nonResourceURLs: ['/healthz*', '/livez*', '/readyz*'] },
    { level: 'Metadata' },
  ],
};
