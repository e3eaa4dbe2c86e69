#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Run the README's commands as a newcomer does, on a bare Debian with today's packages.
#
#   scripts/bare-machine.sh [--ci] [SUITE]...     default: bookworm and trixie
#
# For each suite this makes a bare system in a temporary folder (debootstrap), clones the last commit of this checkout
# into it, and runs './run-demo.sh', './run-tests.sh' and 'mvn -DskipTests install' there. With --ci it runs '.ci/run'
# in place of './run-tests.sh', which also tests the other JDKs that the suite has. It ends with one line per command
# and fails if one of them failed. Nothing stays behind. Needs root, debootstrap and the package archives; takes about
# a quarter of an hour per suite.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# shellcheck source=scripts/bare-system.sh
source scripts/bare-system.sh

readonly home=/root/overlane

say() { echo "bare-machine: $*"; }

usage()
{
  echo "usage: scripts/bare-machine.sh [--ci] [SUITE]..." >&2
  exit 2
}

# step NAME COMMAND: runs it in the clone and notes the result.
step()
{
  local start=$SECONDS result=passed
  say "$suite: $1"
  inside bash -c "cd $home && $2" </dev/null || result="FAILED ($?)"
  results+=("$suite: $1: $result, $((SECONDS - start)) s")
  [ "$result" = passed ] || status=1
}

# 'mvn -DskipTests install' must run no test, which would take a newcomer a quarter of an hour.
readonly install='find . -name "*-reports" -path "*/target/*" -exec rm -rf {} + &&
mvn -q -B -DskipTests install &&
reports=$(find . -name "*.xml" -path "*/target/*-reports/*") &&
{ [ -z "$reports" ] || { echo "these tests ran in spite of -DskipTests:" $reports >&2; exit 1; }; }'

try_suite()
{
  suite=$1
  system=$folder/$suite
  say "$suite: making a bare system"
  if ! make_system "$system" "$suite" >"$folder/log" 2>&1
  then
    tail -n 20 "$folder/log" >&2
    results+=("$suite: debootstrap: FAILED")
    status=1
    return
  fi
  # Certificates for git, which a newcomer needs to clone. The commands install the rest.
  inside bash -c 'apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q -y upgrade &&
    DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends ca-certificates git' \
    >"$folder/log" 2>&1 || { tail -n 20 "$folder/log" >&2; results+=("$suite: apt-get: FAILED"); status=1; return; }
  git clone -q --no-hardlinks . "$system$home"
  git -C "$system$home" checkout -q --detach "$commit"

  step ./run-demo.sh ./run-demo.sh
  if [ "$is_ci" = yes ]
  then
    step .ci/run 'bash .ci/run'
  else
    step ./run-tests.sh ./run-tests.sh
  fi
  step 'mvn -DskipTests install' "$install"
  inside bash -c "cd $home && git status --short" || true
  say "$suite: $(inside bash -c '. /etc/os-release; echo "$PRETTY_NAME";
    for jdk in /usr/lib/jvm/java-*-openjdk-*; do "$jdk/bin/java" -version 2>&1 | head -n 1; done;
    mvn -v | head -n 1; etcd --version | head -n 1; ip -V; nft -v;
    kubectl version --client 2>/dev/null | head -n 1; tshark --version 2>/dev/null | head -n 1' |
    paste -s -d ';' | sed 's/;/; /g')"
  rm -rf --one-file-system "$system"
}

main()
{
  require_debootstrap
  [ -z "$(git status --porcelain --untracked-files=no)" ] ||
    say "the checkout has changes that are not committed; the last commit is tried" >&2
  commit=$(git rev-parse HEAD)
  folder=$(mktemp -d)
  trap 'rm -rf --one-file-system "$folder"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  results=()
  status=0
  for suite in "$@"
  do
    try_suite "$suite"
  done
  say "commit ${commit:0:8}:"
  printf '  %s\n' "${results[@]}"
  return "$status"
}

is_ci=no
if [ "${1:-}" = --ci ]
then
  is_ci=yes
  shift
fi
for suite in "$@"
do
  [[ $suite != -* ]] || usage
done
[ $# -gt 0 ] || set -- bookworm trixie
main "$@"
