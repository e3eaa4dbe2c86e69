// SPDX-License-Identifier: Apache-2.0
package io.overlane.segment;

import io.overlane.address.IpAddress;
import io.overlane.port.Port;
import java.util.Arrays;
import java.util.List;
import org.agrona.collections.Int2ObjectHashMap;

/**
 * The ports of one segment, as they were at one moment: immutable, so that a thread sees all of a change or none.
 *
 * <p><b>Ports in the FDB.</b> A station behind a port has the same kind of entry as one behind a remote: a port that
 * needs a number takes one from the table of remotes, under an address no datagram can come from. So there is one
 * lookup, and whatever rules learned entries are under (moves, ageing, limits) holds for both.
 */
public final class LocalPorts
{
    /**
     * First word of the addresses ports are known by; the second is an id that is never used again. As an IPv6 address
     * it would be a multicast one with a reserved scope, which is nobody's source.
     */
    public static final long ADDRESS_HIGH = -1L;

    /** So many are found faster by looking at each. */
    private static final int FEW = 8;

    private final LocalPort[] ports;
    /** The first's, side by side for the many segments that have no other. */
    private final Port first;
    private final long firstOwnMac;
    /** Null for a few. */
    private final Int2ObjectHashMap<LocalPort> byNumber;

    /**
     * @param ports one at least.
     */
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

    /**
     * @param address of an endpoint.
     * @return true if it is none of the network's but a port's.
     */
    public static boolean isPort(final IpAddress address)
    {
        return address.high() == ADDRESS_HIGH;
    }

    /** @return how many. */
    public int size()
    {
        return ports.length;
    }

    /** @return the one that was added first. */
    public Port first()
    {
        return first;
    }

    /**
     * @param index 0…size-1, in the order they were added.
     * @return the port there.
     */
    public LocalPort get(final int index)
    {
        return ports[index];
    }

    /**
     * Where an FDB entry leads. Allocates nothing.
     *
     * @param number of a remote or of a port.
     * @return the port, null if it is not one of these.
     */
    public LocalPort find(final int number)
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

    /**
     * @param port a port.
     * @return it with its number, null if it is not one of these.
     */
    public LocalPort find(final Port port)
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

    /**
     * @param mac in the low 48 bits.
     * @return true if it is that of the device behind one of them.
     */
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

    /**
     * @param port one more.
     * @return these and it.
     */
    public LocalPorts with(final LocalPort port)
    {
        final LocalPort[] after = Arrays.copyOf(ports, ports.length + 1);
        after[ports.length] = port;
        return new LocalPorts(after);
    }

    /**
     * @param port one less.
     * @return these without it.
     */
    public LocalPorts without(final LocalPort port)
    {
        return new LocalPorts(
            Arrays.stream(ports).filter(local -> local.port() != port.port()).toArray(LocalPort[]::new));
    }

    /** @return them all. */
    public List<LocalPort> all()
    {
        return List.of(ports);
    }
}
