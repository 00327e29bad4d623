#!/bin/bash
# The first process on a node: prepares its namespaces, starts the container runtime, the kubelet and kube-proxy, and
# ends when one of them does. Started by node.sh, in the state folder.
set -eu

# What these programs keep in fixed places is the node's own, and is gone with it.
for folder in /run /var/lib /var/log; do mount -t tmpfs tmpfs "$folder"; done
mkdir -p /run/netns /run/containerd

ip link set lo up
until ip link show eth0 >/dev/null 2>&1; do sleep 0.05; done
ip address add "$address/30" dev eth0
ip link set eth0 up
ip route add default via "$host"
echo 1 >/proc/sys/net/ipv4/ip_forward
socat "TCP4-LISTEN:$port,fork,reuseaddr" UNIX-CONNECT:node/api.sock &
relay=$!

containerd --config node/containerd.toml >>logs/containerd.log 2>&1 &
runtime=$!
until ctr --address /run/containerd/containerd.sock version >/dev/null 2>&1; do sleep 0.1; done
for image in node/images/*.tar; do
  ctr --address /run/containerd/containerd.sock --namespace k8s.io images import "$image" >/dev/null
done

user=users/system:node:real-0.kubeconfig
"$programs/kubelet" --config=node/kubelet.json --kubeconfig="$user" --root-dir="$PWD/node/kubelet" \
  --cert-dir="$PWD/node/kubelet-pki" --hostname-override=real-0 --node-ip="$address" >>logs/kubelet.log 2>&1 &
kubelet=$!

# Before the node has its address kube-proxy would take loopback for it, and reject what comes for node ports.
until [ -n "$("$programs/kubectl" --kubeconfig "$user" --cache-dir=/run/kubectl get node real-0 \
  --output 'jsonpath={.status.addresses}' 2>/dev/null)" ]; do sleep 0.2; done
"$programs/kube-proxy" --config=node/kube-proxy.json >>logs/kube-proxy.log 2>&1 &
wait -n "$relay" "$runtime" "$kubelet" $!
