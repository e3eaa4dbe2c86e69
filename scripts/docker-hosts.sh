#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Two hosts with Docker from docs/flannel.md, each a bare Debian that its systemd has booted: their containers ping each
# other, with the services of the package and without.
#
#   scripts/docker-hosts.sh [SUITE]     default: trixie
#
# Builds the package if there is none, or takes the one that DEB names. Needs root, debootstrap and the package
# archives. Nothing stays behind.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# shellcheck source=scripts/bare-system.sh
source scripts/bare-system.sh

say() { echo "docker-hosts: $*"; }

clean_up()
{
  local host
  for host in 1 2
  do
    ip netns del "$name-$host" 2>/dev/null || true
    umount "$folder/host$host/root" 2>/dev/null || true
  done
  rm -rf --one-file-system "$folder"
}

require_debootstrap
suite=${1:-trixie}
folder=$(mktemp -d)
readonly name=overlane-docker-$$
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

if [ -z "${DEB:-}" ]
then
  mvn -q -B -DskipTests -pl engine-examples -am package
  DEB=$(ls -t engine-examples/target/overlane_*_all.deb | head -n 1)
fi

say "$suite: making a bare system with Docker and etcd"
system=$folder/system
make_system "$system" "$suite" >"$folder/log" 2>&1 || { tail -n 20 "$folder/log" >&2; exit 1; }
cp "$DEB" "$system/root/overlane.deb"
inside bash -c 'apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q -y install systemd /root/overlane.deb \
  docker.io iptables iputils-ping etcd-server etcd-client busybox-static procps &&
  systemctl disable etcd.service docker.service docker.socket' >"$folder/log" 2>&1 ||
  { tail -n 20 "$folder/log" >&2; exit 1; }

for host in 1 2
do
  mkdir -p "$folder/host$host"/{root,upper,work}
  mount -t overlay -o "lowerdir=$system,upperdir=$folder/host$host/upper,workdir=$folder/host$host/work" overlay \
    "$folder/host$host/root"
  system=$folder/host$host/root at_boot "$folder/host$host/root" scripts/docker-hosts-check.sh "$host"
  ip netns add "$name-$host"
done
ip -n "$name-1" link add eth0 type veth peer name eth0 netns "$name-2"

say "booting two hosts"
timeout 600 bash scripts/bare-system.sh --booted "$folder/host2/root" "$name-2" >"$folder/log2" 2>&1 &
timeout 600 bash scripts/bare-system.sh --booted "$folder/host1/root" "$name-1" >"$folder/log1" 2>&1 || true
wait
for host in 1 2
do
  grep '^passed: ' "$folder/host$host/root/root/log" | sed "s/^/  host $host: /" || true
done
for host in 1 2
do
  if ! grep -qx "passed: all" "$folder/host$host/root/root/log"
  then
    tail -n 60 "$folder/host$host/root/root/log" "$folder/log$host" >&2
    exit 1
  fi
done
