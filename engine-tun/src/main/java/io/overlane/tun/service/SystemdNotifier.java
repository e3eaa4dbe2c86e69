// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.service;

import io.overlane.tun.UnixDatagram;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.ErrorHandler;

/**
 * Reports the state of a {@code Type=notify} service to systemd (sd_notify(3)). Does nothing if
 * {@code NOTIFY_SOCKET} is not set. Any thread may call.
 */
public final class SystemdNotifier
{
    private final String address;
    private final long watchdogNs;
    private final Sender sender;
    private final ErrorHandler errorHandler;

    /**
     * @param environment  of this process: {@code NOTIFY_SOCKET} names the socket, {@code WATCHDOG_USEC} and
     *                     {@code WATCHDOG_PID} the watchdog's time.
     * @param errorHandler gets a failure to notify; the service goes on.
     */
    public SystemdNotifier(final Map<String, String> environment, final ErrorHandler errorHandler)
    {
        this(environment, UnixDatagram::send, errorHandler);
    }

    SystemdNotifier(final Map<String, String> environment, final Sender sender, final ErrorHandler errorHandler)
    {
        this.address = environment.getOrDefault("NOTIFY_SOCKET", "");
        this.watchdogNs = address.isEmpty() ? 0 : watchdogNs(environment);
        this.sender = sender;
        this.errorHandler = errorHandler;
    }

    /**
     * The service does its work, at its start or again after {@link #reloading}.
     *
     * @param status one line for {@code systemctl status}.
     */
    public void ready(final String status)
    {
        notify("READY=1\nSTATUS=" + oneLine(status));
    }

    /**
     * @param status one line for {@code systemctl status}.
     */
    public void status(final String status)
    {
        notify("STATUS=" + oneLine(status));
    }

    /** The service reads its configuration again. {@link #ready} must follow, also if that fails. */
    public void reloading()
    {
        // System.nanoTime() is the monotonic clock of Linux, which systemd compares with its own.
        notify("RELOADING=1\nMONOTONIC_USEC=" + TimeUnit.NANOSECONDS.toMicros(System.nanoTime()));
    }

    /** The service ends. */
    public void stopping()
    {
        notify("STOPPING=1");
    }

    /** The service works: restarts the time after which systemd kills it. */
    public void alive()
    {
        notify("WATCHDOG=1");
    }

    /** @return the time within which {@link #alive} must be called again, in nanoseconds; 0 if there is no watchdog. */
    public long watchdogNs()
    {
        return watchdogNs;
    }

    private void notify(final String text)
    {
        if (address.isEmpty())
        {
            return;
        }
        try
        {
            sender.send(address, text);
        }
        catch (final IOException | IllegalArgumentException | UnsupportedOperationException ex)
        {
            errorHandler.onError(ex);
        }
    }

    private static long watchdogNs(final Map<String, String> environment)
    {
        final String pid = environment.getOrDefault("WATCHDOG_PID", "");
        if (!pid.isEmpty() && !pid.equals(Long.toString(ProcessHandle.current().pid())))
        {
            return 0;
        }
        try
        {
            final long us = Long.parseLong(environment.getOrDefault("WATCHDOG_USEC", "0"));
            return Math.max(TimeUnit.MICROSECONDS.toNanos(us), 0);
        }
        catch (final NumberFormatException ex)
        {
            return 0;
        }
    }

    private static String oneLine(final String text)
    {
        return text.replaceAll("\\s*\\R\\s*", "; ");
    }

    /** Sends a datagram. */
    interface Sender
    {
        void send(String address, String text) throws IOException;
    }
}
