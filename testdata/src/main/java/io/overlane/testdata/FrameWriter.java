// SPDX-License-Identifier: Apache-2.0
package io.overlane.testdata;

import io.overlane.testdata.FrameSpec.Network;
import io.overlane.testdata.FrameSpec.Transport;
import java.util.Arrays;

/** Writes one {@link FrameSpec}, header by header, innermost first. */
final class FrameWriter
{
    private static final String V4_SOURCE = "0a000001";
    private static final String V4_DESTINATION = "0a000002";
    private static final String V6_SOURCE = "fd000000000000000000000000000001";
    private static final String V6_DESTINATION = "fd000000000000000000000000000002";

    private final FrameSpec spec;

    FrameWriter(final FrameSpec spec)
    {
        this.spec = spec;
    }

    byte[] frame()
    {
        final OctetWriter out = new OctetWriter()
            .mac(spec.number(Knob.DESTINATION_MAC, FrameSpec.DEFAULT_DESTINATION_MAC))
            .mac(spec.number(Knob.SOURCE_MAC, FrameSpec.DEFAULT_SOURCE_MAC));
        for (final int tag : spec.tags())
        {
            out.u32(tag);
        }
        out.u16(field(Knob.ETHER_TYPE, etherType())).bytes(packet()).bytes(spec.octets(Knob.TRAILER, ""));
        final byte[] frame = out.toBytes();
        final byte[] padded = Arrays.copyOf(frame, Math.max(frame.length, field(Knob.PAD, 0)));
        return Arrays.copyOf(padded, Math.min(padded.length, field(Knob.TRUNCATE, padded.length)));
    }

    byte[] packet()
    {
        return switch (spec.network())
        {
            case RAW -> payload();
            case ARP -> arp();
            case IPV4 -> ipv4();
            case IPV6 -> ipv6();
        };
    }

    byte[] transport()
    {
        return switch (spec.transport())
        {
            case RAW -> payload();
            case UDP, VXLAN -> udp();
            case TCP -> tcp();
            case ECHO -> echo();
            case NEIGHBOR -> neighbor();
        };
    }

    byte[] datagram()
    {
        return spec.transport() != Transport.VXLAN ? payload() : new OctetWriter()
            .u8(field(Knob.VXLAN_FLAGS, 0x08))
            .u24(field(Knob.VXLAN_RESERVED, 0))
            .u24(field(Knob.VNI, 1))
            .u8(field(Knob.VXLAN_RESERVED_LAST, 0))
            .bytes(payload())
            .toBytes();
    }

    int protocol()
    {
        return field(Knob.PROTOCOL, switch (spec.transport())
        {
            case RAW -> 253;
            case UDP, VXLAN -> 17;
            case TCP -> 6;
            case ECHO, NEIGHBOR -> isV6() ? 58 : 1;
        });
    }

    private byte[] arp()
    {
        return new OctetWriter()
            .u16(1).u16(0x0800).u8(6).u8(4).u16(field(Knob.ARP_OPERATION, 1))
            .mac(spec.number(Knob.SENDER_MAC, spec.number(Knob.SOURCE_MAC, FrameSpec.DEFAULT_SOURCE_MAC)))
            .bytes(source())
            .mac(spec.number(Knob.TARGET_MAC, spec.number(Knob.DESTINATION_MAC, FrameSpec.DEFAULT_DESTINATION_MAC)))
            .bytes(destination())
            .toBytes();
    }

    private byte[] ipv4()
    {
        final byte[] options = spec.octets(Knob.IP_OPTIONS, "");
        final byte[] body = transport();
        final int headerLength = 20 + options.length;
        final byte[] header = new OctetWriter()
            .u8(field(Knob.IP_VERSION, 4) << 4 | field(Knob.IP_HEADER_WORDS, headerLength / 4))
            .u8(field(Knob.TOS, 0))
            .u16(field(Knob.IP_LENGTH, headerLength + body.length))
            .u16(field(Knob.IP_ID, 0))
            .u16(field(Knob.FRAGMENT, 0))
            .u8(field(Knob.TTL, 64))
            .u8(protocol())
            .u16(0)
            .bytes(source())
            .bytes(destination())
            .bytes(options)
            .toBytes();
        final int checksum = ~OctetWriter.sum(header) & 0xFFFF;
        put16(header, 10, field(Knob.IP_CHECKSUM, spec.has(Knob.IP_CHECKSUM_ERROR) ? checksum ^ 0x5555 : checksum));
        return new OctetWriter().bytes(header).bytes(body).toBytes();
    }

    private byte[] ipv6()
    {
        int next = protocol();
        byte[] body = transport();
        if (spec.has(Knob.FRAGMENT))
        {
            final int fragment = field(Knob.FRAGMENT, 0);
            body = new OctetWriter().u8(next).u8(0).u16((fragment & 0x1FFF) << 3 | fragment >>> 13 & 1)
                .u32(spec.number(Knob.IP_ID, 0)).bytes(body).toBytes();
            next = 44;
        }
        if (spec.has(Knob.IPV6_EXTENSION))
        {
            final byte[] extension = spec.octets(Knob.IPV6_EXTENSION, "");
            extension[0] = (byte)next;
            body = new OctetWriter().bytes(extension).bytes(body).toBytes();
            next = field(Knob.IPV6_EXTENSION_TYPE, 0);
        }
        return new OctetWriter()
            .u32(field(Knob.IP_VERSION, 6) << 28 | field(Knob.TOS, 0) << 20 | field(Knob.FLOW_LABEL, 0))
            .u16(field(Knob.IP_LENGTH, body.length))
            .u8(next)
            .u8(field(Knob.TTL, 64))
            .bytes(source())
            .bytes(destination())
            .bytes(body)
            .toBytes();
    }

    private byte[] udp()
    {
        final byte[] datagram = datagram();
        final byte[] udp = new OctetWriter()
            .u16(field(Knob.SOURCE_PORT, 40000))
            .u16(field(Knob.DESTINATION_PORT, 40001))
            .u16(field(Knob.UDP_LENGTH, 8 + datagram.length))
            .u16(0)
            .bytes(datagram)
            .toBytes();
        return withChecksum(udp, 6);
    }

    private byte[] tcp()
    {
        final byte[] options = spec.octets(Knob.TCP_OPTIONS, "");
        final byte[] tcp = new OctetWriter()
            .u16(field(Knob.SOURCE_PORT, 40000))
            .u16(field(Knob.DESTINATION_PORT, 80))
            .u32(spec.number(Knob.SEQUENCE, 1))
            .u32(spec.number(Knob.ACKNOWLEDGMENT, 1))
            .u8(field(Knob.TCP_HEADER_WORDS, 5 + options.length / 4) << 4)
            .u8(field(Knob.TCP_FLAGS, FrameSpec.ACK))
            .u16(field(Knob.WINDOW, 0xFFFF))
            .u16(0)
            .u16(field(Knob.URGENT, 0))
            .bytes(options)
            .bytes(payload())
            .toBytes();
        return withChecksum(tcp, 16);
    }

    private byte[] echo()
    {
        final byte[] echo = new OctetWriter()
            .u8(field(Knob.ICMP_TYPE, 8))
            .u8(field(Knob.ICMP_CODE, 0))
            .u16(0)
            .u16(field(Knob.ICMP_ID, 1))
            .u16(field(Knob.ICMP_SEQUENCE, 1))
            .bytes(payload())
            .toBytes();
        return withChecksum(echo, 2);
    }

    private byte[] neighbor()
    {
        final int type = field(Knob.ICMP_TYPE, 135);
        final OctetWriter out = new OctetWriter()
            .u8(type)
            .u8(field(Knob.ICMP_CODE, 0))
            .u16(0)
            .u32(spec.number(Knob.ND_FLAGS, 0))
            .bytes(spec.octets(Knob.ND_TARGET, V6_DESTINATION));
        final long linkAddress =
            spec.number(Knob.ND_LINK_ADDRESS, spec.number(Knob.SOURCE_MAC, FrameSpec.DEFAULT_SOURCE_MAC));
        if (linkAddress >= 0)
        {
            out.u8(type == 135 ? 1 : 2).u8(1).mac(linkAddress);
        }
        return withChecksum(out.bytes(payload()).toBytes(), 2);
    }

    private byte[] withChecksum(final byte[] transport, final int checksumOffset)
    {
        final boolean isIcmpV4 = !isV6() && spec.transport() == Transport.ECHO;
        final byte[] pseudoHeader = isIcmpV4 ? new byte[0] : new OctetWriter()
            .bytes(source()).bytes(destination()).u32(transport.length).u32(protocol()).toBytes();
        final int pseudoSum = OctetWriter.sum(pseudoHeader);
        final int sum = OctetWriter.sum(new OctetWriter().bytes(pseudoHeader).bytes(transport).toBytes());
        int checksum = ~sum & 0xFFFF;
        if (checksum == 0 && protocol() == 17)
        {
            checksum = 0xFFFF;
        }
        if (spec.has(Knob.CHECKSUM_PARTIAL))
        {
            checksum = pseudoSum;
        }
        if (spec.has(Knob.CHECKSUM_ERROR))
        {
            checksum ^= checksum == 0x5555 ? 0xAAAA : 0x5555;
        }
        put16(transport, checksumOffset, field(Knob.CHECKSUM, checksum));
        return transport;
    }

    private byte[] payload()
    {
        return spec.octets(Knob.PAYLOAD, "");
    }

    private byte[] source()
    {
        return spec.octets(Knob.SOURCE, isV6() ? V6_SOURCE : V4_SOURCE);
    }

    private byte[] destination()
    {
        return spec.octets(Knob.DESTINATION, isV6() ? V6_DESTINATION : V4_DESTINATION);
    }

    private int etherType()
    {
        return switch (spec.network())
        {
            case RAW -> 0x88B5;
            case ARP -> 0x0806;
            case IPV4 -> 0x0800;
            case IPV6 -> 0x86DD;
        };
    }

    private boolean isV6()
    {
        return spec.network() == Network.IPV6;
    }

    private int field(final Knob knob, final int orElse)
    {
        return (int)spec.number(knob, orElse);
    }

    private static void put16(final byte[] octets, final int offset, final int value)
    {
        octets[offset] = (byte)(value >>> 8);
        octets[offset + 1] = (byte)value;
    }
}
