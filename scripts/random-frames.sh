#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Random frames each way through an engine of each profile, over IPv4 and IPv6: no exception, one fate for each frame,
# no byte written beside a frame. Prints a table.
#
#   scripts/random-frames.sh [COUNT [SEED [PROFILE]...]]     e.g. 100000000 7 LINUX STRICT; the default is 10000000
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
folder=engine-fuzz/target/random-frames
mkdir -p "$folder"
if [ ! -e "$folder/classpath" ] || [ -n "${OVERLANE_REBUILD:-}" ]
then
  mvn -q -B -pl engine-fuzz -am -DskipTests test-compile \
    dependency:build-classpath -Dmdep.outputFile=target/random-frames-classpath
  cp engine-fuzz/target/random-frames-classpath "$folder/classpath"
fi
native=()
"$java" --enable-native-access=ALL-UNNAMED -version >/dev/null 2>&1 && native=(--enable-native-access=ALL-UNNAMED)
exec "$java" -Xmx1g "${native[@]}" -cp "engine-fuzz/target/test-classes:$(cat "$folder/classpath")" \
  io.overlane.fuzz.frames.RandomFrames "${@:-10000000}"
