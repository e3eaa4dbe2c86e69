#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Run a flannel node under the limits of its pod and print what it needs: a chroot of deploy/image/make-root.sh with two
# capabilities, in a control group of 150 MiB and 0.3 CPU, with 100 peers and 1 Gbit/s of TCP to and from a pod.
#
#   scripts/pod-limits.sh [SECONDS] [--cpu N] [--memory MIB] [--rate BITS] [--peers N] [--root DIRECTORY] [-- JVM OPTION...]
#
#   SECONDS      how long packets flow; default 30
#   --cpu N      CPUs of the node, such as 0.3; 0 for no limit; default 0.3
#   --memory MIB default 150; 0 for no limit
#   --rate BITS  as iperf3 -b takes it; 0 for as much as possible; default 1G
#   --peers N    leases of other nodes, at most 250; default 100
#   --root       made by make-root.sh before; default: made from engine-examples/target/engine-examples.jar, and removed
#
#   pod 1 --- node 1 (limited) --- br0 192.0.2.254 with etcd --- node 2 (no limits) --- pod 2
#
# Packets flow to the limited node in the first half of the time and from it in the second. Exit code: 0 if the node was
# ready, lived to the end, and the kernel killed no process for memory. Needs root, etcd, iperf3; and what make-root.sh and
# enter-root.sh need. All is in network namespaces of its own.
set -euo pipefail

if [ "${1:-}" != --inside ]
then
  exec unshare --net --mount -- "${BASH_SOURCE[0]}" --inside "$@"
fi
shift
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail()
{
  echo "pod-limits: $*" >&2
  exit 1
}

seconds=30
cpu=0.3
memory=150
rate=1G
peers=100
root=
while [ $# -gt 0 ]
do
  case $1 in
    --cpu) cpu=$2; shift 2 ;;
    --memory) memory=$2; shift 2 ;;
    --rate) rate=$2; shift 2 ;;
    --peers) peers=$2; shift 2 ;;
    --root) root=$(cd "$2" && pwd); shift 2 ;;
    --) shift; break ;;
    [0-9]*) seconds=$1; shift ;;
    *) fail "unknown argument '$1'; the first lines of this script explain it" ;;
  esac
done
options=$*

for program in etcd iperf3 capsh
do
  command -v "$program" >/dev/null || fail "$program is missing; install etcd-server, iperf3 and libcap2-bin"
done

directory=$(mktemp -d)
groups=()
processes=()
# Called by traps only.
# shellcheck disable=SC2317
clean_up()
{
  local group
  [ ${#processes[@]} -eq 0 ] || kill -KILL "${processes[@]}" 2>/dev/null || true
  wait 2>/dev/null || true
  for group in "${groups[@]}"
  do
    rmdir "$group" 2>/dev/null || true
  done
  rm -rf --one-file-system "$directory"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Namespaces of this script are under a /run of its own.
mount -t tmpfs tmpfs /run
mkdir -p /run/netns

if [ -z "$root" ]
then
  root=$directory/root
  deploy/image/make-root.sh engine-examples/target/engine-examples.jar "$root"
fi

# --- control groups, version 1 or 2 -----------------------------------------------------------------------------------

readonly tree=/sys/fs/cgroup
if [ -e "$tree/cgroup.controllers" ]
then
  group=$tree/overlane-pod-$$
  echo "+cpu +memory" >"$tree/cgroup.subtree_control"
  mkdir "$group"
  groups=("$group")
  [ "$memory" = 0 ] || echo "$((memory << 20))" >"$group/memory.max"
  [ ! -e "$group/memory.swap.max" ] || echo 0 >"$group/memory.swap.max"
  [ "$cpu" = 0 ] || awk -v cpu="$cpu" 'BEGIN {print int(100000 * cpu), 100000}' >"$group/cpu.max"
  cpu_s() { awk '$1 == "usage_usec" {print $2 / 1e6}' "$group/cpu.stat"; }
  throttled() { awk '$1 == "throttled_usec" {us = $2} $1 == "nr_throttled" {n = $2} END {print n, us / 1e6}' "$group/cpu.stat"; }
  memory_peak() { cat "$group/memory.peak"; }
  memory_now() { cat "$group/memory.current"; }
  kills() { awk '$1 == "oom_kill" {print $2}' "$group/memory.events"; }
else
  memory_group=$tree/memory/overlane-pod-$$
  cpu_group=$tree/cpu/overlane-pod-$$
  time_group=$tree/cpuacct/overlane-pod-$$
  mkdir -p "$memory_group" "$cpu_group" "$time_group"
  groups=("$memory_group" "$cpu_group" "$time_group")
  [ "$memory" = 0 ] || echo "$((memory << 20))" >"$memory_group/memory.limit_in_bytes"
  [ "$cpu" = 0 ] || awk -v cpu="$cpu" 'BEGIN {print int(100000 * cpu)}' >"$cpu_group/cpu.cfs_quota_us"
  cpu_s() { awk '{print $1 / 1e9}' "$time_group/cpuacct.usage"; }
  throttled() { awk '$1 == "throttled_time" {ns = $2} $1 == "nr_throttled" {n = $2} END {print n, ns / 1e9}' "$cpu_group/cpu.stat"; }
  memory_peak() { cat "$memory_group/memory.max_usage_in_bytes"; }
  memory_now() { cat "$memory_group/memory.usage_in_bytes"; }
  kills() { awk '$1 == "oom_kill" {print $2}' "$memory_group/memory.oom_control"; }
fi

# in_groups COMMAND...: runs it in the control groups.
in_groups()
{
  local one
  for one in "${groups[@]}"
  do
    echo "$BASHPID" >"$one/cgroup.procs"
  done
  exec "$@"
}

# --- the network -------------------------------------------------------------------------------------------------------

ip link set lo up
ip link add br0 type bridge
ip addr add 192.0.2.254/24 dev br0
ip link set br0 up
for number in 1 2
do
  ip netns add "node$number"
  ip netns add "pod$number"
  ip link add eth0 netns "node$number" type veth peer name "s$number"
  ip link set "s$number" master br0 up
  ip -n "node$number" addr add "192.0.2.$number/24" dev eth0
  ip -n "node$number" link set eth0 up
  ip -n "node$number" link set lo up
  ip netns exec "node$number" sysctl -qw net.ipv4.ip_forward=1
  ip -n "pod$number" link set lo up
done

etcd --data-dir "$directory/etcd" --listen-client-urls http://192.0.2.254:2379 \
  --advertise-client-urls http://192.0.2.254:2379 --listen-peer-urls http://127.0.0.1:0 >"$directory/etcd.log" 2>&1 &
processes+=($!)

# put KEY VALUE: writes a key of the network through etcd's JSON gateway.
put()
{
  local body answer
  body="{\"key\":\"$(printf %s "/coreos.com/network/$1" | base64 -w 0)\",\"value\":\"$(printf %s "$2" | base64 -w 0)\"}"
  exec 5<>/dev/tcp/192.0.2.254/2379 || return 1
  printf 'POST /v3/kv/put HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s' "${#body}" "$body" >&5
  read -r -u 5 answer
  exec 5<&-
  [[ $answer == *" 200 "* ]]
}

# await SECONDS COMMAND...: until it succeeds.
await()
{
  local end=$((SECONDS + $1))
  shift
  until "$@" 2>/dev/null
  do
    [ "$SECONDS" -lt "$end" ] || return 1
    sleep 0.1
  done
}

await 30 put config '{"Network":"10.5.0.0/16","EnableNFTables":true,"Backend":{"Type":"vxlan"}}' ||
  { tail -n 5 "$directory/etcd.log" >&2; fail "etcd did not start"; }
for ((i = 1; i < peers; i++))
do
  put "subnets/10.5.$i.0-24" "{\"PublicIP\":\"198.18.0.$i\",\"PublicIPv6\":null,\"BackendType\":\"vxlan\",\"BackendData\":{\"VNI\":1,\"VtepMAC\":\"02:00:00:00:01:$(printf %02x "$i")\"}}"
done

# start_node NUMBER WRAPPER...: returns when it is ready; sets 'node' to its process and 'ready_s'.
start_node()
{
  local number=$1 began=$EPOCHREALTIME run=$directory/run$1 cni=$directory/cni$1
  shift
  mkdir -p "$run" "$cni"
  "$@" env OVERLANE_JAVA_OPTS="$options" ip netns exec "node$number" \
    deploy/image/enter-root.sh "$root" "$run" "$cni" "$cni" \
    overlane flannel --etcd-endpoints http://192.0.2.254:2379 --ip-masq --iface eth0 --healthz-port 8081 \
    --admin /run/flannel/overlane.sock >"$directory/node$number.log" 2>&1 &
  node=$!
  processes+=("$node")
  if ! await 120 grep -q 'flannel: ready: ' "$directory/node$number.log"
  then
    cat "$directory/node$number.log" >&2
    fail "node $number is not ready after 120 s"
  fi
  ready_s=$(awk -v a="$began" -v b="$EPOCHREALTIME" 'BEGIN {printf "%.2f", b - a}')
}

# start_pod NUMBER: behind a node; its address is the second of the node's subnet.
start_pod()
{
  local gateway mtu
  gateway=$(sed -n 's/^FLANNEL_SUBNET=//p' "$directory/run$1/subnet.env")
  mtu=$(sed -n 's/^FLANNEL_MTU=//p' "$directory/run$1/subnet.env")
  ip link add cni0 mtu "$mtu" netns "node$1" type veth peer name eth0 mtu "$mtu" netns "pod$1"
  ip -n "node$1" addr add "$gateway" dev cni0
  ip -n "node$1" link set cni0 up
  ip -n "pod$1" addr add "${gateway%.1/24}.2/24" dev eth0
  ip -n "pod$1" link set eth0 up
  ip -n "pod$1" route add default via "${gateway%/*}"
  address=${gateway%.1/24}.2
}

start_node 2
start_pod 2
second=$address
start_node 1 in_groups
limited=$node
start_pod 1
first=$address

ip netns exec pod1 ping -q -c 3 -i 0.2 "$second" >/dev/null || fail "pod 2 does not answer"

# --- packets -----------------------------------------------------------------------------------------------------------

resident() { awk '/^Rss/ {print $2 / 1024}' "/proc/$limited/smaps_rollup"; }

# flow LABEL FROM TO ADDRESS: TCP from a pod to another for half of the time; prints a line.
flow()
{
  local cpu_before throttled_before rates
  ip netns exec "$3" iperf3 -s -1 >"$directory/server.log" 2>&1 &
  processes+=($!)
  await 10 ip netns exec "$3" bash -c 'ss -Hltn "sport = :5201" | grep -q .' || fail "iperf3 does not listen"
  cpu_before=$(cpu_s)
  throttled_before=$(throttled)
  rates=$(ip netns exec "$2" iperf3 -c "$4" -b "$rate" -t "$((seconds / 2))" -f m 2>&1) || fail "iperf3: $rates"
  awk -v label="$1" -v before="$cpu_before" -v after="$(cpu_s)" -v seconds="$((seconds / 2))" -v rss="$(resident)" \
    -v memory="$(memory_now)" -v then="$throttled_before" -v now="$(throttled)" '
    / sender$/ {next}
    / receiver$/ {mean = $7; next}
    / Mbits\/sec/ {if (low == "" || $7 < low) low = $7}
    END {
      split(then, a, " "); split(now, b, " ")
      printf "%-22s %7.0f Mbit/s, lowest second %7.0f, %4.2f CPU, %5.2f s/GB, throttled in %d periods for %.1f s, ",
        label, mean, low, (after - before) / seconds, (after - before) / (mean / 8000 * seconds), b[1] - a[1], b[2] - a[2]
      printf "resident %.0f MiB, group %.0f MiB\n", rss, memory / 1048576
    }' <<<"$rates"
}

awk -v ready="$ready_s" -v cpu="$(cpu_s)" -v rss="$(resident)" \
  'BEGIN {printf "%-22s %.2f s after its start, %.2f CPU s, resident %.0f MiB\n", "ready", ready, cpu, rss}'
flow "to the limited node" pod2 pod1 "$first"
flow "from the limited node" pod1 pod2 "$second"

status=0
if kill -0 "$limited" 2>/dev/null
then
  awk '/^(Rss|Pss|Anonymous):/ {printf "%s %.1f MiB  ", $1, $2 / 1024} END {print ""}' "/proc/$limited/smaps_rollup"
else
  echo "the node has ended:"
  tail -n 5 "$directory/node1.log"
  status=1
fi
echo "most memory of the group: $(($(memory_peak) >> 20)) MiB; processes killed for memory: $(kills)"
[ "$(kills)" = 0 ] || status=1
grep -v -e ready -e lease -e wrote "$directory/node1.log" || true
exit "$status"
