# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # run-lab.sh has the other half of the variables
# Variants: what carries the frames on each side. run-lab.sh reads this file.

# JVM@VERSION is a variant on one JDK; the names below have no such ending.
jvm_variants='engine fast-path xdp engine-kernel kernel-engine fast-path-kernel kernel-fast-path xdp-kernel kernel-xdp
    engine-off small watched netty nio ip-udp'

# has_jvm VARIANT: whether a process of a JVM is part of it.
has_jvm()
{
    [[ " ${jvm_variants//$'\n'/ } " = *" ${1%@*} "* ]]
}

# has_jvm_on_path VARIANT: whether frames pass the JVM, so that its compiler needs time.
has_jvm_on_path()
{
    has_jvm "$1" && [[ ${1%@*} != *fast-path* && ${1%@*} != *xdp* ]]
}

# start_kernel SIDE OTHER: one device, no learning; an FDB entry, a permanent neighbour and a route for the other side.
start_kernel()
{
    local n=${namespace_of[$1]}
    ip -n "$n" link add flannel.1 address "${mac_of[$1]}" mtu 1450 type vxlan id 1 local "${local_of[$1]}" \
        dev veth0 dstport 8472 nolearning
    ip -n "$n" addr add "10.244.$1.1/32" dev flannel.1
    ip -n "$n" -6 addr add "fd00:244:$1::1/128" dev flannel.1 nodad
    ip -n "$n" link set flannel.1 up
    bridge -n "$n" fdb append "${mac_of[$2]}" dev flannel.1 dst "${local_of[$2]}"
    ip -n "$n" neigh replace "10.244.$2.1" lladdr "${mac_of[$2]}" dev flannel.1 nud permanent
    ip -n "$n" neigh replace "fd00:244:$2::1" lladdr "${mac_of[$2]}" dev flannel.1 nud permanent
    ip -n "$n" route add "10.244.$2.0/24" via "10.244.$2.1" dev flannel.1 onlink
    ip -n "$n" -6 route add "fd00:244:$2::/64" via "fd00:244:$2::1" dev flannel.1 onlink
}

# start_engine SIDE OTHER MODE OPTION...: with the admin socket $admin, or none, on the JDK of the variant.
start_engine()
{
    local side=$1 other=$2 mode=$3 home=${home_of[${variant#*@}]}
    shift 3
    local arguments=(--local "${local_of[$side]}" --address "10.244.$side.1/32" "$@")
    if [ "$mode" = ip-udp ]; then
        arguments+=(--mode ip-udp --device flannel.1 --peer "${local_of[$other]},subnet=10.244.$other.0/24")
    else
        local peer="${local_of[$other]},mac=${mac_of[$other]}"
        arguments+=(--mac "${mac_of[$side]}" --address "fd00:244:$side::1/128"
            --peer "$peer,subnet=10.244.$other.0/24,gateway=10.244.$other.1"
            --peer "$peer,subnet=fd00:244:$other::/64,gateway=fd00:244:$other::1")
    fi
    local program=("$home/bin/java" "-Xlog:gc:file=$block-gc$side.log" -jar "$engine_jar")
    if [ "${variant%@*}" = small ]; then
        program=(env "JAVA_HOME=$home" "OVERLANE_JAVA_OPTS=-Xlog:gc:file=$block-gc$side.log" "$root/bin/overlane")
    fi
    ip netns exec "${namespace_of[$side]}" "${program[@]}" tun-bridge --admin "${admin:-off}" "${arguments[@]}" > "$block-out$side.log" 2>&1 &
    tunnels+=($!)
}

# start_watched SIDE OTHER: an engine with a capture, histograms of the latency and a reader of its metrics each second.
start_watched()
{
    local admin=$block-$1.sock
    start_engine "$1" "$2" vxlan --pcapng "$block-$1.pcapng" --http 127.0.0.1:9101
    local tries=0
    until "$java" -jar "$engine_jar" ctl --admin "$admin" latency on > "$block-ctl$1.log" 2>&1; do
        tries=$((tries + 1))
        [ "$tries" -lt 20 ] || fail "latency on: $(cat "$block-ctl$1.log")"
        sleep 0.2
    done
    # shellcheck disable=SC2016 # the inner shell expands it
    ip netns exec "${namespace_of[$1]}" bash -c '
        while sleep 1; do
            if exec 3<> /dev/tcp/127.0.0.1/9101; then
                printf "GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n" >&3
                cat <&3
                exec 3>&-
            fi
        done' > "$block-metrics$1.log" 2>&1 &
    helpers+=($!)
}

# start_yardstick NAME SIDE OTHER
start_yardstick()
{
    local n=${namespace_of[$2]} word words=()
    for word in ${yardstick_of[$1]}; do
        case "$word" in
            DEVICE) word=flannel.1 ;;
            LOCAL) word=${local_of[$2]} ;;
            PEER) word=${local_of[$3]} ;;
            PORT) word=8472 ;;
        esac
        words+=("$word")
    done
    ip netns exec "$n" "${words[@]}" > "$block-out$2.log" 2>&1 &
    tunnels+=($!)
    local tries=0
    until ip -n "$n" link set flannel.1 mtu 1450 up 2> /dev/null; do
        tries=$((tries + 1))
        [ "$tries" -lt 50 ] || fail "yardstick $1 made no device flannel.1: ${words[*]}"
        sleep 0.1
    done
    ip -n "$n" addr add "10.244.$2.1/32" dev flannel.1
    ip -n "$n" -6 addr add "fd00:244:$2::1/128" dev flannel.1 nodad
    ip -n "$n" route add "10.244.$3.0/24" dev flannel.1
    ip -n "$n" -6 route add "fd00:244:$3::/64" dev flannel.1
}

# start_side VARIANT SIDE OTHER: side 1 sends. A-kernel has A on side 1 and the kernel's device on side 2.
start_side()
{
    case "$1" in
        kernel) start_kernel "$2" "$3" ;;
        engine | small | fast-path | xdp) start_engine "$2" "$3" vxlan --fast-path "$(fast_path_of "$1")" ;;
        *-kernel) if [ "$2" = 1 ]; then start_side "${1%-kernel}" 1 2; else start_kernel 2 1; fi ;;
        kernel-*) if [ "$2" = 2 ]; then start_side "${1#kernel-}" 2 1; else start_kernel 1 2; fi ;;
        engine-off) start_engine "$2" "$3" vxlan --offload off ;;
        watched) start_watched "$2" "$3" ;;
        netty | nio) start_engine "$2" "$3" vxlan --underlay "$1" ;;
        ip-udp) start_engine "$2" "$3" ip-udp ;;
        *) start_yardstick "$1" "$2" "$3" ;;
    esac
}

fast_path_of()
{
    case "$1" in engine | small) echo off ;; fast-path) echo tc ;; xdp) echo xdp ;; esac
}

# await_tunnel: false if a process of the tunnel has ended, or after 30 seconds: a JVM needs many on a busy machine.
await_tunnel()
{
    local begun=$SECONDS pid
    until ip netns exec "$left" ping -n -q -c 1 -W 1 10.244.2.1 > /dev/null 2>&1; do
        for pid in "${tunnels[@]}"; do
            kill -0 "$pid" 2> /dev/null || return 1
        done
        [ $((SECONDS - begun)) -lt 30 ] || return 1
        sleep 0.1
    done
}

# Starts $variant on both sides of this pair, and the receiver of traffic. False if it does not carry frames; this
# records that and says why.
start_variant()
{
    local side
    for side in 1 2; do
        start_side "${variant%@*}" "$side" $((3 - side))
    done
    ip netns exec "$right" iperf3 -s -p 5299 > /dev/null 2>&1 &
    helpers+=($!)
    keep_pair
    await_tunnel && return
    record start failed 1
    tail -qn 2 "$block"-out?.log >&2 2> /dev/null || true
    return 1
}
