// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.oversize;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.wire.IcmpHeader;
import io.overlane.wire.IpProtocol;
import io.overlane.wire.Ipv4Header;
import org.jspecify.annotations.Nullable;

/**
 * Builds an ICMP error about an IPv4 packet: type of service, id and fragment fields 0, time to live 8, quoting the IP
 * header and up to 8 bytes behind it (RFC 792), as flannel's proxy builds it.
 *
 * <p>No error is built about an ICMP packet of any type, a later fragment, or a header with 40 bytes of options (as in
 * flannel's proxy); nor about a packet whose source is not a single station, or whose destination is a group (RFC 1122
 * §3.2.2).
 */
public final class IcmpError
{
    private static final int TIME_TO_LIVE = 8;
    private static final int QUOTED_PAYLOAD = 8;

    private final Frame error = new FrameSlab(1, 2 * Ipv4Header.MAX_LENGTH + IcmpHeader.LENGTH).frame(0);
    private final Ipv4Header ip = new Ipv4Header();
    private final IcmpHeader icmp = new IcmpHeader();

    /**
     * @param about  the packet's header, checked.
     * @param source our own address.
     * @param mtu    next-hop MTU of "fragmentation needed", else 0.
     * @return the error, valid until the next call, or null if none may be sent.
     */
    public @Nullable Frame build(
        final Ipv4Header about, final Frame packet, final int source, final int type, final int code, final int mtu)
    {
        final int quotedHeader = about.headerLength();
        if (about.protocol() == IpProtocol.ICMP || about.fragmentOffset() != 0 ||
            quotedHeader >= Ipv4Header.MAX_LENGTH || !isStation(about.source()) || isGroup(about.destination()))
        {
            return null;
        }
        final int quoted = quotedHeader + Math.min(QUOTED_PAYLOAD, packet.length() - quotedHeader);
        final int length = Ipv4Header.LENGTH + IcmpHeader.LENGTH + quoted;
        error.wrap(FrameSlab.HEADROOM, length);
        final int icmpOffset = error.offset() + Ipv4Header.LENGTH;
        error.buffer().setMemory(error.offset(), Ipv4Header.LENGTH + IcmpHeader.LENGTH, (byte)0);
        error.buffer().putBytes(icmpOffset + IcmpHeader.LENGTH, packet.buffer(), packet.offset(), quoted);
        ip.wrap(error.buffer(), error.offset(), length)
            .headerLength(Ipv4Header.LENGTH)
            .totalLength(length)
            .ttl(TIME_TO_LIVE)
            .protocol(IpProtocol.ICMP)
            .source(source)
            .destination(about.source())
            .updateChecksum();
        icmp.wrap(error.buffer(), icmpOffset, length - Ipv4Header.LENGTH).init(type, code, mtu).updateChecksum();
        return error;
    }

    /** Not 0.0.0.0/8, loopback, multicast, reserved or broadcast. */
    static boolean isStation(final int address)
    {
        final int network = address >>> 24;
        return network != 0 && network != 127 && !isGroup(address);
    }

    /** Multicast, reserved or broadcast. */
    static boolean isGroup(final int address)
    {
        return address >>> 28 >= 0xE;
    }
}
