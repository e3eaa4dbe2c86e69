// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline;

import io.overlane.frame.Frame;
import io.overlane.status.DropReason;
import io.overlane.status.PathCounters;

/**
 * Counts frames that do not go on: each drop takes the frame, so that its counter, its line of the ledger and its
 * sample belong together. One thread.
 *
 * <p>The VNI may be {@code DropLedger.NO_VNI}. The two words are the outer address that frames came from or should have
 * gone to, 0 if there is none. The frame has no tunnel header; it may be a super-frame, which counts for as many frames
 * as it has segments.
 */
public final class Fates
{
    private final PathCounters counters;

    public Fates(final PathCounters counters)
    {
        this.counters = counters;
    }

    /** Drop frames that have no remote. */
    public void drop(final DropReason reason, final int vni, final Frame frame, final int count)
    {
        drop(reason, vni, 0, 0, frame, count);
    }

    /** Drop frames. */
    public void drop(
        final DropReason reason, final int vni, final long high, final long low, final Frame frame, final int count)
    {
        counters.onDropped(reason, vni, high, low, count, frame.buffer(), frame.offset(), frame.length());
    }

    /**
     * Count frames that are too long: as answered if their sender got an answer, else as dropped.
     *
     * @param length bytes of the longest.
     */
    public void oversize(
        final boolean isAnswered,
        final int vni,
        final long high,
        final long low,
        final Frame frame,
        final int length,
        final int count)
    {
        if (isAnswered)
        {
            counters.onAnswered(count);
            counters.onOversizeLength(length);
        }
        else
        {
            drop(DropReason.OVERSIZE, vni, high, low, frame, count);
            counters.onOversize(vni, high, low, length);
        }
    }

    /**
     * Count a copy of flooded frames that was not taken. {@link Copies} counts the fate of the frames.
     *
     * @param length bytes of the longest, 0 if that is not known.
     */
    public void refuseCopy(
        final DropReason reason,
        final int vni,
        final long high,
        final long low,
        final Frame frame,
        final int length,
        final int count)
    {
        counters.onCopyRefused(reason, vni, high, low, count, frame.buffer(), frame.offset(), frame.length());
        if (reason == DropReason.OVERSIZE && length > 0)
        {
            counters.onOversize(vni, high, low, length);
        }
    }
}
