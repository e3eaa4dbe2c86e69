// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.status;

import io.overlane.tun.UnixDatagram;
import java.io.IOException;
import java.util.Map;
import org.agrona.ErrorHandler;

/**
 * Tells systemd (sd_notify(3)) that a {@code Type=notify} service is ready or about to stop. Does nothing if
 * {@code NOTIFY_SOCKET} is not set.
 */
public final class SystemdNotifier
{
    private final String address;
    private final Sender sender;
    private final ErrorHandler errorHandler;

    /**
     * @param environment  of this process; {@code NOTIFY_SOCKET} names the socket.
     * @param errorHandler gets a failure to notify; the node goes on.
     */
    public SystemdNotifier(final Map<String, String> environment, final ErrorHandler errorHandler)
    {
        this(environment, UnixDatagram::send, errorHandler);
    }

    SystemdNotifier(final Map<String, String> environment, final Sender sender, final ErrorHandler errorHandler)
    {
        this.address = environment.getOrDefault("NOTIFY_SOCKET", "");
        this.sender = sender;
        this.errorHandler = errorHandler;
    }

    /**
     * The node has its lease, the rules are set and {@code subnet.env} is written.
     *
     * @param status one line for {@code systemctl status}.
     */
    public void ready(final String status)
    {
        notify("READY=1\nSTATUS=" + oneLine(status));
    }

    /** The node shuts down. */
    public void stopping()
    {
        notify("STOPPING=1");
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
