#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Run by docker-hosts.sh on each of its two hosts: the commands of docs/flannel.md. The last line is "passed: all".
set -euo pipefail
export ETCDCTL_API=3 ETCDCTL_ENDPOINTS=http://192.0.2.1:2379
readonly host=$1

trap 'echo "FAILED: line $LINENO: $BASH_COMMAND"; systemctl status --no-pager -n 30 overlane-flannel docker || true' ERR

eventually()
{
  local _
  for _ in {1..300}
  do
    ! "$@" >/dev/null 2>&1 || return 0
    sleep 0.2
  done
  "$@"
}

# Waits for key $1 of the other host and prints its value.
value()
{
  eventually bash -c "etcdctl get --print-value-only $1 | grep -q ." >&2
  etcdctl get --print-value-only "$1"
}

# The second host runs a container, the first one pings it from a container of its own. $1 names the way.
containers_ping()
{
  mkdir -p /tmp/image/bin
  cp /bin/busybox /tmp/image/bin/
  ln -sf busybox /tmp/image/bin/ping
  ln -sf busybox /tmp/image/bin/sleep
  docker image inspect busybox >/dev/null 2>&1 || tar -C /tmp/image -c . | docker import - busybox >/dev/null
  if [ "$host" = 2 ]
  then
    docker run -d --rm --name box busybox /bin/sleep 600
    etcdctl put "/check/$1/address" \
      "$(docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' box)"
    value "/check/$1/done"
    docker rm -f box
    etcdctl put "/check/$1/seen" yes
  else
    local address
    address=$(value "/check/$1/address")
    docker run --rm busybox /bin/ping -c 1 -w 20 "$address"
    echo "passed: $1: $(docker run --rm busybox /bin/ping -c 10 -i 0.2 "$address" | grep transmitted) to $address"
    etcdctl put "/check/$1/done" yes
    value "/check/$1/seen"
  fi
}

ip link set lo up
ip addr add "192.0.2.$host/24" dev eth0
ip link set eth0 up
mkdir -p /etc/docker
# The hosts' own files are in an overlay file system, on which Docker cannot put another one.
echo '{"storage-driver": "vfs"}' >/etc/docker/daemon.json
if [ "$host" = 1 ]
then
  etcd --data-dir /var/lib/etcd/flannel --listen-client-urls http://192.0.2.1:2379 \
    --advertise-client-urls http://192.0.2.1:2379 >/dev/null 2>&1 &
  eventually etcdctl put /coreos.com/network/config '{"Network":"10.5.0.0/16","Backend":{"Type":"vxlan"}}'
fi

echo net.ipv4.ip_forward=1 >/etc/sysctl.d/60-forward.conf
sysctl -q -p /etc/sysctl.d/60-forward.conf
cat >>/etc/default/overlane-flannel <<END
FLANNELD_ETCD_ENDPOINTS=http://192.0.2.1:2379
FLANNELD_IFACE=eth0
FLANNELD_IP_MASQ=true
END
systemctl enable --now overlane-flannel
mkdir -p /etc/systemd/system/docker.service.d
cp /usr/share/doc/overlane/examples/docker.service.d/overlane-flannel.conf /etc/systemd/system/docker.service.d/
systemctl daemon-reload
systemctl restart docker
cat /run/docker_opts.env
containers_ping systemd
systemctl stop docker docker.socket overlane-flannel
ip link del docker0

overlane flannel --etcd-endpoints http://192.0.2.1:2379 --iface eth0 --ip-masq >/tmp/flannel.log 2>&1 &
eventually grep -q ready: /tmp/flannel.log
overlane mk-docker-opts -c
. /run/docker_opts.env
# shellcheck disable=SC2086 # several options
dockerd $DOCKER_OPTS >/tmp/dockerd.log 2>&1 &
eventually docker version
containers_ping by-hand
echo "passed: all"
