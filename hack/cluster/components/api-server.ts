/** kube-apiserver, with an audit log that tests count requests in. */
import type { Build } from '../build.ts';
import type { Layout } from '../layout.ts';
import type { Component } from '../record.ts';

/** Addresses of Services come from here; the first one is the API server's own. */
const serviceRange = '10.96.0.0/16';

/** The names under which the API server is reached. */
export const apiServerNames = [
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
  '127.0.0.1',
  '10.96.0.1',
];

/** How an API server differs from the plain one. */
export interface ApiServerOptions {
  /** More arguments, which win. */
  args?: readonly string[];
  /** Per cent that its heap may grow before garbage is collected; Go's 100 when absent. */
  gcPercent?: number;
}

/** The API server on loopback. */
export function apiServer(
  build: Build,
  layout: Layout,
  ports: { secure: number; etcd: number },
  { args = [], gcPercent = 100 }: ApiServerOptions = {},
): Component {
  return {
    name: 'kube-apiserver',
    program: build.program('kube-apiserver'),
    args: [
      `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--secure-port=${ports.secure}`,
      `--tls-cert-file=${layout.inPki('server.crt')}`,
      `--tls-private-key-file=${layout.inPki('server.key')}`,
      `--client-ca-file=${layout.inPki('ca.crt')}`,
      `--service-account-key-file=${layout.inPki('sa.key')}`,
      `--service-account-signing-key-file=${layout.inPki('sa.key')}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-cluster-ip-range=${serviceRange}`,
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      '--allow-privileged=true',
      '--endpoint-reconciler-type=none',
      ...auditArgs(layout),
      ...args,
    ],
    env: { GOGC: `${gcPercent}` },
  };
}

/** Blocking: an answer is only sent when its line is in the file, so that a test never counts too early. */
function auditArgs(layout: Layout): string[] {
  return [
    `--audit-policy-file=${layout.auditPolicy}`,
    `--audit-log-path=${layout.auditLog}`,
    '--audit-log-mode=blocking',
    '--audit-log-format=json',
    // In megabytes: more than a million requests before the file is started anew.
    '--audit-log-maxsize=1000',
    '--audit-log-maxbackup=1',
  ];
}
