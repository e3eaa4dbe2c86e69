#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Run the stress tests of the concurrent structures; fails if one of them shows an outcome that it must not show.
set -euo pipefail

usage()
{
  cat <<'EOF'
usage: run-jcstress.sh [--short] [JCSTRESS ARGUMENT]...

Builds engine-jcstress.jar if it is missing and runs its tests. The results are in engine-jcstress/target/jcstress, as web
pages too.

  --short            one run of 50 ms for each test, a minute on two idle processors; 'mvn verify' does this
  JCSTRESS ARGUMENT  anything the jar takes: -t REGEX for some of the tests, -m quick|default|tough|stress for
                     their length; -m default, half an hour, is the default

  JAVA_HOME          JDK to run with, 17 or later; default: java on the PATH
  OVERLANE_REBUILD=1 build even if the jar is there
EOF
}

cd "$(dirname "${BASH_SOURCE[0]}")"
length=(-m default)
case "${1:-}" in
  -h | --help)
    usage
    exit 0
    ;;
  --short)
    # One fork for each test, both threads compiled by C2, no randomized compilers, the JVM's own settings.
    length=(-m quick -sc false -f 1 -fsm 0 -iters 1 -time 50 -jvmArgs -Xshare:auto)
    shift
    ;;
esac

if [ ! -e target/engine-jcstress.jar ] || [ -n "${OVERLANE_REBUILD:-}" ]
then
  (cd .. && mvn -q -B -DskipTests -pl engine-jcstress -am package)
fi

# jcstress writes its results where it is started.
mkdir -p target/jcstress
cd target/jcstress
exec "${JAVA_HOME:+$JAVA_HOME/bin/}java" -jar ../engine-jcstress.jar -r . "${length[@]}" "$@"
