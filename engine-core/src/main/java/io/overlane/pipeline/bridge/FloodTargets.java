// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.bridge;

import io.overlane.address.MacAddress;
import io.overlane.fdb.FdbEntry;
import io.overlane.pipeline.encap.SendQueue;
import io.overlane.pipeline.learning.MissReporter;
import io.overlane.policy.FloodBudget;
import io.overlane.segment.Segment;
import io.overlane.status.DropReason;

/** Which remotes get a copy of a port's frame that is for no single one, and whether so many copies may be sent. */
public final class FloodTargets
{
    private final Segment segment;
    private final SendQueue out;
    /** Null where nothing is limited. */
    private final FloodLimit limit;
    /** Null where no one wants reports. */
    private final MissReporter misses;

    /**
     * @param segment of the port.
     * @param out     knows lists of remotes.
     * @param misses  reports stations that have no FDB entry; null where no one wants the reports.
     */
    public FloodTargets(final Segment segment, final SendQueue out, final MissReporter misses)
    {
        this.segment = segment;
        this.out = out;
        this.misses = misses;
        final FloodBudget budget = segment.rules().floodBudget();
        limit = budget.isLimited() ? new FloodLimit(budget, out.clock()) : null;
    }

    /**
     * @param entry       of a list, or {@link FdbEntry#MISSING}.
     * @param destination MAC it is the entry of.
     * @return the remotes of the list, or for want of one those that get everything.
     */
    public int[] remotes(final long entry, final long destination)
    {
        if (entry != FdbEntry.MISSING)
        {
            return out.list(FdbEntry.number(entry));
        }
        if (misses != null && !MacAddress.isGroup(destination))
        {
            misses.onStation(segment.vni(), destination);
        }
        return segment.floodList().remotes();
    }

    /** Why so many frames may not go to these now. */
    public DropReason refusal(final int[] remotes, final int frames)
    {
        return limit == null || remotes.length == 0 ? DropReason.NONE : limit.take(frames, remotes.length);
    }
}
