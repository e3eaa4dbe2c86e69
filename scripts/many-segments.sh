#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measure the cost of many segments: starts tun-bridge with one TAP device for each segment, and prints start time,
# memory, threads, the cost of reading the configuration again, and the time to stop.
#
#   scripts/many-segments.sh [--segments N] [--addresses] [--jar FILE] [-- JVM OPTION...]
#
#   --segments N   number of segments; default 1000
#   --addresses    gives each device an address, a neighbour and a route too
#   --jar FILE     default engine-examples/target/engine-examples.jar
#
# Runs in its own network namespace, as root or where users may make namespaces. Needs
# iproute2, util-linux and a JDK ($JAVA_HOME or java on PATH). Exit code: that of the bridge.
set -euo pipefail

if [ "${1:-}" != --inside ]
then
  own=(--net)
  [ "$(id -u)" = 0 ] || own+=(--user --map-root-user)
  exec unshare "${own[@]}" -- "${BASH_SOURCE[0]}" --inside "$@"
fi
shift

segments=1000
addresses=
jar=$(dirname "${BASH_SOURCE[0]}")/../engine-examples/target/engine-examples.jar
while [ $# -gt 0 ]
do
  case $1 in
    --segments) segments=$2; shift 2 ;;
    --addresses) addresses=1; shift ;;
    --jar) jar=$2; shift 2 ;;
    --) shift; break ;;
    *) echo "many-segments: unknown argument '$1'" >&2; exit 2 ;;
  esac
done
# One segment is removed and added again.
[ "$segments" -ge 2 ] || { echo "many-segments: --segments $segments: at least 2 are needed" >&2; exit 2; }
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
directory=$(mktemp -d)
bridge=
# Called by traps only.
# shellcheck disable=SC2317
clean_up()
{
  [ -z "$bridge" ] || kill -KILL "$bridge" 2>/dev/null || true
  rm -rf "$directory"
}
trap clean_up EXIT

ip link set lo up
ip link add underlay type veth peer name far
ip addr add 192.0.2.1/24 dev underlay
ip link set underlay up
ip link set far up

# configure N: prints the configuration of N segments.
configure()
{
  local vni
  echo "local: 192.0.2.1"
  echo "learning: true"
  echo "segments:"
  for ((vni = 1; vni <= $1; vni++))
  do
    echo "  - vni: $vni"
    echo "    flood: [192.0.2.2]"
    if [ -n "$addresses" ]
    then
      local net="10.$((vni / 250)).$((vni % 250))" mac
      printf -v mac '02:00:00:01:%02x:%02x' $((vni / 256)) $((vni % 256))
      echo "    addresses: [$net.1/32]"
      echo "    peers:"
      echo "      - {remote: 192.0.2.2, mac: \"$mac\", subnet: $net.128/25}"
    fi
  done
}

# Times are in milliseconds.
now() { echo $((${EPOCHREALTIME/./} / 1000)); }
cpu() { awk -v hz="$(getconf CLK_TCK)" '{print int(1000 * ($14 + $15) / hz)}' "/proc/$bridge/stat"; }
status() { awk -v key="$1:" '$1 == key {print $2}' "/proc/$bridge/status"; }

# wait_for PATTERN: reads the bridge's output until a line matches; fails if the bridge ends before.
wait_for()
{
  local line
  while IFS= read -r line <&3
  do
    # shellcheck disable=SC2053
    [[ $line != $1 ]] || return 0
  done
  return 1
}

# start_bridge N: returns when the last segment carries frames; sets 'took'.
start_bridge()
{
  configure "$1" >"$directory/bridge.yaml"
  rm -f "$directory/out"
  mkfifo "$directory/out"
  local began
  began=$(now)
  "$java" "${jvm[@]}" -jar "$jar" tun-bridge --config "$directory/bridge.yaml" --admin "$directory/admin" \
    >"$directory/out" 2>"$directory/errors" &
  bridge=$!
  exec 3<"$directory/out"
  if ! wait_for "tun-bridge: * VNI $1,*"
  then
    end_bridge "the bridge did not start"
  fi
  took=$(($(now) - began))
}

# end_bridge COMPLAINT: prints how the bridge ended by itself.
end_bridge()
{
  local code=0
  wait "$bridge" || code=$?
  bridge=
  echo "many-segments: $1, exit code $code"
  sed -n '1,20p' "$directory/errors"
  exit "$((code == 0 ? 1 : code))"
}

# stop_bridge: sets 'took' and 'code'.
stop_bridge()
{
  local began
  began=$(now)
  kill -TERM "$bridge"
  code=0
  wait "$bridge" || code=$?
  bridge=
  exec 3<&-
  took=$(($(now) - began))
}

# reload LABEL: SIGHUP, and wait until the file was read again.
reload()
{
  local began before
  before=$(cpu)
  began=$(now)
  kill -HUP "$bridge"
  wait_for "*read again*" || end_bridge "the bridge ended at a reload"
  printf '%-28s %6d ms  %6d ms CPU\n' "$1" "$(($(now) - began))" "$(($(cpu) - before))"
}

jvm=("$@")
start_bridge 1
printf '%-28s %6d ms  %6d ms CPU\n' "start, 1 segment" "$took" "$(cpu)"
stop_bridge

start_bridge "$segments"
printf '%-28s %6d ms  %6d ms CPU\n' "start, $segments segments" "$took" "$(cpu)"
printf '%-28s %6d MiB\n' "resident" "$(($(status VmRSS) / 1024))"
printf '%-28s %6d MiB\n' "resident at most" "$(($(status VmHWM) / 1024))"
printf '%-28s %6d\n' "threads" "$(status Threads)"
before=$(cpu)
sleep 5
printf '%-28s %6d ms CPU\n' "5 s idle" "$(($(cpu) - before))"
for i in 1 2 3
do
  reload "reload $i, nothing changed"
done
began=$(now)
"$java" -jar "$jar" ctl --admin "$directory/admin" reload >/dev/null
printf '%-28s %6d ms, with its JVM\n' "ctl reload" "$(($(now) - began))"
# The line that the reload makes the bridge print.
wait_for "*read again*"
sed -i '$a\    max-learned: 100' "$directory/bridge.yaml"
reload "reload, a rule changed"
configure "$((segments - 1))" >"$directory/bridge.yaml"
reload "reload, one segment fewer"
configure "$segments" >"$directory/bridge.yaml"
reload "reload, one segment more"
printf '%-28s %6d MiB\n' "resident" "$(($(status VmRSS) / 1024))"
stop_bridge
printf '%-28s %6d ms, exit code %d\n' "stop" "$took" "$code"
sed -n '1,20p' "$directory/errors"
exit "$code"
