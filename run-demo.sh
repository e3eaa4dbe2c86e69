#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Show Overlane at work: set up this machine, build, and let the bridge talk to the kernel's own vxlan device.
#
#   ./run-demo.sh
#
# Falls back to two bridges where the kernel has no vxlan device, and to a demonstration inside one JVM where network
# namespaces or TAP devices are not allowed. Needs no root where user namespaces are allowed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# shellcheck source=scripts/setup.sh
source scripts/setup.sh
overlane_setup build demo

jar=engine-examples/target/engine-examples.jar
if [ ! -e "$jar" ] ||
  [ -n "$(find pom.xml config ./*/pom.xml ./*/src/main -type f -newer "$jar" -print -quit)" ]
then
  echo "demo: building (the first time Maven fetches its plugins)"
  mvn -q -B -DskipTests -pl engine-examples -am package
fi

# The lab lives in a mount and a network namespace of its own: what it makes cannot outlast it.
failures=()
for enter in "unshare --mount --net" "unshare --user --map-root-user --mount --net"
do
  # shellcheck disable=SC2086 # a command line
  if answer=$($enter bash scripts/demo-lab.sh probe 2>&1)
  then
    read -r lab reason <<<"$answer"
    # shellcheck disable=SC2086
    exec $enter bash scripts/demo-lab.sh "$lab" "$reason"
  fi
  failures+=("in '$enter': ${answer//$'\n'/; }")
done

echo "demo: a lab of two network namespaces cannot be made here:"
printf 'demo:   %s\n' "${failures[@]}"
echo "demo: two engines in one JVM instead"
exec "$JAVA_HOME/bin/java" -jar "$jar" demo
