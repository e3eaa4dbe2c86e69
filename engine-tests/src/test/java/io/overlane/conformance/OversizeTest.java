// SPDX-License-Identifier: Apache-2.0
package io.overlane.conformance;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.frame.TestFrames;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.SegmentContext;
import io.overlane.status.DropReason;
import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.SuperFrameSpec;
import io.overlane.testkit.EngineHarness;
import io.overlane.testkit.LoopbackPort;
import io.overlane.underlay.base.OuterOverhead;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Frames that do not fit: never fragmented, counted with their size, answered where a sender may be told. */
class OversizeTest
{
    private static final int VNI = 42;
    private static final int PORT_MTU = 1450;
    private static final FrameSpec TOO_LONG = FrameSpec.ipv4Udp().ttl(61).payloadLength(PORT_MTU - 28 + 1);
    private static final FrameSpec TOO_LONG_V6 = FrameSpec.ipv6Udp().ttl(61).payloadLength(PORT_MTU - 48 + 1);
    private static final int IPV4 = 0x0800;
    private static final int ICMP_OFFSET = 34;

    private final EngineHarness harness = EngineHarness.create();

    @AfterEach
    void close()
    {
        harness.close();
    }

    @Test
    @Conformance(row = 78)
    void shouldReckonOverheadByFamily()
    {
        assertEquals(1450, 1500 - OuterOverhead.vxlan(true));
        assertEquals(1430, 1500 - OuterOverhead.vxlan(false));
        assertEquals(1472, 1500 - OuterOverhead.datagram(true));
    }

    @ParameterizedTest
    @MethodSource("underlays")
    @Conformance(row = {78, 81}, behaviour = "what fits the underlay less 50 or 70 is sent whole, one byte more is not",
        deviation = "Linux fragments the outer packet unless DF is set; RFC 7348 §4.3 forbids it")
    void shouldSendWhatFitsAndNotOneByteMore(final Vtep local, final Vtep remote)
    {
        try (EngineHarness there = EngineHarness.create(local, 1500))
        {
            final int mtu = 1500 - OuterOverhead.vxlan(local.address().isV4());
            there.launch(
                new SegmentContext(VNI).fdb(new MacAddress(FrameSpec.DEFAULT_DESTINATION_MAC), remote),
                new LoopbackPort("wide", 9000, 16, 10_000));
            there.attach(remote);
            there.transmit(FrameSpec.ipv4Udp().payloadLength(mtu - 28).bytes());
            assertEquals(1, there.sentTo(remote).size());
            there.transmit(FrameSpec.ipv4Udp().payloadLength(mtu - 27).bytes());
            assertEquals(List.of(), there.sentTo(remote));
            assertEquals(1, there.encap().dropped(DropReason.OVERSIZE));
            assertEquals(mtu + 1 + 14, there.encap().ledger().longest(
                DropReason.OVERSIZE, VNI, remote.address().high(), remote.address().low()));
        }
    }

    static Stream<Arguments> underlays()
    {
        return Stream.of(
            Arguments.of(EngineHarness.LOCAL, EngineHarness.A),
            Arguments.of(
                Vtep.parse("[2001:db8::1]:8472", 0), Vtep.parse("[2001:db8::2]:8472", 0)));
    }

    @Test
    @Conformance(row = {82, 83}, behaviour = "ICMP 3/4 from the inner destination to the inner source, quoting 548 B",
        deviation = "Linux answers on bridge ports only; ours are all answered, 1000 a second at most")
    void shouldAnswerIpv4WithFragmentationNeeded()
    {
        launch();
        final byte[] frame = TOO_LONG.dontFragment().bytes();
        harness.transmit(frame);

        final FrameSpec expected = FrameSpec.ipv4(1, icmp(3 << 8 | 4, PORT_MTU, frame, 14, 548))
            .sourceMac(FrameSpec.DEFAULT_DESTINATION_MAC).destinationMac(FrameSpec.DEFAULT_SOURCE_MAC)
            .source("10.1.0.2").destination("10.1.0.1").ttl(61).dontFragment();
        assertAnswer(answerOf(frame, expected));
        assertEquals(1, harness.encap().answered());
        assertEquals(0, harness.encap().dropped());
        assertEquals(frame.length, harness.encap().oversizeLongest());
    }

    @Test
    @Conformance(row = 83)
    void shouldAnswerIpv6WithPacketTooBig()
    {
        launch();
        final byte[] frame = TOO_LONG_V6.bytes();
        harness.transmit(frame);

        final List<byte[]> answers = harness.delivered();
        assertEquals(1, answers.size());
        final ByteBuffer answer = ByteBuffer.wrap(answers.get(0));
        assertEquals(14 + 1280, answer.capacity());
        assertEquals(1280 - 40, answer.getShort(18));
        assertEquals(58, answer.get(20));
        assertEquals(61, answer.get(21));
        assertArrayEquals(Arrays.copyOfRange(frame, 38, 54), Arrays.copyOfRange(answer.array(), 22, 38), "source");
        assertArrayEquals(Arrays.copyOfRange(frame, 22, 38), Arrays.copyOfRange(answer.array(), 38, 54), "to");
        assertEquals(2 << 8, answer.getShort(54));
        assertEquals(PORT_MTU, answer.getInt(58));
        assertArrayEquals(
            Arrays.copyOfRange(frame, 14, 14 + 1232), Arrays.copyOfRange(answer.array(), 62, answer.capacity()));
        assertEquals(0xFFFF, fold(sum(answer, 22, 32) + sum(answer, 54, 1240) + 1240 + 58), "checksum");
    }

    @Test
    @Conformance(row = 84)
    void shouldOnlyDropIpv4ThatMayBeFragmented()
    {
        launch();
        assertNotAnswered(TOO_LONG);
        assertEquals(TOO_LONG.bytes().length, harness.encap().ledger().longest(DropReason.OVERSIZE, VNI, 0, 0));
    }

    @Test
    void shouldRememberTheLongestOfALine()
    {
        launch();
        harness.transmit(TOO_LONG.payloadLength(1800).bytes());
        harness.transmit(TOO_LONG.bytes());
        assertEquals(1842, harness.encap().ledger().longest(DropReason.OVERSIZE, VNI, 0, 0));
        assertEquals(1842, harness.encap().oversizeLongest());
    }

    static Stream<FrameSpec> notToBeAnswered()
    {
        final FrameSpec v4 = TOO_LONG.dontFragment();
        final FrameSpec icmp = FrameSpec.ipv4(1, new byte[1500]).dontFragment();
        return Stream.of(
            v4.destination("224.0.0.5"),
            v4.destination("255.255.255.255"),
            v4.source("0.0.0.0"),
            v4.source("127.0.0.1"),
            v4.source("224.0.0.1"),
            v4.source("255.255.255.255"),
            v4.fragment(8, false),
            FrameSpec.ipv4(1, icmpError(3)).dontFragment(),
            FrameSpec.ipv4(1, icmpError(11)).dontFragment(),
            TOO_LONG_V6.source("::"),
            TOO_LONG_V6.source("::1"),
            TOO_LONG_V6.source("ff02::1"),
            FrameSpec.ipv6(58, icmpError(1)),
            FrameSpec.ipv6(58, icmpError(3)),
            TOO_LONG_V6.ipv6Extension(44, new byte[]{17, 0, 0, 8, 0, 0, 0, 1}),
            FrameSpec.ethernet(0x88B5, new byte[1500]),
            v4.sourceMac(0x03_00_00_00_00_01L),
            icmp.source("0.1.2.3"));
    }

    private static byte[] icmpError(final int type)
    {
        final byte[] message = new byte[1500];
        message[0] = (byte)type;
        return message;
    }

    @ParameterizedTest
    @MethodSource("notToBeAnswered")
    @Conformance(row = 85)
    void shouldTellNobodyWhoMayNotBeTold(final FrameSpec spec)
    {
        launch();
        assertNotAnswered(spec);
    }

    @Test
    @Conformance(row = 85)
    void shouldAnswerIcmpThatIsNoError()
    {
        launch();
        harness.transmit(FrameSpec.ipv4(1, icmpError(8)).dontFragment().bytes());
        harness.transmit(FrameSpec.ipv6(58, icmpError(128)).bytes());
        assertEquals(2, harness.encap().answered());
    }

    @Test
    @Conformance(row = 85)
    void shouldNotAnswerWhenMtuIsBelowWhatEveryPathCarries()
    {
        harness.launch(segment(), new LoopbackPort("narrow", 575, 64, 2048));
        assertNotAnswered(TOO_LONG.dontFragment());
    }

    @Test
    @Conformance(row = 85)
    void shouldNotAnswerIpv6WhenMtuIsBelow1280()
    {
        harness.launch(segment(), new LoopbackPort("narrow", 1279, 64, 2048));
        assertNotAnswered(TOO_LONG_V6);
    }

    @Test
    void shouldKeepVlanTagsInTheAnswer()
    {
        launch();
        final byte[] frame = TOO_LONG.dontFragment().vlan(0x6123).bytes();
        harness.transmit(frame);
        final byte[] answer = harness.delivered().get(0);
        assertArrayEquals(Arrays.copyOfRange(frame, 12, 18), Arrays.copyOfRange(answer, 12, 18));
        assertEquals(18 + 576, answer.length);
        assertEquals(PORT_MTU, ByteBuffer.wrap(answer).getShort(ICMP_OFFSET + 4 + 6));
    }

    @Test
    void shouldAnswerNoMoreThanSoManyASecond()
    {
        launch();
        final byte[] frame = TOO_LONG.dontFragment().bytes();
        for (int i = 0; i < 60; i++)
        {
            harness.transmit(frame);
        }
        assertEquals(50, harness.encap().answered());
        assertEquals(10, harness.encap().dropped(DropReason.OVERSIZE));

        harness.clock().step(3, TimeUnit.MILLISECONDS);
        for (int i = 0; i < 10; i++)
        {
            harness.transmit(frame);
        }
        assertEquals(53, harness.encap().answered());
    }

    @Test
    @Conformance(row = 86, behaviour = "what the kernel's route cache knows of the path limits frames to that remote",
        deviation = "asked of the kernel when a datagram is refused, and again after a second")
    void shouldJudgeByThePathOnceADatagramWasRefused()
    {
        launch();
        harness.fabric().mtu(EngineHarness.LOCAL, EngineHarness.A.address(), 1400);
        final byte[] frame = FrameSpec.ipv4Udp().dontFragment().payloadLength(1400 - 28).bytes();
        harness.transmit(frame);
        assertEquals(1, harness.underlay().takeOuters().size(), "tried");
        assertEquals(1350, ByteBuffer.wrap(harness.delivered().get(0)).getShort(ICMP_OFFSET + 6));

        harness.transmit(frame);
        assertEquals(0, harness.underlay().takeOuters().size(), "known");
        assertEquals(2, harness.encap().answered());
        harness.transmit(FrameSpec.ipv4Udp().payloadLength(1350 - 28).bytes());
        assertEquals(1, harness.encap().delivered());
    }

    @Test
    @Conformance(row = 86)
    void shouldFindThePathWideAgain()
    {
        launch();
        harness.fabric().mtu(EngineHarness.LOCAL, EngineHarness.A.address(), 1400);
        final byte[] frame = FrameSpec.ipv4Udp().payloadLength(1400 - 28).bytes();
        harness.transmit(frame);
        harness.fabric().mtu(EngineHarness.LOCAL, EngineHarness.A.address(), 1500);
        harness.transmit(frame);
        assertEquals(0, harness.encap().delivered());
        harness.clock().step(1, TimeUnit.SECONDS);
        harness.transmit(frame);
        assertEquals(1, harness.encap().delivered());
    }

    @Test
    void shouldLimitOnePathOnly()
    {
        final MacAddress other = MacAddress.parse("02:00:00:00:00:0b");
        harness.launch(segment().fdb(other, EngineHarness.B));
        harness.attach(EngineHarness.A);
        harness.attach(EngineHarness.B);
        harness.fabric().mtu(EngineHarness.LOCAL, EngineHarness.A.address(), 1400);
        final FrameSpec spec = FrameSpec.ipv4Udp().payloadLength(1400 - 28);
        harness.transmit(spec.bytes());
        harness.transmit(spec.destinationMac(other.value()).bytes());
        assertEquals(1, harness.sentTo(EngineHarness.B).size());
    }

    @Test
    void shouldAnswerASuperFrameWhoseSegmentsAreTooLong()
    {
        harness.launch(segment(), new LoopbackPort("port", PORT_MTU, 64, 8192));
        harness.attach(EngineHarness.A);
        harness.fabric().mtu(EngineHarness.LOCAL, EngineHarness.A.address(), 1400);
        putSuperFrame(1390);
        putSuperFrame(1390);
        assertEquals(8, harness.encap().framesIn());
        assertEquals(1 + 4, harness.encap().answered(), "of the first one segment, of the second all: it is known");
        assertEquals(3, harness.encap().dropped(DropReason.OVERSIZE));
        assertEquals(1350, ByteBuffer.wrap(harness.delivered().get(0)).getShort(ICMP_OFFSET + 6));

        putSuperFrame(1396 + 100);
        assertEquals(PORT_MTU, ByteBuffer.wrap(harness.delivered().get(0)).getShort(ICMP_OFFSET + 6));
    }

    @Test
    void shouldCountCopiesThatAreTooLong()
    {
        harness.launch(segment().flood(EngineHarness.A).flood(EngineHarness.B));
        harness.attach(EngineHarness.A);
        harness.attach(EngineHarness.B);
        harness.fabric().mtu(EngineHarness.LOCAL, EngineHarness.A.address(), 1400);
        final byte[] frame =
            FrameSpec.ipv4Udp().destinationMac(FrameSpec.BROADCAST).payloadLength(1400 - 28).bytes();
        harness.transmit(frame);
        assertEquals(1, harness.encap().delivered());
        assertEquals(1, harness.encap().floodCopiesRefused());
        final Vtep a = EngineHarness.A;
        assertEquals(frame.length, harness.encap().ledger().longest(
            DropReason.OVERSIZE, VNI, a.address().high(), a.address().low()));
    }

    @Test
    void shouldTellTheIpModeOfThePathWhenItSendsAllErrors()
    {
        harness.launch(new IpNetworkContext()
            .allIcmpErrors(true)
            .address(IpAddress.parse("10.1.0.254"))
            .route(IpPrefix.parse("10.0.0.0/8"), EngineHarness.A));
        harness.attach(EngineHarness.A);
        harness.fabric().mtu(EngineHarness.LOCAL, EngineHarness.A.address(), 1400);
        final byte[] frame = FrameSpec.ipv4Udp().ttl(9).payloadLength(1400).bytes();
        harness.transmit(Arrays.copyOfRange(frame, 14, frame.length));
        final ByteBuffer answer = ByteBuffer.wrap(harness.delivered().get(0));
        assertEquals(3 << 8 | 4, answer.getShort(20));
        assertEquals(1400 - 28, answer.getShort(26));
        assertEquals(1, harness.encap().answered());
    }

    private void putSuperFrame(final int gsoSize)
    {
        harness.port().put(TestFrames.superFrame(new SuperFrameSpec(
            FrameSpec.ipv4Tcp().dontFragment(), new byte[4 * gsoSize], gsoSize)));
        harness.run();
    }

    private SegmentContext segment()
    {
        return new SegmentContext(VNI).fdb(new MacAddress(FrameSpec.DEFAULT_DESTINATION_MAC), EngineHarness.A);
    }

    private void launch()
    {
        harness.launch(segment());
        harness.attach(EngineHarness.A);
    }

    private void assertNotAnswered(final FrameSpec spec)
    {
        harness.transmit(spec.bytes());
        assertEquals(List.of(), harness.delivered());
        harness.assertFrameDropped(DropReason.OVERSIZE, VNI, null);
    }

    private void assertAnswer(final byte[] expected)
    {
        final List<byte[]> answers = harness.delivered();
        assertEquals(1, answers.size());
        assertArrayEquals(expected, answers.get(0));
    }

    /** The addresses of the frame the answer is about, turned round. */
    private static byte[] answerOf(final byte[] frame, final FrameSpec answer)
    {
        assertEquals(IPV4, ByteBuffer.wrap(frame).getShort(12));
        return answer
            .source(address(frame, 30))
            .destination(address(frame, 26))
            .bytes();
    }

    private static String address(final byte[] frame, final int offset)
    {
        return (frame[offset] & 0xFF) + "." + (frame[offset + 1] & 0xFF) + "." + (frame[offset + 2] & 0xFF) + "." +
            (frame[offset + 3] & 0xFF);
    }

    private static byte[] icmp(
        final int typeAndCode, final int mtu, final byte[] about, final int from, final int quoted)
    {
        final ByteBuffer message = ByteBuffer.allocate(8 + quoted);
        message.putShort((short)typeAndCode).putShort((short)0).putInt(mtu).put(about, from, quoted);
        message.putShort(2, (short)~fold(sum(message, 0, message.capacity())));
        return message.array();
    }

    private static int sum(final ByteBuffer buffer, final int offset, final int length)
    {
        int sum = 0;
        for (int i = 0; i < length; i += 2)
        {
            sum += buffer.getShort(offset + i) & 0xFFFF;
        }
        return sum;
    }

    private static int fold(final int sum)
    {
        int folded = sum;
        while (folded >>> 16 != 0)
        {
            folded = (folded & 0xFFFF) + (folded >>> 16);
        }
        return folded;
    }
}
