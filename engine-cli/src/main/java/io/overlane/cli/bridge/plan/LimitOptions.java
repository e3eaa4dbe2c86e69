// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import static io.overlane.cli.bridge.plan.BridgePlanner.require;

import io.overlane.control.FdbContext;
import io.overlane.engine.EngineContext;
import io.overlane.engine.Moderation;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Option;

/** The options of {@code tun-bridge} for limits and times; null if not given. */
public final class LimitOptions
{
    private static final int LONGEST_NAP_US = 10_000;

    @Option(names = "--max-learned", paramLabel = "N", description =
        "Most MAC addresses learned in the segment (vxlan). Beyond, the remote that holds the most gives one up. 0: " +
        "limited by the table only. Default: 0.")
    public Integer maxLearned;

    @Option(names = "--flood-limit", paramLabel = "port=N,segment=N,copies=N", description =
        "Most broadcast, multicast and unknown unicast frames per second (vxlan): from the device, from the whole " +
        "segment, and copies to remotes. Each part may be left out. Default: no limit.")
    public FloodRates floodLimit;

    @Option(names = "--fdb-age", paramLabel = "SECONDS", description =
        "Seconds after which a learned MAC address without traffic is forgotten (vxlan); 0 for never. Default: 300.")
    Integer fdbAge;

    @Option(names = "--nap", paramLabel = "MICROS", description =
        "Microseconds for which the thread that reads the device lets frames gather under load, 0...10000; 0 turns " +
        "this off. No effect with --threads 1. Default: 200.")
    Integer nap;

    @Option(names = "--max-segments", paramLabel = "N", description =
        "Most segments at a time, 1...65536, those of the configuration file and those added later (vxlan). A file " +
        "with more segments raises it. Default: 2048.")
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

    /** Name of the first given option of segments; null if there is none. */
    String firstOfSegments()
    {
        return maxLearned != null ? "--max-learned" :
            floodLimit != null ? "--flood-limit" :
            fdbAge != null ? "--fdb-age" :
            maxSegments != null ? "--max-segments" : null;
    }
}
