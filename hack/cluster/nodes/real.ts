/** A node with a real kubelet, kube-proxy and container runtime, in namespaces of its own: pods on it are containers. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Build } from '../build.ts';
import type { Layout } from '../layout.ts';
import type { NodeProvider } from './provider.ts';
import { freeCable } from './real/cable.ts';
import { proxyUser, writeNodeConfig } from './real/config.ts';
import { makeImages } from './real/images.ts';
import { requireVisible } from './real/requirements.ts';

/** It also stands in the scripts. */
const realNodeName = 'real-0';

const kubeletClient = 'kubelet-client';
const scripts = join(import.meta.dirname, 'real');

/** One real node. `requireRealNode` says whether it can run here. */
export function realNode(): NodeProvider {
  const cable = freeCable();
  return {
    users: { [`system:node:${realNodeName}`]: ['system:nodes'], [proxyUser]: [] },
    clients: { [kubeletClient]: ['system:masters'] },
    nodeNames: [realNodeName],
    cgroup: cable.name,
    prepare: async (layout) => {
      requireVisible(layout.stateDir);
      const images = join(layout.node, 'images');
      mkdirSync(images, { recursive: true, mode: 0o700 });
      writeNodeConfig(layout, cable.name);
      await makeImages(images);
    },
    apiServerArgs: (layout) => [
      // The address of the Service `kubernetes` behind its ClusterIP: a relay on the node answers there.
      `--advertise-address=${cable.node}`,
      '--endpoint-reconciler-type=lease',
      '--kubelet-preferred-address-types=InternalIP',
      `--kubelet-client-certificate=${layout.inPki(`${kubeletClient}.crt`)}`,
      `--kubelet-client-key=${layout.inPki(`${kubeletClient}.key`)}`,
    ],
    components: (build: Build, _layout: Layout, port: number) => [
      {
        name: 'node',
        program: 'bash',
        args: [join(scripts, 'node.sh'), cable.name, cable.host, cable.node, String(port), join(build.folder, 'bin')],
      },
    ],
    objects: () => [],
  };
}
