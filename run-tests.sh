#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Set up this machine and run every test: unit tests, and the integration tests, which run the packaged jar between
# network namespaces of their own and skip, saying why, where those are not allowed.
#
#   ./run-tests.sh [MAVEN ARGUMENT]...
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# shellcheck source=scripts/setup.sh
source scripts/setup.sh
overlane_setup build test

# Maven and javac run for half a minute; with the JVM's fast compiler alone they take half that time.
export MAVEN_OPTS="${MAVEN_OPTS:--XX:TieredStopAtLevel=1}"
exec mvn -B "$@" verify
