// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import static io.overlane.wire.Scratch.OFFSET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.status.DropReason;
import org.junit.jupiter.api.Test;

/** Every field of every header, written over 0xA5 and compared with bytes made by hand. */
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
    void shouldWriteAndReadVlanTag()
    {
        final Scratch scratch = new Scratch(VlanTag.LENGTH);
        final VlanTag tag = new VlanTag().wrap(scratch.buffer, OFFSET, VlanTag.LENGTH);
        tag.control(0).priority(5).dropEligible(true).vlanId(0xABC).etherType(EtherType.IPV4);

        scratch.assertHolds("babc 0800");
        assertEquals(5, tag.priority());
        assertTrue(tag.dropEligible());
        assertEquals(0xABC, tag.vlanId());
        assertEquals(EtherType.IPV4, tag.etherType());

        tag.priority(2).dropEligible(false).vlanId(0x1FFF);
        scratch.assertHolds("4fff 0800");
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
        ip.init().trafficClass(0xB9).flowLabel(0xABCDE).payloadLength(0).nextHeader(IpProtocol.UDP).hopLimit(254)
            .sourceHigh(0xFD00_0000_0000_0001L).sourceLow(2).destinationHigh(0xFE80_0000_0000_0000L).destinationLow(-3);

        scratch.assertHolds("6b9abcde 0000 11 fe fd00000000000001 0000000000000002 fe80000000000000 fffffffffffffffd");
        assertEquals(DropReason.NONE, ip.check());
        assertEquals(6, ip.version());
        assertEquals(0xB9, ip.trafficClass());
        assertEquals(1, ip.ecn());
        assertEquals(0xABCDE, ip.flowLabel());
        assertEquals(0, ip.payloadLength());
        assertEquals(IpProtocol.UDP, ip.nextHeader());
        assertEquals(254, ip.hopLimit());
        assertEquals(0xFD00_0000_0000_0001L, ip.sourceHigh());
        assertEquals(2, ip.sourceLow());
        assertEquals(0xFE80_0000_0000_0000L, ip.destinationHigh());
        assertEquals(-3, ip.destinationLow());

        ip.ecn(2);
        assertEquals(0xBA, ip.trafficClass());
        assertEquals(0xABCDE, ip.flowLabel());
        ip.payloadLength(1);
        assertEquals(DropReason.BAD_IP_HEADER, ip.check());
        assertEquals(DropReason.NONE, ip.checkHeader());
    }

    @Test
    void shouldWriteAndReadUdp()
    {
        final Scratch scratch = new Scratch(UdpHeader.LENGTH);
        final UdpHeader udp = new UdpHeader().wrap(scratch.buffer, OFFSET, UdpHeader.LENGTH);
        udp.sourcePort(65535).destinationPort(8472).udpLength(8).checksum(0xBEEF);

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
        final Scratch scratch = new Scratch(TcpHeader.LENGTH);
        final TcpHeader tcp = new TcpHeader().wrap(scratch.buffer, OFFSET, TcpHeader.LENGTH);
        tcp.sourcePort(443).destinationPort(50000).sequence(0xFFFF_FFFE).acknowledgment(0x8000_0001).dataOffset(20)
            .flags(TcpHeader.CWR | TcpHeader.ACK).window(0xFF00).checksum(0xABCD).urgent(0x8001);

        scratch.assertHolds("01bb c350 fffffffe 80000001 50 90 ff00 abcd 8001");
        assertEquals(DropReason.NONE, tcp.check());
        assertEquals(443, tcp.sourcePort());
        assertEquals(50000, tcp.destinationPort());
        assertEquals(0xFFFF_FFFE, tcp.sequence());
        assertEquals(0x8000_0001, tcp.acknowledgment());
        assertEquals(20, tcp.dataOffset());
        assertEquals(TcpHeader.CWR | TcpHeader.ACK, tcp.flags());
        assertEquals(0xFF00, tcp.window());
        assertEquals(0xABCD, tcp.checksum());
        assertEquals(0x8001, tcp.urgent());
        assertEquals(DropReason.BAD_TRANSPORT_HEADER, tcp.dataOffset(16).check());
        assertEquals(DropReason.BAD_TRANSPORT_HEADER, tcp.dataOffset(24).check());
        assertEquals(60, tcp.dataOffset(60).dataOffset());
    }

    @Test
    void shouldWriteAndReadIcmp()
    {
        final Scratch scratch = new Scratch(IcmpHeader.LENGTH);
        final IcmpHeader icmp = new IcmpHeader().wrap(scratch.buffer, OFFSET, IcmpHeader.LENGTH);
        icmp.type(IcmpHeader.DESTINATION_UNREACHABLE).code(IcmpHeader.FRAGMENTATION_NEEDED).rest(0).nextHopMtu(1450);
        icmp.updateChecksum();

        scratch.assertHolds("03 04 f751 0000 05aa");
        assertTrue(icmp.isChecksumValid());
        assertEquals(1450, icmp.nextHopMtu());
        icmp.identifier(0x1234).sequence(0xFFFF).type(8).code(0).checksum(0);
        scratch.assertHolds("08 00 0000 1234 ffff");
        assertFalse(icmp.isChecksumValid());
        assertEquals(0x1234_FFFF, icmp.rest());
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
        icmp.type(128).code(0).identifier(1).sequence(2).updateChecksum(ip);

        scratch.assertHolds("80 00 7fb8 0001 0002");
        assertTrue(icmp.isChecksumValid(ip));
        assertEquals(128, icmp.type());
        assertEquals(0x0001_0002, icmp.rest());
        ip.destinationLow(2);
        assertFalse(icmp.isChecksumValid(ip));
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

        vxlan.word(-1).flags(0x88).vni(0x1_00_0001);
        scratch.assertHolds("88ffffff 000001 ff");
        assertEquals(0x80FF_FFFF_0000_00FFL, vxlan.word() & VxlanHeader.RESERVED_MASK);
        assertEquals(1, vxlan.vni());
    }
}
