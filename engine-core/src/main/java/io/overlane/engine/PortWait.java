// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.error.GuardedErrorHandler;
import io.overlane.port.Port;
import io.overlane.port.PortSelector;
import io.overlane.signal.Doorbell;
import io.overlane.signal.IdleWait;
import io.overlane.underlay.Underlay;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongConsumer;
import org.agrona.CloseHelper;
import org.jspecify.annotations.Nullable;

/**
 * The place where the thread that polls ports waits, and the way each port ends that wait.
 *
 * <ul>
 * <li>{@code SPLIT}: the thread waits for a ring of the ports; from the first device on, in a selector of the device's
 *     kind. A port that neither rings nor can be selected gets a {@link WatchedPort}.
 * <li>{@code SHARED}: the thread waits in the underlay or in the application's {@link IdleWait}. A port must be able to
 *     wake it there, or the {@code IdleWait} must wait for the port.
 * <li>{@code INVOKER}: no thread waits, and all ports are polled in every cycle.
 * </ul>
 */
final class PortWait
{
    /** Nothing is left to wait for: the port is detached. */
    static final Runnable DONE = () -> {};

    private final ThreadingMode mode;
    private final boolean hasIdleWait;
    private final ThreadFactory threadFactory;
    private final GuardedErrorHandler errorHandler;

    /** The place where the thread waits as long as there is no selector. */
    private final LongConsumer await;
    private final Runnable wake;

    /** Null if the thread waits elsewhere. In {@code SPLIT} there is a selector from the first device on. */
    private volatile @Nullable PortSelector selector;

    /**
     * The port that the thread polls in place of another, which mostly is the same. A selected port is polled only from
     * an {@code onReady} to a poll that returns nothing, any other port in every cycle.
     */
    record Wired(Port port, boolean isSelected)
    {
    }

    /**
     * @param underlay in which the only thread waits without an {@code idleWait}.
     * @param idleWait in which the only thread waits; null if there is none. It stays the caller's.
     */
    PortWait(final EngineContext context, final Underlay underlay, final @Nullable IdleWait idleWait)
    {
        mode = context.threadingMode();
        threadFactory = context.threadFactory();
        errorHandler = context.errorHandler();
        hasIdleWait = idleWait != null;
        if (mode == ThreadingMode.SPLIT)
        {
            final Doorbell doorbell = new Doorbell();
            await = doorbell::await;
            wake = doorbell::ring;
        }
        else if (idleWait == null)
        {
            await = underlay::await;
            wake = underlay::wake;
        }
        else
        {
            await = idleWait::await;
            wake = idleWait::wake;
            selector = idleWait instanceof PortSelector place ? place : null;
        }
    }

    /**
     * Call this before anything is done with a port. Any thread.
     *
     * @param isLaunch true for a port of launch: an {@code idleWait} that is no selector waits only for these.
     * @throws IllegalArgumentException if nothing would wake the thread for the port.
     */
    void check(final Port port, final boolean isLaunch)
    {
        final boolean isWaitedFor = hasIdleWait && isLaunch;
        if (mode == ThreadingMode.SHARED && !isTaken(port) && !port.wakes(this::wake) && !isWaitedFor)
        {
            throw new IllegalArgumentException("port " + port.name() + " cannot wake a thread that waits elsewhere," +
                " and threadingMode=SHARED needs that; use SPLIT, or give the engine a DeviceWait as idleWait");
        }
    }

    /**
     * Wait for one more port, which was checked. Polling thread, or before it starts.
     *
     * @param onReady runs on the polling thread when a selected port may have frames.
     */
    Wired wire(final Port port, final Runnable onReady)
    {
        final boolean isSplit = mode == ThreadingMode.SPLIT;
        if (isSplit && port.wakes(this::wake))
        {
            return new Wired(port, false);
        }
        if (isSplit && selector == null)
        {
            openSelector(port);
        }
        final PortSelector place = selector;
        if (place != null && place.takes(port))
        {
            place.add(port, onReady);
            return new Wired(port, true);
        }
        return new Wired(isSplit ? WatchedPort.watch(port, this::wake, threadFactory, errorHandler) : port, false);
    }

    /** Report the selected ports that have frames now, without blocking. Polling thread, before its other work. */
    void select()
    {
        final PortSelector place = selector;
        if (place != null)
        {
            place.select();
        }
    }

    /**
     * Undo {@link #wire} for a port that is no longer polled. Polling thread, or when it has stopped.
     *
     * @return a task that blocks until the port is no longer in use; run it on a thread that may block.
     */
    Runnable unwire(final Port polled)
    {
        if (mode == ThreadingMode.SPLIT && polled instanceof WatchedPort watched)
        {
            watched.stop();
            return watched::join;
        }
        final PortSelector place = selector;
        if (place != null)
        {
            place.remove(polled);
        }
        return DONE;
    }

    /** Wait for at most this long, in nanoseconds. Polling thread. */
    void await(final long timeoutNs)
    {
        final PortSelector place = selector;
        if (place == null)
        {
            await.accept(timeoutNs);
        }
        else
        {
            place.await(timeoutNs);
        }
    }

    /** End a current or the next wait. Any thread; cheap when no thread waits. */
    void wake()
    {
        PortSelector place = selector;
        if (place == null)
        {
            wake.run();
            // The thread may have moved to a selector meanwhile.
            place = selector;
        }
        if (place != null)
        {
            place.wake();
        }
    }

    /** Call this when no thread waits any more and no port is wired. */
    void close()
    {
        if (mode == ThreadingMode.SPLIT)
        {
            CloseHelper.quietClose(selector);
        }
    }

    private boolean isTaken(final Port port)
    {
        final PortSelector place = selector;
        return place != null && place.takes(port);
    }

    /** A thread waits in one place only, so the first device decides on the kind of the selector. */
    private void openSelector(final Port port)
    {
        try
        {
            final PortSelector opened = port.newSelector();
            selector = opened;
            if (opened != null)
            {
                // A ring at the old place may have been lost; the next cycle finds the work that it was for.
                opened.wake();
            }
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException("port " + port.name() + ": " + ex.getMessage(), ex);
        }
    }
}
