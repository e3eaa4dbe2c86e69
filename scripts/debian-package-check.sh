#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Run by debian-package.sh inside a bare system that its systemd has booted. Prints a line for each step; the last one
# is "passed: all".
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8

fail()
{
  echo "FAILED: $*"
  systemctl status --no-pager -n 30 'overlane-*' || true
  exit 1
}

trap 'fail "line $LINENO: $BASH_COMMAND"' ERR

passed() { echo "passed: $*"; }

# Fails if a command succeeds.
refused()
{
  ! "$@" || fail "this succeeded: $*"
}

# Waits until a command succeeds.
eventually()
{
  local _
  for _ in {1..150}
  do
    ! "$@" >/dev/null 2>&1 || return 0
    sleep 0.2
  done
  fail "not within 30 s: $*"
}

property() { systemctl show -P "$2" "$1"; }

# Whether the status of unit $1 contains $2.
reports() { [[ $(property "$1" StatusText) == *"$2"* ]]; }

# All files, except those that apt, dpkg and the running system change.
files()
{
  find / -xdev \( -path /root -o -path /var/log -o -path /var/lib/dpkg -o -path /var/lib/apt -o -path /var/cache \
    -o -path /var/lib/systemd -o -path /var/lib/etcd -o -path /var/tmp -o -path '/etc/*.lock' \) -prune -o -print | sort
}

# The other host: a kernel's vxlan device in another namespace.
make_peer()
{
  ip link set lo up
  ip netns add peer
  ip link add eth0 type veth peer name eth0 netns peer
  ip addr add 192.0.2.1/24 dev eth0
  ip link set eth0 up
  ip -n peer addr add 192.0.2.2/24 dev eth0
  ip -n peer link set eth0 up
  ip -n peer link add vx0 type vxlan id 42 dstport 4789 local 192.0.2.2 dev eth0
  bridge -n peer fdb append 00:00:00:00:00:00 dev vx0 dst 192.0.2.1
  ip -n peer addr add 10.9.0.2/24 dev vx0
  ip -n peer link set vx0 up
  echo 1 >/proc/sys/net/ipv4/ip_forward
}

write_bridge()
{
  cat >/etc/overlane/vx0.yaml <<END
device: vx0
vni: 42
port: 4789
learning: $1
flood: [192.0.2.2]
addresses: [10.9.0.1/24]
END
}

files >/root/before
readonly bridge=overlane-tun-bridge@vx0

[[ $(apt-get -s -q install --no-install-recommends /root/overlane.deb) == *"0 upgraded, 1 newly installed, 0 to"* ]]
apt-get -q -y install --no-install-recommends /root/overlane.deb
overlane --version
[ -s /usr/lib/overlane/lib/overlane.jsa ]
dpkg-query -W overlane
[ "$(systemctl is-enabled overlane-flannel || true)" = disabled ]
passed "apt install"

make_peer
write_bridge true
systemctl enable --now "$bridge"
[ "$(property "$bridge" ActiveState)" = active ]
reports "$bridge" "tun-bridge: vxlan on vx0"
eventually ping -c 1 -W 1 10.9.0.2
passed "bridge runs: $(ping -c 5 -i 0.2 10.9.0.2 | grep transmitted)"

write_bridge false
systemctl reload "$bridge"
reports "$bridge" "read again: VNI 42: learning on -> off"
echo 'nonsense: 1' >>/etc/overlane/vx0.yaml
refused systemctl reload "$bridge"
[ "$(property "$bridge" ActiveState)" = active ]
write_bridge true
systemctl reload "$bridge"
ping -c 1 -W 2 10.9.0.2
passed "reload: a change is carried out, a wrong file is refused"

mkdir -p /run/systemd/system/$bridge.service.d
printf '[Service]\nWatchdogSec=3\n' >/run/systemd/system/$bridge.service.d/watchdog.conf
systemctl daemon-reload
systemctl restart "$bridge"
pid=$(property "$bridge" MainPID)
sleep 7
[ "$(property "$bridge" MainPID)" = "$pid" ]
kill -STOP "$pid"
eventually bash -c "[ \"\$(systemctl show -P NRestarts $bridge)\" = 1 ]"
eventually ping -c 1 -W 1 10.9.0.2
rm -r /run/systemd/system/$bridge.service.d
systemctl daemon-reload
passed "watchdog: a stopped process is killed and started again"

systemctl start --no-block overlane-flannel
eventually reports overlane-flannel "waiting for the network's configuration"
[ "$(property overlane-flannel ActiveState)" = activating ]
systemctl start etcd
ETCDCTL_API=3 etcdctl put /coreos.com/network/config '{"Network":"10.5.0.0/16","Backend":{"Type":"vxlan"}}'
echo FLANNELD_IFACE=eth0 >>/etc/default/overlane-flannel
echo FLANNELD_IP_MASQ=true >>/etc/default/overlane-flannel
systemctl restart overlane-flannel
reports overlane-flannel "ready: 10.5."
reports overlane-flannel ", backend vxlan, MTU 1450"
cat /run/flannel/subnet.env
overlane ctl --admin /run/overlane/flannel.sock flannel leases
overlane mk-docker-opts -d /dev/stdout | grep -q "DOCKER_OPTS=\" --bip=10.5.*--mtu=1450\""
nft list ruleset | grep -q -i masquerade
grep -q "^0$" /proc/sys/net/ipv6/conf/flannel.1/accept_ra
passed "flannel node runs: $(property overlane-flannel StatusText)"

for unit in overlane-flannel "$bridge"
do
  echo "security: $(systemd-analyze security --no-pager "$unit" | tail -n 1)"
done

rm /usr/lib/overlane/lib/overlane.jsa
dpkg-trigger --by-package=default-jre-headless /usr/lib/jvm
dpkg --triggers-only overlane
[ -s /usr/lib/overlane/lib/overlane.jsa ]
passed "another JVM: the archive of classes is written again"

subnet=$(grep FLANNEL_SUBNET /run/flannel/subnet.env)
before=$(property "$bridge" MainPID)
apt-get -q -y install --no-install-recommends /root/overlane-next.deb
[[ $(dpkg-query -W overlane) == *+next ]]
eventually ping -c 1 -W 1 10.9.0.2
[ "$(property "$bridge" ActiveState)" = active ]
[ "$(property "$bridge" MainPID)" != "$before" ]
eventually systemctl is-active overlane-flannel
grep -q FLANNELD_IP_MASQ=true /etc/default/overlane-flannel
[ "$(grep FLANNEL_SUBNET /run/flannel/subnet.env)" = "$subnet" ]
passed "upgrade: both services were restarted with their configuration"

systemctl stop etcd
apt-get -q -y purge overlane
refused systemctl is-active -q overlane-flannel
refused grep -l -s overlane.jar /proc/[0-9]*/cmdline
files >/root/after
diff /root/before /root/after
passed "purge leaves nothing"
echo "passed: all"
