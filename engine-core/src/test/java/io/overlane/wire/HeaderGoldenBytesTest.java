// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import static io.overlane.wire.Scratch.OFFSET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.status.DropReason;
import org.junit.jupiter.api.Test;

/** Every field of every header, compared with bytes made by hand: those with a setter are written over 0xA5. */
class HeaderGoldenBytesTest
{
    private static final long MAC_A = 0x0211_2233_4455L;
    private static final long MAC_B = 0xFEDC_BA98_7654L;

    @Test
    void shouldWriteAndReadEthernet()
    {
        final Scratch scratch = new Scratch(EthernetHeader.LENGTH);
        final EthernetHeader header = new EthernetHeader().wrap(scratch.buffer, OFFSET, EthernetHeader.LENGTH);
        header.destination(MAC_B).source(MAC_A).etherType(EtherType.IPV6);

        scratch.assertHolds("fedcba987654 021122334455 86dd");
        assertEquals(DropReason.NONE, header.check());
        assertEquals(MAC_B, header.destination());
        assertEquals(MAC_A, header.source());
        assertEquals(EtherType.IPV6, header.etherType());
    }

    @Test
    void shouldIgnoreUpperBitsOfMac()
    {
        final Scratch scratch = new Scratch(EthernetHeader.LENGTH);
        final EthernetHeader header = new EthernetHeader().wrap(scratch.buffer, OFFSET, EthernetHeader.LENGTH);
        header.source(-1L).destination(0x7777_0000_0000_0001L).etherType(0x1_0800);

        scratch.assertHolds("000000000001 ffffffffffff 0800");
    }

    @Test
    void shouldReadVlanTag()
    {
        final VlanTag tag = new VlanTag().wrap(Scratch.of("babc 0800").buffer, OFFSET, VlanTag.LENGTH);

        assertEquals(DropReason.NONE, tag.check());
        assertEquals(0xBABC, tag.control());
        assertEquals(0xABC, tag.vlanId());
        assertEquals(EtherType.IPV4, tag.etherType());
    }

    @Test
    void shouldWriteAndReadArp()
    {
        final Scratch scratch = new Scratch(ArpHeader.LENGTH);
        final ArpHeader arp = new ArpHeader().wrap(scratch.buffer, OFFSET, ArpHeader.LENGTH);
        arp.init(ArpHeader.REPLY).senderMac(MAC_A).senderIp(0x0A05_0101).targetMac(MAC_B).targetIp(0xC0A8_00FE);

        scratch.assertHolds("0001 0800 06 04 0002 021122334455 0a050101 fedcba987654 c0a800fe");
        assertEquals(DropReason.NONE, arp.check());
        assertEquals(ArpHeader.REPLY, arp.operation());
        assertEquals(MAC_A, arp.senderMac());
        assertEquals(0x0A05_0101, arp.senderIp());
        assertEquals(MAC_B, arp.targetMac());
        assertEquals(0xC0A8_00FE, arp.targetIp());
    }

    @Test
    void shouldAcceptOnlyArpForIpv4OverEthernet()
    {
        final String rest = "021122334455 0a050101 fedcba987654 c0a800fe";
        for (final String start : new String[]
            {"0006080006040001", "0001080606040001", "0001080008040001", "0001080006100001"})
        {
            final Scratch scratch = Scratch.of(start + rest);
            final ArpHeader arp = new ArpHeader().wrap(scratch.buffer, OFFSET, ArpHeader.LENGTH);
            assertEquals(DropReason.BAD_NEIGHBOR_MESSAGE, arp.check(), start);
        }
    }

    @Test
    void shouldWriteAndReadIpv6()
    {
        final Scratch scratch = new Scratch(Ipv6Header.LENGTH);
        final Ipv6Header ip = new Ipv6Header().wrap(scratch.buffer, OFFSET, Ipv6Header.LENGTH);
        ip.init().payloadLength(0).nextHeader(IpProtocol.UDP).hopLimit(254)
            .sourceHigh(0xFD00_0000_0000_0001L).sourceLow(2).destinationHigh(0xFE80_0000_0000_0000L).destinationLow(-3);

        scratch.assertHolds("60000000 0000 11 fe fd00000000000001 0000000000000002 fe80000000000000 fffffffffffffffd");
        assertEquals(DropReason.NONE, ip.check());
        assertEquals(0, ip.payloadLength());
        assertEquals(IpProtocol.UDP, ip.nextHeader());
        assertEquals(254, ip.hopLimit());
        assertEquals(0xFD00_0000_0000_0001L, ip.sourceHigh());
        assertEquals(2, ip.sourceLow());
        assertEquals(0xFE80_0000_0000_0000L, ip.destinationHigh());
        assertEquals(-3, ip.destinationLow());

        scratch.buffer.putBytes(OFFSET, Scratch.bytes("6b9abcde"));
        assertEquals(0xB9, ip.trafficClass());
        assertEquals(1, ip.ecn());
        assertEquals(2, ip.ecn(2).ecn());
        assertEquals(0xBA, ip.trafficClass());
        scratch.assertHolds("6baabcde 0000 11 fe fd00000000000001 0000000000000002 fe80000000000000 fffffffffffffffd");
        ip.payloadLength(1);
        assertEquals(DropReason.BAD_IP_HEADER, ip.check());
        assertEquals(DropReason.NONE, ip.checkHeader());
    }

    @Test
    void shouldWriteAndReadUdp()
    {
        final Scratch scratch = Scratch.of("ffff 2118 a5a5 a5a5");
        final UdpHeader udp = new UdpHeader().wrap(scratch.buffer, OFFSET, UdpHeader.LENGTH);
        udp.udpLength(8).checksum(0xBEEF);

        scratch.assertHolds("ffff 2118 0008 beef");
        assertEquals(DropReason.NONE, udp.check());
        assertEquals(65535, udp.sourcePort());
        assertEquals(8472, udp.destinationPort());
        assertEquals(8, udp.udpLength());
        assertEquals(0xBEEF, udp.checksum());
        assertEquals(DropReason.BAD_TRANSPORT_HEADER, udp.udpLength(7).check());
        assertEquals(DropReason.BAD_TRANSPORT_HEADER, udp.udpLength(9).check());
    }

    @Test
    void shouldWriteAndReadTcp()
    {
        final Scratch scratch = Scratch.of("01bb c350 a5a5a5a5 80000001 50 a5 ff00 a5a5 8001");
        final TcpHeader tcp = new TcpHeader().wrap(scratch.buffer, OFFSET, TcpHeader.LENGTH);
        tcp.sequence(0xFFFF_FFFE).flags(TcpHeader.CWR | TcpHeader.ACK).checksum(0xABCD);

        scratch.assertHolds("01bb c350 fffffffe 80000001 50 90 ff00 abcd 8001");
        assertEquals(DropReason.NONE, tcp.check());
        assertEquals(443, tcp.sourcePort());
        assertEquals(50000, tcp.destinationPort());
        assertEquals(0xFFFF_FFFE, tcp.sequence());
        assertEquals(20, tcp.dataOffset());
        assertEquals(TcpHeader.CWR | TcpHeader.ACK, tcp.flags());
        assertEquals(0xABCD, tcp.checksum());
        assertEquals(0x8001, tcp.urgent());
        scratch.buffer.putByte(OFFSET + TcpHeader.DATA_OFFSET_OFFSET, (byte)0x4F);
        assertEquals(DropReason.BAD_TRANSPORT_HEADER, tcp.check());
        scratch.buffer.putByte(OFFSET + TcpHeader.DATA_OFFSET_OFFSET, (byte)0x60);
        assertEquals(DropReason.BAD_TRANSPORT_HEADER, tcp.check());
        scratch.buffer.putByte(OFFSET + TcpHeader.DATA_OFFSET_OFFSET, (byte)0xF0);
        assertEquals(60, tcp.dataOffset());
    }

    @Test
    void shouldWriteAndReadIcmp()
    {
        final Scratch scratch = new Scratch(IcmpHeader.LENGTH);
        final IcmpHeader icmp = new IcmpHeader().wrap(scratch.buffer, OFFSET, IcmpHeader.LENGTH);
        icmp.init(IcmpHeader.DESTINATION_UNREACHABLE, IcmpHeader.FRAGMENTATION_NEEDED, 1450).updateChecksum();

        scratch.assertHolds("03 04 f751 0000 05aa");
        assertTrue(icmp.isChecksumValid());
        icmp.init(8, 0, 0x1234_FFFF);
        scratch.assertHolds("08 00 0000 1234 ffff");
        assertFalse(icmp.isChecksumValid());
        assertEquals(0x1234, icmp.identifier());
        assertEquals(0xFFFF, icmp.sequence());
        assertEquals(8, icmp.type());
        assertEquals(0, icmp.code());
    }

    @Test
    void shouldWriteAndReadIcmpv6()
    {
        final Ipv6Header ip = new Ipv6Header().wrap(new Scratch(Ipv6Header.LENGTH).buffer, OFFSET, Ipv6Header.LENGTH);
        ip.init().sourceHigh(0).sourceLow(1).destinationHigh(0).destinationLow(1);
        final Scratch scratch = new Scratch(IcmpHeader.LENGTH);
        final IcmpHeader icmp = new IcmpHeader().wrap(scratch.buffer, OFFSET, IcmpHeader.LENGTH);
        icmp.init(128, 0, 0x0001_0002).updateChecksum(ip);

        scratch.assertHolds("80 00 7fb8 0001 0002");
        assertEquals(128, icmp.type());
        ip.destinationLow(2);
        icmp.updateChecksum(ip);
        scratch.assertHolds("80 00 7fb7 0001 0002");
    }

    @Test
    void shouldWriteAndReadVxlan()
    {
        final Scratch scratch = new Scratch(VxlanHeader.LENGTH);
        final VxlanHeader vxlan = new VxlanHeader().wrap(scratch.buffer, OFFSET, VxlanHeader.LENGTH);
        vxlan.init(0xFF_FFFE);

        scratch.assertHolds("08000000 fffffe 00");
        assertEquals(DropReason.NONE, vxlan.check());
        assertEquals(VxlanHeader.I_FLAG, vxlan.flags());
        assertEquals(0xFF_FFFE, vxlan.vni());
        assertEquals(0x0800_0000_FFFF_FE00L, vxlan.word());
        assertEquals(0, vxlan.word() & VxlanHeader.RESERVED_MASK);

        scratch.buffer.putBytes(OFFSET, Scratch.bytes("88ffffff 000001 ff"));
        assertEquals(0x88, vxlan.flags());
        assertEquals(0x80FF_FFFF_0000_00FFL, vxlan.word() & VxlanHeader.RESERVED_MASK);
        assertEquals(1, vxlan.vni());
        assertEquals(1, VxlanHeader.vni(vxlan.word()));
    }
}
