#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A minute of ctl capture under full load, twice, and as long without it. Prints the throughput without and with, the
# records, the lost records by the counter and in the file, and the records that tshark cannot decode. Fails if the two
# numbers of lost records differ or tshark finds a malformed packet. Takes some six minutes. Needs root; iperf3 and
# tshark are installed if they are missing.
#
#   scripts/capture-load.sh [MAVEN ARGUMENT]...
#
#   -Doverlane.it.captureFolder=FOLDER   for the file of a round, about 1 GB, which stays if a check fails;
#                                        default: a temporary folder, which does not stay
#   -Doverlane.it.captureSeconds=10      how long each half of a round takes; default 60
#   -Doverlane.it.captureRounds=1        default 2
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# shellcheck source=scripts/setup.sh
source scripts/setup.sh
overlane_setup build test

log=$(mktemp)
trap 'rm -f "$log"' EXIT
mvn -q -B verify -pl engine-examples -am -Dtest=NoUnitTests -Dsurefire.failIfNoSpecifiedTests=false \
  -Dit.test=CaptureLoadIT -Dfailsafe.failIfNoSpecifiedTests=false \
  -Doverlane.it.captureSeconds=60 -Doverlane.it.captureRounds=2 "$@" | tee "$log"

if ! grep -q '^capture: lost' "$log"
then
  echo "capture-load: nothing was measured: it needs root, network namespaces, /dev/net/tun and tshark" >&2
  exit 1
fi
