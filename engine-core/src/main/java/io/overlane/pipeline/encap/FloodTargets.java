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

/**
 * Which remotes get a copy of a port's frame that is for no single one, and whether so many copies may be sent: a
 * storm, or a loop through a bridge behind the port, costs each remote a copy.
 */
final class FloodTargets
{
    private final Segment segment;
    private final RemoteTable remotes;
    /** Null where no one wants reports. */
    private final MissReporter misses;
    private final FloodBudget budget;
    private final RateLimit ofPort;
    private final NanoClock clock;

    FloodTargets(
        final Segment segment, final RemoteTable remotes, final MissReporter misses, final NanoClock clock)
    {
        this.segment = segment;
        this.remotes = remotes;
        this.misses = misses;
        this.clock = clock;
        budget = segment.rules().floodBudget();
        ofPort = new RateLimit(budget.portFrames());
    }

    /**
     * The remotes of the list that an entry is for, or for want of an entry those that get everything.
     *
     * @param entry       of a list, or {@link FdbEntry#MISSING}.
     * @param destination MAC it is the entry of.
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

    /** The limit that copies of so many frames to each of these remotes would exceed, or {@link DropReason#NONE}. */
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
