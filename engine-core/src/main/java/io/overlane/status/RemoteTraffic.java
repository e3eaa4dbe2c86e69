// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;

import java.nio.ByteOrder;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Frames and bytes that were delivered one way, per remote, indexed by the remote's number. One thread records, another
 * may {@link #reset(int)}; any thread reads.
 *
 * <pre>
 *  0          8         16           24          32
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

    private static final int BYTES_OFFSET = 8;
    private static final int FRAMES_THEN_OFFSET = 16;
    private static final int BYTES_THEN_OFFSET = 24;
    private static final int SLOT_LENGTH = 4 * BitUtil.SIZE_OF_LONG;

    private final UnsafeBuffer slots;
    private @Nullable RemoteTraffic further;

    /**
     * @param maxRemotes one more than the largest number.
     */
    RemoteTraffic(final int maxRemotes)
    {
        slots = new UnsafeBuffer(BufferUtil.allocateDirectAligned(
            (maxRemotes + 1) * SLOT_LENGTH, BitUtil.CACHE_LINE_LENGTH).order(ByteOrder.nativeOrder()));
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
    public void record(final int remote, final int count, final int length)
    {
        final int slot = slot(remote);
        slots.putLongRelease(slot, slots.getLong(slot) + count);
        slots.putLongRelease(slot + BYTES_OFFSET, slots.getLong(slot + BYTES_OFFSET) + length);
    }

    /**
     * Count from 0 again, because another remote got the number; for other threads' records too. For one thread, which
     * need not be the one that records.
     */
    void reset(final int remote)
    {
        final int slot = slot(remote);
        slots.putLongRelease(slot + FRAMES_THEN_OFFSET, slots.getLongVolatile(slot));
        slots.putLongRelease(slot + BYTES_THEN_OFFSET, slots.getLongVolatile(slot + BYTES_OFFSET));
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
        final long then = slots.getLongVolatile(offset + FRAMES_THEN_OFFSET);
        return slots.getLongVolatile(offset) - then;
    }

    private static int slot(final int remote)
    {
        return (remote + 1) * SLOT_LENGTH;
    }
}
