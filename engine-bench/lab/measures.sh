# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154 # run-lab.sh has the other half of the variables
# Measures: what is done with the tunnel of $variant. run-lab.sh reads this file.

declare -A block_of=() mbps_of=() allocated_of=() pauses_of=()

# record MEASURE METRIC VALUE
record()
{
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$underlay" "$variant" "$repeat" "$attempt" "$1" "$2" "$3" >> "$results"
    printf '%-9s %-18s %2s  %-12s %-22s %s\n' "$underlay" "$variant" "$repeat" "$1" "$2" "$3"
}

# meta NAME VALUE: a fact about the run.
meta()
{
    printf 'meta\t-\t0\t1\trun\t%s\t%s\n' "$1" "$2" >> "$results"
}

# The watch reads who uses the machine; LabWatch says how it decides.
start_watch()
{
    coproc watch {
        exec "$java" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Xmx64m \
            -cp "$bench_jar" io.overlane.bench.lab.LabWatch $$ "$disturbed" "$patience"
    }
    # The variables of a coprocess vanish when it ends.
    watch_in=${watch[1]}
    watch_out=${watch[0]}
    # shellcheck disable=SC2154 # coproc sets it
    watch_process=$watch_PID
}

# ask_watch QUESTION: sets $answer.
ask_watch()
{
    echo "$1" >&"$watch_in"
    read -r -t $((patience + 60)) answer <&"$watch_out" || fail "the watch of the machine does not answer"
}

# CPU seconds that the tunnel's processes on both sides have used: user and system, of all their threads.
tunnel_cpu()
{
    local pid
    for pid in "${tunnels[@]}"; do
        sed 's/^.*) //' "/proc/$pid/stat" 2> /dev/null || true
    done | awk -v hz="$(getconf CLK_TCK)" '{ ticks += $12 + $13 } END { printf "%.2f\n", ticks / hz }'
}

# end_field SECTION FIELD: from the summary at the end of iperf3's JSON, which has one field in a line.
end_field()
{
    awk -v section="\"$1\":" -v field="\"$2\":" \
        '/^\t"end":/ { end = 1 } end && $1 == section { inside = 1 }
        inside && $1 == field { gsub(/[",]/, "", $2); print $2; exit }' "$block-iperf.json"
}

# iperf MEASURE SECONDS DESTINATION OPTION...: sets cpu_used, seconds of the tunnel, and cpu_busy, of the whole machine
# without processes outside the lab; false if it failed.
iperf()
{
    local measure=$1 time=$2 destination=$3 before_used before_busy
    shift 3
    before_used=$(tunnel_cpu)
    ask_watch busy
    before_busy=$answer
    if ! ip netns exec "$left" timeout $((time + 10)) iperf3 -c "$destination" -p 5299 -t "$time" -J "$@" \
        > "$block-iperf.json" 2>&1; then
        record "$measure" failed 1
        cp -- "$block-iperf.json" "$block-$measure-failed.json"
        return 1
    fi
    cpu_used=$(awk -v a="$before_used" -v b="$(tunnel_cpu)" 'BEGIN { print b - a }')
    ask_watch busy
    cpu_busy=$(calculate %.2f "($answer - $before_busy) / $(getconf CLK_TCK)")
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
        mbps_of[$variant]=$(calculate %d "$(end_field sum_received bits_per_second) / 1e6")
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
        -b "$((${mbps_of[$variant]:-4000} / 2))M" -J > "$block-iperf.json" 2>&1 &
    local load=$!
    helpers+=("$load")
    sleep 0.5
    latency half-load -i 0.002
    wait "$load" || true
    record half-load load_gbps "$(calculate %.3f "$(end_field sum_received bits_per_second) / 1e9")"
}

# repeat_until_quiet MEASURE COMMAND...: measures, and again if others disturbed it, up to $attempts times. All attempts
# are recorded, with what the watch saw; the report takes the first undisturbed one.
repeat_until_quiet()
{
    local name=$1 verdict seen metric
    shift
    for attempt in $(seq "$attempts"); do
        ask_watch begin
        "$@"
        ask_watch end
        read -r verdict seen <<< "$answer"
        for metric in $seen; do
            record "$name" "${metric%%=*}" "${metric#*=}"
        done
        [ "$verdict" = disturbed ] || break
        echo "disturbed: $name of $variant, $seen" >&2
    done
    attempt=1
}

# cold MEASURE: with tunnels that have just started, between hosts of their own.
cold()
{
    block=$run/$underlay-$variant-cold-$repeat
    open_pair cold "$underlay"
    if start_variant; then
        case "$1" in
            cold-tcp1) tcp "$1" 10.244.2.1 ;;
            cold-flood) udp "$1" "$seconds" 0 ;;
        esac
    fi
    close_pair
}

measure()
{
    local kpps
    case "$1" in
        cold-*) repeat_until_quiet "$1" cold "$1" ;;
        tcp1) repeat_until_quiet tcp1 tcp tcp1 10.244.2.1 ;;
        tcp6) [[ $variant = ip-udp* ]] || repeat_until_quiet tcp6 tcp tcp6 fd00:244:2::1 ;;
        tcp4) repeat_until_quiet tcp4 tcp tcp4 10.244.2.1 -P 4 ;;
        flood) repeat_until_quiet flood udp flood "$seconds" 0 ;;
        paced)
            for kpps in $paced_kpps; do
                repeat_until_quiet "paced$kpps" udp "paced$kpps" "$half" $((kpps * 512))K
            done
            ;;
        idle) repeat_until_quiet idle latency idle -i 0.002 ;;
        back-to-back) repeat_until_quiet back-to-back latency back-to-back -A ;;
        half-load) repeat_until_quiet half-load half_load ;;
    esac
}

# Bytes allocated by the threads of both JVMs, except the thread that reports them; nan without jcmd.
allocated_bytes()
{
    local pid
    for pid in "${tunnels[@]}"; do
        "${home_of[${variant#*@}]}/bin/jcmd" "$pid" Thread.print -e 2> /dev/null || true
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

# warm_up_with ADDRESS SECONDS
warm_up_with()
{
    ip netns exec "$left" timeout $(($2 + 10)) iperf3 -c "$1" -p 5299 -t "$2" > /dev/null || true
}

# Half IPv4, half IPv6, for the JIT: it compiles code that never had IPv6 traffic for IPv4 only. The last second is a
# flood.
warm_up_variant()
{
    local time=2 time6
    ! has_jvm_on_path "$variant" || time=$warm_up
    time6=$(((time - 1) / 2))
    [[ $variant != ip-udp* ]] || time6=0
    warm_up_with 10.244.2.1 $((time - 1 - time6))
    [ "$time6" -eq 0 ] || warm_up_with fd00:244:2::1 "$time6"
    ip netns exec "$left" timeout 11 iperf3 -c 10.244.2.1 -p 5299 -t 1 -u -b 0 -l 64 > /dev/null || true
}

# open_variant: hosts for $variant with running tunnels that have carried load; false if it does not start.
open_variant()
{
    block=$run/$underlay-$variant-$repeat
    open_pair "$variant" "$underlay"
    start_variant || return 1
    warm_up_variant
    block_of[$variant]=$block
    if has_jvm "$variant"; then
        # In this order, and reversed at the end: the question itself may cause a pause that is not the engine's.
        allocated_of[$variant]=$(allocated_bytes)
        pauses_of[$variant]=$(gc_pauses)
    fi
}

# use_variant: the tunnels of $variant that run.
use_variant()
{
    use_pair "$variant"
    block=${block_of[$variant]}
}

# close_variant: ends the tunnels of $variant, and records what its JVMs used since the warm-up.
close_variant()
{
    use_variant
    if has_jvm "$variant"; then
        record jvm gc_pauses $(($(gc_pauses) - pauses_of[$variant]))
        record jvm allocated_kb "$(awk -v a="${allocated_of[$variant]}" -v b="$(allocated_bytes)" \
            'BEGIN { if (a == "nan" || b == "nan") print "nan"; else printf "%d", (b - a) / 1024 }')"
    fi
    if [ ${#tunnels[@]} -gt 0 ]; then
        record jvm rss_mb "$(resident_mb)"
    fi
    close_pair
}
