#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Try the Debian package on a bare Debian: install, run both services under systemd, upgrade, purge.
#
#   scripts/debian-package.sh [SUITE]...     default: bookworm and trixie
#
# Builds the package if there is none, or takes the one that DEB names. For each suite this makes a bare system in a
# temporary folder (debootstrap) and boots its systemd in namespaces. It ends with one line per step, and fails if a
# step failed or if the purge left a file. Needs root, debootstrap and the package archives; about three minutes per suite.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# shellcheck source=scripts/bare-system.sh
source scripts/bare-system.sh

say() { echo "debian-package: $*"; }

# The programs that the check needs besides the package.
readonly tools="systemd iputils-ping etcd-server etcd-client"

build_package()
{
  if [ -z "${DEB:-}" ]
  then
    mvn -q -B -DskipTests -pl engine-examples -am package
    DEB=$(ls -t engine-examples/target/overlane_*_all.deb | head -n 1)
  fi
  say "package $DEB, $(stat -c %s "$DEB") bytes"
  cp "$DEB" "$folder/overlane.deb"
  # The next version differs in its number alone.
  dpkg-deb -R "$DEB" "$folder/next"
  sed -i 's/^Version: .*/&+next/' "$folder/next/DEBIAN/control"
  dpkg-deb -b -Znone --root-owner-group "$folder/next" "$folder/overlane-next.deb" >/dev/null
}

# Runs in the bare system: installs what the package depends on, by the names that apt chooses, and the tools.
prepare()
{
  inside bash -c "
    set -e
    export DEBIAN_FRONTEND=noninteractive
    apt-get -q update
    apt-get -q -y upgrade
    packages=\$(apt-get -s -q install --no-install-recommends /root/overlane.deb | sed -n 's/^Inst \([^ ]*\).*/\1/p')
    echo needs: \$packages
    apt-get -q -y install --no-install-recommends \$(echo \"\$packages\" | grep -vx overlane) $tools
    systemctl disable etcd.service
    apt-get clean"
}

try_suite()
{
  local suite=$1 system=$folder/$1 line
  say "$suite: making a bare system"
  if ! make_system "$system" "$suite" >"$folder/log" 2>&1 ||
    ! { cp "$folder"/*.deb "$system/root" && prepare >"$folder/log" 2>&1; }
  then
    tail -n 20 "$folder/log" >&2
    results+=("$suite: the bare system FAILED")
    status=1
    return
  fi
  say "$suite: $(grep '^needs: ' "$folder/log")"
  at_boot "$system" scripts/debian-package-check.sh
  say "$suite: booting it"
  ip netns add "$network"
  timeout 600 bash scripts/bare-system.sh --booted "$system" "$network" >"$folder/log" 2>&1 || true
  ip netns del "$network"
  while read -r line
  do
    results+=("$suite: $line")
  done < <(grep '^passed: \|^security: \|^FAILED: ' "$system/root/log" || true)
  if ! grep -qx "passed: all" "$system/root/log" 2>/dev/null
  then
    tail -n 40 "$system/root/log" "$folder/log" >&2
    results+=("$suite: FAILED")
    status=1
  fi
  rm -rf --one-file-system "$system"
}

require_debootstrap
folder=$(mktemp -d)
readonly network=overlane-package-$$
trap 'rm -rf --one-file-system "$folder"; ip netns del "$network" 2>/dev/null || true' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
results=()
status=0
[ $# -gt 0 ] || set -- bookworm trixie
build_package
for suite in "$@"
do
  try_suite "$suite"
done
printf '  %s\n' "${results[@]}"
exit "$status"
