// SPDX-License-Identifier: Apache-2.0
package io.overlane.replay;

import static io.overlane.replay.Packets.payload;
import static io.overlane.replay.Packets.receive;
import static io.overlane.replay.Packets.receiveCut;
import static io.overlane.status.DropReason.BAD_OUTER_HEADER;
import static io.overlane.status.DropReason.CAPTURE_CUT;
import static io.overlane.status.DropReason.NONE;
import static io.overlane.status.DropReason.NO_SOCKET;
import static io.overlane.status.DropReason.UDP_CHECKSUM;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.pcap.LinkType;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.Hex;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** {@link OuterStack} on single packets. */
class OuterStackTest
{
    private static final Set<DropReason> VERDICTS = Set.of(
        DropReason.NONE, DropReason.BAD_OUTER_HEADER, DropReason.CAPTURE_CUT, DropReason.FRAGMENT,
        DropReason.UDP_CHECKSUM, DropReason.NO_SOCKET);
    private static final FrameSpec V4 = FrameSpec.vxlan(FrameSpec.arpRequest("10.0.0.1", "10.0.0.2"));
    private static final FrameSpec V6 = V4.overIpv6();

    private final OuterStack stack = new OuterStack(8472);

    @Test
    void shouldDeliverWhatIsInOrder()
    {
        assertEquals(NONE, receive(stack, V4.tos(0xB9).sourcePort(51000)));
        assertEquals(Hex.of(V4.datagram()), payload(stack));
        assertEquals(
            IpAddress.parse("192.0.2.1"), new IpAddress(stack.datagram().sourceHigh(), stack.datagram().sourceLow()));
        assertEquals(
            IpAddress.parse("192.0.2.2"),
            new IpAddress(stack.datagram().destinationHigh(), stack.datagram().destinationLow()));
        assertEquals(51000, stack.datagram().sourcePort());
        assertEquals(8472, stack.datagram().destinationPort());
        assertEquals(0xB9, stack.datagram().tos());

        assertEquals(NONE, receive(stack, V6.tos(0x03)));
        assertEquals(Hex.of(V6.datagram()), payload(stack));
        assertEquals(
            IpAddress.parse("2001:db8::1"), new IpAddress(stack.datagram().sourceHigh(), stack.datagram().sourceLow()));
        assertEquals(0x03, stack.datagram().tos());
        assertEquals(0, stack.partialChecksums());
    }

    @Test
    void shouldFindLayerThreeInEveryLinkType()
    {
        final String sll = "0000" + "0001" + "0006" + "0200000000010000";
        final String sll2 = "0000" + "00000002" + "0001" + "00" + "06" + "0200000000010000";
        for (final FrameSpec frame : List.of(V4, V6))
        {
            final String type = frame.equals(V4) ? "0800" : "86dd";
            final String packet = Hex.of(frame.packet());
            deliver(LinkType.ETHERNET, frame.tag(0x88A8, 5).vlan(6).hex());
            deliver(LinkType.RAW_IP, packet);
            deliver(LinkType.LINUX_SLL, sll + type + packet);
            deliver(LinkType.LINUX_SLL, sll + "8100" + "0007" + type + packet);
            deliver(LinkType.LINUX_SLL2, type + sll2 + packet);
        }
        assertFalse(OuterStack.isSupported(147));
        assertEquals(NO_SOCKET, receive(stack, 147, V4.packet(), 200, 0));
    }

    @Test
    void shouldFindLayerThreeInRawAndLoopbackCaptures()
    {
        final String v4 = Hex.of(V4.packet());
        final String v6 = Hex.of(V6.packet());
        for (final int raw : List.of(LinkType.RAW_IP, LinkType.RAW_IP_12, LinkType.RAW_IP_14))
        {
            deliver(raw, v4);
            deliver(raw, v6);
        }
        deliver(LinkType.IPV4, v4);
        deliver(LinkType.IPV6, v6);
        for (final int loopback : List.of(LinkType.NULL, LinkType.LOOP))
        {
            for (final String family : List.of("00000002", "02000000"))
            {
                deliver(loopback, family + v4);
            }
            for (final String family : List.of("0000000a", "18000000", "0000001c", "1e000000"))
            {
                deliver(loopback, family + v6);
            }
            assertEquals(NO_SOCKET, receive(stack, loopback, Hex.parse("00000007" + v4), 200, 0));
            assertEquals(BAD_OUTER_HEADER, receive(stack, loopback, Hex.parse("000000"), 3, 0));
        }
        final byte[] version5 = V4.ipVersion(5).packet();
        assertEquals(BAD_OUTER_HEADER, receive(stack, LinkType.IPV4, version5, version5.length, 0));
        assertEquals(BAD_OUTER_HEADER, receive(stack, LinkType.RAW_IP_12, version5, version5.length, 0));
    }

    /** What is sound and not for the socket is not bad: ARP, LLDP, MPLS, PPPoE, an eighth tag, LLC, SNAP. */
    @Test
    void shouldLeaveOtherTrafficAlone()
    {
        assertEquals(NO_SOCKET, receive(stack, FrameSpec.arpRequest("10.0.0.1", "10.0.0.2")));
        for (final int etherType : List.of(0x88CC, 0x8847, 0x8863, 0x8864, 0x88B5, 0))
        {
            assertEquals(NO_SOCKET, receive(stack, FrameSpec.ethernet(etherType, new byte[50])), "" + etherType);
        }
        assertEquals(NO_SOCKET, receive(stack, V4.vlan(1).vlan(2).vlan(3).vlan(4).vlan(5).vlan(6).vlan(7).vlan(8)));
        final String llc = "0026" + "424203" + "00".repeat(43);
        final String snap = "0026" + "aaaa03" + "00000c2000" + "00".repeat(38);
        for (final String frame : List.of(llc, snap))
        {
            final byte[] bytes = Hex.parse("0180c2000000" + "020000000001" + frame);
            assertEquals(NO_SOCKET, receive(stack, bytes, bytes.length, 0), frame);
        }
    }

    @Test
    void shouldRefuseIpHeadersThatContradictThemselves()
    {
        for (final FrameSpec frame : List.of(
            V4.ipVersion(5), V4.ipVersion(6), V4.ipHeaderWords(4), V4.ipHeaderWords(15), V4.badIpChecksum(),
            V4.ipLength(19), V4.ipLength(V4.packet().length + 1), V4.ipLength(0),
            V6.ipVersion(4), V6.ipLength(V6.packet().length - 39), V6.ipLength(0)))
        {
            assertEquals(BAD_OUTER_HEADER, receive(stack, frame), frame.toString());
        }
        assertEquals(NONE, receive(stack, V4.ipOptions(new byte[40])));
        assertEquals(Hex.of(V4.datagram()), payload(stack));
    }

    /** Rows 15 to 17 of what the kernel does. */
    @Test
    void shouldGoByTheUdpLength()
    {
        for (final FrameSpec frame : List.of(V4, V6))
        {
            final int udpLength = frame.datagram().length + 8;
            assertEquals(BAD_OUTER_HEADER, receive(stack, frame.udpLength(udpLength + 1)));
            assertEquals(BAD_OUTER_HEADER, receive(stack, frame.udpLength(7)));
            assertEquals(BAD_OUTER_HEADER, receive(stack, frame.udpLength(0)));
            assertEquals(NONE, receive(stack, frame.trailer((byte)1, (byte)2).pad(200)));
            assertEquals(Hex.of(frame.datagram()), payload(stack));
        }
        assertEquals(NONE, receive(stack, V4.udpLength(8 + 20).zeroChecksum()));
        assertEquals(Hex.of(V4.datagram(), 0, 20), payload(stack));
    }

    /** Rows 18 to 20. */
    @Test
    void shouldCheckTheUdpChecksum()
    {
        assertEquals(UDP_CHECKSUM, receive(stack, V4.badChecksum()));
        assertEquals(UDP_CHECKSUM, receive(stack, V6.badChecksum()));
        assertEquals(NONE, receive(stack, V4.zeroChecksum()));
        assertEquals(UDP_CHECKSUM, receive(stack, V6.zeroChecksum()));
        stack.acceptZeroChecksumV6(true);
        assertEquals(NONE, receive(stack, V6.zeroChecksum()));
        assertEquals(UDP_CHECKSUM, receive(stack, V6.badChecksum()));
    }

    @Test
    void shouldTakeAPartialChecksumForCheckedAndCountIt()
    {
        assertEquals(NONE, receive(stack, V4.partialChecksum()));
        assertEquals(NONE, receive(stack, V6.partialChecksum()));
        assertEquals(2, stack.partialChecksums());
        assertEquals(UDP_CHECKSUM, receive(stack, V4.partialChecksum().badChecksum()));
        assertEquals(2, stack.partialChecksums());
    }

    @Test
    void shouldHaveOneSocketOnly()
    {
        assertEquals(NO_SOCKET, receive(stack, V4.destinationPort(4789)));
        assertEquals(4789, stack.datagram().destinationPort());
        assertEquals(NO_SOCKET, receive(stack, V6.destinationPort(4789)));
        assertEquals(UDP_CHECKSUM, receive(stack, V4.destinationPort(4789).badChecksum()));
        assertEquals(NO_SOCKET, receive(stack, FrameSpec.ipv4Tcp().destinationPort(8472)));
        assertEquals(NO_SOCKET, receive(stack, FrameSpec.icmpv6EchoRequest()));
        stack.families(true, false);
        assertEquals(NONE, receive(stack, V4));
        assertEquals(NO_SOCKET, receive(stack, V6));
        stack.families(false, true);
        assertEquals(NO_SOCKET, receive(stack, V4));
        assertEquals(NONE, receive(stack, V6));
    }

    @Test
    void shouldSayWhenTheCaptureIsToBlame()
    {
        for (final FrameSpec frame : List.of(V4.vlan(9), V6, V6.ipv6Extension(60, Hex.parse("0001" + "00".repeat(14)))))
        {
            final byte[] bytes = frame.bytes();
            for (int captured = 0; captured < bytes.length; captured++)
            {
                assertEquals(CAPTURE_CUT, receiveCut(stack, bytes, captured), "of " + bytes.length + ": " + captured);
            }
            // The same bytes, had they been all there were, are no packet.
            for (int length = 0; length < bytes.length; length++)
            {
                assertEquals(BAD_OUTER_HEADER, receive(stack, frame.truncate(length)), "length " + length);
            }
        }
        assertEquals(NONE, receiveCut(stack, V4.pad(200).bytes(), 150));
        assertEquals(NO_SOCKET, receiveCut(stack, V4.destinationPort(6081).bytes(), 60));
    }

    @Test
    void shouldWalkIpv6ExtensionHeaders()
    {
        assertEquals(NONE, receive(stack, V6.ipv6Extension(0, new byte[8])));
        assertEquals(NONE, receive(stack, V6.ipv6Extension(60, Hex.parse("0001" + "00".repeat(14)))));
        assertEquals(Hex.of(V6.datagram()), payload(stack));
        assertEquals(NONE, receive(stack, V6.ipv6Extension(43, Hex.parse("0000040000000000"))));
        assertEquals(NO_SOCKET, receive(stack, V6.ipv6Extension(43, Hex.parse("0000040100000000"))));
        assertEquals(BAD_OUTER_HEADER, receive(stack, V6.ipv6Extension(60, Hex.parse("00ff000000000000"))));
        assertEquals(NO_SOCKET, receive(stack, FrameSpec.ipv6(60, Hex.parse("0000000000000000" + "00".repeat(8)))));
        assertEquals(NO_SOCKET, receive(stack, FrameSpec.ipv6(59)));
        assertEquals(NO_SOCKET, receive(stack, FrameSpec.ipv6(51, new byte[24])));
    }

    @Test
    void shouldGiveAVerdictToAnything()
    {
        final Random random = new Random(7348);
        final List<byte[]> seeds = List.of(
            V4.bytes(), V6.bytes(), V6.ipv6Extension(0, new byte[8]).bytes(), V4.vlan(3).bytes(),
            V4.fragments(16).get(0).bytes(), V6.fragments(16).get(1).bytes(), V4.fragments(16).get(1).bytes());
        for (int i = 0; i < 200_000; i++)
        {
            final byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
            for (int flips = random.nextInt(4); flips >= 0; flips--)
            {
                bytes[random.nextInt(Math.min(60, bytes.length))] = (byte)random.nextInt();
            }
            final int captured = random.nextBoolean() ? bytes.length : random.nextInt(bytes.length + 1);
            final int original = random.nextInt(bytes.length + 20);
            final DropReason verdict = receive(stack, Arrays.copyOf(bytes, captured), original, i);
            assertTrue(VERDICTS.contains(verdict), () -> verdict + " is not a verdict of the outer layers");
            if (verdict == DropReason.NONE)
            {
                stack.datagram().buffer().boundsCheck(stack.datagram().offset(), stack.datagram().length());
            }
        }
    }

    private static void deliver(final int linkType, final String packet)
    {
        final OuterStack stack = new OuterStack(8472);
        final byte[] bytes = Hex.parse(packet);
        assertEquals(NONE, receive(stack, linkType, bytes, bytes.length, 0), LinkType.toString(linkType));
        assertEquals(Hex.of(V4.datagram()), payload(stack));
    }
}
