#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A minute of ctl capture under full load, twice, and as long without it: prints the throughput of both, the records, the
# lost records by the counter and in the file, and what tshark cannot decode. Needs root, iperf3 and tshark, and room for
# the file of a round (-Djava.io.tmpdir=FOLDER), 10 GB or so.
#
#   scripts/capture-load.sh [MAVEN ARGUMENT]...     e.g. -Doverlane.it.captureSeconds=10
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# shellcheck source=scripts/setup.sh
source scripts/setup.sh
overlane_setup build test

exec mvn -B verify -pl engine-examples -am -Dtest=NoUnitTests -Dsurefire.failIfNoSpecifiedTests=false \
  -Dit.test=CaptureLoadIT -Dfailsafe.failIfNoSpecifiedTests=false \
  -Doverlane.it.captureSeconds=60 -Doverlane.it.captureRounds=2 "$@"
