// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.encap;

import io.overlane.address.MacAddress;
import io.overlane.fdb.FdbEntry;
import io.overlane.limit.RateLimit;
import io.overlane.pipeline.learning.MissReporter;
import io.overlane.policy.FloodBudget;
import io.overlane.remote.RemoteTable;
import io.overlane.segment.Segment;
import io.overlane.status.DropReason;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * The remotes that get a copy of a flooded frame of a port, and the limits for such copies: each frame of a storm, or
 * of a loop through a bridge behind the port, costs each remote a copy.
 */
final class FloodTargets
{
    private final Segment segment;
    private final RemoteTable remotes;
    /** Null if nobody wants reports. */
    private final @Nullable MissReporter misses;
    private final FloodBudget budget;
    private final RateLimit ofPort;
    private final NanoClock clock;

    FloodTargets(
        final Segment segment, final RemoteTable remotes, final @Nullable MissReporter misses, final NanoClock clock)
    {
        this.segment = segment;
        this.remotes = remotes;
        this.misses = misses;
        this.clock = clock;
        budget = segment.rules().floodBudget();
        ofPort = new RateLimit(budget.portFrames());
    }

    /**
     * The remotes of the list of an entry, or without an entry the remotes of the flood list.
     *
     * @param entry       of a list, or {@link FdbEntry#MISSING}.
     * @param destination MAC of the entry.
     */
    int[] remotes(final long entry, final long destination)
    {
        if (entry != FdbEntry.MISSING)
        {
            return remotes.lists().get(FdbEntry.number(entry));
        }
        if (misses != null && !MacAddress.isGroup(destination))
        {
            misses.onStation(segment.vni(), destination);
        }
        return segment.floodList().remotes();
    }

    /** The limit that copies of all these frames to these remotes would exceed, or {@link DropReason#NONE}. */
    DropReason refusal(final int[] to, final int frames)
    {
        if (to.length == 0 || !budget.isLimited())
        {
            return DropReason.NONE;
        }
        final long nowNs = clock.nanoTime();
        return ofPort.take(frames, nowNs) ? budget.take(frames, to.length, nowNs) : DropReason.PORT_FLOOD_LIMIT;
    }
}
