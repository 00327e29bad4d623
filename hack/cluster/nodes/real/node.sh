#!/bin/bash
# A machine of its own for one node, as seen from the outside: its namespaces, its network cable, its way to the API server.
# It has no state: when this process ends, however that happens, so does everything on the node, with mounts and network.
# Usage: node.sh NAME HOST_ADDRESS NODE_ADDRESS API_SERVER_PORT PROGRAMS, in the state folder.
set -eu
export name=$1 host=$2 address=$3 port=$4 programs=$5
here=$(dirname "$0")

# A power cut leaves nothing of what ran: the kubelet would look for the container of each old cgroup, three seconds long, before
# it does anything else. They are busy until the last process is gone; the old cable is until the kernel has found the time.
for left in "/sys/fs/cgroup/$name" /sys/fs/cgroup/*/"$name"; do
  while [ -e "$left" ]; do find "$left" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.1; done
done
ip link delete "$name" 2>/dev/null || true

# The kubelet's cgroups have a root of their own, so that nodes beside each other do not meet; see cgroups.ts.
if [ -e /sys/fs/cgroup/cgroup.controllers ]; then
  mkdir -p "/sys/fs/cgroup/$name"
else
  for controller in /sys/fs/cgroup/*/; do mkdir -p "$controller$name"; done
fi

# The API server listens on loopback only; the node reaches it there through a socket that both sides see.
setpriv --pdeathsig KILL socat UNIX-LISTEN:node/api.sock,fork,unlink-early,mode=600 "TCP4:127.0.0.1:$port" &
setpriv --pdeathsig KILL unshare --net --mount --pid --fork --kill-child --mount-proc "$BASH" "$here/inside.sh" &
node=$!

while [ "$(readlink "/proc/$node/ns/net")" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
ip link add "$name" type veth peer name eth0 netns "$node"
ip address add "$host/30" dev "$name"
ip link set "$name" up
wait "$node"
