// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;

import io.overlane.address.IpAddress;
import io.overlane.memory.MemoryBuffer;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.agrona.BitUtil;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * The beginnings of the last few dropped frames of each reason: they often explain a drop counter without a capture.
 * One thread records; any thread reads.
 *
 * <pre>
 *   0         8        16     24    32    36       40       44       48          112     128
 *   +---------+--------+------+-----+-----+--------+--------+--------+-----------+--------+
 *   | version | timeNs | high | low | vni | length | copied | tunnel |   bytes   | unused |   8 slots a reason
 *   +---------+--------+------+-----+-----+--------+--------+--------+-----------+--------+
 * </pre>
 *
 * <p><b>A flood of drops costs little</b>: of the frames that were polled together only the first of each reason is
 * kept. Further drops of a reason cost one comparison, and a batch reads the clock and copies bytes once for each
 * reason. When drops are rare, each is alone in its batch and is kept.
 *
 * <p><b>Readers</b> never delay the writer. The version of a slot is odd while the slot is written, and grows with each
 * sample; a reader that finds another version after its copy reads again.
 */
public final class DropSamples
{
    /** Samples kept of each reason. */
    public static final int PER_REASON = 8;

    /** Bytes kept of each frame: outer headers behind UDP, inner Ethernet and IPv4, and the ports behind those. */
    public static final int MAX_BYTES = 64;

    private static final int VERSION_OFFSET = 0;
    private static final int TIME_OFFSET = 8;
    private static final int HIGH_OFFSET = 16;
    private static final int LOW_OFFSET = 24;
    private static final int VNI_OFFSET = 32;
    private static final int LENGTH_OFFSET = 36;
    private static final int COPIED_OFFSET = 40;
    /** 1 if the bytes begin with a tunnel header. */
    private static final int TUNNEL_OFFSET = 44;
    private static final int BYTES_OFFSET = 48;
    private static final int SLOT_LENGTH = 2 * BitUtil.CACHE_LINE_LENGTH;

    /** A reader that finds the slot changed this often skips it. */
    private static final int MAX_TRIES = 16;

    private final NanoClock clock;
    private final MemoryBuffer slots = MemoryBuffer.allocate(
        DropReason.MAX_COUNT * PER_REASON * SLOT_LENGTH, BitUtil.CACHE_LINE_LENGTH);
    private final long[] recorded = new long[DropReason.MAX_COUNT];
    private final long[] batchOfLast = new long[DropReason.MAX_COUNT];
    private long batch = 1;
    private @Nullable DropSamples further;

    /** A sample, and the version of its slot, which orders the samples of a reason. */
    private record Numbered(long version, DropSample sample)
    {
    }

    DropSamples(final NanoClock clock)
    {
        this.clock = clock;
    }

    /**
     * Keep the beginning of a frame, if it is the first of its reason in this batch. Only {@link PathCounters} calls
     * this.
     */
    void record(
        final DropReason reason,
        final int vni,
        final long remoteHigh,
        final long remoteLow,
        final MutableDirectBuffer buffer,
        final int offset,
        final int length,
        final boolean hasTunnelHeader)
    {
        final int index = reason.ordinal();
        if (batchOfLast[index] != batch)
        {
            batchOfLast[index] = batch;
            write(index, vni, remoteHigh, remoteLow, buffer, offset, length, hasTunnelHeader);
        }
    }

    /** All frames that were polled together are processed: the next drop of each reason is kept. */
    void onBatchEnd()
    {
        batch++;
    }

    /** Let readers see the samples of another thread too. Before threads start. */
    void join(final DropSamples samples)
    {
        further = samples;
    }

    /**
     * Any thread; allocates.
     *
     * @param reason why frames were dropped.
     * @return the last samples, oldest first; of each thread that records.
     */
    public List<DropSample> last(final DropReason reason)
    {
        final List<Numbered> found = new ArrayList<>(PER_REASON);
        for (int i = 0; i < PER_REASON; i++)
        {
            final Numbered read = read(reason, slot(reason.ordinal(), i));
            if (read != null)
            {
                found.add(read);
            }
        }
        found.sort(Comparator.comparingLong(Numbered::version));
        final List<DropSample> samples = new ArrayList<>();
        found.forEach(numbered -> samples.add(numbered.sample()));
        if (further != null)
        {
            samples.addAll(further.last(reason));
            samples.sort((a, b) -> Long.signum(a.timeNs() - b.timeNs()));
        }
        return samples;
    }

    private void write(
        final int reason,
        final int vni,
        final long remoteHigh,
        final long remoteLow,
        final MutableDirectBuffer buffer,
        final int offset,
        final int length,
        final boolean hasTunnelHeader)
    {
        final long number = recorded[reason]++;
        final int slot = slot(reason, (int)(number % PER_REASON));
        final int copied = Math.min(length, MAX_BYTES);
        slots.putLongOpaque(slot + VERSION_OFFSET, 2 * number + 1);
        VarHandle.storeStoreFence();
        slots.putLong(slot + TIME_OFFSET, clock.nanoTime());
        slots.putLong(slot + HIGH_OFFSET, remoteHigh);
        slots.putLong(slot + LOW_OFFSET, remoteLow);
        slots.putInt(slot + VNI_OFFSET, vni);
        slots.putInt(slot + LENGTH_OFFSET, length);
        slots.putInt(slot + COPIED_OFFSET, copied);
        slots.putInt(slot + TUNNEL_OFFSET, hasTunnelHeader ? 1 : 0);
        slots.putBytes(slot + BYTES_OFFSET, buffer, offset, copied);
        slots.putLongRelease(slot + VERSION_OFFSET, 2 * number + 2);
    }

    private @Nullable Numbered read(final DropReason reason, final int slot)
    {
        final byte[] bytes = new byte[MAX_BYTES];
        for (int i = 0; i < MAX_TRIES; i++)
        {
            final long before = slots.getLongAcquire(slot + VERSION_OFFSET);
            if (before == 0)
            {
                return null;
            }
            final long timeNs = slots.getLong(slot + TIME_OFFSET);
            final long high = slots.getLong(slot + HIGH_OFFSET);
            final long low = slots.getLong(slot + LOW_OFFSET);
            final int vni = slots.getInt(slot + VNI_OFFSET);
            final int length = slots.getInt(slot + LENGTH_OFFSET);
            final int copied = slots.getInt(slot + COPIED_OFFSET);
            final boolean hasTunnelHeader = slots.getInt(slot + TUNNEL_OFFSET) != 0;
            slots.getBytes(slot + BYTES_OFFSET, bytes);
            VarHandle.loadLoadFence();
            if ((before & 1) == 0 && slots.getLongOpaque(slot + VERSION_OFFSET) == before)
            {
                final IpAddress remote = (high | low) == 0 ? null : new IpAddress(high, low);
                return new Numbered(before, new DropSample(
                    reason, timeNs, vni, remote, length, hasTunnelHeader, Arrays.copyOf(bytes, copied)));
            }
            Thread.onSpinWait();
        }
        return null;
    }

    private static int slot(final int reason, final int index)
    {
        return (reason * PER_REASON + index) * SLOT_LENGTH;
    }
}
