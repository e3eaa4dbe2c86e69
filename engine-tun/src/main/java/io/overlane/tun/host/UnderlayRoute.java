package io.overlane.tun.host;

import io.overlane.address.IpAddress;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.util.Optional;

/**
 * How this host would send to a remote: asked of the kernel's routing table, without sending anything.
 */
public final class UnderlayRoute
{
    /** Any port will do, as no datagram leaves; this is the discard service (RFC 863). */
    private static final int DISCARD_PORT = 9;

    private UnderlayRoute()
    {
    }

    /**
     * @param remote an underlay address.
     * @return the local address datagrams to it would carry, or empty if there is no route now.
     */
    public static Optional<IpAddress> localAddress(final IpAddress remote)
    {
        try (DatagramSocket socket = new DatagramSocket())
        {
            socket.connect(new InetSocketAddress(remote.toInetAddress(), DISCARD_PORT));
            final IpAddress local = IpAddress.of(socket.getLocalAddress());
            return local.isAny() ? Optional.empty() : Optional.of(local);
        }
        catch (final IOException ex)
        {
            return Optional.empty();
        }
    }

    /**
     * @param local an address of this host.
     * @return the interface that owns it, or empty if none does.
     */
    public static Optional<NetworkInterface> owner(final IpAddress local)
    {
        try
        {
            return Optional.ofNullable(NetworkInterface.getByInetAddress(local.toInetAddress()));
        }
        catch (final IOException ex)
        {
            return Optional.empty();
        }
    }
}
