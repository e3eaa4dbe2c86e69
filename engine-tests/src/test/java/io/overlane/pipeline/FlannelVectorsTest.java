// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.Vtep;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.SourcePolicy;
import io.overlane.status.DropLedger;
import io.overlane.status.DropReason;
import io.overlane.testdata.Hex;
import io.overlane.testkit.EngineHarness;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Packets observed going through flannel's udp proxy, and ours for the same input: byte for byte where it does what is
 * right, and the better behaviour where it does not. The number in a name is that of the observed vector. The device is
 * 10.5.1.0 with MTU 1472; 10.5.2.0/24 is behind A, 10.5.2.128/25 and 10.5.3.0/24 behind B.
 */
class FlannelVectorsTest
{
    private static final Vtep A = Vtep.parse("192.0.2.10:8285", 0);
    private static final Vtep B = Vtep.parse("192.0.2.11:8285", 0);
    private static final Vtep STRANGER = Vtep.parse("192.0.2.66:1234", 0);

    /** UDP from 10.5.1.1 to 10.5.2.1 with TTL 64, 32 bytes. */
    private static final String P = "45000020123400004011518e0a0501010a05020111223344000c000041424344";

    /** The same to 10.9.9.17, where no route leads. */
    private static final String NO_ROUTE = "450000201234000040114a820a0501010a09090911223344000c000041424344";

    private static final String NET_UNREACHABLE =
        "450000380000000008019cbb0a0501000a0501010300b88d00000000";

    private final EngineHarness harness = EngineHarness.create(Vtep.parse("192.0.2.1:8285", 0), 1500);

    @AfterEach
    void close()
    {
        harness.close();
    }

    @Test
    void shouldForwardVector1()
    {
        launch();
        transmit(P);

        assertSent(A, P.replace("4011518e", "3f11528e"));
        assertEquals(1, harness.encap().delivered());
    }

    @Test
    void shouldForwardTtl2AsVector2()
    {
        launch();
        transmit(P.replace("4011518e", "02118f8e"));

        assertSent(A, P.replace("4011518e", "0111908e"));
    }

    @Test
    void shouldDropTtl1AsVector3()
    {
        launch();
        transmit(P.replace("4011518e", "0111908e"));

        harness.assertFrameDropped(DropReason.TTL_EXPIRED, DropLedger.NO_VNI, null);
        assertEquals(List.of(), harness.delivered());
    }

    @Test
    void shouldDropTtl0UnlikeVector4()
    {
        launch();
        transmit(P.replace("4011518e", "0011918e"));

        harness.assertFrameDropped(DropReason.TTL_EXPIRED, DropLedger.NO_VNI, null);
        assertEquals(List.of(), harness.sentTo(A));
    }

    /** As many as Linux at once (net.ipv4.icmp_msgs_burst); flannel's proxy knows no limit. */
    @Test
    void shouldNotAnswerWithoutEnd()
    {
        launch();
        for (int i = 0; i < 200; i++)
        {
            transmit(NO_ROUTE);
        }
        assertEquals(50, harness.delivered().size());
        assertEquals(50, harness.encap().answered());
        assertEquals(150, harness.encap().dropped(DropReason.NO_ROUTE));
    }

    @Test
    void shouldAnswerNoRouteAsVector5()
    {
        launch();
        transmit(NO_ROUTE);

        assertDelivered(NET_UNREACHABLE + NO_ROUTE.substring(0, 56));
        assertEquals(1, harness.encap().answered());
    }

    @Test
    void shouldQuoteOptionsAsVector6()
    {
        launch();
        final String options = "46000024123400004011b57c0a0501010a090909" + "94040000" + NO_ROUTE.substring(40);
        transmit(options);

        final String answer = Hex.of(harness.delivered().get(0));
        assertEquals(60 * 2, answer.length());
        assertTrue(answer.startsWith("4500003c0000000008019cb7"), answer);
        assertEquals(options.substring(0, (24 + 8) * 2), answer.substring(28 * 2));
    }

    @Test
    void shouldNotAnswerIcmpAsVector7()
    {
        launch();
        transmit(NO_ROUTE.replace("40114a82", "40014a92"));

        harness.assertFrameDropped(DropReason.NO_ROUTE, DropLedger.NO_VNI, null);
        assertEquals(List.of(), harness.delivered());
    }

    @Test
    void shouldNotAnswerLaterFragmentAsVector7()
    {
        launch();
        transmit(NO_ROUTE.replace("1234000040114a82", "123400b9401149c9"));

        harness.assertFrameDropped(DropReason.NO_ROUTE, DropLedger.NO_VNI, null);
        assertEquals(List.of(), harness.delivered());
    }

    @Test
    void shouldNotAnswerLongestHeaderAsVector7()
    {
        launch();
        final String packet = "4f000044123400004011405e0a0501010a090909" + "01".repeat(40) + NO_ROUTE.substring(40, 56);
        transmit(packet);

        harness.assertFrameDropped(DropReason.NO_ROUTE, DropLedger.NO_VNI, null);
        assertEquals(List.of(), harness.delivered());
    }

    @Test
    void shouldAnswerFirstFragmentAsVector8()
    {
        launch();
        final String packet = NO_ROUTE.replace("1234000040114a82", "1234200040112a82");
        transmit(packet);

        assertDelivered(NET_UNREACHABLE + packet.substring(0, 56));
    }

    @Test
    void shouldLookForRouteBeforeTtlAsVector9()
    {
        launch();
        final String packet = NO_ROUTE.replace("40114a82", "01118982");
        transmit(packet);

        final String answer = Hex.of(harness.delivered().get(0));
        assertTrue(answer.startsWith(NET_UNREACHABLE.substring(0, 40) + "0300"), answer);
        assertEquals(packet.substring(0, 56), answer.substring(56));
    }

    @Test
    void shouldTakeLongestPrefixWhateverCameBeforeUnlikeVector10()
    {
        launch();
        final String specific = P.replace("518e0a0501010a050201", "50c70a0501010a0502c8");
        transmit(specific);
        assertEquals(1, harness.sentTo(B).size());

        transmit(P.replace("518e0a0501010a050201", "508e0a0501010a050301"));
        transmit(P);
        transmit(specific);
        assertEquals(2, harness.sentTo(B).size());
        assertEquals(1, harness.sentTo(A).size());
    }

    @Test
    void shouldDeliverVector11()
    {
        launch();
        receive(A, toUs("4011518e"));

        assertDelivered(toUs("3f11528e"));
        assertEquals(32, harness.decap().deliveredBytes());
    }

    @Test
    void shouldDropUnknownSourceUnlikeVector12()
    {
        launch();
        receive(STRANGER, toUs("4011518e"));

        harness.assertDatagramDropped(DropReason.SOURCE_NOT_ALLOWED, DropLedger.NO_VNI, STRANGER);
    }

    @Test
    void shouldAcceptUnknownSourceAsVector12WhenAnyIsAllowed()
    {
        launch(network().sourcePolicy(SourcePolicy.ANY));
        receive(STRANGER, toUs("4011518e"));

        assertDelivered(toUs("3f11528e"));
    }

    @Test
    void shouldDropForeignInnerSourceWhenRouted()
    {
        launch(network().sourcePolicy(SourcePolicy.ROUTED));
        receive(B, toUs("4011518e"));
        harness.assertDatagramDropped(DropReason.SOURCE_NOT_ALLOWED, DropLedger.NO_VNI, B);

        receive(A, toUs("4011518e"));
        assertDelivered(toUs("3f11528e"));
    }

    @Test
    void shouldDropForeignDestinationUnlikeVector13()
    {
        launch(network().local(IpPrefix.parse("10.5.1.0/24")));
        receive(A, toUs("4011518e").replace("0a050101", "08080808"));
        harness.assertDatagramDropped(DropReason.NOT_LOCAL, DropLedger.NO_VNI, A);

        receive(A, toUs("4011518e"));
        assertDelivered(toUs("3f11528e"));
    }

    @Test
    void shouldDeliverForeignDestinationAsVector13WhenNotTold()
    {
        launch();
        receive(A, toUs("4011518e").replace("0a050101", "08080808"));

        assertEquals(1, harness.delivered().size());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 19})
    void shouldDropShortPacketAsVector14(final int length)
    {
        launch();
        harness.receive(A, Arrays.copyOf(Hex.parse(P), length));
        harness.assertDatagramDropped(DropReason.INNER_IP_TRUNCATED, DropLedger.NO_VNI, A);

        harness.transmit(Arrays.copyOf(Hex.parse(P), length));
        harness.assertFrameDropped(DropReason.INNER_IP_TRUNCATED, DropLedger.NO_VNI, null);
    }

    @Test
    void shouldDropZeroesUnlikeVector14()
    {
        launch();
        harness.receive(A, new byte[20]);

        harness.assertDatagramDropped(DropReason.BAD_IP_VERSION, DropLedger.NO_VNI, A);
    }

    @Test
    void shouldNotCutLongPacketUnlikeVector15()
    {
        try (EngineHarness jumbo = EngineHarness.create(Vtep.parse("192.0.2.1:8285", 0), 9000))
        {
            jumbo.launch(network());
            final byte[] packet = Arrays.copyOf(Hex.parse(toUs("4011518e")), 1600);
            packet[2] = (byte)(1600 >> 8);
            packet[3] = (byte)1600;
            jumbo.receive(A, packet);
            assertEquals(1600, jumbo.delivered().get(0).length);

            final byte[] longer = Arrays.copyOf(packet, 4000);
            longer[2] = (byte)(4000 >> 8);
            longer[3] = (byte)4000;
            jumbo.receive(A, longer);
            assertEquals(List.of(), jumbo.delivered());
            assertEquals(1, jumbo.decap().dropped(), "longer than the port takes");
        }
    }

    @Test
    void shouldDropIpv6UnlikeVector16()
    {
        launch();
        harness.receive(A, Arrays.copyOf(Hex.parse("60000000"), 48));
        harness.assertDatagramDropped(DropReason.BAD_IP_VERSION, DropLedger.NO_VNI, A);

        harness.transmit(Arrays.copyOf(Hex.parse("60000000"), 48));
        harness.assertFrameDropped(DropReason.BAD_IP_VERSION, DropLedger.NO_VNI, null);
    }

    @Test
    void shouldTrimTrailerUnlikeVector17()
    {
        launch();
        receive(A, toUs("4011518e") + "00112233445566");

        assertDelivered(toUs("3f11528e"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"44000020", "45000013", "45000021"})
    void shouldDropContradictingLengths(final String start)
    {
        launch();
        receive(A, start + P.substring(8));
        harness.assertDatagramDropped(DropReason.BAD_IP_HEADER, DropLedger.NO_VNI, A);

        transmit(start + P.substring(8));
        harness.assertFrameDropped(DropReason.BAD_IP_HEADER, DropLedger.NO_VNI, null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"00", "01"})
    void shouldDropExpiredOnDecap(final String ttl)
    {
        launch();
        receive(A, toUs(ttl + "110000"));

        harness.assertDatagramDropped(DropReason.TTL_EXPIRED, DropLedger.NO_VNI, A);
    }

    @Test
    void shouldTellTimeExceededWhenAskedTo()
    {
        launch(network().allIcmpErrors(true));
        transmit(P.replace("4011518e", "0111908e"));

        final String answer = Hex.of(harness.delivered().get(0));
        assertTrue(answer.startsWith("450000380000000008019cbb0a0501000a0501010b00"), answer);
        assertEquals(1, harness.encap().answered());
    }

    @Test
    void shouldDropPacketLongerThanMtu()
    {
        launch();
        harness.transmit(oversize());

        harness.assertFrameDropped(DropReason.OVERSIZE, DropLedger.NO_VNI, null);
    }

    @Test
    void shouldTellNextHopMtuWhenAskedTo()
    {
        launch(network().allIcmpErrors(true));
        harness.transmit(oversize());

        final String answer = Hex.of(harness.delivered().get(0));
        assertEquals("0304", answer.substring(40, 44));
        assertEquals("000005c0", answer.substring(48, 56), "MTU 1472");
    }

    /** RFC 1122 §3.2.2: no error about a packet from no one station, or to many. */
    @ParameterizedTest
    @ValueSource(strings = {
        "000000000a090909", "7f0000010a090909", "e00000010a090909", "ffffffff0a090909",
        "0a050101e00000fb", "0a050101ffffffff"})
    void shouldNotAnswerAboutGroups(final String addresses)
    {
        launch();
        transmit(NO_ROUTE.replace("0a0501010a090909", addresses));

        harness.assertFrameDropped(DropReason.NO_ROUTE, DropLedger.NO_VNI, null);
        assertEquals(List.of(), harness.delivered());
    }

    @Test
    void shouldDropWhatUnderlayRefuses()
    {
        launch();
        harness.underlay().refuse(A, DropReason.UNDERLAY_BUSY);
        transmit(P);

        harness.assertFrameDropped(DropReason.UNDERLAY_BUSY, DropLedger.NO_VNI, A);
    }

    private byte[] oversize()
    {
        final byte[] packet = Arrays.copyOf(Hex.parse(P), 1473);
        packet[2] = (byte)(1473 >> 8);
        packet[3] = (byte)1473;
        return packet;
    }

    private void launch()
    {
        launch(network());
    }

    private void launch(final IpNetworkContext network)
    {
        harness.attach(A);
        harness.attach(B);
        harness.launch(network);
    }

    private void transmit(final String packet)
    {
        harness.transmit(Hex.parse(packet));
    }

    private void receive(final Vtep from, final String packet)
    {
        harness.receive(from, Hex.parse(packet));
    }

    /** The packet the other way round: the checksum is the same. */
    private static String toUs(final String ttlProtocolChecksum)
    {
        return P.replace("0a0501010a050201", "0a0502010a050101").replace("4011518e", ttlProtocolChecksum);
    }

    private void assertSent(final Vtep remote, final String packet)
    {
        final List<byte[]> datagrams = harness.sentTo(remote);
        assertEquals(1, datagrams.size());
        assertEquals(packet, Hex.of(datagrams.get(0)));
    }

    private void assertDelivered(final String packet)
    {
        final List<byte[]> packets = harness.delivered();
        assertEquals(1, packets.size());
        assertEquals(packet, Hex.of(packets.get(0)));
    }

    private static IpNetworkContext network()
    {
        return new IpNetworkContext()
            .address(IpAddress.parse("10.5.1.0"))
            .route(IpPrefix.parse("10.5.2.0/24"), A)
            .route(IpPrefix.parse("10.5.2.128/25"), B)
            .route(IpPrefix.parse("10.5.3.0/24"), B);
    }
}
