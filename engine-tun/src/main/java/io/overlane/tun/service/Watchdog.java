// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.service;

import io.overlane.engine.OverlayEngine;
import java.util.Collection;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reports to systemd, twice within the time of {@code WatchdogSec=}, that the engines answer. Without an answer it
 * reports nothing, and systemd kills the process and starts it again.
 */
public final class Watchdog implements AutoCloseable
{
    private final SystemdNotifier systemd;
    private final Supplier<Collection<OverlayEngine>> engines;
    private final long periodNs;
    private final Thread thread = new Thread(this::run, "systemd-watchdog");

    private Watchdog(final SystemdNotifier systemd, final Supplier<Collection<OverlayEngine>> engines)
    {
        this.systemd = systemd;
        this.engines = engines;
        this.periodNs = Math.max(systemd.watchdogNs() / 2, 1);
    }

    /**
     * Start a thread that reports, if systemd asks for that.
     *
     * @param systemd gets the reports.
     * @param engines answers the present engines; any thread. None is well, too.
     * @return ends the thread; null if systemd has no watchdog for this process.
     */
    public static @Nullable Watchdog start(
        final SystemdNotifier systemd, final Supplier<Collection<OverlayEngine>> engines)
    {
        if (systemd.watchdogNs() == 0)
        {
            return null;
        }
        final Watchdog watchdog = new Watchdog(systemd, engines);
        watchdog.thread.setDaemon(true);
        watchdog.thread.start();
        return watchdog;
    }

    @Override
    public void close()
    {
        thread.interrupt();
    }

    private void run()
    {
        try
        {
            while (true)
            {
                final long nextNs = System.nanoTime() + periodNs;
                if (answer(nextNs))
                {
                    systemd.alive();
                }
                TimeUnit.NANOSECONDS.sleep(nextNs - System.nanoTime());
            }
        }
        catch (final InterruptedException ex)
        {
            Thread.currentThread().interrupt();
        }
    }

    /** An engine that has ended needs no watchdog: the program ends or opens another one. */
    private boolean answer(final long untilNs) throws InterruptedException
    {
        for (final OverlayEngine engine : engines.get())
        {
            try
            {
                if (engine.isRunning())
                {
                    engine.control().operate(tables -> true)
                        .get(untilNs - System.nanoTime(), TimeUnit.NANOSECONDS);
                }
            }
            catch (final ExecutionException | RuntimeException ex)
            {
                // It ended meanwhile.
            }
            catch (final TimeoutException ex)
            {
                return false;
            }
        }
        return true;
    }
}
