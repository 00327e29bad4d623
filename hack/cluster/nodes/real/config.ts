/** The configuration of the container runtime, its network, the kubelet and kube-proxy of a real node. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Layout } from '../../layout.ts';
import { pauseImage } from './images.ts';

/** The user whose kubeconfig kube-proxy has. */
export const proxyUser = 'system:kube-proxy';

const podRange = '10.244.0.0/24';

/** Writes all of it into the folder of the node. */
export function writeNodeConfig(layout: Layout, cgroup: string): void {
  const folder = layout.node;
  for (const part of ['manifests', 'cni']) mkdirSync(join(folder, part), { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, 'containerd.toml'), containerd(folder));
  writeJson(join(folder, 'cni', '10-xos.conflist'), network);
  writeJson(join(folder, 'kubelet.json'), kubelet(layout, cgroup));
  writeJson(join(folder, 'kube-proxy.json'), proxy(layout));
  // No name server: nothing outside is ever asked.
  writeFileSync(join(folder, 'resolv.conf'), '');
}

/** The score of an out-of-memory victim may only be raised where a capability is missing; runc dies of it otherwise. */
function containerd(folder: string): string {
  return `version = 2
root = "${folder}/containerd"
state = "/run/containerd/state"
[grpc]
  address = "/run/containerd/containerd.sock"
[plugins."io.containerd.grpc.v1.cri"]
  restrict_oom_score_adj = true
  sandbox_image = "${pauseImage}"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${folder}/cni"
`;
}

/** A cable from each pod to the node, without a bridge: what pods of one node say to each other passes kube-proxy's rules, too. */
const network = {
  cniVersion: '1.0.0',
  name: 'xos',
  plugins: [
    {
      type: 'ptp',
      ipMasq: true,
      ipam: {
        type: 'host-local',
        dataDir: '/run/cni',
        ranges: [[{ subnet: podRange }]],
        routes: [{ dst: '0.0.0.0/0' }],
      },
    },
    { type: 'portmap', capabilities: { portMappings: true } },
  ],
};

function kubelet(layout: Layout, cgroup: string): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: layout.inPki('ca.crt') },
    },
    authorization: { mode: 'Webhook' },
    cgroupDriver: 'cgroupfs',
    cgroupRoot: `/${cgroup}`,
    failCgroupV1: false,
    failSwapOn: false,
    enforceNodeAllocatable: [],
    containerRuntimeEndpoint: 'unix:///run/containerd/containerd.sock',
    staticPodPath: join(layout.node, 'manifests'),
    fileCheckFrequency: '1s',
    // Mounted ConfigMaps are looked at more often than by default, so that a demo need not wait a minute.
    syncFrequency: '10s',
    clusterDomain: 'cluster.local',
    clusterDNS: ['10.96.0.10'],
    resolvConf: join(layout.node, 'resolv.conf'),
    // The disk is the developer's own: that it is nearly full is no reason to end pods or to remove images.
    evictionHard: { 'nodefs.available': '0%', 'imagefs.available': '0%', 'memory.available': '100Mi' },
    imageGCHighThresholdPercent: 100,
  };
}

function proxy(layout: Layout): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    clientConnection: { kubeconfig: layout.userKubeconfig(proxyUser) },
    mode: 'iptables',
    clusterCIDR: podRange,
    hostnameOverride: 'real-0',
    // What concerns the whole machine stays as it is.
    conntrack: { maxPerCore: 0, min: 0 },
  };
}

function writeJson(file: string, content: object): void {
  writeFileSync(file, JSON.stringify(content, undefined, 2), { mode: 0o600 });
}
