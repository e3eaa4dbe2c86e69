#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Tests that take too long for every build: a gibibyte each way over each underlay and in each mode, also over a wire
# that loses and reorders packets (-Doverlane.it.streamMiB=10240 for ten gibibytes); half a minute at full rate without
# a garbage collection; and the cost of an idle bridge.
#
#   scripts/full-rate.sh [MAVEN ARGUMENT]...     e.g. -Doverlane.it.fullRateSeconds=300
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# shellcheck source=scripts/setup.sh
source scripts/setup.sh
overlane_setup build test

# No unit tests run, and Surefire must not fail because of that.
exec mvn -B verify -pl engine-examples -am -Dtest=NoUnitTests -Dsurefire.failIfNoSpecifiedTests=false \
  -Dit.test='KernelInteropIT,EngineToEngineIT,ImpairedWireIT,FullRateIT' \
  -Doverlane.it.streamMiB=1024 -Doverlane.it.fullRateSeconds=30 "$@"
