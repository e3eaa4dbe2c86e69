package io.overlane.status;

import java.nio.ByteOrder;
import org.agrona.BitUtil;
import org.agrona.BufferUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Frames and bytes that were delivered one way, per remote, indexed by the remote's number. One thread records; any
 * thread reads.
 *
 * <pre>
 *  0          8          16
 *  +----------+----------+----------+----------+---
 *  |  frames  |  bytes   |  frames  |  bytes   | ...   slot 0 is for remotes that have no number
 *  +----------+----------+----------+----------+---
 *        slot 0           remote 0 in slot 1
 * </pre>
 */
public final class RemoteTraffic
{
    /** A remote we have no number for. */
    public static final int UNNUMBERED = -1;

    private static final int SLOT_LENGTH = 2 * BitUtil.SIZE_OF_LONG;

    private final UnsafeBuffer slots;
    private RemoteTraffic further;

    /**
     * @param maxRemotes numbers run from 0 to one less.
     */
    public RemoteTraffic(final int maxRemotes)
    {
        slots = new UnsafeBuffer(BufferUtil.allocateDirectAligned(
            (maxRemotes + 1) * SLOT_LENGTH, BitUtil.CACHE_LINE_LENGTH).order(ByteOrder.nativeOrder()));
    }

    /**
     * Have readers see what another thread records too. Before threads start.
     *
     * @param traffic of the other thread.
     */
    void join(final RemoteTraffic traffic)
    {
        further = traffic;
    }

    /**
     * @param remote a remote's number, or {@link #UNNUMBERED}.
     * @param count  frames.
     * @param length bytes of the inner frames together, layer 2 headers included.
     */
    public void record(final int remote, final int count, final int length)
    {
        final int slot = slot(remote);
        slots.putLongRelease(slot, slots.getLong(slot) + count);
        slots.putLongRelease(slot + BitUtil.SIZE_OF_LONG, slots.getLong(slot + BitUtil.SIZE_OF_LONG) + length);
    }

    /**
     * A number was given to another remote: start again.
     *
     * @param remote the number.
     */
    public void reset(final int remote)
    {
        slots.putLongRelease(slot(remote), 0);
        slots.putLongRelease(slot(remote) + BitUtil.SIZE_OF_LONG, 0);
    }

    /**
     * @param remote a remote's number, or {@link #UNNUMBERED}.
     * @return frames so far.
     */
    public long frames(final int remote)
    {
        return slots.getLongVolatile(slot(remote)) + (further == null ? 0 : further.frames(remote));
    }

    /**
     * @param remote a remote's number, or {@link #UNNUMBERED}.
     * @return bytes so far.
     */
    public long bytes(final int remote)
    {
        return slots.getLongVolatile(slot(remote) + BitUtil.SIZE_OF_LONG) +
            (further == null ? 0 : further.bytes(remote));
    }

    private static int slot(final int remote)
    {
        return (remote + 1) * SLOT_LENGTH;
    }
}
