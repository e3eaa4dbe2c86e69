package io.overlane.segment;

import io.overlane.limit.RateLimit;
import io.overlane.status.DropReason;

/**
 * How many broadcast, unknown unicast and multicast frames the ports of a segment may send in a second, and how many
 * copies may be made of them. Shared by all threads that carry frames of the segment.
 */
public final class FloodBudget
{
    private final int portFrames;
    /** These two are null where there is no limit. */
    private final RateLimit ofSegment;
    private final RateLimit ofCopies;

    /**
     * @param portFrames    a second from each port; 0: no limit.
     * @param segmentFrames a second from all ports together; 0: no limit.
     * @param copies        a second to remotes, of all together; 0: no limit.
     * @throws IllegalArgumentException if one is negative.
     */
    public FloodBudget(final int portFrames, final int segmentFrames, final int copies)
    {
        if (portFrames < 0 || segmentFrames < 0 || copies < 0)
        {
            throw new IllegalArgumentException("a limit of flooded frames is negative: port=" + portFrames +
                " segment=" + segmentFrames + " copies=" + copies);
        }
        this.portFrames = portFrames;
        ofSegment = segmentFrames == 0 ? null : new RateLimit(segmentFrames);
        ofCopies = copies == 0 ? null : new RateLimit(copies);
    }

    /** @return true if anything is limited. */
    public boolean isLimited()
    {
        return portFrames != 0 || ofSegment != null || ofCopies != null;
    }

    /** @return frames a second from each port; 0: no limit. */
    public int portFrames()
    {
        return portFrames;
    }

    /**
     * Any thread.
     *
     * @param frames     to flood.
     * @param copiesEach of each.
     * @param nowNs      on the engine's clock.
     * @return {@link DropReason#NONE} if they may be.
     */
    public DropReason take(final int frames, final int copiesEach, final long nowNs)
    {
        if (ofSegment != null && !ofSegment.take(frames, nowNs))
        {
            return DropReason.SEGMENT_FLOOD_LIMIT;
        }
        return ofCopies == null || ofCopies.take((long)frames * copiesEach, nowNs) ?
            DropReason.NONE :
            DropReason.FLOOD_COPIES_LIMIT;
    }
}
