// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.host;

import io.overlane.address.IpAddress;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Answers how this host would send to remotes, and which interface has which address. It asks the system each question
 * once and sends nothing, so a thousand questions cost little. Make a new object to get the present answers later. For
 * one thread.
 */
public final class UnderlayRoute
{
    /** Any port works, as no datagram is sent; this is the discard service (RFC 863). */
    private static final int DISCARD_PORT = 9;

    private final Interfaces interfaces;
    private final Map<IpAddress, Optional<IpAddress>> sources = new HashMap<>();
    /** Null until the first question about an owner. */
    private @Nullable Map<IpAddress, NetworkInterface> owners;

    /** Lists the interfaces of a host. */
    @FunctionalInterface
    interface Interfaces
    {
        Stream<NetworkInterface> list() throws SocketException;
    }

    /** Answers for this host, from now on. */
    public UnderlayRoute()
    {
        this(NetworkInterface::networkInterfaces);
    }

    UnderlayRoute(final Interfaces interfaces)
    {
        this.interfaces = interfaces;
    }

    /** @return the source address of datagrams to it; empty if there is no route. */
    public Optional<IpAddress> localAddress(final IpAddress remote)
    {
        return sources.computeIfAbsent(remote, UnderlayRoute::askRoute);
    }

    /** @return the interface that has this address; empty if none has. */
    public Optional<NetworkInterface> owner(final IpAddress local)
    {
        if (owners == null)
        {
            owners = askOwners();
        }
        return Optional.ofNullable(owners.get(local));
    }

    private static Optional<IpAddress> askRoute(final IpAddress remote)
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

    private Map<IpAddress, NetworkInterface> askOwners()
    {
        final Map<IpAddress, NetworkInterface> byAddress = new HashMap<>();
        try (Stream<NetworkInterface> all = interfaces.list())
        {
            all.forEach(owner ->
                owner.inetAddresses().forEach(address -> byAddress.putIfAbsent(IpAddress.of(address), owner)));
        }
        catch (final SocketException ex)
        {
            return Map.of();
        }
        return byAddress;
    }
}
