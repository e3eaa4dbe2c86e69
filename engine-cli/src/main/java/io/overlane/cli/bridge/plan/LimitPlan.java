// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import io.overlane.engine.EngineContext;
import io.overlane.engine.Moderation;
import io.overlane.policy.SegmentPolicy;
import java.util.concurrent.TimeUnit;

/**
 * How much a bridge learns and floods, and how long it keeps and gathers.
 *
 * @param maxLearned  learned FDB entries of the segment; 0: no limit of its own.
 * @param flood       how much may be flooded.
 * @param fdbAgeNs    age at which a learned entry of the segment goes, in nanoseconds; 0: never.
 * @param napNs       how long frames may gather, in nanoseconds. The whole engine's.
 * @param maxSegments segments at a time. The whole engine's.
 */
public record LimitPlan(int maxLearned, FloodRates flood, long fdbAgeNs, long napNs, int maxSegments)
{
    /** Those that are a segment's. */
    public void applyTo(final SegmentPolicy rules)
    {
        rules.maxLearned(maxLearned).floodBudget(flood.budget()).fdbAgeNs(fdbAgeNs);
    }

    /** Those that all segments share, or have where nothing else is said of them. */
    public void applyTo(final EngineContext engine)
    {
        engine.fdb(fdb -> fdb.ageNs(fdbAgeNs)).moderation(new Moderation(napNs)).maxSegments(maxSegments);
    }

    @Override
    public String toString()
    {
        return "max-learned " + maxLearned + ", flood-limit " + flood +
            ", fdb-age " + TimeUnit.NANOSECONDS.toSeconds(fdbAgeNs) +
            ", nap " + TimeUnit.NANOSECONDS.toMicros(napNs) + ", max-segments " + maxSegments;
    }
}
