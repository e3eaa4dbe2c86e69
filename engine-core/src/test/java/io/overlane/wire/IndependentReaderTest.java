// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.frame.Frame;
import io.overlane.memory.MemoryBuffer;
import io.overlane.status.DropReason;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.pcap4j.packet.ArpPacket;
import org.pcap4j.packet.Dot1qVlanTagPacket;
import org.pcap4j.packet.EthernetPacket;
import org.pcap4j.packet.IcmpV4CommonPacket;
import org.pcap4j.packet.IcmpV4EchoPacket;
import org.pcap4j.packet.IcmpV6CommonPacket;
import org.pcap4j.packet.IcmpV6NeighborAdvertisementPacket;
import org.pcap4j.packet.IllegalRawDataException;
import org.pcap4j.packet.IpV4Packet;
import org.pcap4j.packet.IpV6NeighborDiscoveryTargetLinkLayerAddressOption;
import org.pcap4j.packet.IpV6Packet;
import org.pcap4j.packet.TcpPacket;
import org.pcap4j.packet.UdpPacket;
import org.pcap4j.packet.namednumber.ArpOperation;

/** Whole frames written by the flyweights and read by pcap4j, which shares no code with them and needs no libpcap. */
class IndependentReaderTest
{
    private static final long MAC_A = 0x0211_2233_4455L;
    private static final long MAC_B = 0xFEDC_BA98_7654L;
    private static final int IP_A = 0x0A05_0101;
    private static final int IP_B = 0xC0A8_FF02;
    private static final long NET = 0xFD00_0000_0000_0001L;
    private static final byte[] DATA = "an odd number of bytes.".getBytes(StandardCharsets.US_ASCII);

    private final byte[] bytes = new byte[256];
    private final MemoryBuffer buffer = new MemoryBuffer(bytes);

    @Test
    void shouldReadUdpOverIpv4BehindVlanTag() throws Exception
    {
        final int length = 18 + 20 + 8 + DATA.length;
        ethernet(4, EtherType.IPV4);
        VlanTag.push(new Frame(buffer).wrap(4, length - 4), EtherType.VLAN, 6 << 13 | 0x123);
        ipv4(18, IpProtocol.UDP, 8 + DATA.length);
        buffer.putBytes(38, Scratch.bytes("c350 2118"));
        new UdpHeader().wrap(buffer, 38, length - 38)
            .udpLength(8 + DATA.length).checksum(pseudoV4(IpProtocol.UDP, 8 + DATA.length));
        buffer.putBytes(46, DATA);
        complete(length, 38, UdpHeader.CHECKSUM_OFFSET);

        final EthernetPacket packet = read(length);
        assertEquals("fe:dc:ba:98:76:54", packet.getHeader().getDstAddr().toString());
        assertEquals("02:11:22:33:44:55", packet.getHeader().getSrcAddr().toString());
        final Dot1qVlanTagPacket.Dot1qVlanTagHeader tag = packet.get(Dot1qVlanTagPacket.class).getHeader();
        assertEquals(0x123, tag.getVidAsInt());
        assertEquals(6, tag.getPriority());
        assertFalse(tag.getCfi());
        assertIpv4(packet.get(IpV4Packet.class), 20 + 8 + DATA.length);
        final UdpPacket udp = packet.get(UdpPacket.class);
        assertEquals(50000, udp.getHeader().getSrcPort().valueAsInt());
        assertEquals(8472, udp.getHeader().getDstPort().valueAsInt());
        assertEquals(8 + DATA.length, udp.getHeader().getLengthAsInt());
        assertTrue(udp.hasValidChecksum(address(IP_A), address(IP_B), false));
        assertArrayEquals(DATA, udp.getPayload().getRawData());
    }

    @Test
    void shouldReadTcpOverIpv4() throws Exception
    {
        final int length = 14 + 20 + 20 + DATA.length;
        ethernet(EtherType.IPV4);
        ipv4(14, IpProtocol.TCP, 20 + DATA.length);
        buffer.putBytes(34, Scratch.bytes("01bb c351 00000000 00000007 50 00 ffff 0000 0000"));
        new TcpHeader().wrap(buffer, 34, length - 34).sequence(-2).flags(TcpHeader.PSH | TcpHeader.ACK)
            .checksum(pseudoV4(IpProtocol.TCP, 20 + DATA.length));
        buffer.putBytes(54, DATA);
        complete(length, 34, TcpHeader.CHECKSUM_OFFSET);

        final TcpPacket tcp = read(length).get(TcpPacket.class);
        assertEquals(443, tcp.getHeader().getSrcPort().valueAsInt());
        assertEquals(50001, tcp.getHeader().getDstPort().valueAsInt());
        assertEquals(-2, tcp.getHeader().getSequenceNumber());
        assertEquals(7, tcp.getHeader().getAcknowledgmentNumber());
        assertEquals(5, tcp.getHeader().getDataOffset());
        assertTrue(tcp.getHeader().getPsh());
        assertTrue(tcp.getHeader().getAck());
        assertFalse(tcp.getHeader().getSyn());
        assertEquals(0xFFFF, tcp.getHeader().getWindowAsInt());
        assertTrue(tcp.hasValidChecksum(address(IP_A), address(IP_B), false));
    }

    @Test
    void shouldReadIcmpEcho() throws Exception
    {
        final int length = 14 + 20 + 8 + DATA.length;
        ethernet(EtherType.IPV4);
        ipv4(14, IpProtocol.ICMP, 8 + DATA.length);
        buffer.putBytes(42, DATA);
        new IcmpHeader().wrap(buffer, 34, length - 34)
            .init(IcmpHeader.ECHO_REQUEST, 0, 0xBEEF_0003).updateChecksum();

        final EthernetPacket packet = read(length);
        assertTrue(packet.get(IcmpV4CommonPacket.class).hasValidChecksum(false));
        final IcmpV4EchoPacket.IcmpV4EchoHeader echo = packet.get(IcmpV4EchoPacket.class).getHeader();
        assertEquals(0xBEEF, echo.getIdentifierAsInt());
        assertEquals(3, echo.getSequenceNumberAsInt());
    }

    @Test
    void shouldReadArp() throws Exception
    {
        ethernet(EtherType.ARP);
        new ArpHeader().wrap(buffer, 14, ArpHeader.LENGTH).init(ArpHeader.REQUEST)
            .senderMac(MAC_A).senderIp(IP_A).targetMac(0).targetIp(IP_B);

        final ArpPacket.ArpHeader arp = read(14 + ArpHeader.LENGTH).get(ArpPacket.class).getHeader();
        assertEquals(ArpOperation.REQUEST, arp.getOperation());
        assertEquals("02:11:22:33:44:55", arp.getSrcHardwareAddr().toString());
        assertEquals(address(IP_A), arp.getSrcProtocolAddr());
        assertEquals("00:00:00:00:00:00", arp.getDstHardwareAddr().toString());
        assertEquals(address(IP_B), arp.getDstProtocolAddr());
    }

    @Test
    void shouldReadNeighborAdvertisement() throws Exception
    {
        final int length = 14 + 40 + NdMessage.LENGTH_WITH_LINK_LAYER;
        ethernet(EtherType.IPV6);
        final Ipv6Header ip = ipv6(IpProtocol.ICMPV6, NdMessage.LENGTH_WITH_LINK_LAYER);
        new NdMessage().wrap(buffer, 54, NdMessage.LENGTH_WITH_LINK_LAYER)
            .init(NdMessage.ADVERTISEMENT, NdMessage.SOLICITED | NdMessage.OVERRIDE)
            .targetHigh(NET).targetLow(1).linkLayerAddress(MAC_A).updateChecksum(ip);

        final EthernetPacket packet = read(length);
        assertIpv6(packet.get(IpV6Packet.class), NdMessage.LENGTH_WITH_LINK_LAYER);
        assertTrue(packet.get(IcmpV6CommonPacket.class).hasValidChecksum(address(NET, 1), address(NET, 2), false));
        final IcmpV6NeighborAdvertisementPacket.IcmpV6NeighborAdvertisementHeader message =
            packet.get(IcmpV6NeighborAdvertisementPacket.class).getHeader();
        assertFalse(message.getRouterFlag());
        assertTrue(message.getSolicitedFlag());
        assertTrue(message.getOverrideFlag());
        assertEquals(address(NET, 1), message.getTargetAddress());
        final byte[] option = message.getOptions().get(0).getRawData();
        assertEquals(IpV6NeighborDiscoveryTargetLinkLayerAddressOption.class, message.getOptions().get(0).getClass());
        assertArrayEquals(Scratch.bytes("0201021122334455"), option);
    }

    @Test
    void shouldReadUdpOverIpv6() throws Exception
    {
        final int length = 14 + 40 + 8 + DATA.length;
        ethernet(EtherType.IPV6);
        ipv6(IpProtocol.UDP, 8 + DATA.length);
        buffer.putBytes(54, Scratch.bytes("0001 0002"));
        new UdpHeader().wrap(buffer, 54, length - 54).udpLength(8 + DATA.length)
            .checksum(Checksum.fold(Checksum.pseudoHeaderV6(NET, 1, NET, 2, IpProtocol.UDP, 8 + DATA.length)));
        buffer.putBytes(62, DATA);
        complete(length, 54, UdpHeader.CHECKSUM_OFFSET);

        final EthernetPacket packet = read(length);
        assertIpv6(packet.get(IpV6Packet.class), 8 + DATA.length);
        assertTrue(packet.get(UdpPacket.class).hasValidChecksum(address(NET, 1), address(NET, 2), false));
    }

    private void ethernet(final int etherType)
    {
        ethernet(0, etherType);
    }

    private void ethernet(final int offset, final int etherType)
    {
        Arrays.fill(bytes, (byte)0xA5);
        new EthernetHeader().wrap(buffer, offset, EthernetHeader.LENGTH)
            .destination(MAC_B).source(MAC_A).etherType(etherType);
    }

    private void ipv4(final int offset, final int protocol, final int payloadLength)
    {
        new Ipv4Header().wrap(buffer, offset, 20 + payloadLength).headerLength(20).tos(0)
            .totalLength(20 + payloadLength).identification(0xCAFE).flags(0).dontFragment(true).ttl(65)
            .protocol(protocol).source(IP_A).destination(IP_B).updateChecksum().ecn(2).decrementTtl();
    }

    private Ipv6Header ipv6(final int nextHeader, final int payloadLength)
    {
        buffer.putBytes(14, Scratch.bytes("6b812345"));
        return new Ipv6Header().wrap(buffer, 14, 40 + payloadLength).ecn(3).payloadLength(payloadLength)
            .nextHeader(nextHeader).hopLimit(255)
            .sourceHigh(NET).sourceLow(1).destinationHigh(NET).destinationLow(2);
    }

    private void complete(final int length, final int start, final int offset)
    {
        final Frame frame = new Frame(buffer).wrap(0, length);
        frame.offload(Frame.NEEDS_CHECKSUM, Frame.GSO_NONE, 0, 0, start, offset);
        assertEquals(DropReason.NONE, Checksum.complete(frame));
    }

    private EthernetPacket read(final int length) throws IllegalRawDataException
    {
        return EthernetPacket.newPacket(bytes, 0, length);
    }

    private static void assertIpv4(final IpV4Packet packet, final int totalLength) throws UnknownHostException
    {
        final IpV4Packet.IpV4Header header = packet.getHeader();
        assertEquals(totalLength, header.getTotalLengthAsInt());
        assertEquals(0xCAFE, header.getIdentificationAsInt());
        assertEquals(2, header.getTos().value());
        assertTrue(header.getDontFragmentFlag());
        assertFalse(header.getMoreFragmentFlag());
        assertEquals(0, header.getFragmentOffset());
        assertEquals(64, header.getTtlAsInt());
        assertEquals(address(IP_A), header.getSrcAddr());
        assertEquals(address(IP_B), header.getDstAddr());
        assertTrue(header.hasValidChecksum(false));
    }

    private static void assertIpv6(final IpV6Packet packet, final int payloadLength) throws UnknownHostException
    {
        final IpV6Packet.IpV6Header header = packet.getHeader();
        assertEquals(payloadLength, header.getPayloadLengthAsInt());
        assertEquals((byte)0xBB, header.getTrafficClass().value());
        assertEquals(0x12345, header.getFlowLabel().value());
        assertEquals(255, header.getHopLimitAsInt());
        assertEquals(address(NET, 1), header.getSrcAddr());
        assertEquals(address(NET, 2), header.getDstAddr());
    }

    private static int pseudoV4(final int protocol, final int length)
    {
        return Checksum.fold(Checksum.pseudoHeaderV4(IP_A, IP_B, protocol, length));
    }

    private static Inet4Address address(final int ip) throws UnknownHostException
    {
        return (Inet4Address)InetAddress.getByAddress(Scratch.bytes(String.format("%08x", ip)));
    }

    private static Inet6Address address(final long high, final long low) throws UnknownHostException
    {
        return (Inet6Address)InetAddress.getByAddress(Scratch.bytes(String.format("%016x%016x", high, low)));
    }
}
