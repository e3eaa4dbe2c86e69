// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import static io.overlane.cli.bridge.plan.BridgePlanner.require;

import io.overlane.engine.EngineContext;
import io.overlane.engine.Moderation;
import io.overlane.fdb.FdbContext;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Option;

/** The options of {@code tun-bridge} about how much and how long, as given: null where not. */
public final class LimitOptions
{
    private static final int LONGEST_NAP_US = 10_000;

    @Option(names = "--max-learned", paramLabel = "N", description =
        "MAC addresses learned in the segment; beyond, the remote that holds the most makes room (vxlan). 0: as many " +
        "as the table holds. Default: 0.")
    public Integer maxLearned;

    @Option(names = "--flood-limit", paramLabel = "port=N,segment=N,copies=N", description =
        "Broadcast, multicast and unknown unicast frames a second that are taken from the device and from the whole " +
        "segment, and copies of them to remotes; each may be left out (vxlan). Default: no limit.")
    public FloodRates floodLimit;

    @Option(names = "--fdb-age", paramLabel = "SECONDS", description =
        "How long a learned MAC address that is not heard from stays known (vxlan). 0: for ever. Default: 300.")
    Integer fdbAge;

    @Option(names = "--nap", paramLabel = "MICROS", description =
        "How long the thread that reads the device lets frames gather under load, 0...10000; 0: not at all. With " +
        "--threads 1 it never does. Default: 200.")
    Integer nap;

    @Option(names = "--max-segments", paramLabel = "N", description =
        "Segments at a time, 1...65536: those of the configuration file and those added while the bridge runs " +
        "(vxlan). As many as the file has, if it has more. Default: 2048.")
    Integer maxSegments;

    LimitPlan plan()
    {
        require(maxLearned == null || maxLearned >= 0, "--max-learned " + maxLearned + ": negative");
        require(fdbAge == null || fdbAge >= 0, "--fdb-age " + fdbAge + ": not a number of seconds");
        require(nap == null || nap >= 0 && nap <= LONGEST_NAP_US,
            "--nap " + nap + ": outside 0..." + LONGEST_NAP_US);
        require(maxSegments == null || maxSegments >= 1 && maxSegments <= EngineContext.MAX_SEGMENTS,
            "--max-segments " + maxSegments + ": outside 1..." + EngineContext.MAX_SEGMENTS);
        return new LimitPlan(
            maxLearned == null ? 0 : maxLearned,
            floodLimit == null ? FloodRates.NONE : floodLimit,
            fdbAge == null ? FdbContext.DEFAULT_AGE_NS : TimeUnit.SECONDS.toNanos(fdbAge),
            nap == null ? Moderation.DEFAULT_NAP_NS : TimeUnit.MICROSECONDS.toNanos(nap),
            maxSegments == null ? EngineContext.DEFAULT_MAX_SEGMENTS : maxSegments);
    }

    /** Options of segments as given, the first one by name; null if there is none. */
    String firstOfSegments()
    {
        return maxLearned != null ? "--max-learned" :
            floodLimit != null ? "--flood-limit" :
            fdbAge != null ? "--fdb-age" :
            maxSegments != null ? "--max-segments" : null;
    }
}
