// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;

import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * Frames and bytes that were delivered one way, per remote, indexed by the remote's number. One thread records, another
 * may {@link #reset(int)}; any thread reads.
 *
 * <pre>
 *  +----------+----------+-----------+-----------+---
 *  |  frames  |  bytes   |frames then|bytes then | ...   slot 0 is for remotes that have no number
 *  +----------+----------+-----------+-----------+---
 *                      at the last reset             remote 0 in slot 1
 * </pre>
 */
public final class RemoteTraffic
{
    /** A remote without a number. */
    public static final int UNNUMBERED = -1;

    private static final int BYTES_OFFSET = 1;
    private static final int THEN_OFFSET = 2;
    private static final int SLOT_LENGTH = 4;

    private final AtomicLongArray slots;
    private @Nullable RemoteTraffic further;

    /**
     * @param maxRemotes one more than the largest number.
     */
    RemoteTraffic(final int maxRemotes)
    {
        slots = new AtomicLongArray((maxRemotes + 1) * SLOT_LENGTH);
    }

    /** Let readers see the records of another thread too. Before threads start. */
    void join(final RemoteTraffic traffic)
    {
        further = traffic;
    }

    /**
     * @param remote number of a remote, or {@link #UNNUMBERED}.
     * @param count  frames.
     * @param length bytes of the inner frames together, layer 2 headers included.
     */
    public void record(final int remote, final long count, final long length)
    {
        final int slot = slot(remote);
        slots.setOpaque(slot, slots.getPlain(slot) + count);
        slots.setOpaque(slot + BYTES_OFFSET, slots.getPlain(slot + BYTES_OFFSET) + length);
    }

    /**
     * Count from 0 again, because another remote got the number; for other threads' records too. For one thread, which
     * need not be the one that records.
     */
    void reset(final int remote)
    {
        final int slot = slot(remote);
        slots.setRelease(slot + THEN_OFFSET, slots.get(slot));
        slots.setRelease(slot + BYTES_OFFSET + THEN_OFFSET, slots.get(slot + BYTES_OFFSET));
        if (further != null)
        {
            further.reset(remote);
        }
    }

    /** @return frames to or from a number or {@link #UNNUMBERED}. */
    public long frames(final int remote)
    {
        return since(slot(remote)) + (further == null ? 0 : further.frames(remote));
    }

    /** @return bytes to or from a number or {@link #UNNUMBERED}. */
    public long bytes(final int remote)
    {
        return since(slot(remote) + BYTES_OFFSET) +
            (further == null ? 0 : further.bytes(remote));
    }

    /** The words for frames and for bytes have the same distance to their values at the last reset. */
    private long since(final int offset)
    {
        // The value at the reset is read first: a reset between two reads in the other order makes the result negative.
        final long then = slots.get(offset + THEN_OFFSET);
        return slots.get(offset) - then;
    }

    private static int slot(final int remote)
    {
        return (remote + 1) * SLOT_LENGTH;
    }
}
