// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;

import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.status.AtomicCounter;
import org.agrona.concurrent.status.CountersManager;
import org.jspecify.annotations.Nullable;

/**
 * The fates of all frames that went one way, encap or decap:
 *
 * <pre>
 *  in = delivered + answered + dropped
 * </pre>
 *
 * A frame flooded to several remotes is one frame in and one delivered; its further copies are counted beside this
 * sum. One thread records; any thread reads. Where several threads go one way each has its own, and the first one's
 * readers see the sum.
 */
public final class PathCounters
{
    private final AtomicCounter in;
    private final AtomicCounter bytesIn;
    private final AtomicCounter delivered;
    private final AtomicCounter deliveredBytes;
    private final AtomicCounter answered;
    private final AtomicCounter switched;
    private final AtomicCounter floodCopies;
    private final AtomicCounter floodCopiesRefused;
    private final AtomicCounter oversizeLongest;
    private final AtomicCounter[] dropped = new AtomicCounter[DropReason.count()];
    private final DropLedger ledger;
    private final RemoteTraffic remotes;
    private final DropSamples samples;
    private @Nullable PathCounters further;

    /**
     * @param counters   where the counters are allocated.
     * @param path       {@code encap} or {@code decap}: how their labels start.
     * @param maxRemotes remotes that are counted apart.
     * @param maxLines   combinations of reason, VNI and remote that are told apart.
     * @param clock      says when a dropped frame that is kept was dropped.
     */
    PathCounters(
        final CountersManager counters,
        final String path,
        final int maxRemotes,
        final int maxLines,
        final NanoClock clock)
    {
        in = counters.newCounter(path + ".in.frames");
        bytesIn = counters.newCounter(path + ".in.bytes");
        delivered = counters.newCounter(path + ".delivered.frames");
        deliveredBytes = counters.newCounter(path + ".delivered.bytes");
        answered = counters.newCounter(path + ".answered.frames");
        switched = counters.newCounter(path + ".switched.frames");
        floodCopies = counters.newCounter(path + ".flood-copies");
        floodCopiesRefused = counters.newCounter(path + ".flood-copies-refused");
        oversizeLongest = counters.newCounter(path + ".oversize.longest-bytes");
        for (int i = 1; i < dropped.length; i++)
        {
            dropped[i] = counters.newCounter(path + ".dropped." + DropReason.get(i).label());
        }
        ledger = new DropLedger(maxLines);
        remotes = new RemoteTraffic(maxRemotes);
        samples = new DropSamples(clock);
    }

    /**
     * Have readers see what another thread counts too. Before threads start.
     *
     * @param other of the other thread.
     */
    void join(final PathCounters other)
    {
        further = other;
        ledger.join(other.ledger);
        remotes.join(other.remotes);
        samples.join(other.samples);
    }

    /**
     * Frames came in.
     *
     * @param frames of them; a super-frame is as many as it has segments.
     * @param length bytes.
     */
    public void onIn(final int frames, final int length)
    {
        in.getAndAddPlain(frames);
        bytesIn.getAndAddPlain(length);
    }

    /**
     * Frames were delivered.
     *
     * @param traffic of their VNI.
     * @param frames  of them; a super-frame is as many as it has segments.
     * @param length  bytes of the inner frames together.
     */
    public void onDelivered(final Traffic traffic, final int frames, final int length)
    {
        delivered.getAndAddPlain(frames);
        deliveredBytes.getAndAddPlain(length);
        traffic.record(frames, length);
    }

    /**
     * Delivered frames went from port to port.
     *
     * @param frames of them, counted as delivered too; a super-frame is as many as it has segments.
     */
    public void onSwitched(final int frames)
    {
        switched.getAndAddPlain(frames);
    }

    /**
     * Frames were answered from here.
     *
     * @param frames of them; a super-frame is as many as it has segments.
     */
    public void onAnswered(final int frames)
    {
        answered.getAndAddPlain(frames);
    }

    /**
     * Frames go no further. This is the only way to count a drop: the counter, the line of the ledger and the sample
     * belong together.
     *
     * @param reason     why; not {@link DropReason#NONE}.
     * @param vni        their segment, or {@link DropLedger#NO_VNI}.
     * @param remoteHigh first word of the outer address they came from or should have gone to, 0 if there is none.
     * @param remoteLow  second word.
     * @param frames     of them; a super-frame is as many as it has segments.
     * @param buffer     one of them lies in, or the super-frame; its first bytes may be kept.
     * @param offset     first byte of that frame.
     * @param length     bytes of that frame.
     */
    public void onDropped(
        final DropReason reason,
        final int vni,
        final long remoteHigh,
        final long remoteLow,
        final int frames,
        final MutableDirectBuffer buffer,
        final int offset,
        final int length)
    {
        dropped[reason.ordinal()].getAndAddPlain(frames);
        onCopyRefused(reason, vni, remoteHigh, remoteLow, frames, buffer, offset, length);
    }

    /**
     * A copy of flooded frames was not taken. The ledger has a line for it; {@link #onFlooded} and
     * {@link #onFloodDropped} count the fate of the frames, when it is known.
     *
     * @param reason     why; not {@link DropReason#NONE}.
     * @param vni        their segment.
     * @param remoteHigh first word of the outer address they came from or should have gone to, 0 if there is none.
     * @param remoteLow  second word.
     * @param frames     of them; a super-frame is as many as it has segments.
     * @param buffer     one of them lies in, or the super-frame; its first bytes may be kept.
     * @param offset     first byte of that frame.
     * @param length     bytes of that frame.
     */
    public void onCopyRefused(
        final DropReason reason,
        final int vni,
        final long remoteHigh,
        final long remoteLow,
        final int frames,
        final MutableDirectBuffer buffer,
        final int offset,
        final int length)
    {
        ledger.record(reason, vni, remoteHigh, remoteLow, frames);
        samples.record(reason, vni, remoteHigh, remoteLow, buffer, offset, length);
    }

    /** The frames that were polled together have been dealt with. */
    public void onBatchEnd()
    {
        samples.onBatchEnd();
    }

    /**
     * Frames that were counted as dropped for {@link DropReason#OVERSIZE} had a length.
     *
     * @param vni        their segment, or {@link DropLedger#NO_VNI}.
     * @param remoteHigh first word of the outer address they should have gone to, 0 if they were too long for any.
     * @param remoteLow  second word.
     * @param length     bytes of the longest, without tunnel header.
     */
    public void onOversize(final int vni, final long remoteHigh, final long remoteLow, final int length)
    {
        ledger.recordLength(DropReason.OVERSIZE, vni, remoteHigh, remoteLow, length);
        onOversizeLength(length);
    }

    /**
     * A frame was too long, whatever becomes of it.
     *
     * @param length its bytes, without tunnel header.
     */
    public void onOversizeLength(final int length)
    {
        if (oversizeLongest.getPlain() < length)
        {
            oversizeLongest.setRelease(length);
        }
    }

    /**
     * Nobody took a copy of flooded frames; {@link #onCopyRefused} has counted each copy in the ledger.
     *
     * @param reason why the first one did not.
     * @param frames of them.
     */
    public void onFloodDropped(final DropReason reason, final int frames)
    {
        dropped[reason.ordinal()].getAndAddPlain(frames);
    }

    /**
     * Frames were flooded.
     *
     * @param copies  taken beyond the first.
     * @param refused not taken, but for the one that is the fate of a frame nobody took.
     */
    public void onFlooded(final int copies, final int refused)
    {
        floodCopies.getAndAddPlain(copies);
        floodCopiesRefused.getAndAddPlain(refused);
    }

    /** @return delivered frames and bytes per remote. */
    public RemoteTraffic remotes()
    {
        return remotes;
    }

    /** @return drops by reason, VNI and remote together. */
    public DropLedger ledger()
    {
        return ledger;
    }

    /** @return the first bytes of some dropped frames of each reason. */
    public DropSamples samples()
    {
        return samples;
    }

    /** @return frames that came in. */
    public long framesIn()
    {
        return in.get() + (further == null ? 0 : further.framesIn());
    }

    /** @return bytes that came in. */
    public long bytesIn()
    {
        return bytesIn.get() + (further == null ? 0 : further.bytesIn());
    }

    /** @return frames delivered. */
    public long delivered()
    {
        return delivered.get() + (further == null ? 0 : further.delivered());
    }

    /** @return bytes of delivered frames. */
    public long deliveredBytes()
    {
        return deliveredBytes.get() + (further == null ? 0 : further.deliveredBytes());
    }

    /** @return frames answered from here. */
    public long answered()
    {
        return answered.get() + (further == null ? 0 : further.answered());
    }

    /** @return delivered frames that went from port to port and to no remote. */
    public long switched()
    {
        return switched.get() + (further == null ? 0 : further.switched());
    }

    /** @return copies of flooded frames sent beyond the first. */
    public long floodCopies()
    {
        return floodCopies.get() + (further == null ? 0 : further.floodCopies());
    }

    /** @return copies of flooded frames that were not taken. */
    public long floodCopiesRefused()
    {
        return floodCopiesRefused.get() + (further == null ? 0 : further.floodCopiesRefused());
    }

    /**
     * @param reason why; not {@link DropReason#NONE}.
     * @return frames dropped for it.
     */
    public long dropped(final DropReason reason)
    {
        return dropped[reason.ordinal()].get() + (further == null ? 0 : further.dropped(reason));
    }

    /** @return bytes of the longest frame that was too long, dropped or answered; 0 if none was. */
    public long oversizeLongest()
    {
        final long own = oversizeLongest.get();
        return further == null ? own : Math.max(own, further.oversizeLongest());
    }

    /** @return frames dropped for any reason. */
    public long dropped()
    {
        long sum = 0;
        for (int i = 1; i < dropped.length; i++)
        {
            sum += dropped[i].get();
        }
        return sum + (further == null ? 0 : further.dropped());
    }
}
