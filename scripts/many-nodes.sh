#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# A flannel node among a thousand nodes of a test API server of Kubernetes. Prints how long it takes to be ready, its
# resident memory, how long a change of one node takes, and the processor time for a minute of 100 status updates a
# second, as kubelets write them, that change nothing for the network. Needs root.
#
#   scripts/many-nodes.sh [MAVEN ARGUMENT]...
#
#   -Doverlane.it.nodes=N          number of nodes; default 1000
#   -Doverlane.it.nodesSeconds=N   seconds of status updates; default 60
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# shellcheck source=scripts/setup.sh
source scripts/setup.sh
overlane_setup build test

log=$(mktemp)
trap 'rm -f "$log"' EXIT
mvn -q -B verify -pl engine-examples -am -Dtest=NoUnitTests -Dsurefire.failIfNoSpecifiedTests=false \
  -Dit.test=FlannelKubeScaleIT -Dfailsafe.failIfNoSpecifiedTests=false \
  -Doverlane.it.nodesSeconds=60 "$@" | tee "$log"

if ! grep -q '^nodes: ' "$log"
then
  echo "many-nodes: nothing was measured: it needs root, network namespaces and /dev/net/tun" >&2
  exit 1
fi
