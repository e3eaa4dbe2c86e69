// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.port.Port;
import io.overlane.port.PortSelector;
import io.overlane.signal.Doorbell;
import io.overlane.signal.IdleWait;
import io.overlane.status.GuardedErrorHandler;
import io.overlane.underlay.Underlay;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongConsumer;
import org.agrona.CloseHelper;

/**
 * The place where the thread that polls ports waits, and how each port ends that wait.
 *
 * <ul>
 * <li>{@code SPLIT}: the thread waits for a ring of the ports; from the first device on in a selector of the device's
 *     kind. A port that neither rings nor can be selected gets a {@link WatchedPort}.
 * <li>{@code SHARED}: the thread waits in the underlay or in the application's {@link IdleWait}. A port must be able to
 *     wake it there, or the {@code IdleWait} must wait for the port.
 * <li>{@code INVOKER}: nobody waits, and all ports are polled in every cycle.
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

    /** The place as long as there is no selector. */
    private final LongConsumer await;
    private final Runnable wake;

    /** Null if the thread waits elsewhere; in {@code SPLIT} there is one from the first device on. */
    private volatile PortSelector selector;

    /**
     * How the thread polls a port.
     *
     * @param port       to poll in its place; mostly itself.
     * @param isSelected true if it must be polled only from an {@code onReady} to a poll that returns nothing; false if
     *                   it must be polled in every cycle.
     */
    record Wired(Port port, boolean isSelected)
    {
    }

    /**
     * @param mode          of the engine.
     * @param underlay      in which the only thread waits without an {@code idleWait}.
     * @param idleWait      in which the only thread waits; null if there is none. It stays the caller's.
     * @param threadFactory makes the threads of watched ports.
     * @param errorHandler  gets the failures of watched ports.
     */
    PortWait(
        final ThreadingMode mode,
        final Underlay underlay,
        final IdleWait idleWait,
        final ThreadFactory threadFactory,
        final GuardedErrorHandler errorHandler)
    {
        this.mode = mode;
        this.threadFactory = threadFactory;
        this.errorHandler = errorHandler;
        hasIdleWait = idleWait != null;
        if (mode == ThreadingMode.SPLIT)
        {
            final Doorbell doorbell = new Doorbell();
            await = doorbell::await;
            wake = doorbell::ring;
        }
        else
        {
            await = hasIdleWait ? idleWait::await : underlay::await;
            wake = hasIdleWait ? idleWait::wake : underlay::wake;
            selector = idleWait instanceof PortSelector place ? place : null;
        }
    }

    /**
     * Call this before anything is done with a port. Any thread.
     *
     * @param port     to be polled.
     * @param isLaunch true if the port is one of launch: an {@code idleWait} that is no selector knows only those.
     * @throws IllegalArgumentException if nothing would wake the thread for the port.
     */
    void check(final Port port, final boolean isLaunch)
    {
        final boolean isWaitedFor = hasIdleWait && isLaunch;
        if (mode == ThreadingMode.SHARED && !isTaken(port) && !port.wakes(this::wake) && !isWaitedFor)
        {
            throw new IllegalArgumentException("port " + port.name() + " cannot wake a thread that waits elsewhere:" +
                " threadingMode=SHARED needs it to (a device wants SPLIT, or a DeviceWait as idleWait)");
        }
    }

    /**
     * Wait for one more port. Polling thread, or before it starts.
     *
     * @param port    that was checked.
     * @param onReady runs on the polling thread when a selected port may have frames.
     * @return which port to poll, and when.
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
        if (isTaken(port))
        {
            selector.add(port, onReady);
            return new Wired(port, true);
        }
        return new Wired(isSplit ? WatchedPort.watch(port, this::wake, threadFactory, errorHandler) : port, false);
    }

    /** Report selected ports that have frames now, without blocking. Polling thread, before it looks for other work. */
    void select()
    {
        final PortSelector place = selector;
        if (place != null)
        {
            place.select();
        }
    }

    /**
     * Undo {@link #wire}. Polling thread, or when it has stopped.
     *
     * @param polled the port that was polled; it is not polled any more.
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

    /**
     * Polling thread.
     *
     * @param timeoutNs at most this long, in nanoseconds.
     */
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

    /** End a current or the next wait. Any thread; cheap when nobody waits. */
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

    /** Call this when nobody waits any more, and no port is wired. */
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

    /** The kind of the first device decides: a thread waits in one place only. */
    private void openSelector(final Port port)
    {
        try
        {
            final PortSelector opened = port.newSelector();
            selector = opened;
            if (opened != null)
            {
                // A ring at the old place may have been lost: whoever rang did it for work that the next cycle finds.
                opened.wake();
            }
        }
        catch (final IOException ex)
        {
            throw new UncheckedIOException("port " + port.name() + ": " + ex.getMessage(), ex);
        }
    }
}
