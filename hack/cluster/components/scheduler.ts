/** kube-scheduler: gives every pod its node. */
import type { Build } from '../build.ts';
import type { Layout } from '../layout.ts';
import type { Component } from '../record.ts';

/** The user whose kubeconfig it has. */
export const schedulerUser = 'system:kube-scheduler';

/** The scheduler, with request limits that do not slow a test of a thousand pods. */
export function scheduler(build: Build, layout: Layout): Component {
  return {
    name: 'kube-scheduler',
    program: build.program('kube-scheduler'),
    args: [
      `--kubeconfig=${layout.userKubeconfig(schedulerUser)}`,
      '--leader-elect=false',
      '--secure-port=0',
      '--kube-api-qps=500',
      '--kube-api-burst=1000',
    ],
  };
}
