// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline;

import io.overlane.fate.Fate;
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

    /**
     * Count a copy. A stage's copy is not part of a flood: {@link #settle} is not called for it.
     *
     * @param verdict {@link DropReason#NONE} if it was taken.
     * @param vni     the segment of the frames.
     * @param high    first word of the outer address of the remote that it came from or went to, 0 if there is none.
     * @param low     second word.
     * @param frame   one of the flooded frames, or their super-frame.
     * @param length  bytes of the longest of these frames if they were too long, else 0.
     * @param frames  that were flooded together.
     */
    public void count(
        final Fates fates,
        final Fate.Kind kind,
        final DropReason verdict,
        final int vni,
        final long high,
        final long low,
        final Frame frame,
        final int length,
        final int frames)
    {
        if (verdict == DropReason.NONE)
        {
            taken++;
        }
        else
        {
            reason = refused == 0 ? verdict : reason;
            refused++;
        }
        fates.copy(kind, verdict, vni, high, low, frame, length, frames);
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
