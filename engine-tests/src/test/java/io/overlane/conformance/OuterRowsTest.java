// SPDX-License-Identifier: Apache-2.0
package io.overlane.conformance;

import static io.overlane.status.DropReason.BAD_OUTER_HEADER;
import static io.overlane.status.DropReason.FRAGMENT;
import static io.overlane.status.DropReason.NONE;
import static io.overlane.status.DropReason.NO_SOCKET;
import static io.overlane.status.DropReason.UDP_CHECKSUM;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.memory.MemoryBuffer;
import io.overlane.pcap.LinkType;
import io.overlane.replay.OuterDatagram;
import io.overlane.replay.OuterStack;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.Hex;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rows 15 to 22 and 25: what the host's IP and UDP layers do, and a replayed capture's stand-in for them. */
class OuterRowsTest
{
    private static final FrameSpec V4 = FrameSpec.vxlan(FrameSpec.ipv4Udp().payloadLength(400));
    private static final FrameSpec V6 = V4.overIpv6();

    private final OuterStack stack = new OuterStack(8472);

    @Test
    @Conformance(row = 15, behaviour = "as Linux: the host's socket; in replay bad-outer-header")
    void shouldDropUdpLengthGreaterThanPacket()
    {
        for (final FrameSpec frame : List.of(V4, V6))
        {
            assertEquals(BAD_OUTER_HEADER, receive(frame.udpLength(frame.datagram().length + 9)));
        }
    }

    @Test
    @Conformance(row = 16, behaviour = "as Linux: the host's socket; in replay too")
    void shouldEndWhereUdpLengthSays()
    {
        assertEquals(NONE, receive(V4.udpLength(8 + 100).zeroChecksum()));
        assertEquals(Hex.of(V4.datagram(), 0, 100), payload());
    }

    @Test
    @Conformance(row = 17, behaviour = "as Linux: the host's socket; in replay too")
    void shouldIgnorePadding()
    {
        final FrameSpec small = FrameSpec.vxlan(FrameSpec.ethernet(0x88B5)).udpLength(8 + 8 + 14);
        assertEquals(NONE, receive(small.pad(90)));
        assertEquals(Hex.of(small.datagram()), payload());
    }

    @Test
    @Conformance(row = 18, behaviour = "as Linux: the host's socket; in replay too")
    void shouldTakeZeroChecksumOverIpv4()
    {
        assertEquals(NONE, receive(V4.zeroChecksum()));
    }

    @Test
    @Conformance(row = 19, behaviour = "as Linux: the host's socket; in replay udp-checksum")
    void shouldDropWrongChecksum()
    {
        assertEquals(UDP_CHECKSUM, receive(V4.badChecksum()));
    }

    @Test
    @Conformance(row = 20, behaviour = "as Linux: the host's socket; in replay udp-checksum, or delivered if told to")
    void shouldDropZeroChecksumOverIpv6UnlessToldTo()
    {
        assertEquals(UDP_CHECKSUM, receive(V6.zeroChecksum()));
        stack.acceptZeroChecksumV6(true);
        assertEquals(NONE, receive(V6.zeroChecksum()));
        assertEquals(UDP_CHECKSUM, receive(V6.badChecksum()));
    }

    @Test
    @Conformance(row = 21, behaviour = "as Linux: the host's socket; in replay too")
    void shouldPutFragmentsTogether()
    {
        for (final FrameSpec frame : List.of(V4, V6))
        {
            final List<FrameSpec> fragments = frame.fragments(200);
            for (final FrameSpec fragment : fragments.subList(0, fragments.size() - 1))
            {
                assertEquals(FRAGMENT, receive(fragment));
            }
            assertEquals(NONE, receive(fragments.get(fragments.size() - 1)));
            assertEquals(Hex.of(frame.datagram()), payload());
        }
    }

    @Test
    @Conformance(row = 22)
    void shouldHaveNoSocketOnOtherPorts()
    {
        assertEquals(NO_SOCKET, receive(V4.destinationPort(4789)));
        assertEquals(NO_SOCKET, receive(V6.destinationPort(4789)));
    }

    @Test
    @Conformance(row = 25, behaviour = "as Linux; bound to :: it receives both families")
    void shouldReceiveTheFamilyOfItsSocketOnly()
    {
        stack.families(false, true);
        assertEquals(NO_SOCKET, receive(V4));
        assertEquals(NONE, receive(V6));
    }

    private DropReason receive(final FrameSpec packet)
    {
        final byte[] bytes = packet.bytes();
        return stack.receive(LinkType.ETHERNET, new MemoryBuffer(bytes), 0, bytes.length, bytes.length, 0);
    }

    private String payload()
    {
        final OuterDatagram datagram = stack.datagram();
        final byte[] payload = new byte[datagram.length()];
        datagram.buffer().getBytes(datagram.offset(), payload);
        return Hex.of(payload);
    }
}
