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

readonly home=/root/overlane

say() { echo "bare-machine: $*"; }

usage()
{
  echo "usage: scripts/bare-machine.sh [--ci] [SUITE]..." >&2
  exit 2
}

# Adds the archives of updates and security fixes to system $1 of suite $2, as debootstrap leaves them out. Their
# address is derived from the one that debootstrap wrote.
add_updates()
{
  local archive
  archive=$(sed -n '1s/^deb \([^ ]*\) .*/\1/p' "$1/etc/apt/sources.list")
  cat >"$1/etc/apt/sources.list" <<END
deb $archive $2 main
deb $archive $2-updates main
deb ${archive%/}-security $2-security main
END
}

# Gives system $1 the name servers, proxy settings and certificates of this machine, so that it reaches the archives.
copy_network_settings()
{
  local file
  cp -L /etc/resolv.conf /etc/hosts "$1/etc/"
  for file in /etc/apt/apt.conf.d/*proxy*
  do
    [ ! -e "$file" ] || cp "$file" "$1/etc/apt/apt.conf.d/"
  done
  if compgen -G '/usr/local/share/ca-certificates/*.crt' >/dev/null
  then
    mkdir -p "$1/usr/local/share/ca-certificates"
    cp /usr/local/share/ca-certificates/*.crt "$1/usr/local/share/ca-certificates/"
  fi
}

# Runs in its own mount and process namespaces, so the mounts and processes of the system end with it.
enter()
{
  local system=$1 device
  shift
  # 'ip netns' changes the propagation of /, so / must be a mount.
  mount --bind "$system" "$system"
  mount -t proc proc "$system/proc"
  mount -t sysfs sysfs "$system/sys"
  mount -t tmpfs tmpfs "$system/run"
  mount -t tmpfs tmpfs "$system/tmp"
  mount -t tmpfs -o mode=755 tmpfs "$system/dev"
  mkdir -p "$system/dev/net" "$system/dev/pts" "$system/dev/shm"
  for device in null zero full random urandom tty net/tun
  do
    touch "$system/dev/$device"
    mount --bind "/dev/$device" "$system/dev/$device"
  done
  mount -t devpts -o newinstance,ptmxmode=0666 devpts "$system/dev/pts"
  mount -t tmpfs -o mode=1777 tmpfs "$system/dev/shm"
  ln -s pts/ptmx "$system/dev/ptmx"
  ln -s /proc/self/fd "$system/dev/fd"
  # Only variables of a login shell, not this machine's JAVA_HOME or PATH.
  exec env -i HOME=/root LANG=C.UTF-8 TERM="${TERM:-dumb}" \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
    chroot "$system" "$@"
}

# Runs "$@" in system $system.
inside()
{
  unshare --mount --pid --fork --kill-child --propagation private bash "${BASH_SOURCE[0]}" --enter "$system" "$@"
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
  if ! debootstrap --variant=minbase "$suite" "$system" >"$folder/log" 2>&1
  then
    tail -n 20 "$folder/log" >&2
    results+=("$suite: debootstrap: FAILED")
    status=1
    return
  fi
  add_updates "$system" "$suite"
  copy_network_settings "$system"
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
  [ "$EUID" -eq 0 ] || { say "needs root: debootstrap and chroot do" >&2; exit 2; }
  command -v debootstrap >/dev/null || { say "debootstrap is missing; install it with: apt-get install debootstrap" >&2; exit 2; }
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
case ${1:-} in
  --enter)
    shift
    enter "$@"
    ;;
  --ci)
    is_ci=yes
    shift
    ;;
esac
for suite in "$@"
do
  [[ $suite != -* ]] || usage
done
[ $# -gt 0 ] || set -- bookworm trixie
main "$@"
