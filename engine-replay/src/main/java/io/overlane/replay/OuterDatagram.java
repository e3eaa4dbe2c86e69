// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.memory.MemoryBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The datagram of a replayed packet: addresses, ports and payload. For a dropped packet it has what was read before the
 * drop; the rest is 0. Reused for every packet.
 */
public final class OuterDatagram
{
    private static final MemoryBuffer EMPTY = new MemoryBuffer();

    private boolean isV4;
    private long sourceHigh;
    private long sourceLow;
    private long destinationHigh;
    private long destinationLow;
    private int tos;
    private int sourcePort;
    private int destinationPort;
    private MutableDirectBuffer buffer = EMPTY;
    private int offset;
    private int length;

    OuterDatagram()
    {
    }

    /** @return first word of the source address ({@link IpAddress}). */
    public long sourceHigh()
    {
        return sourceHigh;
    }

    /** @return second word of the source address. */
    public long sourceLow()
    {
        return sourceLow;
    }

    /** @return first word of the destination address. */
    public long destinationHigh()
    {
        return destinationHigh;
    }

    /** @return second word of the destination address. */
    public long destinationLow()
    {
        return destinationLow;
    }

    /** @return type of service or traffic class; for joined fragments with the congestion mark of any of them. */
    public int tos()
    {
        return tos;
    }

    /** @return UDP source port. */
    public int sourcePort()
    {
        return sourcePort;
    }

    /** @return UDP destination port. */
    public int destinationPort()
    {
        return destinationPort;
    }

    /** @return buffer with the payload: the packet's, or one in which fragments were joined; empty after a drop. */
    public MutableDirectBuffer buffer()
    {
        return buffer;
    }

    /** @return first byte of the UDP payload. */
    public int offset()
    {
        return offset;
    }

    /** @return bytes of UDP payload, by the UDP length. */
    public int length()
    {
        return length;
    }

    /** @return the addresses and UDP ports, as {@code 192.0.2.1:50000 > 192.0.2.2:4789}. */
    @Override
    public String toString()
    {
        return endpoint(sourceHigh, sourceLow, sourcePort) + " > " +
            endpoint(destinationHigh, destinationLow, destinationPort);
    }

    private static String endpoint(final long high, final long low, final int port)
    {
        final IpAddress address = new IpAddress(high, low);
        return port == 0 ? address + ":0" : new Vtep(address, port).toString();
    }

    boolean isV4()
    {
        return isV4;
    }

    void reset()
    {
        addresses(false, 0, 0, 0, 0, 0);
        ports(0, 0);
        payload(EMPTY, 0, 0);
    }

    /** The family is stored separately, as an IPv6 header may have IPv4-mapped addresses. */
    void addresses(
        final boolean isV4,
        final long sourceHigh,
        final long sourceLow,
        final long destinationHigh,
        final long destinationLow,
        final int tos)
    {
        this.isV4 = isV4;
        this.sourceHigh = sourceHigh;
        this.sourceLow = sourceLow;
        this.destinationHigh = destinationHigh;
        this.destinationLow = destinationLow;
        this.tos = tos;
    }

    void tos(final int tos)
    {
        this.tos = tos;
    }

    void ports(final int sourcePort, final int destinationPort)
    {
        this.sourcePort = sourcePort;
        this.destinationPort = destinationPort;
    }

    void payload(final MutableDirectBuffer buffer, final int offset, final int length)
    {
        this.buffer = buffer;
        this.offset = offset;
        this.length = length;
    }
}
