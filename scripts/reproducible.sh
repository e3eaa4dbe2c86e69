#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Check that the same sources make the same files, wherever they are built.
#
#   scripts/reproducible.sh [MAVEN ARGUMENT]...
#
# Clones the last commit into two folders with names of different length, makes the files of a release in both (without
# signatures), one after the other, and compares the checksums of all jars, of the Debian package and of the lists of parts. Prints each file that differs,
# or how many are equal. Nothing stays behind.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
readonly clones=("$folder/a" "$folder/another-place/of-a-longer-name")

for clone in "${clones[@]}"
do
  git clone -q --no-hardlinks . "$clone"
  echo "reproducible: building in $clone"
  (
    cd "$clone"
    MAVEN_OPTS="${MAVEN_OPTS:--XX:TieredStopAtLevel=1}" \
      mvn -q -B -Prelease -Dgpg.skip -DskipTests -Dcheckstyle.skip "$@" package
    find . \( -path './*/target/*.jar' -o -path './*/target/*.deb' -o -path './*/target/*-cyclonedx.json' \) \
      -type f ! -path '*/target/*/*' -print0 |
      sort -z | xargs -0 sha256sum
  ) >"$clone.sums"
done

if diff "${clones[0]}.sums" "${clones[1]}.sums"
then
  echo "reproducible: $(wc -l <"${clones[0]}.sums") files are equal"
else
  echo "reproducible: the files above differ" >&2
  exit 1
fi
