#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# The soak: an overlay of three bridges of ours and a vxlan device of the kernel carries numbered packets and TCP for an
# hour, while links, processes and devices fail, stations, segments and remotes come and go, configurations are read
# again, and hostile datagrams arrive. Prints a line for each minute, and a verdict: no loss outside of the faults, and
# memory, descriptors and threads that do not grow. docs/howto.md explains the columns.
#
#   scripts/soak.sh [--minutes N] [--load PERCENT | --packets N --mbit N] [OPTION]...     --help lists the options
#
#   scripts/soak.sh                          an hour at half of what the machine carries
#   scripts/soak.sh --minutes 1440           a day
#   scripts/soak.sh --packets 500 --mbit 4   for a machine with other work
#
# Runs as root, or where users may make namespaces and open /dev/net/tun. All that it makes is in namespaces of its own,
# which the kernel removes with everything in them when the script ends, however it ends. It runs a copy of what was
# built last, so a build does not disturb it. Needs iproute2, ethtool, util-linux and a JDK ($JAVA_HOME or java on PATH).
# Exit code: 0 passed, 1 failed, 2 wrong options.
set -euo pipefail

folder=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
target=$folder/engine-examples/target
copy=/run/soak

if [ "${1:-}" != --inside ]
then
  if [ ! -e "$target/engine-examples.jar" ] || [ ! -d "$target/test-classes" ]
  then
    (cd "$folder" && mvn -q -B -DskipTests package -pl engine-examples -am)
  fi
  own=(--net --mount --pid --fork --kill-child --mount-proc)
  [ "$(id -u)" = 0 ] || own+=(--user --map-root-user)
  # What is inside ends when this pipe closes: at a signal, and also when this shell is killed.
  # shellcheck disable=SC2034 # only open
  exec {alive}> >(exec unshare "${own[@]}" -- "${BASH_SOURCE[0]}" --inside "$@")
  inside=$!
  trap 'exec {alive}>&-' INT TERM HUP
  status=0
  wait "$inside" || status=$?
  # A signal ends the wait, and not what is inside.
  while kill -0 "$inside" 2>/dev/null
  do
    status=0
    wait "$inside" || status=$?
  done
  exit "$status"
fi
shift

# The JVM looks for IPv6 in the namespace in which it starts.
echo 0 >/proc/sys/net/ipv6/conf/all/disable_ipv6
ip link set lo up
# The names of network namespaces, the sockets of bridges and the captures are in here.
mount -t tmpfs tmpfs /run
mkdir -p "$copy"/{bin,lib,full}
mount -t tmpfs -o size=1m tmpfs "$copy/full"
cp "$folder/bin/overlane" "$copy/bin"
cp "$target/engine-examples.jar" "$copy/lib/overlane.jar"
cp -r "$target/test-classes" "$copy/classes"
"$copy/bin/overlane" --make-archive || echo "soak: the bridges start without an archive of classes" >&2

exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Xmx256m -XX:+UseSerialGC -XX:-UsePerfData -Doverlane.soak.directory="$copy" \
  -cp "$copy/lib/overlane.jar:$copy/classes" io.overlane.examples.soak.Soak "$@"
