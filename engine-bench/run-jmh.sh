#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Run the JMH benchmarks with the GC profiler and print one Markdown table.
set -euo pipefail

usage()
{
    cat <<'EOF'
usage: run-jmh.sh [-o FILE] [JMH ARGUMENT...]

Builds engine-bench.jar if it is missing, runs the benchmarks and prints benchmark, parameters, time, error and bytes
allocated per operation as a Markdown table on standard output. JMH's own output goes to standard error.

  -o FILE       keep JMH's JSON result there
  JMH ARGUMENT  anything the jar takes: a benchmark pattern, -p entries=1000, -f 3, -i 10 ...; by default
                the benchmarks ask for one fork, 3 x 1 s of warm-up and 5 x 1 s of measurement

  JAVA_HOME     JDK to run with, 17 or later; default: java on the PATH
  OVERLANE_REBUILD=1  build even if the jar is there
EOF
}

fail()
{
    echo "run-jmh.sh: $*" >&2
    exit 1
}

result=
case "${1:-}" in
    -h | --help)
        usage
        exit 0
        ;;
    -o)
        [ $# -ge 2 ] || fail "-o needs a file"
        result=$2
        shift 2
        ;;
esac

module=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname -- "$module")
jar=$module/target/engine-bench.jar

java=java
if [ -n "${JAVA_HOME:-}" ]; then
    java=$JAVA_HOME/bin/java
fi
command -v -- "$java" > /dev/null || fail "no such program: $java (set JAVA_HOME or PATH to a JDK, 17 or later)"
command -v python3 > /dev/null || fail "python3 is needed to make the table"
version=$("$java" -XshowSettings:properties -version 2>&1 | sed -n 's/^ *java\.specification\.version = //p')
case "$version" in
    '' | 1.* | *[!0-9]*) fail "$java is Java '${version:-unknown}', 17 or later is needed" ;;
esac
[ "$version" -ge 17 ] || fail "$java is Java $version, 17 or later is needed"

if [ ! -f "$jar" ] || [ -n "${OVERLANE_REBUILD:-}" ]; then
    command -v mvn > /dev/null || fail "$jar is missing and there is no mvn to build it"
    echo "building $jar" >&2
    (cd -- "$root" && mvn -q -B -pl engine-bench -am package -DskipTests) >&2 || fail "the build failed"
    [ -f "$jar" ] || fail "the build left no $jar"
fi

if [ -z "$result" ]; then
    result=$(mktemp "${TMPDIR:-/tmp}/run-jmh.XXXXXX")
    trap 'rm -f -- "$result"' EXIT
else
    : > "$result" || fail "cannot write $result"
fi

"$java" -jar "$jar" -prof gc -foe true -rf json -rff "$result" "$@" >&2 ||
    fail "JMH failed; see above"
[ -s "$result" ] || fail "JMH left no result: does the pattern match a benchmark? (-l lists them)"

python3 - "$result" <<'EOF'
import json
import sys

with open(sys.argv[1]) as file:
    runs = json.load(file)
if not runs:
    sys.exit("run-jmh.sh: no benchmark ran: does the pattern match one? (-l lists them)")

first = runs[0]
load = open("/proc/loadavg").read().split()[0] if sys.platform == "linux" else "unknown"
print(f"JDK {first['jdkVersion']}, {first['vmName']}; {first['forks']} fork(s), "
      f"{first['measurementIterations']} x {first['measurementTime']}; load average at the end {load}\n")


def number(value):
    return "" if value in (None, "NaN") or value != value else f"{float(value):.2f}"


print("| benchmark | params | score | error (99.9 %) | unit | B/op |")
print("|---|---|--:|--:|---|--:|")
for run in runs:
    metric = run["primaryMetric"]
    name = ".".join(run["benchmark"].split(".")[-2:])
    params = ", ".join(f"{key}={value}" for key, value in run.get("params", {}).items())
    allocated = next((value["score"] for key, value in run["secondaryMetrics"].items()
                      if key.lstrip("·") == "gc.alloc.rate.norm"), None)
    print(f"| {name} | {params} | {number(metric['score'])} | {number(metric['scoreError'])} | {metric['scoreUnit']} "
          f"| {number(allocated)} |")
EOF
