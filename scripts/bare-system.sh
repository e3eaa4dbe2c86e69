#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Bare Debian systems in folders, for other scripts, which source this file.

require_debootstrap()
{
  [ "$EUID" -eq 0 ] || { say "needs root: debootstrap and chroot do" >&2; exit 2; }
  command -v debootstrap >/dev/null ||
    { say "debootstrap is missing; install it with: apt-get install debootstrap" >&2; exit 2; }
}

# Makes a bare system of suite $2 in folder $1.
make_system()
{
  debootstrap --variant=minbase "$2" "$1" || return
  add_updates "$1" "$2"
  copy_network_settings "$1"
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

# Mounts in system $1 what a system needs to run; in a mount namespace of its own, so the mounts end with it.
mount_system()
{
  local system=$1 device
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
  ln -s /proc/self/fd/0 "$system/dev/stdin"
  ln -s /proc/self/fd/1 "$system/dev/stdout"
  ln -s /proc/self/fd/2 "$system/dev/stderr"
}

# Runs "$2..." in system $1, in mount and process namespaces of its own.
enter()
{
  local system=$1
  shift
  mount_system "$system"
  # Only variables of a login shell, not this machine's JAVA_HOME or PATH.
  exec env -i HOME=/root LANG=C.UTF-8 TERM="${TERM:-dumb}" \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    ${http_proxy:+http_proxy="$http_proxy"} ${https_proxy:+https_proxy="$https_proxy"} \
    chroot "$system" "$@"
}

# Runs "$@" in system $system.
inside()
{
  unshare --mount --pid --fork --kill-child --propagation private bash scripts/bare-system.sh --enter "$system" "$@"
}

# Lets system $1 run the bash script $2 with the arguments "$3..." when it is booted, write to /root/log, and power off.
at_boot()
{
  local system=$1
  cp "$2" "$system/root/check.sh"
  shift 2
  cat >"$system/etc/systemd/system/check.service" <<END
[Unit]
After=multi-user.target
[Service]
Type=oneshot
StandardOutput=append:/root/log
StandardError=append:/root/log
ExecStart=/bin/bash /root/check.sh $*
ExecStopPost=/bin/sh -c 'systemctl --no-block poweroff 2>/dev/null'
[Install]
WantedBy=default.target
END
  inside systemctl enable -q check.service
}

# Boots system $1 with its systemd, in namespaces of its own; ends when it powers itself off.
boot()
{
  mount_system "$1"
  mkdir -p "$1/sys/fs/cgroup"
  mount -t cgroup2 cgroup2 "$1/sys/fs/cgroup"
  exec env -i container=chroot PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$1" /lib/systemd/systemd
}

# Boots system $1 in network namespace $2, in a control group of its own, as its systemd uses all groups that it can
# reach.
booted()
{
  local group hierarchy result=0
  hierarchy=$(findmnt -n -o TARGET -t cgroup2 | head -n 1)
  group=$hierarchy/$2
  mkdir "$group"
  (
    echo "$BASHPID" >"$group/cgroup.procs"
    exec nsenter --net="/run/netns/$2" \
      unshare --mount --pid --uts --ipc --cgroup --fork --kill-child --propagation private \
      bash scripts/bare-system.sh --boot "$1"
  ) || result=$?
  find "$group" -depth -type d -exec rmdir {} +
  return "$result"
}

if [ "${BASH_SOURCE[0]}" = "$0" ]
then
  case ${1:-} in
    --enter)
      shift
      enter "$@"
      ;;
    --boot)
      shift
      boot "$@"
      ;;
    --booted)
      shift
      booted "$@"
      ;;
  esac
fi
