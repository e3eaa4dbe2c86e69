#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Demonstrate Overlane: set up this machine, build, and run the bridge against the kernel's own vxlan device.
#
#   ./run-demo.sh
#
# If the kernel has no vxlan device, it runs two bridges; if network namespaces or TAP devices are not allowed, two
# engines inside one JVM. Needs no root if user namespaces are allowed.
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

# The lab has its own mount and network namespaces, so nothing stays behind.
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
exec bin/overlane demo
