// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.fastpath.FastTraffic;
import io.overlane.port.Port;
import io.overlane.segment.Segment;
import io.overlane.status.EngineCounters;
import io.overlane.status.PathCounters;
import io.overlane.wire.VxlanHeader;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Adds what a fast path carried to the counters of the engine. Each counter has one thread that writes it, so the
 * frames from ports are counted by a command to the thread that polls the ports.
 */
final class FastPathCounts implements FastTraffic
{
    private final EngineCounters counters;
    private final IntFunction<@Nullable Segment> segments;
    /** Counting that waits for the thread that polls the ports. */
    private final Queue<Runnable> encap = new ConcurrentLinkedQueue<>();
    @SuppressWarnings("NullAway.Init")
    private CommandQueue portCommands;

    /** @param segments those that the fast path may carry, by VNI. */
    FastPathCounts(final EngineCounters counters, final IntFunction<@Nullable Segment> segments)
    {
        this.counters = counters;
        this.segments = segments;
    }

    /** Call this before frames are counted. */
    void portCommands(final CommandQueue queue)
    {
        portCommands = queue;
    }

    @Override
    public void ofSegment(
        final int vni, final long encapFrames, final long encapBytes, final long decapFrames, final long decapBytes)
    {
        final Segment segment = Objects.requireNonNull(segments.apply(vni), "segment");
        final Port port = segment.ports().first();
        if (encapFrames > 0)
        {
            encap.add(() ->
            {
                final PathCounters path = counters.encap();
                path.port(port).onIn(encapFrames, encapBytes);
                path.onBeside(segment.encapTraffic(), encapFrames, encapBytes, encapBytes);
            });
        }
        if (decapFrames > 0)
        {
            final PathCounters path = counters.decap();
            path.port(port).onOut(decapFrames, decapBytes);
            path.onBeside(
                segment.decapTraffic(), decapFrames, decapBytes + decapFrames * VxlanHeader.LENGTH, decapBytes);
        }
    }

    @Override
    public void ofRemote(
        final int remote, final long encapFrames, final long encapBytes, final long decapFrames, final long decapBytes)
    {
        if (encapFrames > 0)
        {
            encap.add(() -> counters.encap().remotes().record(remote, encapFrames, encapBytes));
        }
        if (decapFrames > 0)
        {
            counters.decap().remotes().record(remote, decapFrames, decapBytes);
        }
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
