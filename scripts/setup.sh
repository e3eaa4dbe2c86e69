#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Install what is missing on a Debian or Ubuntu machine to build, demonstrate and test Overlane.
#
#   scripts/setup.sh [build|demo|test]...     default: all three
#
# The other scripts source this file and call overlane_setup, which also exports JAVA_HOME. It asks no questions. If it
# may not install, it prints what is missing and stops.
set -euo pipefail

readonly OVERLANE_MIN_JDK=17

# Prints the major version of the JDK in directory $1, or nothing if it has no compiler.
overlane_jdk_version()
{
  [ -x "$1/bin/javac" ] || return 0
  "$1/bin/javac" -version 2>&1 | sed -n 's/^javac \(1\.\)\{0,1\}\([0-9]\{1,\}\).*/\2/p'
}

# Prints the home of a JDK that is new enough: JAVA_HOME, the one on PATH, or one of the distribution's.
overlane_find_jdk()
{
  local home javac version
  javac=$(command -v javac || true)
  for home in "${JAVA_HOME:-}" "${javac:+$(dirname "$(dirname "$(readlink -f "$javac")")")}" /usr/lib/jvm/*
  do
    version=$([ -z "$home" ] || overlane_jdk_version "$home")
    if [ -n "$version" ] && [ "$version" -ge "$OVERLANE_MIN_JDK" ]
    then
      echo "$home"
      return 0
    fi
  done
  return 1
}

# Prints the home of an installed JDK of major version $1, nothing if there is none.
overlane_jdk_of_version()
{
  local home
  for home in /usr/lib/jvm/*
  do
    if [ "$(overlane_jdk_version "$home")" = "$1" ]
    then
      echo "$home"
      return 0
    fi
  done
}

overlane_has_libpcap()
{
  local ldconfig=ldconfig
  command -v ldconfig >/dev/null || ldconfig=/sbin/ldconfig
  [[ $("$ldconfig" -p) == *libpcap.so* ]]
}

# Prints one word for each missing program that the purposes in "$@" need.
overlane_missing()
{
  local purpose
  for purpose in "$@"
  do
    case $purpose in
      build)
        overlane_find_jdk >/dev/null || echo jdk
        command -v mvn >/dev/null || echo maven
        ;;
      demo | test)
        command -v ip >/dev/null || echo iproute2
        command -v bridge >/dev/null || echo iproute2
        command -v ping >/dev/null || echo iputils-ping
        command -v ethtool >/dev/null || echo ethtool
        command -v iperf3 >/dev/null || echo iperf3
        command -v sysctl >/dev/null || echo procps
        ;;&
      test)
        command -v tcpdump >/dev/null || echo tcpdump
        command -v nft >/dev/null || echo nftables
        command -v iptables-restore >/dev/null || echo iptables
        command -v tshark >/dev/null && command -v dumpcap >/dev/null || echo tshark
        overlane_has_libpcap || echo libpcap
        command -v etcd >/dev/null || echo etcd-server
        command -v openssl >/dev/null || echo openssl
        command -v capsh >/dev/null || echo libcap2-bin
        command -v faketime >/dev/null || echo faketime
        ;;
      demo) ;;
      *)
        echo "setup: unknown purpose '$purpose' (build, demo or test)" >&2
        return 2
        ;;
    esac
  done | sort -u
}

# Prints the first package in "$@" that apt can install, or nothing.
overlane_first_package()
{
  local package
  for package in "$@"
  do
    if [[ $(apt-cache policy "$package" 2>/dev/null) == *"Candidate: "[0-9]* ]]
    then
      echo "$package"
      return 0
    fi
  done
}

# Prints the name of the package for one word of overlane_missing; releases differ.
overlane_package()
{
  case $1 in
    jdk) overlane_first_package openjdk-{17,21,25}-jdk-headless default-jdk-headless ;;
    libpcap) overlane_first_package libpcap0.8t64 libpcap0.8 ;;
    *) echo "$1" ;;
  esac
}

# Runs apt-get with "$@" as root and without questions; its output is shown only if it fails.
overlane_apt()
{
  local log status=0
  local -a as_root=()
  [ "$EUID" -eq 0 ] || as_root=(sudo -n)
  log=$(mktemp)
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive NEEDRESTART_SUSPEND=1 \
    apt-get -q -y -o DPkg::Lock::Timeout=300 "$@" </dev/null >"$log" 2>&1 || status=$?
  [ "$status" -eq 0 ] || tail -n 20 "$log" >&2
  rm -f "$log"
  return "$status"
}

# Installs the newest JDK 17, 21 and 25 that the distribution has.
overlane_newest_jdks()
{
  local version
  local -a packages=()
  overlane_apt update || return
  for version in 17 21 25
  do
    packages+=("$(overlane_first_package "openjdk-$version-jdk-headless")")
  done
  # shellcheck disable=SC2068 # without the empty ones
  overlane_apt install --no-install-recommends ${packages[@]}
}

# Debian's package starts etcd now and at every boot. Stop it, as the tests start their own.
overlane_stop_etcd_service()
{
  local -a as_root=()
  [ "$EUID" -eq 0 ] || as_root=(sudo -n)
  if [ -d /run/systemd/system ]
  then
    "${as_root[@]}" systemctl disable --now etcd.service
  else
    "${as_root[@]}" service etcd stop
  fi >/dev/null 2>&1 || true
}

overlane_install()
{
  local missing=$* word
  local -a packages=()
  if ! command -v apt-get >/dev/null
  then
    echo "setup: this is neither Debian nor Ubuntu; install by hand: $missing" >&2
    return 1
  fi
  if [ "$EUID" -ne 0 ] && ! sudo -n true 2>/dev/null
  then
    echo "setup: not root and no sudo without a password; install as root: $missing" >&2
    return 1
  fi
  if ! overlane_apt update
  then
    echo "setup: 'apt-get update' failed; install by hand: $missing" >&2
    return 1
  fi
  for word in $missing
  do
    packages+=("$(overlane_package "$word")")
  done
  echo "setup: installing ${packages[*]}"
  if ! overlane_apt install --no-install-recommends "${packages[@]}"
  then
    echo "setup: 'apt-get install' failed; install by hand: $missing" >&2
    return 1
  fi
  if [[ " ${packages[*]} " == *" etcd-server "* ]]
  then
    overlane_stop_etcd_service
  fi
}

# overlane_offer TEST "PROGRAM..." PACKAGE...: installs the first of the packages that the distribution has, unless one
# of the programs is here. The test skips, and says why, where there is none.
overlane_offer()
{
  local test=$1 program package
  for program in $2
  do
    ! command -v "$program" >/dev/null || return 0
  done
  package=$(overlane_first_package "${@:3}")
  if [ -z "$package" ] || { [ "$EUID" -ne 0 ] && ! sudo -n true 2>/dev/null; } ||
    ! overlane_apt install --no-install-recommends "$package"
  then
    echo "setup: no package of ${*:3} can be had; $test skips"
  else
    echo "setup: installed $package"
  fi
}

# Installs what the purposes in "$@" lack and exports JAVA_HOME.
overlane_setup()
{
  local missing jdk
  # The system directories are not on every user's PATH.
  PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
  missing=$(overlane_missing "$@") || return
  if [ -z "$missing" ]
  then
    echo "setup: everything for '$*' is here"
  else
    echo "setup: missing: ${missing//$'\n'/ }"
    # shellcheck disable=SC2086 # one word each
    overlane_install $missing
    missing=$(overlane_missing "$@")
    if [ -n "$missing" ]
    then
      echo "setup: still missing after the installation: ${missing//$'\n'/ }" >&2
      return 1
    fi
  fi
  if [[ " $* " == *" test "* ]]
  then
    # Ubuntu has Chromium only as a snap, which does not run in network namespaces.
    overlane_offer "the test of the page" "chromium-headless-shell chromium" chromium-headless-shell chromium
    overlane_offer "the test with kubectl" kubectl kubernetes-client
    # A kernel with VLANs, for hosts whose own kernel has none.
    overlane_offer "the test with a vlan-aware bridge" linux.uml user-mode-linux
    overlane_offer "the test with a vlan-aware bridge" modprobe kmod
  fi
  if jdk=$(overlane_find_jdk)
  then
    export JAVA_HOME=$jdk
  fi
}

if [ "${BASH_SOURCE[0]}" = "$0" ]
then
  if [ $# -eq 0 ]
  then
    set -- build demo test
  fi
  overlane_setup "$@"
fi
