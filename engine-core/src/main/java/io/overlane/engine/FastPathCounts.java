// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.fastpath.FastTraffic;
import io.overlane.port.Port;
import io.overlane.remote.RemoteTable;
import io.overlane.segment.Segment;
import io.overlane.status.EngineCounters;
import io.overlane.status.PathCounters;
import io.overlane.status.Volume;
import io.overlane.wire.VxlanHeader;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntFunction;
import org.agrona.collections.IntObjConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Adds what a fast path carried to the counters of the engine. Each counter has one thread that writes it, so the
 * frames from ports are counted by a command to the thread that polls the ports.
 */
final class FastPathCounts implements FastTraffic
{
    private final EngineCounters counters;
    private final RemoteTable remotes;
    private final IntFunction<@Nullable Segment> segments;
    private final IntObjConsumer<String> onStop;
    /** Counting that waits for the thread that polls the ports. */
    private final Queue<Runnable> encap = new ConcurrentLinkedQueue<>();
    private final AtomicLong encapFrames = new AtomicLong();
    private final AtomicLong encapBytes = new AtomicLong();
    private final AtomicLong decapFrames = new AtomicLong();
    private final AtomicLong decapBytes = new AtomicLong();
    @SuppressWarnings("NullAway.Init")
    private CommandQueue portCommands;

    /**
     * @param segments those that the fast path may carry, by VNI.
     * @param onStop   gets segments that the fast path stopped by itself, with the reason.
     */
    FastPathCounts(
        final EngineCounters counters,
        final RemoteTable remotes,
        final IntFunction<@Nullable Segment> segments,
        final IntObjConsumer<String> onStop)
    {
        this.counters = counters;
        this.remotes = remotes;
        this.segments = segments;
        this.onStop = onStop;
    }

    /** Call this before frames are counted. */
    void portCommands(final CommandQueue queue)
    {
        portCommands = queue;
    }

    @Override
    public void ofSegment(
        final int vni, final long sent, final long sentBytes, final long received, final long receivedBytes)
    {
        final Segment segment = Objects.requireNonNull(segments.apply(vni), "segment");
        final Port port = segment.ports().first();
        encapFrames.addAndGet(sent);
        encapBytes.addAndGet(sentBytes);
        decapFrames.addAndGet(received);
        decapBytes.addAndGet(receivedBytes);
        if (sent > 0)
        {
            encap.add(() ->
            {
                final PathCounters path = counters.encap();
                path.port(port).onIn(sent, sentBytes);
                path.onBeside(segment.encapTraffic(), sent, sentBytes, sentBytes);
            });
        }
        if (received > 0)
        {
            final PathCounters path = counters.decap();
            path.port(port).onOut(received, receivedBytes);
            path.onBeside(
                segment.decapTraffic(), received, receivedBytes + received * VxlanHeader.LENGTH, receivedBytes);
        }
    }

    @Override
    public void ofRemote(
        final int remote, final long sent, final long sentBytes, final long received, final long receivedBytes)
    {
        if (sent > 0)
        {
            encap.add(() -> counters.encap().remotes().record(remote, sent, sentBytes));
        }
        if (received > 0)
        {
            // Frames from an address count for its first remote, whatever UDP port or VNI the way back has.
            final int first = remotes.find(remotes.high(remote), remotes.low(remote));
            counters.decap().remotes().record(
                first == RemoteTable.MISSING ? remote : first, received, receivedBytes);
        }
    }

    @Override
    public void stopped(final int vni, final String whyNot)
    {
        onStop.accept(vni, whyNot);
    }

    /** All frames from ports so far. Any thread. */
    Volume encap()
    {
        return new Volume(encapFrames.get(), encapBytes.get());
    }

    /** All frames from remotes so far. Any thread. */
    Volume decap()
    {
        return new Volume(decapFrames.get(), decapBytes.get());
    }

    /** Send the command to the thread that polls the ports. */
    void publish()
    {
        if (!encap.isEmpty())
        {
            portCommands.perform(this::finish);
        }
    }

    /** Count the frames from ports, on the thread that polls them, or when it has ended. */
    void finish()
    {
        for (Runnable count = encap.poll(); count != null; count = encap.poll())
        {
            count.run();
        }
    }
}
