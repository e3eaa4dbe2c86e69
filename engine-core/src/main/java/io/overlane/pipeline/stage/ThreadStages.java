// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.stage;

import io.overlane.error.GuardedErrorHandler;
import io.overlane.fate.Fate;
import io.overlane.frame.Frame;
import io.overlane.parse.Layer3;
import io.overlane.port.Port;
import io.overlane.stage.StageContext;
import io.overlane.status.DropLedger;
import io.overlane.status.DropReason;
import java.util.Arrays;
import org.agrona.ErrorHandler;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/** The stages of one thread and direction, in the order they were added. */
public final class ThreadStages
{
    private final StageView view;
    private final NanoClock clock;
    private final GuardedErrorHandler errorHandler;
    private final Int2ObjectHashMap<StageEntry[]> bySegment = new Int2ObjectHashMap<>();
    /** Of the segments that have no stages of their own; null if there is none. */
    private StageEntry @Nullable [] common;
    private boolean isEmpty = true;

    /** @param errorHandler gets what stages throw. */
    public ThreadStages(
        final Fate.Direction direction, final NanoClock clock, final @Nullable ErrorHandler errorHandler)
    {
        view = new StageView(direction);
        this.clock = clock;
        this.errorHandler = GuardedErrorHandler.of(errorHandler);
    }

    /** Use other stages from the next batch on. On the thread that runs them. */
    public void use(final StageEntry... all)
    {
        final StageEntry[] own =
            Arrays.stream(all).filter(entry -> entry.isFor(view.direction)).toArray(StageEntry[]::new);
        isEmpty = own.length == 0;
        common = of(own, StageContext.ALL_SEGMENTS);
        bySegment.clear();
        for (final StageEntry entry : own)
        {
            if (entry.vni() != StageContext.ALL_SEGMENTS)
            {
                bySegment.put(entry.vni(), of(own, entry.vni()));
            }
        }
    }

    private static StageEntry @Nullable [] of(final StageEntry[] own, final int vni)
    {
        final StageEntry[] some = Arrays.stream(own)
            .filter(entry -> entry.vni() == vni || entry.vni() == StageContext.ALL_SEGMENTS)
            .toArray(StageEntry[]::new);
        return some.length == 0 ? null : some;
    }

    /**
     * The stages for the frames of a segment, or of the IP network.
     *
     * @param vni of the segment, or {@link DropLedger#NO_VNI}.
     * @return the stages until the batch ends; null if there is none.
     */
    public StageEntry @Nullable [] of(final int vni)
    {
        if (isEmpty)
        {
            return null;
        }
        final StageEntry[] own = bySegment.get(vni);
        return own == null ? common : own;
    }

    /**
     * Let stages decide about a frame.
     *
     * @param stages of the frame's segment.
     * @param layer3 the frame's {@code Layer3}.
     * @param from   port that it came from, null if it came from the underlay.
     * @param high   first word of the outer address it came from, 0 if from a port.
     * @param low    second word.
     * @param count  frames that it stands for.
     * @return why the frame is dropped, or {@link DropReason#NONE}; then see {@link #isRedirected()}.
     */
    public DropReason decide(
        final StageEntry[] stages,
        final Frame frame,
        final int layer3,
        final int vni,
        final @Nullable Port from,
        final long high,
        final long low,
        final int count,
        final Mirrors mirrors)
    {
        view.frame(frame, layer3, vni, from, high, low, count);
        if (view.mirrors != mirrors)
        {
            view.mirrors = mirrors;
        }
        for (final StageEntry entry : stages)
        {
            view.stage(entry);
            try
            {
                entry.stage().onFrame(view);
            }
            catch (final Throwable ex)
            {
                entry.failed(ex, clock.nanoTime(), errorHandler);
                return DropReason.STAGE_ERROR;
            }
            if (view.verdict != DropReason.NONE)
            {
                return view.verdict;
            }
            if (Layer3.of(frame, layer3 != Layer3.IPV4_PACKET) != layer3)
            {
                // The frame was parsed before, and every later step relies on what was found.
                entry.failed(null, clock.nanoTime(), errorHandler);
                return DropReason.STAGE_ERROR;
            }
        }
        return DropReason.NONE;
    }

    /** Whether the last frame goes to {@link #port()} or to {@link #remote()} instead of to its destination. */
    public boolean isRedirected()
    {
        return view.toPort != null || view.toRemote != StageView.UNKNOWN;
    }

    /** The port that gets the last frame; null if that is a remote. */
    public @Nullable Port port()
    {
        return view.toPort;
    }

    /** Number of the remote that gets the last frame. */
    public int remote()
    {
        return view.toRemote;
    }
}
