// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge;

import io.overlane.tun.HostEvents;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A thread that reports changes of links, addresses and routes of this host. */
final class HostWatch implements AutoCloseable
{
    /**
     * Pause between two reports, so that the bridge compares at most once a second on a host that changes all the time.
     */
    private static final long PAUSE_MS = 1_000;

    private final HostEvents events;
    private final Runnable onChange;
    private final Thread thread = new Thread(this::run, "host-watch");
    private final CountDownLatch closed = new CountDownLatch(1);

    /**
     * @param onChange runs on the watching thread.
     * @throws IOException if the kernel does not report changes.
     */
    HostWatch(final Runnable onChange) throws IOException
    {
        events = new HostEvents();
        this.onChange = onChange;
        thread.setDaemon(true);
        thread.start();
    }

    private void run()
    {
        try
        {
            do
            {
                if (events.await(Long.MAX_VALUE) && closed.getCount() != 0)
                {
                    onChange.run();
                }
            }
            while (!closed.await(PAUSE_MS, TimeUnit.MILLISECONDS));
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close()
    {
        closed.countDown();
        events.wake();
        try
        {
            thread.join();
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
        }
        events.close();
    }
}
