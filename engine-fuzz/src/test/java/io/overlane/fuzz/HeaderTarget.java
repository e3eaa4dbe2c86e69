// SPDX-License-Identifier: Apache-2.0
package io.overlane.fuzz;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.memory.MemoryBuffer;
import io.overlane.parse.Ipv6Extensions;
import io.overlane.parse.Layer3;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.wire.ArpHeader;
import io.overlane.wire.EtherType;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.IcmpHeader;
import io.overlane.wire.Ipv4Header;
import io.overlane.wire.Ipv6Header;
import io.overlane.wire.NdMessage;
import io.overlane.wire.TcpHeader;
import io.overlane.wire.UdpHeader;
import io.overlane.wire.VlanTag;
import io.overlane.wire.VxlanHeader;
import java.util.ArrayList;
import java.util.List;

/**
 * Every flyweight over every byte of a frame. Its memory ends where the frame ends, so an access behind a passed check
 * is an exception; setters write what getters read, and nothing else.
 */
final class HeaderTarget implements FuzzTarget
{
    private final EthernetHeader ethernet = new EthernetHeader();
    private final VlanTag vlan = new VlanTag();
    private final VxlanHeader vxlan = new VxlanHeader();
    private final Ipv4Header ipv4 = new Ipv4Header();
    private final Ipv6Header ipv6 = new Ipv6Header();
    private final Ipv6Extensions extensions = new Ipv6Extensions();
    private final UdpHeader udp = new UdpHeader();
    private final TcpHeader tcp = new TcpHeader();
    private final IcmpHeader icmp = new IcmpHeader();
    private final NdMessage nd = new NdMessage();
    private final ArpHeader arp = new ArpHeader();

    @Override
    public void accept(final byte[] input)
    {
        final byte[] bytes = input.clone();
        final MemoryBuffer buffer = new MemoryBuffer(bytes);
        ethernet(buffer);
        vxlan(buffer);
        final int layer3 = Layer3.ofEthernet(buffer, 0, bytes.length);
        final int offset = Layer3.offset(layer3);
        assertTrue(offset <= bytes.length && offset <= Layer3.MAX_OFFSET, "layer 3 is in the frame");
        final int length = bytes.length - offset;
        switch (layer3 == Layer3.NONE ? -1 : Layer3.etherType(layer3))
        {
            case EtherType.IPV4 -> ipv4(buffer, offset, length);
            case EtherType.IPV6 -> ipv6(buffer, offset, length);
            case EtherType.ARP -> arp(buffer, offset, length);
            default -> everything(buffer, length, offset);
        }
        tags(input);
    }

    private void everything(final MemoryBuffer buffer, final int length, final int offset)
    {
        ipv4(buffer, offset, length);
        ipv6(buffer, offset, length);
        arp(buffer, offset, length);
        transport(buffer, offset, length);
        if (vlan.wrap(buffer, offset, length).check() == DropReason.NONE)
        {
            assertEquals(vlan.control() & 0xFFF, vlan.vlanId());
            vlan.etherType();
        }
    }

    private void ethernet(final MemoryBuffer buffer)
    {
        if (ethernet.wrap(buffer, 0, buffer.capacity()).check() == DropReason.NONE)
        {
            final byte[] before = copy(buffer);
            ethernet.destination(ethernet.destination()).source(ethernet.source()).etherType(ethernet.etherType());
            assertArrayEquals(before, copy(buffer));
        }
    }

    private void vxlan(final MemoryBuffer buffer)
    {
        if (vxlan.wrap(buffer, 0, buffer.capacity()).check() == DropReason.NONE)
        {
            assertEquals(vxlan.vni(), VxlanHeader.vni(vxlan.word()));
            assertEquals((vxlan.flags() & VxlanHeader.I_FLAG) != 0, VxlanHeader.hasVni(vxlan.word()));
        }
    }

    private void ipv4(final MemoryBuffer buffer, final int offset, final int length)
    {
        ipv4.wrap(buffer, offset, length);
        if (ipv4.checkHeader() != DropReason.NONE)
        {
            return;
        }
        final byte[] before = copy(buffer);
        ipv4.ecn(ipv4.ecn()).tos(ipv4.tos()).source(ipv4.source()).destination(ipv4.destination())
            .identification(ipv4.identification()).protocol(ipv4.protocol()).ttl(ipv4.ttl())
            .totalLength(ipv4.totalLength());
        assertArrayEquals(before, copy(buffer));
        assertEquals(ipv4.moreFragments() || ipv4.fragmentOffset() != 0, ipv4.isFragment());
        ipv4.dontFragment();
        ipv4.updateChecksum();
        assertTrue(ipv4.isChecksumValid(), "a checksum that was just made");
        for (int ecn = 0; ecn < 4; ecn++)
        {
            assertEquals(ecn, ipv4.ecn(ecn).ecn());
            assertTrue(ipv4.isChecksumValid(), "the checksum after a change of the congestion mark");
        }
        if (ipv4.ttl() > 0)
        {
            ipv4.decrementTtl();
            assertTrue(ipv4.isChecksumValid(), "the checksum after a hop");
        }
        if (ipv4.check() == DropReason.NONE)
        {
            final int transport = ipv4.headerLength();
            transport(buffer, offset + transport, ipv4.totalLength() - transport);
        }
    }

    private void ipv6(final MemoryBuffer buffer, final int offset, final int length)
    {
        ipv6.wrap(buffer, offset, length);
        if (ipv6.checkHeader() != DropReason.NONE)
        {
            return;
        }
        final byte[] before = copy(buffer);
        ipv6.ecn(ipv6.ecn()).sourceHigh(ipv6.sourceHigh()).sourceLow(ipv6.sourceLow())
            .destinationHigh(ipv6.destinationHigh()).destinationLow(ipv6.destinationLow())
            .nextHeader(ipv6.nextHeader()).hopLimit(ipv6.hopLimit()).payloadLength(ipv6.payloadLength());
        assertArrayEquals(before, copy(buffer));
        assertEquals(ipv6.ecn(), ipv6.trafficClass() & 3);
        if (ipv6.check() != DropReason.NONE)
        {
            return;
        }
        final int start = offset + Ipv6Header.LENGTH;
        final int end = start + ipv6.payloadLength();
        extensions.wrap(buffer, start, ipv6.payloadLength(), ipv6.nextHeader());
        int steps = 0;
        while (extensions.next() && !extensions.isTruncated())
        {
            steps++;
            assertTrue(extensions.offset() <= end, "extension headers are in the packet");
            assertTrue(steps <= ipv6.payloadLength() / 8, "each extension header has bytes of its own");
        }
        final int at = extensions.offset();
        if (at >= start && at <= end)
        {
            transport(buffer, at, end - at);
            if (icmp.wrap(buffer, at, end - at).check() == DropReason.NONE)
            {
                icmp.updateChecksum(ipv6);
            }
        }
    }

    private void transport(final MemoryBuffer buffer, final int offset, final int length)
    {
        if (udp.wrap(buffer, offset, length).check() == DropReason.NONE)
        {
            final byte[] before = copy(buffer);
            udp.udpLength(udp.udpLength()).checksum(udp.checksum());
            assertArrayEquals(before, copy(buffer));
            assertTrue(udp.sourcePort() <= 0xFFFF && udp.destinationPort() <= 0xFFFF);
        }
        if (tcp.wrap(buffer, offset, length).check() == DropReason.NONE)
        {
            final byte[] before = copy(buffer);
            tcp.sequence(tcp.sequence()).flags(tcp.flags()).checksum(tcp.checksum());
            assertArrayEquals(before, copy(buffer));
            assertTrue(tcp.dataOffset() >= TcpHeader.LENGTH && tcp.dataOffset() <= length, "TCP's header");
            assertTrue(tcp.sourcePort() + tcp.destinationPort() + tcp.urgent() <= 3 * 0xFFFF);
        }
        if (icmp.wrap(buffer, offset, length).check() == DropReason.NONE)
        {
            assertTrue(icmp.type() + icmp.code() + icmp.identifier() + icmp.sequence() >= 0);
            icmp.updateChecksum();
            assertTrue(icmp.isChecksumValid(), "a checksum that was just made");
        }
        if (nd.wrap(buffer, offset, length).check() == DropReason.NONE)
        {
            final byte[] before = copy(buffer);
            nd.targetHigh(nd.targetHigh()).targetLow(nd.targetLow());
            assertArrayEquals(before, copy(buffer));
            assertTrue(nd.linkLayerAddress() >= NdMessage.MISSING && nd.linkLayerAddress() >>> 48 == 0 ||
                nd.linkLayerAddress() == NdMessage.MISSING);
            nd.flags();
        }
    }

    private void arp(final MemoryBuffer buffer, final int offset, final int length)
    {
        if (arp.wrap(buffer, offset, length).check() == DropReason.NONE)
        {
            final byte[] before = copy(buffer);
            arp.senderMac(arp.senderMac()).senderIp(arp.senderIp()).targetMac(arp.targetMac()).targetIp(arp.targetIp());
            assertArrayEquals(before, copy(buffer));
            arp.operation();
        }
    }

    /** A tag that is put on and taken off leaves the frame as it was. */
    private static void tags(final byte[] input)
    {
        if (input.length < EthernetHeader.LENGTH)
        {
            return;
        }
        final Frame frame = new FrameSlab(1, input.length).frame(0);
        frame.buffer().putBytes(FrameSlab.HEADROOM, input);
        frame.wrap(FrameSlab.HEADROOM, input.length);
        VlanTag.push(frame, EtherType.VLAN, 0x2007);
        VlanTag.push(frame, EtherType.SERVICE_VLAN, 1);
        VlanTag.pop(frame, 2);
        final byte[] after = new byte[frame.length()];
        frame.buffer().getBytes(frame.offset(), after);
        assertArrayEquals(input, after);
    }

    private static byte[] copy(final MemoryBuffer buffer)
    {
        final byte[] bytes = new byte[buffer.capacity()];
        buffer.getBytes(0, bytes);
        return bytes;
    }

    @Override
    public List<byte[]> seeds()
    {
        final List<byte[]> seeds = new ArrayList<>();
        for (final FrameSpec spec : List.of(
            FrameSpec.ipv4Udp().payload("udp"), FrameSpec.ipv4Tcp().tcpOptions(new byte[]{1, 1, 1, 0}),
            FrameSpec.ipv6Tcp(), FrameSpec.ipv6Udp().vlan(7), FrameSpec.ipv4Udp().tag(0x88A8, 1).vlan(7),
            FrameSpec.ipv4Udp().ipOptions(new byte[]{1, 1, 1, 0}), FrameSpec.ipv4Udp().fragment(64, true),
            FrameSpec.icmpEchoRequest(), FrameSpec.icmpv6EchoRequest(), FrameSpec.arpRequest("10.0.0.1", "10.0.0.9"),
            FrameSpec.neighborSolicitation("fd00::1", "fd00::9"), FrameSpec.neighborAdvertisement("fd00::1", "fd00::9"),
            FrameSpec.ipv6Udp().ipv6Extension(0, new byte[]{0, 0, 1, 4, 0, 0, 0, 0})))
        {
            seeds.add(spec.bytes());
        }
        seeds.add(FrameSpec.vxlan(FrameSpec.ipv4Udp()).vni(1).datagram());
        return seeds;
    }
}
