// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;

import io.overlane.table.OffHeapTable;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Counts drops by reason, VNI and remote address together, to answer questions such as "why does VNI 42 lose frames
 * from 192.0.2.7". One thread records; any thread reads.
 *
 * <p>The number of lines is fixed. A combination that finds no free line is counted under its reason alone, with
 * {@link #NO_VNI} and no remote, and {@link #framesWithoutLine()} is the number of these frames. A sender that invents
 * addresses can thereby spoil the detail of one reason, but not that of the others, and never a total: there are half
 * as many lines again as the caller requests, and a reason may take at most two thirds of the lines that the others
 * left. So the requested lines suffice for one reason alone as well as for any mixture.
 */
public final class DropLedger
{
    /** The frame belongs to no VNI, or to one that is not ours and therefore gets no line of its own. */
    public static final int NO_VNI = -1;

    /** The most lines of a ledger. */
    public static final int MAX_LINES = 1 << 20;

    private static final long VNI_MASK = 0xFFFF_FFFFL;

    /** A reason gets another line while its lines are fewer than this times the free lines. */
    private static final int SHARE_OF_FREE = 2;

    private final OffHeapTable lines;
    /** Length of the longest frame, for the lines that have one. */
    private final OffHeapTable longest;
    private final AtomicLong framesWithoutLine = new AtomicLong();
    private final int capacity;
    private int detailed;
    private final int[] linesOf = new int[DropReason.MAX_COUNT];
    private @Nullable DropLedger further;

    /** Receives one line of the ledger. */
    @FunctionalInterface
    public interface LineConsumer
    {
        /**
         * @param vni        the segment, or {@link #NO_VNI}.
         * @param remoteHigh first word of the outer address, 0 for frames that came from a port.
         * @param remoteLow  second word.
         * @param count      frames so far.
         */
        void onLine(DropReason reason, int vni, long remoteHigh, long remoteLow, long count);
    }

    /**
     * @param maxLines combinations that are told apart at least, 0…{@link #MAX_LINES}.
     */
    DropLedger(final int maxLines)
    {
        capacity = maxLines + maxLines / 2;
        final long seed = new SecureRandom().nextLong();
        lines = new OffHeapTable(capacity + DropReason.MAX_COUNT, seed);
        longest = new OffHeapTable(capacity + DropReason.MAX_COUNT, seed);
    }

    /** Count frames. {@link PathCounters} calls this, and records a sample at the same time. */
    void record(
        final DropReason reason, final int vni, final long remoteHigh, final long remoteLow, final int frames)
    {
        if (lines.add(key(reason, vni), remoteHigh, remoteLow, frames) != OffHeapTable.MISSING)
        {
            return;
        }
        if (linesOf[reason.ordinal()] < SHARE_OF_FREE * (capacity - detailed))
        {
            linesOf[reason.ordinal()]++;
            detailed++;
            lines.put(key(reason, vni), remoteHigh, remoteLow, frames);
            return;
        }
        framesWithoutLine.lazySet(framesWithoutLine.get() + frames);
        if (lines.add(key(reason, NO_VNI), 0, 0, frames) == OffHeapTable.MISSING)
        {
            lines.put(key(reason, NO_VNI), 0, 0, frames);
        }
    }

    /** Keep the length of a frame, in bytes without tunnel header, if it is the longest of its line. */
    void recordLength(
        final DropReason reason, final int vni, final long remoteHigh, final long remoteLow, final int length)
    {
        if (lines.get(key(reason, vni), remoteHigh, remoteLow) != OffHeapTable.MISSING)
        {
            keepLonger(key(reason, vni), remoteHigh, remoteLow, length);
        }
        else
        {
            keepLonger(key(reason, NO_VNI), 0, 0, length);
        }
    }

    private void keepLonger(final long key, final long remoteHigh, final long remoteLow, final int length)
    {
        if (longest.get(key, remoteHigh, remoteLow) < length)
        {
            longest.put(key, remoteHigh, remoteLow, length);
        }
    }

    /**
     * Any thread.
     *
     * @param reason     of the line.
     * @param vni        of the line, or {@link #NO_VNI}.
     * @param remoteHigh first word of its outer address.
     * @param remoteLow  second word.
     * @return bytes of the longest frame of the line, 0 if not known.
     */
    public int longest(final DropReason reason, final int vni, final long remoteHigh, final long remoteLow)
    {
        final int own = (int)longest.get(key(reason, vni), remoteHigh, remoteLow);
        return further == null ? own : Math.max(own, further.longest(reason, vni, remoteHigh, remoteLow));
    }

    /** @return frames counted under their reason alone because their combination found no free line. Any thread. */
    public long framesWithoutLine()
    {
        return framesWithoutLine.get() + (further == null ? 0 : further.framesWithoutLine());
    }

    /** Let readers see the lines of another thread too. Before threads start. */
    void join(final DropLedger ledger)
    {
        further = ledger;
    }

    /**
     * Visit every line; if several threads record, each has its own lines. Any thread.
     *
     * @param consumer called on this thread.
     */
    public void forEach(final LineConsumer consumer)
    {
        lines.forEach((k0, k1, k2, value) ->
            consumer.onLine(DropReason.get((int)(k0 >>> 32)), (int)k0, k1, k2, value));
        if (further != null)
        {
            further.forEach(consumer);
        }
    }

    private static long key(final DropReason reason, final int vni)
    {
        return (long)reason.ordinal() << 32 | vni & VNI_MASK;
    }
}
