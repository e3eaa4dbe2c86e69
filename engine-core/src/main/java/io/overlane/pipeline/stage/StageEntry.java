// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.stage;

import io.overlane.error.GuardedErrorHandler;
import io.overlane.fate.Fate;
import io.overlane.stage.Stage;
import io.overlane.stage.StageContext;
import io.overlane.stage.StageTarget;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A stage of an engine, and the targets that the engine found for it. */
public final class StageEntry
{
    private static final long REPORT_INTERVAL_NS = TimeUnit.MINUTES.toNanos(1);
    private static final int NO_REMOTE = -1;

    private final StageContext context;
    private final Stage stage;
    private final StageTarget[] targets;
    /** Numbers of the targets that are remotes; written before the threads that carry frames get this entry. */
    private final int[] remotes;
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLong nextReportNs = new AtomicLong(Long.MIN_VALUE);

    public StageEntry(final StageContext context)
    {
        this.context = context;
        stage = context.stage();
        targets = context.targets().toArray(StageTarget[]::new);
        remotes = new int[targets.length];
        Arrays.fill(remotes, NO_REMOTE);
    }

    public boolean isFor(final Fate.Direction direction)
    {
        return context.direction() == null || context.direction() == direction;
    }

    /** {@link StageContext#ALL_SEGMENTS} for all. */
    int vni()
    {
        return context.vni();
    }

    Stage stage()
    {
        return stage;
    }

    public int targetCount()
    {
        return targets.length;
    }

    public StageTarget target(final int index)
    {
        return targets[index];
    }

    /** Number of the remote of a target. */
    public int remote(final int index)
    {
        return remotes[index];
    }

    /** Set the number of the remote of a target. */
    public void remote(final int index, final int number)
    {
        remotes[index] = number;
    }

    /** Whether a target is a remote. */
    public boolean hasRemotes()
    {
        return Arrays.stream(targets).anyMatch(target -> target.remote() != null);
    }

    /** Index of a target. */
    int indexOf(final StageTarget target)
    {
        for (int i = 0; i < targets.length; i++)
        {
            if (targets[i] == target)
            {
                return i;
            }
        }
        throw new IllegalArgumentException(
            "the stage sends a frame to " + target + ", which is not one of its targets; add it with target(...)");
    }

    /** Report, once a minute at most, what the stage threw; null if it wrote what it must not write. */
    void failed(final @Nullable Throwable thrown, final long nowNs, final GuardedErrorHandler errorHandler)
    {
        failures.incrementAndGet();
        final long next = nextReportNs.get();
        if ((next == Long.MIN_VALUE || nowNs - next >= 0) &&
            nextReportNs.compareAndSet(next, nowNs + REPORT_INTERVAL_NS))
        {
            final long count = failures.getAndSet(0);
            final String what =
                thrown == null ? "changed the EtherType, the number of VLAN tags or the IP version" : "threw " + thrown;
            errorHandler.onError(new IllegalStateException("the stage " + stage + " " + what +
                (count == 1 ? "" : " (" + count + " times since the last such line)") +
                "; the frame is dropped as stage-error", thrown));
        }
    }
}
