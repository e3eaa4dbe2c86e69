#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Make the root file system of the container image: a JVM with the modules that the jar needs, the jar with its archive
# of classes, the programs that a node runs (ip, nft), and those of the launcher and of the pod's first container (a
# shell, cat, cp, readlink, rm), with their libraries. Nothing else is in it.
#
#   deploy/image/make-root.sh JAR DIRECTORY
#
#   JAR        engine-examples/target/engine-examples.jar
#   DIRECTORY  is made, and must not exist yet
#
# The programs and libraries are copies of this machine's. Needs a JDK with jlink ($JAVA_HOME, or java on PATH),
# iproute2 and nftables; and root, because it runs the new JVM in a chroot for the archive of classes.
set -euo pipefail

readonly programs=(ip nft sh cat cp readlink rm)
# What the commands need, and the ciphers of TLS. Libraries in the jar name more, for uses that it does not have.
readonly modules=java.base,java.logging,java.management,jdk.crypto.ec,jdk.jfr,jdk.management,jdk.net,jdk.unsupported
readonly home=opt/overlane

fail()
{
  echo "make-root: $*" >&2
  exit 1
}

[ $# -eq 2 ] || { echo "usage: deploy/image/make-root.sh JAR DIRECTORY" >&2; exit 2; }
jar=$1
root=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ -f "$jar" ] || fail "$jar: there is no such file; build it with 'mvn -DskipTests package'"
[ ! -e "$root" ] || fail "$root exists; remove it or give another directory"
PATH=$PATH:/usr/sbin:/sbin
if [ -n "${JAVA_HOME:-}" ]
then
  jdk=$JAVA_HOME
else
  jdk=$(readlink -f "$(command -v java)") || fail "there is no java on PATH; install a JDK 17 or later"
  jdk=${jdk%/bin/java}
fi
[ -x "$jdk/bin/jlink" ] || fail "$jdk has no jlink; install a JDK, not only a JRE"

# A new system's directories, as Debian has them: /bin and others are links into /usr.
mkdir -p "$root"/{dev,proc,sys,tmp,run/flannel,etc/cni/net.d,etc/kube-flannel,"$home"/bin,"$home"/lib}
mkdir -p "$root"/usr/{bin,sbin,lib,lib64}
for directory in bin sbin lib lib64
do
  ln -s "usr/$directory" "$root/$directory"
done
echo "root:x:0:0:root:/:/bin/sh" >"$root/etc/passwd"
echo "root:x:0:" >"$root/etc/group"
echo "hosts: files dns" >"$root/etc/nsswitch.conf"

# copy FILE: with the links to it, at the same path.
copy()
{
  local from=$1
  [ ! -e "$root$from" ] || return 0
  mkdir -p "$root$(dirname "$from")"
  cp -L "$from" "$root$from"
}

# libraries FILE...: prints the libraries that these need.
libraries()
{
  ldd "$@" 2>/dev/null | sed -n 's|.* => \(/[^ ]*\) .*|\1|p; s|^[[:space:]]*\(/[^ ]*\) (.*|\1|p' | sort -u
}

for program in "${programs[@]}"
do
  file=$(type -P "$program") || fail "there is no '$program'; install iproute2 and nftables"
  copy "$file"
done

"$jdk/bin/jlink" --add-modules "$modules" --strip-java-debug-attributes --no-header-files --no-man-pages \
  --vm server --output "$root/$home/runtime"
# Debian's JDK 25 has 700 MiB of debugging symbols among its modules.
find "$root/$home/runtime" -name '*.debuginfo' -delete
cp "$here/../../bin/overlane" "$root/$home/bin/overlane"
cp "$jar" "$root/$home/lib/overlane.jar"
ln -s "/$home/bin/overlane" "$root/usr/bin/overlane"

mapfile -t files < <(find "$root/usr" "$root/$home" -type f \( -perm -100 -o -name '*.so*' \))
while read -r library
do
  copy "$library"
done < <(libraries "${files[@]}")

# The native library of the jar, which the JVM would otherwise write to /tmp at each start.
(cd "$root/$home/lib" && "$jdk/bin/jar" --extract --file overlane.jar "jni/$(uname -m)-Linux/libjffi-1.2.so")
mv "$root/$home/lib/jni/$(uname -m)-Linux/libjffi-1.2.so" "$root/$home/lib/"
rm -r "$root/$home/lib/jni"

# There may be no /proc, as in a build of an image, and libraries are found by it.
mkdir -p "$root/tmp"
runtime=/$home/runtime
LD_LIBRARY_PATH=$runtime/lib:$runtime/lib/server chroot "$root" "/$home/bin/overlane" --make-archive
echo "make-root: $(du -sm "$root" | cut -f 1) MiB in $root"
