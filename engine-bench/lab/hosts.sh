# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # run-lab.sh has the other half of the variables
# Two hosts: network namespaces joined by a veth pair. run-lab.sh reads this file.

left=overlane-lab-$$-l
right=overlane-lab-$$-r
left_veth=ovl$$l
right_veth=ovl$$r
local_of=([1]=192.0.2.1 [2]=192.0.2.2)
mac_of=([1]=02:00:00:00:00:01 [2]=02:00:00:00:00:02)
namespace_of=([1]=$left [2]=$right)
veth_of=([1]=$left_veth [2]=$right_veth)
tunnels=()
helpers=()

# Ends only processes of this script. Also called between variants.
stop_tunnels()
{
    local pid
    for pid in "${tunnels[@]}" "${helpers[@]}"; do
        kill -- "$pid" 2> /dev/null || true
    done
    for pid in "${tunnels[@]}" "${helpers[@]}"; do
        wait "$pid" 2> /dev/null || true
    done
    tunnels=()
    helpers=()
    ip -n "$left" link del flannel.1 2> /dev/null || true
    ip -n "$right" link del flannel.1 2> /dev/null || true
}

delete_lab()
{
    ip netns del "$left" 2> /dev/null || true
    ip netns del "$right" 2> /dev/null || true
}

# open_lab UNDERLAY
open_lab()
{
    local side namespace
    delete_lab
    ip netns add "$left"
    ip netns add "$right"
    ip link add "$left_veth" netns "$left" type veth peer name "$right_veth" netns "$right"
    for side in 1 2; do
        namespace=${namespace_of[$side]}
        ip netns exec "$namespace" sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0
        ip -n "$namespace" addr add "${local_of[$side]}/24" dev "${veth_of[$side]}"
        ip -n "$namespace" link set lo up
        ip -n "$namespace" link set "${veth_of[$side]}" mtu 1500 up
        case "$1" in
            wire*)
                ip netns exec "$namespace" ethtool -K "${veth_of[$side]}" tso off tx-udp_tnl-segmentation off \
                    tx-udp_tnl-csum-segmentation off tx-udp-segmentation off tx-checksum-ip-generic off > /dev/null
                ;;
        esac
        if [ "$1" = wire-gro ]; then
            # Without rx, the program in the driver takes datagrams without a UDP checksum; a veth ignores it.
            ip netns exec "$namespace" ethtool -K "${veth_of[$side]}" gro on rx off > /dev/null
        fi
    done
}
