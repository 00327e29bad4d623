/** Nodes that kwok plays: pods on them run, finish and end without any container. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Build } from '../build.ts';
import type { Layout } from '../layout.ts';
import type { Component } from '../record.ts';
import type { NodeProvider } from './provider.ts';

const kwokUser = 'kwok';
/** More than one by one: with its own numbers kwok starts twenty pods a second when there are thousands. All have to be given. */
const parallelism = {
  podPlayStageParallelism: 32,
  nodePlayStageParallelism: 4,
  nodeLeaseParallelism: 4,
  podsOnNodeSyncParallelism: 4,
};
const mark = { 'kwok.x-k8s.io/node': 'fake' };

/** `count` simulated nodes, called `node-0`, `node-1`… */
export function simulatedNodes(count: number): NodeProvider {
  const nodeNames = Array.from({ length: count }, (_, index) => `node-${index}`);
  return {
    users: { [kwokUser]: ['system:masters'] },
    nodeNames,
    prepare: (layout) => {
      const configuration = { apiVersion: 'config.kwok.x-k8s.io/v1alpha1', kind: 'KwokConfiguration' };
      writeFileSync(configOf(layout), JSON.stringify({ ...configuration, options: parallelism }));
      return Promise.resolve();
    },
    components: (build, layout) => (count === 0 ? [] : [kwok(build, layout)]),
    objects: () => nodeNames.map(nodeObject),
  };
}

function configOf(layout: Layout): string {
  return join(layout.stateDir, 'kwok.json');
}

function kwok(build: Build, layout: Layout): Component {
  const stages = readdirSync(build.stages).map((file) => join(build.stages, file));
  return {
    name: 'kwok',
    program: build.program('kwok'),
    args: [
      `--kubeconfig=${layout.userKubeconfig(kwokUser)}`,
      '--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake',
      '--node-lease-duration-seconds=40',
      // Room for more pods than anybody simulates.
      '--cidr=10.128.0.1/9',
      `--config=${configOf(layout)}`,
      ...stages.map((file) => `--config=${file}`),
    ],
  };
}

function nodeObject(name: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      annotations: mark,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        type: 'simulated',
      },
    },
  };
}
