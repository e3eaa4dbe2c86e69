// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import io.overlane.engine.EngineContext;
import io.overlane.engine.Moderation;
import io.overlane.policy.SegmentPolicy;
import java.util.concurrent.TimeUnit;

/**
 * Limits of learning, flooding and time.
 *
 * @param maxLearned  learned FDB entries of the segment; 0 for no limit of its own.
 * @param flood       limits of flooded frames.
 * @param fdbAgeNs    age at which a learned entry of the segment is removed, in nanoseconds; 0: never.
 * @param napNs       how long frames may gather, in nanoseconds; for the whole engine.
 * @param maxSegments segments at a time; for the whole engine.
 */
public record LimitPlan(int maxLearned, FloodRates flood, long fdbAgeNs, long napNs, int maxSegments)
{
    /** Apply the limits of a segment. */
    public void applyTo(final SegmentPolicy rules)
    {
        rules.maxLearned(maxLearned).floodBudget(flood.budget()).fdbAgeNs(fdbAgeNs);
    }

    /** Apply the limits that all segments share, or have by default. */
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
