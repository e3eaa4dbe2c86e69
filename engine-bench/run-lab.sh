#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Measure the engine beside the kernel's vxlan device, between two network namespaces, and write a report.
set -Eeuo pipefail

usage()
{
    cat <<'END'
usage: run-lab.sh [OPTION...]

Measures the kernel's vxlan device, the engine, and other tunnels. Each variant has two network namespaces of its own,
joined by a veth pair. All variants run at once, and one after another is measured, measure by measure, so that a change
of the machine's speed disturbs all variants alike. Needs root, iproute2, ethtool, iperf3, ping, a JDK, and some 130 MiB
of memory for each engine. Nothing stays behind.

How much:
  --repeats N          rounds over all variants and measures; default 6, the fewest that give a confidence interval.
                       Each round begins with another variant
  --restart-every N    rounds after which all tunnels are started anew and warmed up, because the JVM's compiler does not
                       do the same each time; default 3
  --minutes M          start no tunnels anew for rounds that would not end within M minutes of the start
  --seconds S          of every TCP and flood measurement; default 4. Latency and paced UDP take half of it.
  --warm-up S          of load before a variant is measured whose frames pass a JVM: half IPv4, half IPv6, the last
                       second a UDP flood; default 3. The JVM still compiles then; after 12 s a stream is a few
                       hundredths faster. Other variants have 2 s of load
  --quick              kernel, fast-path, engine and engine-off with one TCP stream and the UDP flood only, 2 s each, 3
                       rounds

What:
  --only VARIANT,...   of the variants below. VARIANT@VERSION is a variant on one JDK
  --measure NAME,...   of tcp1, tcp6, tcp4, flood, paced, idle, back-to-back, half-load, cold-tcp1, cold-flood. By
                       default kernel, fast-path, engine and yardsticks get all but the cold ones, the others tcp1,
                       tcp4, flood and back-to-back. Over a wire, only tcp1, tcp6 and flood of these
  --cold               also cold-tcp1 and cold-flood: tcp1 and flood with a tunnel of their own from its first second
  --jdk HOME           JDK to run variants with; may be repeated, and then a variant with a JVM runs on each. Default:
                       JAVA_HOME, or the JDK of java on the PATH
  --yardstick NAME=CMD another tunnel to measure; may be repeated. CMD is started on both sides, with its words DEVICE,
                       LOCAL, PEER and PORT replaced: it creates the TAP device DEVICE and ends on SIGTERM
  --wire               measure kernel, fast-path, xdp, engine and yardsticks also over an underlay like a wire, without
                       segmentation or checksum offload: without and with receive coalescing
  --wire-gro           the same, with receive coalescing only
  --wire-only          only what these two add; without them, what --wire adds
  --wire-variants VARIANT,...  instead of those

  kernel               the kernel's vxlan device
  fast-path            the engine, with --fast-path tc
  xdp                  the engine, with --fast-path xdp; by default over a wire only, if the jar has it
  engine               the engine in user space
  fast-path-kernel     the engine with the fast path sends, the kernel's device receives; kernel-fast-path: the reverse;
                       also engine-kernel, kernel-engine, xdp-kernel, kernel-xdp
  engine-off           the engine without offloads
  small                the engine as bin/overlane starts it, in a JVM without C2; not by default
  netty, nio           the engine on other underlays
  ip-udp               the engine in the mode of flannel's udp backend
  watched              the engine with a capture, histograms and a reader of metrics; not by default
  NAME                 of a yardstick

Whether a measurement counts:
  --disturbed PERCENT  limit of the machine's CPU time that others may use; default 5. A measurement is disturbed if
                       processes outside the lab and the hypervisor together used more while it ran, or if anything but
                       the lab used more in the 0.3 s before it. A disturbed measurement is discarded and repeated.
                       100 keeps everything
  --attempts N         how often it is measured at most; default 3
  --patience S         how long it waits at most for the machine to be quiet, before each attempt; default 10

The report:
  --publish            write docs/performance.md and docs/performance.svg too
  --report FILE...     measure nothing; write a report of these raw results, several runs as one. With --disturbed
                       before it, by another limit

Raw results, logs and the report: engine-bench/target/lab/. Raw results contain discarded measurements too, with the use
of the machine before and during each one.

  OVERLANE_REBUILD=1   build even if the jars are there
END
}

fail()
{
    echo "run-lab.sh: $*" >&2
    exit 1
}

command_line="engine-bench/run-lab.sh${*:+ $*}"
all_measures=tcp1,tcp6,tcp4,flood,paced,idle,back-to-back,half-load
cold_measures='cold-tcp1,cold-flood'
paced_kpps='100 150 200 250 300'
repeats=6
restart_every=3
minutes=
seconds=4
warm_up=3
only=
only_wire=
measures=
cold=
wires=
without_veth=
disturbed=5
limit_of_report=-
attempts=3
patience=10
publish=
report_of=()
jdk_homes=()
yardsticks=()
declare -A yardstick_of=() home_of=()

# add_yardstick NAME=CMD
add_yardstick()
{
    local name=${1%%=*}
    [[ $1 = ?*=?* && $name =~ ^[A-Za-z][A-Za-z0-9_-]*$ && $name != *kernel* ]] ||
        fail "--yardstick $1: must be NAME=CMD, NAME of letters, digits, - and _, without 'kernel'"
    [[ " ${1#*=} " = *' DEVICE '* ]] || fail "--yardstick $1: CMD has no word DEVICE (nor LOCAL, PEER, PORT?)"
    yardsticks+=("$name")
    yardstick_of[$name]=${1#*=}
    command_line=${command_line/"$1"/"$name=CMD"}
}

while [ $# -gt 0 ]; do
    case "$1" in
        -h | --help)
            usage
            exit 0
            ;;
        --quick)
            only=kernel,fast-path,engine,engine-off
            measures=tcp1,flood
            seconds=2
            repeats=3
            shift
            ;;
        --cold) cold=yes && shift ;;
        --wire) wires='wire-gro wire' && shift ;;
        --wire-gro) wires=wire-gro && shift ;;
        --wire-only) without_veth=yes && shift ;;
        --publish) publish=yes && shift ;;
        --report)
            shift
            report_of=("$@")
            [ $# -gt 0 ] || fail "--report needs files"
            set --
            ;;
        --repeats | --restart-every | --minutes | --seconds | --warm-up | --only | --wire-variants | --measure | --jdk | --yardstick | \
            --disturbed | --attempts | --patience)
            [ $# -ge 2 ] || fail "$1 needs a value"
            case "$1" in
                --repeats) repeats=$2 ;;
                --restart-every) restart_every=$2 ;;
                --minutes) minutes=$2 ;;
                --seconds) seconds=$2 ;;
                --warm-up) warm_up=$2 ;;
                --only) only=$2 ;;
                --wire-variants) only_wire=$2 ;;
                --measure) measures=$2 ;;
                --jdk) jdk_homes+=("$2") ;;
                --yardstick) add_yardstick "$2" ;;
                --disturbed) disturbed=$2 && limit_of_report=$2 ;;
                --attempts) attempts=$2 ;;
                --patience) patience=$2 ;;
            esac
            shift 2
            ;;
        *) fail "unknown option $1 (--help lists them)" ;;
    esac
done
for number in "$repeats" "$restart_every" "${minutes:-1}" "$seconds" "$warm_up" "$disturbed" "$attempts" "$patience"; do
    [[ $number =~ ^[0-9]+$ ]] || fail "'$number' is not a whole number"
done
if [ "$repeats" -lt 1 ] || [ "$restart_every" -lt 1 ] || [ "$seconds" -lt 1 ] || [ "$attempts" -lt 1 ] ||
    [ "$warm_up" -lt 2 ]; then
    fail "--repeats, --restart-every, --seconds and --attempts are at least 1, --warm-up is at least 2"
fi
half=$(((seconds + 1) / 2))
if [ -n "$without_veth" ]; then
    underlays=${wires:-wire-gro wire}
else
    underlays="veth $wires"
fi

module=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname -- "$module")
engine_jar=$root/engine-examples/target/engine-examples.jar
bench_jar=$module/target/engine-bench.jar
out=$module/target/lab

if [ ${#jdk_homes[@]} -eq 0 ]; then
    jdk_homes=("${JAVA_HOME:-$(dirname -- "$(dirname -- "$(readlink -f -- "$(command -v java)")")")}")
fi
java=${jdk_homes[0]}/bin/java

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
    "$java" -cp "$bench_jar" io.overlane.bench.lab.LabReport "$out" "$limit_of_report" "$@"
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

# jdk_property HOME NAME
jdk_property()
{
    "$1/bin/java" -XshowSettings:properties -version 2>&1 | sed -n "s/^ *$2 = //p"
}

for home in "${jdk_homes[@]}"; do
    version=$(jdk_property "$home" java.specification.version) || true
    [ -n "$version" ] || fail "--jdk $home: has no bin/java that runs"
    home_of[$version]=$home
    command_line=${command_line/"$home"/"JDK-$version"}
done

# shellcheck source-path=SCRIPTDIR source=lab/hosts.sh
. "$module/lab/hosts.sh"
# shellcheck source-path=SCRIPTDIR source=lab/variants.sh
. "$module/lab/variants.sh"
# shellcheck source-path=SCRIPTDIR source=lab/measures.sh
. "$module/lab/measures.sh"

# --- what to measure ------------------------------------------------------------------------------------------------

has_xdp()
{
    "$java" -jar "$engine_jar" tun-bridge --help | grep -q -- '--fast-path=.*xdp'
}

# add_variant VARIANT: to $chosen, once for each JDK.
add_variant()
{
    local base=${1%@*} version
    if ! has_jvm "$base"; then
        [ "$1" = kernel ] || [ -n "${yardstick_of[$1]:-}" ] || fail "no variant $1 (--help lists them)"
        chosen+=("$1")
    elif [ "$1" != "$base" ]; then
        [ -n "${home_of[${1#*@}]:-}" ] || fail "variant $1 needs --jdk HOME of a JDK ${1#*@}"
        chosen+=("$1")
    else
        for version in $(printf '%s\n' "${!home_of[@]}" | sort -n); do
            chosen+=("$1@$version")
        done
    fi
}

# choose_variants UNDERLAY: sets $chosen.
choose_variants()
{
    local name names="kernel fast-path engine ${yardsticks[*]}"
    if [ "$1" != veth ] && [ -n "$only_wire" ]; then
        names=${only_wire//,/ }
    elif [ -n "$only" ]; then
        names=${only//,/ }
    elif [ "$1" = veth ]; then
        names+=' fast-path-kernel kernel-fast-path engine-kernel kernel-engine engine-off netty nio ip-udp'
    elif has_xdp; then
        names+=' xdp'
    fi
    chosen=()
    for name in $names; do
        add_variant "$name"
    done
}

# measures_of UNDERLAY VARIANT
measures_of()
{
    local name names
    case "${2%@*}" in
        kernel | fast-path | engine) names=$all_measures ;;
        *) names=tcp1,tcp4,flood,back-to-back ;;
    esac
    [ -z "${yardstick_of[$2]:-}" ] || names=$all_measures
    names=${measures:-$names}
    [ -z "$cold" ] || names=$cold_measures,$names
    for name in ${names//,/ }; do
        [ "$1" = veth ] || [[ $name =~ ^(tcp1|tcp6|flood)$ ]] || continue
        echo "$name"
    done
}

# Refuse a misspelt name before anything is measured.
for name in ${measures//,/ }; do
    case ",$all_measures,$cold_measures," in *",$name,"*) ;; *) fail "no measure $name (--help lists them)" ;; esac
done
for underlay in $underlays; do
    choose_variants "$underlay"
done

# --- the run --------------------------------------------------------------------------------------------------------

run=$out/$(date -u +%Y%m%d-%H%M%S)-$$
results=$run.tsv
mkdir -p -- "$run"

clean_up()
{
    trap - EXIT INT TERM HUP ERR
    close_all_pairs
    [ -z "${watch_process:-}" ] || kill -- "$watch_process" 2> /dev/null || true
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

attempt=1
meta date "$(date -u +%Y-%m-%d)"
meta command "$command_line"
meta cpu "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), $(nproc) CPUs"
meta kernel "$(uname -srm)"
for home in "${jdk_homes[@]}"; do
    meta jdk "$(jdk_property "$home" java.vm.name) $(jdk_property "$home" java.vm.version)"
done
meta iperf3 "$(iperf3 --version | head -1), TCP $(sysctl -n net.ipv4.tcp_congestion_control)"
meta seconds "$seconds"
meta warm_up "$warm_up"
meta restart_every "$restart_every"
meta disturbed "$disturbed"
meta load_before "$(cut -d ' ' -f 1 /proc/loadavg)"
for name in "${yardsticks[@]}"; do
    meta yardstick "$name"
done

# open_underlay: tunnels of all variants on $underlay, which run until close_underlay. Sets $running.
open_underlay()
{
    choose_variants "$underlay"
    running=()
    for variant in "${chosen[@]}"; do
        if open_variant; then
            running+=("$variant")
        else
            close_pair
        fi
    done
}

close_underlay()
{
    for variant in "${running[@]}"; do
        close_variant
    done
}

# run_round: every measure of all variants that run, beginning with another variant each time.
run_round()
{
    local first=$(((repeat - 1) % ${#running[@]})) i name
    for name in ${cold_measures//,/ } ${all_measures//,/ }; do
        for ((i = first; i < first + ${#running[@]}; i++)); do
            variant=${running[$((i % ${#running[@]}))]}
            [[ $'\n'$(measures_of "$underlay" "$variant")$'\n' = *$'\n'$name$'\n'* ]] || continue
            use_variant
            measure "$name"
        done
    done
}

# run_block: some rounds on each underlay, with tunnels that are started anew. Sets $rounds.
run_block()
{
    local first=$repeat last=$((repeat + restart_every - 1))
    [ "$last" -le "$repeats" ] || last=$repeats
    for underlay in $underlays; do
        repeat=$first
        open_underlay
        [ ${#running[@]} -gt 0 ] || continue
        for ((repeat = first; repeat <= last; repeat++)); do
            run_round
        done
        repeat=$last
        close_underlay
    done
    rounds=$last
}

start_watch
longest=0
rounds=0
SECONDS=0
while [ "$rounds" -lt "$repeats" ]; do
    repeat=$((rounds + 1))
    if [ -n "$minutes" ] && [ "$rounds" -gt 0 ] && [ $((SECONDS + longest)) -gt $((minutes * 60)) ]; then
        echo "no time for round $repeat: up to $restart_every rounds took $longest s" >&2
        break
    fi
    began=$SECONDS
    run_block
    [ $((SECONDS - began)) -le "$longest" ] || longest=$((SECONDS - began))
done
meta rounds "$rounds"
meta took_s "$SECONDS"

write_report "$results"
echo "raw results: $results, $SECONDS s"
