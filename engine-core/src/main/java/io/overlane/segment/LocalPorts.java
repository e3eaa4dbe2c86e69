// SPDX-License-Identifier: Apache-2.0
package io.overlane.segment;

import io.overlane.address.IpAddress;
import io.overlane.port.Port;
import java.util.Arrays;
import java.util.List;
import org.agrona.collections.Int2ObjectHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The ports of one segment, as they were at one moment: immutable, so that a thread sees all of a change or none.
 *
 * <p><b>Ports in the FDB.</b> A station behind a port has the same kind of entry as one behind a remote: a port that
 * needs a number takes one from the table of remotes, under an address that no datagram can come from. So there is one
 * lookup, and all rules for learned entries (moves, ageing, limits) hold for both.
 */
public final class LocalPorts
{
    /**
     * First word of the addresses that ports have in the table of remotes; the second is an id that is never used
     * again. As an IPv6 address it would be a multicast address with a reserved scope, which no host has as its source.
     */
    public static final long ADDRESS_HIGH = -1L;

    /** Second word for the only port of a segment if it has no number. */
    public static final long ONLY_PORT = 0;

    /** Up to this many ports, a linear scan is faster than the map. */
    private static final int FEW = 8;

    private final LocalPort[] ports;
    /** The first port's, beside each other, for the many segments that have no other. */
    private final Port first;
    private final long firstOwnMac;
    /** Null for a few ports. */
    private final @Nullable Int2ObjectHashMap<LocalPort> byNumber;

    /** @param ports one at least. */
    public LocalPorts(final LocalPort... ports)
    {
        this.ports = ports.clone();
        first = ports[0].port();
        firstOwnMac = ports[0].ownMac();
        byNumber = ports.length > FEW ? new Int2ObjectHashMap<>() : null;
        if (byNumber != null)
        {
            for (final LocalPort port : ports)
            {
                byNumber.put(port.number(), port);
            }
        }
    }

    /** Whether the address of an endpoint is a port's, and none of the network's. */
    public static boolean isPort(final IpAddress address)
    {
        return address.high() == ADDRESS_HIGH;
    }

    public int size()
    {
        return ports.length;
    }

    public Port first()
    {
        return first;
    }

    /** The ports in the order they were added, from 0. */
    public LocalPort get(final int index)
    {
        return ports[index];
    }

    /** The port with a number, null if it is not one of these. Allocates nothing. */
    public @Nullable LocalPort find(final int number)
    {
        if (byNumber != null)
        {
            return byNumber.get(number);
        }
        for (final LocalPort port : ports)
        {
            if (port.number() == number)
            {
                return port;
            }
        }
        return null;
    }

    /** The port with its number, null if it is not one of these. */
    public @Nullable LocalPort find(final Port port)
    {
        for (final LocalPort local : ports)
        {
            if (local.port() == port)
            {
                return local;
            }
        }
        return null;
    }

    /** Whether this is the MAC of the device behind one of the ports. */
    public boolean isOwnMac(final long mac)
    {
        return mac == firstOwnMac || ports.length > 1 && isFurtherOwnMac(mac);
    }

    private boolean isFurtherOwnMac(final long mac)
    {
        for (final LocalPort port : ports)
        {
            if (port.ownMac() == mac)
            {
                return true;
            }
        }
        return false;
    }

    public LocalPorts with(final LocalPort port)
    {
        final LocalPort[] after = Arrays.copyOf(ports, ports.length + 1);
        after[ports.length] = port;
        return new LocalPorts(after);
    }

    public LocalPorts without(final LocalPort port)
    {
        return new LocalPorts(
            Arrays.stream(ports).filter(local -> local.port() != port.port()).toArray(LocalPort[]::new));
    }

    public List<LocalPort> all()
    {
        return List.of(ports);
    }
}
