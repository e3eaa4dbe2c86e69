// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline;

import io.overlane.frame.Frame;
import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;
import io.overlane.status.Traffic;

/**
 * Counts the copies of a flooded frame that were taken and that were refused, and has the reason for the first refusal.
 * The frame is delivered if one copy was taken. One thread.
 */
public final class Copies
{
    private int taken;
    private int refused;
    private DropReason reason = DropReason.NO_DESTINATION;

    /** Begin with the next frame. */
    public void clear()
    {
        taken = 0;
        refused = 0;
        reason = DropReason.NO_DESTINATION;
    }

    /** Begin with a frame of which other copies were sent elsewhere. */
    public void set(final Copies elsewhere)
    {
        taken = elsewhere.taken;
        refused = elsewhere.refused;
        reason = elsewhere.reason;
    }

    /** True while there has been no copy. */
    public boolean isEmpty()
    {
        return taken + refused == 0;
    }

    public void take()
    {
        taken++;
    }

    /** Count a copy that was refused; the ledger has its line. */
    public void refuse(final DropReason why)
    {
        reason = refused == 0 ? why : reason;
        refused++;
    }

    /**
     * Count the fate of the frames that were flooded.
     *
     * @param traffic of their VNI.
     * @param vni     their segment.
     * @param high    first word of the outer address they came from, 0 if from a port.
     * @param low     second word.
     * @param frame   one of them, or their super-frame.
     * @param frames  that were flooded together.
     * @param bytes   of all frames together.
     * @return true if they were delivered.
     */
    public boolean settle(
        final Fates fates,
        final Traffic traffic,
        final int vni,
        final long high,
        final long low,
        final Frame frame,
        final int frames,
        final int bytes)
    {
        final PathCounters counters = fates.counters();
        final boolean isDelivered = taken > 0;
        if (isDelivered)
        {
            counters.onDelivered(traffic, frames, bytes);
            counters.onFlooded((taken - 1) * frames, refused * frames);
        }
        else
        {
            counters.onFloodDropped(reason, frames);
            counters.onFlooded(0, (refused - 1) * frames);
        }
        final FateFeed feed = fates.feed();
        if (feed != null)
        {
            feed.flooded(isDelivered ? DropReason.NONE : reason, vni, high, low, frame, frames);
        }
        return isDelivered;
    }
}
