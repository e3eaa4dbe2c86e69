// SPDX-License-Identifier: Apache-2.0
package io.overlane.admin.command;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.wire.EtherType;
import io.overlane.wire.IpProtocol;
import java.nio.ByteBuffer;

/**
 * Describes the headers at the beginning of a frame in one line. The frame may be malformed or cut off, so every length
 * is checked.
 */
final class FrameSummary
{
    private static final int ETHERNET_LENGTH = 14;
    private static final int TAG_LENGTH = 4;
    private static final int IPV4_LENGTH = 20;
    private static final int IPV6_LENGTH = 40;

    private final ByteBuffer bytes;
    private final StringBuilder text = new StringBuilder();

    private FrameSummary(final ByteBuffer bytes)
    {
        this.bytes = bytes;
    }

    /**
     * @param frame      first bytes of an Ethernet frame, or of a bare IP packet.
     * @param isEthernet true for an Ethernet frame.
     * @return one line; empty if the first header is not complete.
     */
    static String of(final ByteBuffer frame, final boolean isEthernet)
    {
        final FrameSummary summary = new FrameSummary(frame);
        if (isEthernet)
        {
            summary.ethernet();
        }
        else if (frame.limit() > 0)
        {
            summary.ip(frame.get(0) >>> 4 == 4 ? EtherType.IPV4 : EtherType.IPV6, 0);
        }
        return summary.text.toString().strip();
    }

    private void ethernet()
    {
        if (bytes.limit() < ETHERNET_LENGTH)
        {
            return;
        }
        text.append(mac(6)).append(" > ").append(mac(0));
        int offset = 12;
        int type = bytes.getShort(offset) & 0xFFFF;
        while (EtherType.isVlan(type) && bytes.limit() >= offset + TAG_LENGTH + 2)
        {
            text.append(" vlan ").append(bytes.getShort(offset + 2) & 0xFFF);
            offset += TAG_LENGTH;
            type = bytes.getShort(offset) & 0xFFFF;
        }
        if (type == EtherType.ARP)
        {
            arp(offset + 2);
        }
        else
        {
            ip(type, offset + 2);
        }
    }

    private void arp(final int offset)
    {
        text.append(" arp");
        if (bytes.limit() >= offset + 28)
        {
            text.append(bytes.getShort(offset + 6) == 1 ? " who-has " : " reply ")
                .append(IpAddress.ofV4(bytes.getInt(offset + 24))).append(" tell ")
                .append(IpAddress.ofV4(bytes.getInt(offset + 14)));
        }
    }

    private void ip(final int type, final int offset)
    {
        if (type == EtherType.IPV4 && bytes.limit() >= offset + IPV4_LENGTH)
        {
            text.append(" ipv4 ").append(IpAddress.ofV4(bytes.getInt(offset + 12)))
                .append(" > ").append(IpAddress.ofV4(bytes.getInt(offset + 16)));
            transport(bytes.get(offset + 9) & 0xFF, offset + (bytes.get(offset) & 0xF) * 4);
        }
        else if (type == EtherType.IPV6 && bytes.limit() >= offset + IPV6_LENGTH)
        {
            text.append(" ipv6 ").append(new IpAddress(bytes.getLong(offset + 8), bytes.getLong(offset + 16)))
                .append(" > ").append(new IpAddress(bytes.getLong(offset + 24), bytes.getLong(offset + 32)));
            transport(bytes.get(offset + 6) & 0xFF, offset + IPV6_LENGTH);
        }
        else
        {
            text.append(String.format(" type 0x%04x", type));
        }
    }

    private void transport(final int protocol, final int offset)
    {
        final boolean hasPorts = protocol == IpProtocol.UDP || protocol == IpProtocol.TCP;
        text.append(protocol == IpProtocol.UDP ? " udp" : protocol == IpProtocol.TCP ? " tcp" :
            protocol == IpProtocol.ICMP ? " icmp" : protocol == IpProtocol.ICMPV6 ? " icmpv6" :
            " protocol " + protocol);
        if (hasPorts && bytes.limit() >= offset + 4)
        {
            text.append(' ').append(bytes.getShort(offset) & 0xFFFF)
                .append(" > ").append(bytes.getShort(offset + 2) & 0xFFFF);
        }
    }

    private String mac(final int offset)
    {
        return MacAddress.toString(bytes.getLong(offset) >>> 16);
    }
}
