// SPDX-License-Identifier: Apache-2.0
package io.overlane.status;

import io.overlane.port.Port;
import java.util.concurrent.ConcurrentHashMap;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * Counts the fates of all frames that go one way, encap or decap:
 *
 * <pre>
 *  in = delivered + answered + dropped + held
 * </pre>
 *
 * Frames are held only by a gateway that waits for the MAC of a next hop; each leaves that state within seconds.
 * A frame flooded to several remotes is one frame in and one delivered; its further copies are counted beside this sum.
 * A super-frame counts as the number of its segments. One thread records; any thread reads. Where several threads go
 * one way each has its own counters, and readers of the first one's see the sum.
 */
public final class PathCounters
{
    private final Counter in;
    private final Counter bytesIn;
    private final Counter delivered;
    private final Counter deliveredBytes;
    private final Counter answered;
    private final Counter switched;
    private final Counter mirrored;
    private final Counter mirrorsRefused;
    private final Counter floodCopies;
    private final Counter floodCopiesRefused;
    private final Counter oversizeLongest;
    private final Counter held;
    private final Counter[] dropped = new Counter[DropReason.MAX_COUNT];
    private final DropLedger ledger;
    private final RemoteTraffic remotes;
    private final DropSamples samples;
    private final BatchMeter batches;
    private final ConcurrentHashMap<Port, PortTraffic> ports = new ConcurrentHashMap<>();
    private @Nullable PathCounters further;

    /**
     * @param path       {@code encap} or {@code decap}: the start of the labels.
     * @param maxRemotes remotes with counters of their own.
     * @param maxLines   combinations of reason, VNI and remote with counters of their own.
     */
    PathCounters(
        final CounterRegion counters,
        final String path,
        final int maxRemotes,
        final int maxLines,
        final NanoClock clock)
    {
        in = counters.counter(path + ".in.frames");
        bytesIn = counters.counter(path + ".in.bytes");
        delivered = counters.counter(path + ".delivered.frames");
        deliveredBytes = counters.counter(path + ".delivered.bytes");
        answered = counters.counter(path + ".answered.frames");
        switched = counters.counter(path + ".switched.frames");
        mirrored = counters.counter(path + ".mirrored.frames");
        mirrorsRefused = counters.counter(path + ".mirrors-refused");
        floodCopies = counters.counter(path + ".flood-copies");
        floodCopiesRefused = counters.counter(path + ".flood-copies-refused");
        oversizeLongest = counters.counter(path + ".oversize.longest-bytes");
        held = counters.counter(path + ".held.frames");
        ledger = new DropLedger(maxLines);
        remotes = new RemoteTraffic(maxRemotes);
        samples = new DropSamples(clock);
        batches = new BatchMeter(clock);
    }

    /** Count drops for one more reason, before the first of them. */
    void add(final CounterRegion counters, final String path, final DropReason reason)
    {
        dropped[reason.ordinal()] = counters.counter(path + ".dropped." + reason.label());
    }

    /** Let readers see the counts of another thread too. Before threads start. */
    void join(final PathCounters other)
    {
        further = other;
        ledger.join(other.ledger);
        remotes.join(other.remotes);
        samples.join(other.samples);
        batches.join(other.batches);
    }

    /**
     * @param frames that came in.
     * @param length their bytes.
     */
    public void onIn(final int frames, final int length)
    {
        in.add(frames);
        bytesIn.add(length);
    }

    /**
     * @param traffic of their VNI.
     * @param frames  that were delivered.
     * @param length  bytes of the inner frames together.
     */
    public void onDelivered(final Traffic traffic, final int frames, final int length)
    {
        delivered.add(frames);
        deliveredBytes.add(length);
        traffic.record(frames, length);
    }

    /**
     * Frames came in and were delivered beside this thread, which counts them between two batches.
     *
     * @param traffic of their VNI.
     * @param frames  that were delivered.
     * @param bytesIn their bytes when they came in.
     * @param length  bytes of the inner frames together.
     */
    public void onBeside(final Traffic traffic, final long frames, final long bytesIn, final long length)
    {
        in.add(frames);
        this.bytesIn.add(bytesIn);
        delivered.add(frames);
        deliveredBytes.add(length);
        traffic.record(frames, length);
        batches.skip(frames);
    }

    /**
     * @param frames that went from port to port; they are counted as delivered too.
     */
    public void onSwitched(final int frames)
    {
        switched.add(frames);
    }

    /**
     * A stage sent a copy; what becomes of the frames is counted by itself.
     *
     * @param reason {@link DropReason#NONE} if it was taken; else {@link #onCopyRefused} counts the reason.
     * @param frames in it.
     */
    public void onMirror(final DropReason reason, final int frames)
    {
        (reason == DropReason.NONE ? mirrored : mirrorsRefused).add(frames);
    }

    /**
     * @param frames that the engine answered itself.
     */
    public void onAnswered(final int frames)
    {
        answered.add(frames);
    }

    /**
     * Frames are dropped. This and {@link #onDatagramDropped} are the only ways to count a drop: the counter, the line
     * of the ledger and the sample belong together.
     *
     * @param reason     why; not {@link DropReason#NONE}.
     * @param vni        their segment, or {@link DropLedger#NO_VNI}.
     * @param remoteHigh first word of the outer address they came from or should have gone to, 0 if there is none.
     * @param remoteLow  second word.
     * @param frames     that are dropped.
     * @param buffer     with one of them, or with the super-frame; its first bytes may be kept.
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
        dropped[reason.ordinal()].add(frames);
        onCopyRefused(reason, vni, remoteHigh, remoteLow, frames, buffer, offset, length);
    }

    /** A datagram is dropped as it came. The parameters are those of {@link #onDropped}; its tunnel header is first. */
    public void onDatagramDropped(
        final DropReason reason,
        final int vni,
        final long remoteHigh,
        final long remoteLow,
        final MutableDirectBuffer buffer,
        final int offset,
        final int length)
    {
        dropped[reason.ordinal()].add(1);
        ledger.record(reason, vni, remoteHigh, remoteLow, 1);
        samples.record(reason, vni, remoteHigh, remoteLow, buffer, offset, length, true);
    }

    /**
     * A copy of flooded frames was refused. The parameters are those of {@link #onDropped}. The ledger gets a line;
     * {@link #onFlooded} and {@link #onFloodDropped} count the fate of the frames, when it is known.
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
        samples.record(reason, vni, remoteHigh, remoteLow, buffer, offset, length, false);
    }

    /** All frames that were polled together are processed. */
    public void onBatchEnd()
    {
        samples.onBatchEnd();
        batches.onEnd(in.own(), delivered.own());
    }

    /**
     * The length of frames that were counted as dropped for {@link DropReason#OVERSIZE}.
     *
     * @param vni        their segment, or {@link DropLedger#NO_VNI}.
     * @param remoteHigh first word of the outer address they should have gone to, 0 if they were too long for every
     *                   remote.
     * @param remoteLow  second word.
     * @param length     bytes of the longest, without tunnel header.
     */
    public void onOversize(final int vni, final long remoteHigh, final long remoteLow, final int length)
    {
        ledger.recordLength(DropReason.OVERSIZE, vni, remoteHigh, remoteLow, length);
        onOversizeLength(length);
    }

    /**
     * @param length bytes of a frame that was too long, without tunnel header, whatever its fate.
     */
    public void onOversizeLength(final int length)
    {
        if (oversizeLongest.own() < length)
        {
            oversizeLongest.set(length);
        }
    }

    /**
     * Flooded frames of which every copy was refused; {@link #onCopyRefused} has counted each copy in the ledger.
     *
     * @param reason of the first refusal.
     * @param frames that are dropped.
     */
    public void onFloodDropped(final DropReason reason, final int frames)
    {
        dropped[reason.ordinal()].add(frames);
    }

    /**
     * @param copies  sent beyond the first.
     * @param refused copies; if all were refused, without the one that counts as the fate of the frame.
     */
    public void onFlooded(final int copies, final int refused)
    {
        floodCopies.add(copies);
        floodCopiesRefused.add(refused);
    }

    /**
     * @param frames that wait for the MAC of a next hop from now on; negative for frames that no longer wait.
     */
    public void onHeld(final int frames)
    {
        held.add(frames);
    }

    /** @return sizes and times of batches. */
    public BatchMeter batches()
    {
        return batches;
    }

    /** @return the counters of this thread for a port. Any thread; allocates only the first time. */
    public PortTraffic port(final Port port)
    {
        final PortTraffic known = ports.get(port);
        return known == null ? ports.computeIfAbsent(port, none -> new PortTraffic()) : known;
    }

    /** As {@link #port(Port)}, but null if the port has no counters. */
    @Nullable PortTraffic find(final Port port)
    {
        return ports.get(port);
    }

    /** Forget the counters of a port that was removed, in all queues. Any thread. */
    public void forget(final Port port)
    {
        for (PathCounters path = this; path != null; path = path.further)
        {
            path.ports.remove(port);
        }
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

    /** @return the first bytes of some dropped frames for each reason. */
    public DropSamples samples()
    {
        return samples;
    }

    public long framesIn()
    {
        return in.get() + (further == null ? 0 : further.framesIn());
    }

    public long bytesIn()
    {
        return bytesIn.get() + (further == null ? 0 : further.bytesIn());
    }

    public long delivered()
    {
        return delivered.get() + (further == null ? 0 : further.delivered());
    }

    public long deliveredBytes()
    {
        return deliveredBytes.get() + (further == null ? 0 : further.deliveredBytes());
    }

    /** @return frames that the engine answered itself. */
    public long answered()
    {
        return answered.get() + (further == null ? 0 : further.answered());
    }

    /** @return frames that wait for the MAC of a next hop now. */
    public long held()
    {
        return held.get() + (further == null ? 0 : further.held());
    }

    /** @return delivered frames that went from port to port. */
    public long switched()
    {
        return switched.get() + (further == null ? 0 : further.switched());
    }

    /** @return copies of frames that stages sent. */
    public long mirrored()
    {
        return mirrored.get() + (further == null ? 0 : further.mirrored());
    }

    /** @return copies of frames that stages wanted to send and that were refused. */
    public long mirrorsRefused()
    {
        return mirrorsRefused.get() + (further == null ? 0 : further.mirrorsRefused());
    }

    /** @return copies of flooded frames sent beyond the first. */
    public long floodCopies()
    {
        return floodCopies.get() + (further == null ? 0 : further.floodCopies());
    }

    /** @return refused copies of flooded frames. */
    public long floodCopiesRefused()
    {
        return floodCopiesRefused.get() + (further == null ? 0 : further.floodCopiesRefused());
    }

    /** @return frames dropped for a reason other than {@link DropReason#NONE}. */
    public long dropped(final DropReason reason)
    {
        return dropped[reason.ordinal()].get() + (further == null ? 0 : further.dropped(reason));
    }

    /** @return bytes of the longest frame that was too long, dropped or answered; 0 if there was none. */
    public long oversizeLongest()
    {
        final long own = oversizeLongest.get();
        return further == null ? own : Math.max(own, further.oversizeLongest());
    }

    /** @return frames dropped for any reason. */
    public long dropped()
    {
        long sum = 0;
        final int count = DropReason.count();
        for (int i = 1; i < count; i++)
        {
            sum += dropped[i].get();
        }
        return sum + (further == null ? 0 : further.dropped());
    }
}
