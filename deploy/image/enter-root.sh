#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Run a command in a root file system of make-root.sh as a container engine runs it for the pod of deploy/kubernetes:
# the root and /proc/sys are read-only, the only devices are those of a container and /dev/net/tun, and the only
# capabilities are CAP_NET_ADMIN and CAP_NET_RAW.
#
#   deploy/image/enter-root.sh ROOT RUN CNI CONFIG COMMAND [ARGUMENT]...
#
#   ROOT    made by make-root.sh
#   RUN     directory of the host for /run/flannel
#   CNI     directory of the host for /etc/cni/net.d
#   CONFIG  directory of the host for /etc/kube-flannel, read-only, as the ConfigMap is
#
# The process becomes the command, so signals reach it. Of the variables it gets only OVERLANE_JAVA_OPTS and NODE_NAME.
# Needs root, util-linux and libcap2-bin; leaves nothing behind.
set -euo pipefail

if [ "${1:-}" != --inside ]
then
  [ $# -ge 5 ] || { echo "usage: deploy/image/enter-root.sh ROOT RUN CNI CONFIG COMMAND [ARGUMENT]..." >&2; exit 2; }
  exec unshare --mount --propagation private -- "${BASH_SOURCE[0]}" --inside "$@"
fi
root=$2
run=$3
cni=$4
config=$5
shift 5

mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --bind "$root/proc/sys" "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
# With the control groups, from which the JVM reads its limits.
mount --rbind /sys "$root/sys"
mount -t tmpfs -o mode=755,size=64k tmpfs "$root/dev"
mkdir "$root/dev/net"
for device in null zero full random urandom net/tun
do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mount --bind "$run" "$root/run/flannel"
mount --bind "$cni" "$root/etc/cni/net.d"
mount --bind "$config" "$root/etc/kube-flannel"
mount -o remount,bind,ro "$root/etc/kube-flannel"
mount -o remount,bind,ro "$root"

PATH=$PATH:/usr/sbin:/sbin
mapfile -t others < <(setpriv --list-caps | grep -vxE 'net_admin|net_raw' | sed 's/^/cap_/')
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/ \
  ${OVERLANE_JAVA_OPTS:+OVERLANE_JAVA_OPTS="$OVERLANE_JAVA_OPTS"} ${NODE_NAME:+NODE_NAME="$NODE_NAME"} \
  "$(command -v capsh)" --chroot="$root" --no-new-privs --drop="$(IFS=,; echo "${others[*]}")" --inh= \
  --shell=/bin/sh -- -c 'exec "$@"' sh "$@"
