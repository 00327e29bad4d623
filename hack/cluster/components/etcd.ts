/** etcd, the cluster's memory. */
import type { Build } from '../build.ts';
import type { Layout } from '../layout.ts';
import type { Component } from '../record.ts';

/** etcd on loopback. Without fsync: what it holds is worth nothing after a power cut, and tests are faster. */
export function etcd(build: Build, layout: Layout, ports: { client: number; peer: number }): Component {
  const client = `http://127.0.0.1:${ports.client}`;
  const peer = `http://127.0.0.1:${ports.peer}`;
  return {
    name: 'etcd',
    program: build.program('server'),
    args: [
      `--data-dir=${layout.etcdData}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      '--unsafe-no-fsync',
      '--log-level=warn',
    ],
  };
}
