#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The part of run-demo.sh that runs inside a mount and a network namespace of its own.
#
#   scripts/demo-lab.sh probe            prints 'kernel', or 'engine REASON' if the kernel cannot make a vxlan device;
#                                        if no lab can be made, fails and says which call failed and why
#   scripts/demo-lab.sh kernel           shows the bridge on the left and the kernel's vxlan device on the right
#   scripts/demo-lab.sh engine REASON    shows two bridges and says why
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

readonly left_mac=02:00:00:00:00:01 right_mac=02:00:00:00:00:02
readonly left_v4=10.244.1.0 right_v4=10.244.2.0
readonly left_v6=fd00:244:1:: right_v6=fd00:244:2::

say() { echo "demo: $*"; }
in_left() { ip netns exec left "$@"; }
in_right() { ip netns exec right "$@"; }

# attempt WHAT COMMAND: runs COMMAND; if it fails, prints one line with WHAT, the command and its message.
attempt()
{
  local what=$1 output
  shift
  if ! output=$("$@" 2>&1)
  then
    echo "cannot $what: '$*' failed: ${output//$'\n'/; }" >&2
    return 1
  fi
}

# Names of namespaces are in a file system that only this script and its children see.
make_hosts()
{
  local host
  attempt "hide /run" mount -t tmpfs tmpfs /run
  for host in left right
  do
    attempt "make a network namespace" ip netns add "$host"
  done
  attempt "make a veth pair" ip link add u1 netns left type veth peer name u2 netns right
  for host in left right
  do
    ip netns exec "$host" sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0
    ip -n "$host" link set lo up
  done
  ip -n left addr add 192.0.2.1/24 dev u1
  ip -n right addr add 192.0.2.2/24 dev u2
  ip -n left link set u1 up
  ip -n right link set u2 up
}

probe()
{
  local reason
  make_hosts
  attempt "make a TAP device" ip -n left tuntap add dev probe mode tap
  if reason=$(attempt "make a vxlan device" ip -n right link add probe type vxlan id 1 dstport 8472 2>&1)
  then
    echo kernel
  else
    echo "engine $reason"
  fi
}

# bridge HOST LOCAL MAC V4 V6 REMOTE MAC V4 V6: starts a bridge and waits until frames can pass.
start_bridge()
{
  local host=$1 log=$logs/$1.log
  local peer="$6,mac=$7" i
  : >"$log"
  ip netns exec "$host" bin/overlane tun-bridge --local "$2" --mac "$3" --address "$4/32" --address "$5/128" --admin off \
    --peer "$peer,subnet=$8/24" --peer "$peer,subnet=$9/64" >"$log" 2>&1 &
  bridges+=($!)
  for ((i = 0; i < 300; i++))
  do
    if grep -q '^tun-bridge: ' "$log"
    then
      say "$host: $(grep -m 1 '^tun-bridge: ' "$log")"
      return 0
    fi
    kill -0 "${bridges[-1]}" 2>/dev/null || break
    sleep 0.1
  done
  say "the bridge on the $host did not start:" >&2
  cat "$log" >&2
  return 1
}

# The kernel's device on the right, set up as flannel sets it up.
start_kernel()
{
  ip -n right link add flannel.1 address "$right_mac" mtu 1450 \
    type vxlan id 1 local 192.0.2.2 dev u2 dstport 8472 nolearning
  ip -n right addr add "$right_v4/32" dev flannel.1
  ip -n right -6 addr add "$right_v6/128" dev flannel.1 nodad
  ip -n right link set flannel.1 up
  bridge -n right fdb append "$left_mac" dev flannel.1 self dst 192.0.2.1 permanent
  ip -n right neigh replace "$left_v4" lladdr "$left_mac" dev flannel.1 nud permanent
  ip -n right neigh replace "$left_v6" lladdr "$left_mac" dev flannel.1 nud permanent
  ip -n right route replace "$left_v4/24" via "$left_v4" dev flannel.1 onlink
  ip -n right -6 route replace "$left_v6/64" via "$left_v6" dev flannel.1 onlink
  say "right: the kernel's vxlan device flannel.1, VNI 1, UDP 8472, set up as flannel does"
}

# ping FROM ADDRESS: prints loss and times in one line; the demo fails if a packet is lost.
ping_from()
{
  local output
  if ! output=$(ip netns exec "$1" ping -n -c 10 -i 0.1 -w 10 "$2" 2>&1) || [[ $output != *" 0% packet loss"* ]]
  then
    printf '%s\n' "$output" >&2
    say "ping from the $1 to $2 failed" >&2
    return 1
  fi
  say "ping from $1 to $2, 10 sent, 0 % loss, min/avg/max $(sed -n 's|.* = \([^/]*/[^/]*/[^/]*\)/.*|\1|p' <<<"$output") ms"
}

# stream FROM TO ADDRESS: one TCP stream for five seconds.
stream()
{
  local output i
  ip netns exec "$2" iperf3 -s -1 -B "$3" >/dev/null 2>&1 &
  iperf_server=$!
  for ((i = 0; i < 50; i++))
  do
    # Refused until the server listens.
    if output=$(ip netns exec "$1" iperf3 -c "$3" -t 5 -f m 2>&1)
    then
      wait "$iperf_server" || true
      iperf_server=
      say "TCP from $1 to $2, 5 s, $(awk '/receiver/ {for (i = 2; i <= NF; i++) if ($i ~ /bits/) print $(i - 1), $i}' <<<"$output")"
      return 0
    fi
    [[ $output == *"refused"* ]] || break
    sleep 0.1
  done
  printf '%s\n' "$output" >&2
  say "the TCP stream from the $1 to the $2 failed" >&2
  return 1
}

stop_bridges()
{
  local pid status=0
  for pid in "${bridges[@]}"
  do
    kill -TERM "$pid" 2>/dev/null || true
    wait "$pid" || status=$?
  done
  bridges=()
  return "$status"
}

clean_up()
{
  local status=$?
  trap '' HUP INT PIPE TERM
  trap - EXIT
  [ -z "$iperf_server" ] || kill "$iperf_server" 2>/dev/null || true
  stop_bridges || true
  ip netns del left 2>/dev/null || true
  ip netns del right 2>/dev/null || true
  rm -rf "$logs"
  exit "$status"
}

show()
{
  logs=$(mktemp -d)
  bridges=()
  iperf_server=
  trap clean_up EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 141' PIPE
  trap 'exit 143' TERM

  make_hosts
  if [ "$1" = kernel ]
  then
    start_kernel
  else
    say "a second bridge takes the place of the kernel's vxlan device: $2"
    start_bridge right 192.0.2.2 "$right_mac" "$right_v4" "$right_v6" 192.0.2.1 "$left_mac" "$left_v4" "$left_v6"
  fi
  start_bridge left 192.0.2.1 "$left_mac" "$left_v4" "$left_v6" 192.0.2.2 "$right_mac" "$right_v4" "$right_v6"

  ping_from left "$right_v4"
  ping_from right "$left_v4"
  ping_from left "$right_v6"
  ping_from right "$left_v6"
  stream left right "$right_v4"
  stream right left "$left_v4"

  if ! stop_bridges
  then
    say "a bridge did not end well:" >&2
    cat "$logs"/*.log >&2
    return 1
  fi
  say "what the bridge on the left counted:"
  grep -v '^tun-bridge: ' "$logs/left.log" | sed 's/^/  /'
  if [ "$1" = kernel ]
  then
    say "done: the bridge and the kernel's vxlan device understand each other"
  else
    say "done: the two bridges understand each other"
  fi
}

case ${1:-} in
  probe) probe ;;
  kernel | engine) show "$1" "${2:-}" ;;
  *)
    echo "usage: scripts/demo-lab.sh probe|kernel|engine [REASON]" >&2
    exit 2
    ;;
esac
