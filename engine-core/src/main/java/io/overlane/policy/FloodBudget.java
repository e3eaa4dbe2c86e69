// SPDX-License-Identifier: Apache-2.0
package io.overlane.policy;

import io.overlane.limit.RateLimit;
import io.overlane.setting.Setting;
import io.overlane.status.DropReason;
import org.jspecify.annotations.Nullable;

/**
 * How many broadcast, unknown unicast and multicast frames the ports of a segment may send in a second, how many copies
 * may be made of them, and how many of them may be requests for neighbours. Shared by all threads that carry frames of
 * the segment.
 */
public final class FloodBudget
{
    private final int portFrames;
    private final int segmentFrames;
    private final int copies;
    private final int portRequests;
    private final RateLimit ofSegment;
    private final RateLimit ofCopies;

    /**
     * @param portFrames    a second from each port; 0: no limit.
     * @param segmentFrames a second from all ports together; 0: no limit.
     * @param copies        a second to all remotes together; 0: no limit.
     * @throws IllegalArgumentException if one is negative.
     */
    public FloodBudget(final int portFrames, final int segmentFrames, final int copies)
    {
        this(portFrames, segmentFrames, copies, 0);
    }

    /**
     * @param portFrames    a second from each port; 0: no limit.
     * @param segmentFrames a second from all ports together; 0: no limit.
     * @param copies        a second to all remotes together; 0: no limit.
     * @param portRequests  ARP packets and neighbour discovery messages to groups a second from each port, also those
     *                      that the engine answers; 0: no limit.
     * @throws IllegalArgumentException if one is negative.
     */
    public FloodBudget(final int portFrames, final int segmentFrames, final int copies, final int portRequests)
    {
        this.portRequests = Setting.atLeast("portRequests", portRequests, 0);
        this.portFrames = Setting.atLeast("portFrames", portFrames, 0);
        this.segmentFrames = Setting.atLeast("segmentFrames", segmentFrames, 0);
        this.copies = Setting.atLeast("copies", copies, 0);
        ofSegment = new RateLimit(segmentFrames);
        ofCopies = new RateLimit(copies);
    }

    /** @return ARP packets and neighbour discovery messages to groups a second from each port; 0: no limit. */
    public int portRequests()
    {
        return portRequests;
    }

    /** @return true if flooded frames are limited. */
    public boolean isLimited()
    {
        return portFrames != 0 || segmentFrames != 0 || copies != 0;
    }

    /** @return frames a second from all ports together; 0: no limit. */
    public int segmentFrames()
    {
        return segmentFrames;
    }

    /** @return copies a second to remotes; 0: no limit. */
    public int copies()
    {
        return copies;
    }

    /** @return frames a second from each port; 0: no limit. */
    public int portFrames()
    {
        return portFrames;
    }

    /**
     * Take frames from the budget if it has enough. Any thread.
     *
     * @param copiesEach copies of each frame.
     * @param nowNs      on the engine's clock.
     * @return {@link DropReason#NONE}, or the limit that would be exceeded.
     */
    public DropReason take(final int frames, final int copiesEach, final long nowNs)
    {
        if (!ofSegment.take(frames, nowNs))
        {
            return DropReason.SEGMENT_FLOOD_LIMIT;
        }
        return ofCopies.take((long)frames * copiesEach, nowNs) ?
            DropReason.NONE :
            DropReason.FLOOD_COPIES_LIMIT;
    }

    /** Two budgets are equal if their limits are, whatever was taken from them. */
    @Override
    public boolean equals(final @Nullable Object other)
    {
        return other instanceof FloodBudget that &&
            portFrames == that.portFrames && segmentFrames == that.segmentFrames && copies == that.copies &&
            portRequests == that.portRequests;
    }

    @Override
    public int hashCode()
    {
        return 31 * (31 * (31 * portFrames + segmentFrames) + copies) + portRequests;
    }
}
