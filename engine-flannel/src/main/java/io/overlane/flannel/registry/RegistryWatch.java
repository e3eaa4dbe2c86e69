// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.registry;

import io.overlane.flannel.lease.Backoff;
import io.overlane.flannel.lease.SubnetManager;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * A thread that follows a registry until it is closed: it reads a snapshot, then changes. After a failure it reads a
 * snapshot again, because the registry may have been restored or replaced meanwhile. A restored registry can have the
 * same identity and a higher revision than the last one seen, so only a snapshot shows what it holds.
 */
abstract class RegistryWatch implements SubnetManager.Watch, Runnable
{
    /** Pauses between attempts are flannel's. */
    static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    /** A pause is shortened by up to half, so that the nodes of a network do not all return at once. */
    private static final double SHORTEST_PART = 0.5;

    private final String name;
    private final Consumer<String> notices;
    private final Thread thread;
    private final Backoff backoff = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
    private final Object delivery = new Object();
    private boolean delivering;
    private volatile boolean closed;
    private boolean failing;
    /** Meaningful while calls fail. */
    private RegistryReconnected outage = new RegistryReconnected();

    RegistryWatch(final String name, final Consumer<String> notices)
    {
        this.name = name;
        this.notices = notices;
        this.thread = new Thread(this, name);
        thread.setDaemon(true);
    }

    /**
     * Read all leases and report them.
     *
     * @return the revision from which changes follow.
     */
    abstract long snapshot();

    abstract ChangeStream changes(long revision);

    /** @return the listener for changes; it calls the user through {@link #deliver}. */
    abstract ChangeListener listener();

    final RegistryWatch start()
    {
        thread.start();
        return this;
    }

    @Override
    public final void run()
    {
        while (!closed)
        {
            try
            {
                follow(snapshot());
            }
            catch (final RuntimeException ex)
            {
                failed(ex);
            }
        }
    }

    private void follow(final long revision)
    {
        try (ChangeStream stream = changes(revision))
        {
            while (!closed)
            {
                stream.await(listener());
                recovered();
                waited();
            }
        }
    }

    /** Called every few seconds while the watch follows the registry. */
    void waited()
    {
        // Only some watches have something to do.
    }

    final boolean isClosed()
    {
        return closed;
    }

    /** One line when calls begin to fail, and one when they succeed again. */
    private void failed(final RuntimeException ex)
    {
        if (closed)
        {
            return;
        }
        final Duration pause = backoff.next();
        if (!failing)
        {
            failing = true;
            outage = RegistryReconnected.begin(name, ex.getMessage());
            notices.accept(name + ": " + ex.getMessage() + "; trying again at least every " +
                LONGEST_PAUSE.toSeconds() + " s");
        }
        outage.failures++;
        try
        {
            Thread.sleep((long)(pause.toMillis() * ThreadLocalRandom.current().nextDouble(SHORTEST_PART, 1)));
        }
        catch (final InterruptedException ignored)
        {
            // close() interrupts this thread so that the loop checks its condition.
        }
    }

    private void recovered()
    {
        if (failing)
        {
            failing = false;
            outage.commit();
            notices.accept(name + ": following the registry again");
        }
        backoff.reset();
    }

    /** Call the user's code. It is never called after {@link #close} returned, and close() does not interrupt it. */
    final void deliver(final Runnable call)
    {
        synchronized (delivery)
        {
            if (closed)
            {
                return;
            }
            delivering = true;
        }
        try
        {
            call.run();
        }
        catch (final RuntimeException ex)
        {
            notices.accept(name + ": the listener failed: " + ex);
        }
        finally
        {
            synchronized (delivery)
            {
                delivering = false;
            }
        }
    }

    @Override
    public final void close()
    {
        closed = true;
        synchronized (delivery)
        {
            if (!delivering)
            {
                thread.interrupt();
            }
        }
        if (Thread.currentThread() == thread)
        {
            return;
        }
        try
        {
            thread.join();
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
        }
    }
}
