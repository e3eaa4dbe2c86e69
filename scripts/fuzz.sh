#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Coverage-guided fuzzing of the parsers and of whole engines with Jazzer. 'mvn verify' gives the same targets the
# inputs of engine-fuzz/corpus only.
set -euo pipefail

usage()
{
  cat <<'TEXT'
usage: fuzz.sh [TARGET|all [SECONDS]]
       fuzz.sh list | merge TARGET | run TARGET FILE... | lives [SECONDS [SEED]]

Runs one target, or each in turn, for this number of seconds (default 60), and prints a table: executions, coverage, and
what was found. Inputs that fail are in engine-fuzz/target/fuzz/TARGET/found; the log beside them has the stack traces.
Inputs with new coverage are kept in engine-fuzz/target/fuzz/TARGET/inputs for the next run.

  list      print the targets
  merge     copy the few inputs that cover what all of them cover to engine-fuzz/corpus/TARGET
  run       give files to a target, without the fuzzer
  lives     engines with threads, one after the other, in which everything changes while frames flow

  JAVA_HOME          JDK to run with, 17 or later; default: java on the PATH
  FUZZ_MAX_LEN       longest input in bytes; default 4096
TEXT
}

origin=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root=$PWD
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
folder=$root/engine-fuzz/target/fuzz
include='io.overlane.**'

# Jazzer's detectors look for other kinds of errors, and count a connection to the target's own server as one.
detectors=
for detector in Deserialization ExpressionLanguageInjection FilePathTraversal LdapInjection NamingContextLookup \
  OsCommandInjection ReflectiveCall RegexInjection RegexRoadblocks ScriptEngineInjection ServerSideRequestForgery \
  SqlInjection TemplateInjection UnsafeSanitizer XPathInjection XmlParserSsrfGuidance
do
  detectors+=${detectors:+:}com.code_intelligence.jazzer.sanitizers.$detector
done

case "${1:-all}" in
  -h | --help)
    usage
    exit 0
    ;;
esac

# Test classes and dependencies, the fuzzer included.
mkdir -p "$folder"
if [ ! -e "$folder/classpath" ] || [ -n "${OVERLANE_REBUILD:-}" ]
then
  mvn -q -B -P'fuzz,!error-prone' -pl engine-fuzz -am -DskipTests -Dcheckstyle.skip test-compile \
    dependency:build-classpath -Dmdep.outputFile=target/fuzz-classpath
  cp engine-fuzz/target/fuzz-classpath "$folder/classpath"
fi
classpath="$root/engine-fuzz/target/test-classes:$(cat "$folder/classpath")"
native=()
"$java" --enable-native-access=ALL-UNNAMED -version >/dev/null 2>&1 && native=(--enable-native-access=ALL-UNNAMED)

# Targets read files of the project by their path from the module.
cd engine-fuzz

main()
{
  "$java" "${native[@]}" -cp "$classpath" io.overlane.fuzz.FuzzMain "$@"
}

jazzer()
{
  local target=$1
  shift
  "$java" -Xmx600m -Xss1m -XX:+EnableDynamicAgentLoading -XX:-OmitStackTraceInFastThrow "${native[@]}" \
    -Doverlane.fuzz.target="$target" -cp "$classpath" com.code_intelligence.jazzer.Jazzer \
    --target_class=io.overlane.fuzz.FuzzMain --instrumentation_includes="$include" \
    --custom_hook_includes='io.overlane.**' --disabled_hooks="$detectors" "$@"
}

prepare()
{
  mkdir -p "$folder/$1/inputs" "$folder/$1/found" "corpus/$1"
  main seeds "$1" "$folder/$1/inputs"
}

fuzz()
{
  local target=$1 seconds=$2 log=$folder/$1/log begin end
  prepare "$target"
  begin=$(date +%s)
  jazzer "$target" --keep_going=20 --reproducer_path="$folder/$target/found" \
    -artifact_prefix="$folder/$target/found/" \
    -max_total_time="$seconds" -max_len="${FUZZ_MAX_LEN:-4096}" \
    -timeout=60 -rss_limit_mb=3000 -print_final_stats=1 "$folder/$target/inputs" "corpus/$target" >"$log" 2>&1 || true
  end=$(date +%s)
  awk -v target="$target" -v minutes="$(awk "BEGIN { printf \"%.1f\", ($end - $begin) / 60 }")" \
    -v taken=$((end - begin)) '
    /cov: [0-9]+/ { for (i = 1; i <= NF; i++) { if ($i == "cov:") cov = $(i + 1); if ($i == "ft:") ft = $(i + 1) } }
    /stat::number_of_executed_units/ { runs = $2 }
    /^#[0-9]+/ { n = substr($1, 2) + 0; if (n > most) most = n }
    /^== Java Exception/ { found++ }
    /ERROR: libFuzzer: (timeout|out-of-memory)/ { found++ }
    END { if (!runs) runs = most
      printf "| %s | %d | %d | %s | %d | %d | %d |\n", target, runs, runs / (taken ? taken : 1), minutes, cov, ft, found }
  ' "$log"
}

case "${1:-all}" in
  list)
    main list
    ;;
  run)
    mapfile -t files < <(cd "$origin" && realpath -- "${@:3}")
    main run "$2" "${files[@]}"
    ;;
  lives)
    shift
    "$java" -Xmx600m "${native[@]}" -cp "$classpath" io.overlane.fuzz.life.EngineLives "${@:-60}"
    ;;
  merge)
    prepare "$2"
    jazzer "$2" -merge=1 "corpus/$2" "$folder/$2/inputs"
    ;;
  *)
    echo "| target | executions | a second | minutes | coverage | features | found |"
    echo "|---|---:|---:|---:|---:|---:|---:|"
    targets=${1:-all}
    [ "$targets" != all ] || targets=$(main list)
    for target in $targets
    do
      fuzz "$target" "${2:-60}"
    done
    ;;
esac
