#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Simulate a fabric of many engines on a virtual clock, and compare every frame with a model. Prints progress every five
# seconds; the last line has frames, events, virtual and real time, and disagreements. Not part of the build.
#
#   scripts/fabric.sh [--seed N] [--engines N] [--networks N] [--stations N] [--hours H] [--frames N] [--changes X]
#                     [--hostile X] [--loss P] [--duplication P] [--lateness P] [-- JVM OPTION...]
#
#   --seed N         seed of every random decision; default another each time, which is printed
#   --engines N      engines; default 1000
#   --networks N     overlay networks; default 250
#   --stations N     stations in all networks together; default 2500
#   --hours H        virtual time; default 24
#   --frames N       frames per virtual second that stations send, besides replies; default 100
#   --changes X      changes per virtual second of stations, engines, memberships, flood lists, policies; default 0.5
#   --hostile X      malformed, forged and repeated datagrams per virtual second; default 0
#   --loss P         probability that the network loses a datagram; default 0.01
#   --duplication P  probability that a datagram arrives twice; default 0.005
#   --lateness P     probability that others overtake a datagram; default 0.02
#
# A disagreement shows the last 30 events of its engine and station, or as many as -Doverlane.fabric.events=N says.
#
# Needs a JDK ($JAVA_HOME or java on PATH) and Maven, which builds engine-testkit if it is not built; MAVEN_REPOSITORY is
# Maven's folder of jars, default ~/.m2/repository.
# Exit code: 0 if the engines did what the model says and every engine that ended was freed.
set -euo pipefail

options=()
while [ $# -gt 0 ]
do
  case $1 in
    --)
      shift
      break
      ;;
    -h | --help)
      sed -n '3,27s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    *)
      [ $# -ge 2 ] || { echo "fabric: option '$1' needs a value" >&2; exit 2; }
      options+=("$1" "$2")
      shift 2
      ;;
  esac
done

cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [ ! -e engine-testkit/target/classes/io/overlane/testkit/fabric ]
then
  mvn -q -B -DskipTests -pl engine-testkit -am package
fi
version=$(sed -n 's:.*<agrona.version>\(.*\)</agrona.version>.*:\1:p' pom.xml)
repository=${MAVEN_REPOSITORY:-$HOME/.m2/repository}
agrona=$repository/org/agrona/agrona/$version/agrona-$version.jar
[ -e "$agrona" ] || { echo "fabric: $agrona is missing; build the project with Maven first" >&2; exit 1; }

exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -Xmx3g -XX:+UseSerialGC "$@" \
  -cp "engine-core/target/classes:engine-testkit/target/classes:$agrona" \
  io.overlane.testkit.fabric.FabricMain "${options[@]}"
