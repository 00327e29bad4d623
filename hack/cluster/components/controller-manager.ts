/** kube-controller-manager: Deployments, Jobs, service accounts, garbage collection. */
import type { Build } from '../build.ts';
import type { Layout } from '../layout.ts';
import type { Component } from '../record.ts';

/** The user whose kubeconfig it has. */
export const controllerManagerUser = 'system:kube-controller-manager';

/** All controllers, with more requests a second than by default: garbage collection takes seconds at 20. */
export function controllerManager(build: Build, layout: Layout): Component {
  return {
    name: 'kube-controller-manager',
    program: build.program('kube-controller-manager'),
    args: [
      `--kubeconfig=${layout.userKubeconfig(controllerManagerUser)}`,
      `--service-account-private-key-file=${layout.inPki('sa.key')}`,
      `--root-ca-file=${layout.inPki('ca.crt')}`,
      '--use-service-account-credentials=true',
      '--leader-elect=false',
      '--secure-port=0',
      '--kube-api-qps=500',
      '--kube-api-burst=1000',
      // A busy machine may delay heartbeats; a node that is not lost should not be given up.
      '--node-monitor-grace-period=2m',
    ],
  };
}
