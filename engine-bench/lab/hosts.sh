# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # run-lab.sh has the other half of the variables
# Pairs of hosts: two network namespaces joined by a veth pair. Each variant has a pair of its own, so that the tunnels
# of all variants can run at once. run-lab.sh reads this file.

local_of=([1]=192.0.2.1 [2]=192.0.2.2)
mac_of=([1]=02:00:00:00:00:01 [2]=02:00:00:00:00:02)
declare -A tunnels_of=() helpers_of=()
pairs=()

# use_pair NAME: this pair and its processes are those that all other functions work with.
use_pair()
{
    pair=$1
    left=overlane-lab-$$-$pair-l
    right=overlane-lab-$$-$pair-r
    namespace_of=([1]=$left [2]=$right)
    read -ra tunnels <<< "${tunnels_of[$pair]:-}"
    read -ra helpers <<< "${helpers_of[$pair]:-}"
}

# keep_pair: remembers the processes of this pair for the next use_pair.
keep_pair()
{
    tunnels_of[$pair]=${tunnels[*]}
    helpers_of[$pair]=${helpers[*]}
}

# Ends the processes of this pair, only those of this script, and deletes its hosts.
close_pair()
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
    keep_pair
    ip netns del "$left" 2> /dev/null || true
    ip netns del "$right" 2> /dev/null || true
}

# Also after a failure.
close_all_pairs()
{
    local name
    [ -z "${pair:-}" ] || keep_pair
    for name in "${pairs[@]}"; do
        use_pair "$name"
        close_pair
    done
    pairs=()
}

# open_pair NAME UNDERLAY: two hosts, and uses them.
open_pair()
{
    local side namespace
    use_pair "$1"
    pairs+=("$1")
    ip netns add "$left"
    ip netns add "$right"
    ip link add veth0 netns "$left" type veth peer name veth0 netns "$right"
    for side in 1 2; do
        namespace=${namespace_of[$side]}
        ip netns exec "$namespace" sysctl -qw net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0
        ip -n "$namespace" addr add "${local_of[$side]}/24" dev veth0
        ip -n "$namespace" link set lo up
        ip -n "$namespace" link set veth0 mtu 1500 up
        case "$2" in
            wire*)
                ip netns exec "$namespace" ethtool -K veth0 tso off tx-udp_tnl-segmentation off \
                    tx-udp_tnl-csum-segmentation off tx-udp-segmentation off tx-checksum-ip-generic off > /dev/null
                ;;
        esac
        if [ "$2" = wire-gro ]; then
            # Without rx, the program in the driver takes datagrams without a UDP checksum; a veth ignores it.
            ip netns exec "$namespace" ethtool -K veth0 gro on rx off > /dev/null
        fi
    done
}
