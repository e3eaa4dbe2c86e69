#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measure the engine beside the kernel's vxlan device, between two network namespaces, and write a report.
set -Eeuo pipefail

usage()
{
    cat <<'END'
usage: run-lab.sh [OPTION...]

Joins two network namespaces of its own with a veth pair and measures, variant by variant and then again, the kernel's
vxlan device and the engine. Needs root, iproute2, iperf3, ping and a JDK. Nothing stays behind.

  --repeats N          rounds over all variants; default 3
  --seconds S          of every TCP and flood measurement; default 4. Latency and paced UDP take half of it.
  --warm-up S          of load before each variant is measured: half IPv4, half IPv6, the last second a UDP flood;
                       default 3. The JVM still compiles then; after 12 s a stream is a few hundredths faster
  --quick              kernel, engine and engine-off with one TCP stream and the UDP flood only, 2 s each
  --only VARIANT,...   of kernel, engine, engine-off, watched, netty, nio, ip-udp, yardstick
  --measure NAME,...   of tcp1, tcp6, tcp4, flood, paced, idle, back-to-back, half-load. By default kernel, engine and
                       yardstick get them all; the others tcp1, flood and back-to-back
  --yardstick CMD      another tunnel to measure: started on both sides as CMD DEVICE LOCAL PEER PORT 1 2, it creates
                       the TAP device and ends on SIGTERM
  --wire               then repeat over an underlay like a wire, without segmentation or checksum offload, once without
                       and once with receive coalescing; kernel, engine and yardstick, tcp1, tcp6 and flood
  --wire-only          only that
  --publish            write docs/performance.md and docs/performance.svg too
  --report FILE...     measure nothing; write a report of these raw results, several runs as one

Raw results, logs and the report: engine-bench/target/lab/.

  JAVA_HOME            JDK to run with, 17 or later; default: java on the PATH
  OVERLANE_REBUILD=1   build even if the jars are there
END
}

fail()
{
    echo "run-lab.sh: $*" >&2
    exit 1
}

command_line="engine-bench/run-lab.sh${*:+ $*}"
all_variants=kernel,engine,engine-off,watched,netty,nio,ip-udp,yardstick
all_measures=tcp1,tcp6,tcp4,flood,paced,idle,back-to-back,half-load
paced_kpps='100 150 200 250 300'
repeats=3
seconds=4
warm_up=3
only=
measures=
yardstick=
underlays=veth
publish=
report_of=()
while [ $# -gt 0 ]; do
    case "$1" in
        -h | --help)
            usage
            exit 0
            ;;
        --quick)
            only=kernel,engine,engine-off
            measures=tcp1,flood
            seconds=2
            shift
            ;;
        --wire) underlays='veth wire wire-gro' && shift ;;
        --wire-only) underlays='wire wire-gro' && shift ;;
        --publish) publish=yes && shift ;;
        --report)
            shift
            report_of=("$@")
            [ $# -gt 0 ] || fail "--report needs files"
            set --
            ;;
        --repeats | --seconds | --warm-up | --only | --measure | --yardstick)
            [ $# -ge 2 ] || fail "$1 needs a value"
            case "$1" in
                --repeats) repeats=$2 ;;
                --seconds) seconds=$2 ;;
                --warm-up) warm_up=$2 ;;
                --only) only=$2 ;;
                --measure) measures=$2 ;;
                --yardstick)
                    yardstick=$2
                    command_line=${command_line/"$2"/CMD}
                    ;;
            esac
            shift 2
            ;;
        *) fail "unknown option $1 (--help lists them)" ;;
    esac
done
case "$repeats$seconds$warm_up" in *[!0-9]*) fail "--repeats, --seconds and --warm-up are whole numbers" ;; esac
if [ "$repeats" -lt 1 ] || [ "$seconds" -lt 1 ] || [ "$warm_up" -lt 2 ]; then
    fail "--repeats and --seconds are at least 1, --warm-up is at least 2"
fi
half=$(((seconds + 1) / 2))

module=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname -- "$module")
engine_jar=$root/engine-examples/target/engine-examples.jar
bench_jar=$module/target/engine-bench.jar
out=$module/target/lab
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
jcmd=${JAVA_HOME:+$JAVA_HOME/bin/}jcmd

for jar in "$engine_jar" "$bench_jar"; do
    if [ ! -f "$jar" ] || [ -n "${OVERLANE_REBUILD:-}" ]; then
        echo "building $jar" >&2
        (cd -- "$root" && mvn -q -B -pl engine-examples,engine-bench -am package -DskipTests) >&2 ||
            fail "the build failed"
        break
    fi
done

# write_report FILE...
write_report()
{
    "$java" -cp "$bench_jar" io.overlane.bench.lab.LabReport "$out" "$@"
    if [ -n "$publish" ]; then
        cp -- "$out/performance.md" "$out/performance.svg" "$root/docs/"
    fi
}

if [ ${#report_of[@]} -gt 0 ]; then
    mkdir -p -- "$out"
    write_report "${report_of[@]}"
    exit 0
fi

[ "$(id -u)" = 0 ] || fail "needs root for network namespaces"
for program in ip bridge ethtool sysctl iperf3 ping awk "$java"; do
    command -v -- "$program" > /dev/null || fail "no such program: $program"
done

run=$out/$(date -u +%Y%m%d-%H%M%S)-$$
results=$run.tsv
mkdir -p -- "$run"

# --- two hosts ------------------------------------------------------------------------------------------------------

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

clean_up()
{
    trap - EXIT INT TERM HUP ERR
    stop_tunnels
    ip netns del "$left" 2> /dev/null || true
    ip netns del "$right" 2> /dev/null || true
}
stopped_by()
{
    echo "run-lab.sh: stopped by SIG$1; measured results are in $results" >&2
    exit "$2"
}
trap clean_up EXIT
trap 'stopped_by INT 130' INT
trap 'stopped_by TERM 143' TERM
trap 'stopped_by HUP 129' HUP
trap 'echo "run-lab.sh: line $LINENO failed; measured results are in $results" >&2' ERR

# open_lab UNDERLAY
open_lab()
{
    local side namespace
    ip netns del "$left" 2> /dev/null || true
    ip netns del "$right" 2> /dev/null || true
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
            ip netns exec "$namespace" ethtool -K "${veth_of[$side]}" gro on > /dev/null
        fi
    done
}

# --- variants -------------------------------------------------------------------------------------------------------

# start_kernel SIDE OTHER: one device, no learning; an FDB entry, a permanent neighbour and a route for the other side.
start_kernel()
{
    local n=${namespace_of[$1]}
    ip -n "$n" link add flannel.1 address "${mac_of[$1]}" mtu 1450 type vxlan id 1 local "${local_of[$1]}" \
        dev "${veth_of[$1]}" dstport 8472 nolearning
    ip -n "$n" addr add "10.244.$1.1/32" dev flannel.1
    ip -n "$n" -6 addr add "fd00:244:$1::1/128" dev flannel.1 nodad
    ip -n "$n" link set flannel.1 up
    bridge -n "$n" fdb append "${mac_of[$2]}" dev flannel.1 dst "${local_of[$2]}"
    ip -n "$n" neigh replace "10.244.$2.1" lladdr "${mac_of[$2]}" dev flannel.1 nud permanent
    ip -n "$n" neigh replace "fd00:244:$2::1" lladdr "${mac_of[$2]}" dev flannel.1 nud permanent
    ip -n "$n" route add "10.244.$2.0/24" via "10.244.$2.1" dev flannel.1 onlink
    ip -n "$n" -6 route add "fd00:244:$2::/64" via "fd00:244:$2::1" dev flannel.1 onlink
}

# start_engine SIDE OTHER MODE OPTION...: with the admin socket $admin, or none.
start_engine()
{
    local side=$1 other=$2 mode=$3
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
    ip netns exec "${namespace_of[$side]}" "$java" "-Xlog:gc:file=$block-gc$side.log" \
        -jar "$engine_jar" tun-bridge --admin "${admin:-off}" "${arguments[@]}" > "$block-out$side.log" 2>&1 &
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
    tunnels+=($!)
}

# start_yardstick SIDE OTHER
start_yardstick()
{
    local n=${namespace_of[$1]}
    # shellcheck disable=SC2086 # a command with arguments
    ip netns exec "$n" $yardstick flannel.1 "${local_of[$1]}" "${local_of[$2]}" 8472 1 2 > "$block-out$1.log" 2>&1 &
    tunnels+=($!)
    local tries=0
    until ip -n "$n" link set flannel.1 mtu 1450 up 2> /dev/null; do
        tries=$((tries + 1))
        [ "$tries" -lt 50 ] || fail "$yardstick made no device flannel.1"
        sleep 0.1
    done
    ip -n "$n" addr add "10.244.$1.1/32" dev flannel.1
    ip -n "$n" -6 addr add "fd00:244:$1::1/128" dev flannel.1 nodad
    ip -n "$n" route add "10.244.$2.0/24" dev flannel.1
    ip -n "$n" -6 route add "fd00:244:$2::/64" dev flannel.1
}

# start_variant VARIANT SIDE OTHER
start_variant()
{
    case "$1" in
        kernel) start_kernel "$2" "$3" ;;
        engine) start_engine "$2" "$3" vxlan ;;
        engine-off) start_engine "$2" "$3" vxlan --offload off ;;
        watched) start_watched "$2" "$3" ;;
        netty | nio) start_engine "$2" "$3" vxlan --underlay "$1" ;;
        ip-udp) start_engine "$2" "$3" ip-udp ;;
        yardstick) start_yardstick "$2" "$3" ;;
        *) fail "no such variant: $1" ;;
    esac
}

# --- measuring ------------------------------------------------------------------------------------------------------

# record MEASURE METRIC VALUE
record()
{
    printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$underlay" "$variant" "$repeat" "$1" "$2" "$3" >> "$results"
    printf '%-9s %-10s %2s  %-12s %-16s %s\n' "$underlay" "$variant" "$repeat" "$1" "$2" "$3"
}

# CPU seconds that the tunnel's processes on both sides have used: user and system, of all their threads.
tunnel_cpu()
{
    local pid
    for pid in "${tunnels[@]}"; do
        sed 's/^.*) //' "/proc/$pid/stat" 2> /dev/null || true
    done | awk -v hz="$(getconf CLK_TCK)" '{ ticks += $12 + $13 } END { printf "%.2f\n", ticks / hz }'
}

# CPU seconds for which the whole machine was busy since it started.
machine_cpu()
{
    awk -v hz="$(getconf CLK_TCK)" '/^cpu / { printf "%.2f\n", ($2 + $3 + $4 + $7 + $8) / hz }' /proc/stat
}

# end_field SECTION FIELD: from the summary at the end of iperf3's JSON, which has one field in a line.
end_field()
{
    awk -v section="\"$1\":" -v field="\"$2\":" \
        '/^\t"end":/ { end = 1 } end && $1 == section { inside = 1 }
        inside && $1 == field { gsub(/[",]/, "", $2); print $2; exit }' "$block-iperf.json"
}

# iperf MEASURE SECONDS DESTINATION OPTION...: sets received_bytes, cpu_used and cpu_busy; false if it failed.
iperf()
{
    local measure=$1 time=$2 destination=$3 before_used before_busy
    shift 3
    before_used=$(tunnel_cpu)
    before_busy=$(machine_cpu)
    if ! ip netns exec "$left" timeout $((time + 10)) iperf3 -c "$destination" -p 5299 -t "$time" -J "$@" \
        > "$block-iperf.json" 2>&1; then
        record "$measure" failed 1
        cp -- "$block-iperf.json" "$block-$measure-failed.json"
        return 1
    fi
    cpu_used=$(awk -v a="$before_used" -v b="$(tunnel_cpu)" 'BEGIN { print b - a }')
    cpu_busy=$(awk -v a="$before_busy" -v b="$(machine_cpu)" 'BEGIN { print b - a }')
}

# Where packets were lost, by the kernel's counters: before the tunnel read them from its device, ...
device_drops()
{
    ip netns exec "$left" cat /sys/class/net/flannel.1/statistics/tx_dropped
}

# ... in the socket from which the tunnel reads (between measurements there is no other), ...
tunnel_drops()
{
    ip netns exec "$right" cat /proc/net/udp | awk 'NR > 1 { drops += $NF } END { print drops + 0 }'
}

# ... and in any full socket, the receiver's too.
socket_drops()
{
    # shellcheck disable=SC2016 # awk's own
    ip netns exec "$right" awk '/^Udp:/ && $6 ~ /^[0-9]/ { print $6 }' /proc/net/snmp
}

# calculate FORMAT EXPRESSION
calculate()
{
    awk "BEGIN { printf \"$1\", $2 }"
}

# tcp MEASURE DESTINATION OPTION...
tcp()
{
    local measure=$1 bytes
    iperf "$measure" "$seconds" "${@:2}" || return 0
    bytes=$(end_field sum_received bytes)
    record "$measure" gbps "$(calculate %.3f "$(end_field sum_received bits_per_second) / 1e9")"
    if [ "$measure" = tcp1 ]; then
        alone_mbps=$(calculate %d "$(end_field sum_received bits_per_second) / 1e6")
    fi
    record "$measure" retransmits "$(end_field sum_sent retransmits)"
    record "$measure" busy_s_per_gb "$(calculate %.3f "$cpu_busy / ($bytes / 1e9)")"
    if [ ${#tunnels[@]} -gt 0 ]; then
        record "$measure" tunnel_s_per_gb "$(calculate %.3f "$cpu_used / ($bytes / 1e9)")"
    fi
}

# udp MEASURE SECONDS RATE: 64 bytes of payload.
udp()
{
    local measure=$1 sent lost received time device socket tunnel
    device=$(device_drops)
    tunnel=$(tunnel_drops)
    socket=$(socket_drops)
    iperf "$measure" "$2" 10.244.2.1 -u -l 64 -b "$3" || return 0
    sent=$(end_field sum packets)
    lost=$(end_field sum lost_packets)
    time=$(end_field sum seconds)
    received=$((sent - lost))
    record "$measure" kpps "$(calculate %.1f "$received / $time / 1e3")"
    record "$measure" offered_kpps "$(calculate %.1f "$sent / $time / 1e3")"
    record "$measure" loss_percent "$(calculate %.2f "100 * $lost / $sent")"
    record "$measure" device_drop_percent "$(calculate %.2f "100 * ($(device_drops) - $device) / $sent")"
    record "$measure" tunnel_drop_percent "$(calculate %.2f "100 * ($(tunnel_drops) - $tunnel) / $sent")"
    record "$measure" socket_drop_percent "$(calculate %.2f "100 * ($(socket_drops) - $socket) / $sent")"
    [ "$received" -gt 0 ] || return 0
    record "$measure" busy_us_per_packet "$(calculate %.3f "$cpu_busy * 1e6 / $received")"
    if [ ${#tunnels[@]} -gt 0 ]; then
        record "$measure" tunnel_us_per_packet "$(calculate %.3f "$cpu_used * 1e6 / $received")"
    fi
}

# latency MEASURE OPTION...: round trips as ping sees them.
latency()
{
    local measure=$1
    shift
    ip netns exec "$left" ping -n -w "$half" "$@" 10.244.2.1 > "$block-$measure.ping" || true
    sed -n 's/.* time=\([0-9.]*\) ms$/\1/p' "$block-$measure.ping" | sort -n > "$block-$measure.sorted"
    local quantile name
    for quantile in 0.5 0.99 0.999 1; do
        case $quantile in 0.5) name=p50_ms ;; 0.99) name=p99_ms ;; 0.999) name=p999_ms ;; *) name=max_ms ;; esac
        record "$measure" "$name" "$(awk -v q=$quantile '{ v[NR] = $1 }
            END { i = int(q * NR); if (i < q * NR) i++; print NR ? v[i] : "nan" }' "$block-$measure.sorted")"
    done
    record "$measure" samples "$(wc -l < "$block-$measure.sorted")"
}

# Round trips while a TCP stream runs at half of what this variant reached in tcp1, or at 2 Gb/s.
half_load()
{
    ip netns exec "$left" timeout $((half + 10)) iperf3 -c 10.244.2.1 -p 5299 -t $((half + 1)) \
        -b "$((alone_mbps / 2))M" -J > "$block-iperf.json" 2>&1 &
    local load=$!
    helpers+=("$load")
    sleep 0.5
    latency half-load -i 0.002
    wait "$load" || true
    record half-load load_gbps "$(calculate %.3f "$(end_field sum_received bits_per_second) / 1e9")"
}

measure()
{
    local kpps
    case "$1" in
        tcp1) tcp tcp1 10.244.2.1 ;;
        tcp6) [ "$variant" = ip-udp ] || tcp tcp6 fd00:244:2::1 ;;
        tcp4) tcp tcp4 10.244.2.1 -P 4 ;;
        flood) udp flood "$seconds" 0 ;;
        paced)
            for kpps in $paced_kpps; do
                udp "paced$kpps" "$half" $((kpps * 512))K
            done
            ;;
        idle) latency idle -i 0.002 ;;
        back-to-back) latency back-to-back -A ;;
        half-load) half_load ;;
        *) fail "no such measure: $1" ;;
    esac
}

# Bytes allocated by the threads of both JVMs, except the thread that reports them; nan without jcmd.
allocated_bytes()
{
    local pid
    for pid in "${tunnels[@]}"; do
        "$jcmd" "$pid" Thread.print -e 2> /dev/null || true
    done | awk '/^"/ && !/^"Attach Listener"/ && match($0, /allocated=[0-9]+[BKMG]/) {
            value = substr($0, RSTART + 10, RLENGTH - 10)
            unit = substr(value, length(value))
            bytes += value * (unit == "G" ? 1073741824 : unit == "M" ? 1048576 : unit == "K" ? 1024 : 1)
            threads++
        }
        END { if (threads) printf "%d\n", bytes; else print "nan" }'
}

gc_pauses()
{
    cat "$block"-gc?.log 2> /dev/null | grep -c 'Pause' || true
}

resident_mb()
{
    local pid
    for pid in "${tunnels[@]}"; do
        awk '/^VmRSS:/ { print $2 }' "/proc/$pid/status"
    done | sort -n | tail -1 | awk '{ printf "%d\n", $1 / 1024 }'
}

# The start line means that frames can pass; other parts may need a moment more.
await_tunnel()
{
    local tries=0
    until ip netns exec "$left" ping -n -q -c 1 -W 1 10.244.2.1 > /dev/null 2>&1; do
        tries=$((tries + 1))
        [ "$tries" -lt 20 ] || return 1
        sleep 0.3
    done
}

# warm_up_with ADDRESS SECONDS
warm_up_with()
{
    ip netns exec "$left" timeout $(($2 + 10)) iperf3 -c "$1" -p 5299 -t "$2" > /dev/null || true
}

# measure_variant MEASURE...
measure_variant()
{
    local side name warm6 jvm='' pauses=0 allocated=0
    block=$run/$underlay-$variant-$repeat
    alone_mbps=4000
    for side in 1 2; do
        start_variant "$variant" "$side" $((3 - side))
    done
    ip netns exec "$right" iperf3 -s -p 5299 > /dev/null 2>&1 &
    helpers+=($!)
    if ! await_tunnel; then
        record start failed 1
        stop_tunnels
        return 0
    fi
    # For the JIT, which compiles code that never had IPv6 traffic for IPv4 only. Other variants get the same warm-up.
    warm6=$(((warm_up - 1) / 2))
    [ "$variant" != ip-udp ] || warm6=0
    warm_up_with 10.244.2.1 $((warm_up - 1 - warm6))
    [ "$warm6" -eq 0 ] || warm_up_with fd00:244:2::1 "$warm6"
    ip netns exec "$left" timeout 11 iperf3 -c 10.244.2.1 -p 5299 -t 1 -u -b 0 -l 64 > /dev/null || true
    case "$variant" in kernel | yardstick) ;; *) jvm=yes ;; esac
    if [ -n "$jvm" ]; then
        # In this order, and reversed at the end: the question itself may cause a pause that is not the engine's.
        allocated=$(allocated_bytes)
        pauses=$(gc_pauses)
    fi
    for name in "$@"; do
        measure "$name"
    done
    if [ -n "$jvm" ]; then
        record jvm gc_pauses $(($(gc_pauses) - pauses))
        record jvm allocated_kb "$(awk -v a="$allocated" -v b="$(allocated_bytes)" \
            'BEGIN { if (a == "nan" || b == "nan") print "nan"; else printf "%d", (b - a) / 1024 }')"
        record jvm rss_mb "$(resident_mb)"
    elif [ ${#tunnels[@]} -gt 0 ]; then
        record jvm rss_mb "$(resident_mb)"
    fi
    stop_tunnels
}

# variants_of UNDERLAY
variants_of()
{
    local known='kernel engine engine-off watched netty nio ip-udp'
    [ "$1" = veth ] || known='kernel engine'
    [ -z "$yardstick" ] || known="$known yardstick"
    echo "${only:-$known}" | tr , ' '
}

# measures_of UNDERLAY VARIANT
measures_of()
{
    local default
    case "$1/$2" in
        wire*) default=tcp1,tcp6,flood ;;
        */kernel | */engine | */yardstick) default=$all_measures ;;
        *) default=tcp1,flood,back-to-back ;;
    esac
    echo "${measures:-$default}" | tr , ' '
}

meta()
{
    printf 'meta\t-\t0\trun\t%s\t%s\n' "$1" "$2" >> "$results"
}

# --- the run --------------------------------------------------------------------------------------------------------

# Refuse a misspelt name before anything is measured.
for name in ${only//,/ }; do
    case ",$all_variants," in *",$name,"*) ;; *) fail "no variant $name" ;; esac
    [ "$name" != yardstick ] || [ -n "$yardstick" ] || fail "variant yardstick needs --yardstick CMD"
done
for name in ${measures//,/ }; do
    case ",$all_measures," in *",$name,"*) ;; *) fail "no measure $name" ;; esac
done

meta date "$(date -u +%Y-%m-%d)"
meta command "$command_line"
meta cpu "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) CPUs"
meta kernel "$(uname -srm)"
meta jdk "$("$java" -XshowSettings:properties -version 2>&1 |
    sed -n 's/^ *java\.vm\.\(name\|version\) = //p' | paste -sd ' ')"
meta iperf3 "$(iperf3 --version | head -1), TCP $(sysctl -n net.ipv4.tcp_congestion_control)"
meta repeats "$repeats"
meta seconds "$seconds"
meta warm_up "$warm_up"
meta load_before "$(cut -d ' ' -f 1 /proc/loadavg)"

started=$(date +%s)
for underlay in $underlays; do
    open_lab "$underlay"
    for repeat in $(seq "$repeats"); do
        for variant in $(variants_of "$underlay"); do
            # shellcheck disable=SC2046 # a list
            measure_variant $(measures_of "$underlay" "$variant")
        done
    done
done
meta took_s $(($(date +%s) - started))

write_report "$results"
echo "raw results: $results"
