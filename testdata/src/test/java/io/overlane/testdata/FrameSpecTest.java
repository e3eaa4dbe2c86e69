// SPDX-License-Identifier: Apache-2.0
package io.overlane.testdata;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@link FrameSpec} against bytes written down by hand. */
class FrameSpecTest
{
    /** Header bytes, checksum b861 included, are a widely printed example of the IPv4 header checksum. */
    @Test
    void shouldWriteIpv4HeaderWithItsChecksum()
    {
        final byte[] packet = FrameSpec.ipv4Udp().source("192.168.0.1").destination("192.168.0.199")
            .dontFragment().payloadLength(0x73 - 28).packet();

        assertEquals("4500 0073 0000 4000 4011 b861 c0a8 0001 c0a8 00c7".replace(" ", ""), Hex.of(packet, 0, 20));
    }

    @Test
    void shouldWriteArpRequest()
    {
        assertEquals(
            "ffffffffffff" + "020000000001" + "0806" + "0001080006040001" +
                "020000000001" + "0a010001" + "000000000000" + "0a010101",
            FrameSpec.arpRequest("10.1.0.1", "10.1.1.1").hex());
    }

    @Test
    void shouldWriteTagsOutermostFirst()
    {
        assertEquals(
            "020000000002" + "020000000001" + "88a8" + "0064" + "8100" + "e007" + "88b5" + "01",
            FrameSpec.ethernet(0x88B5, (byte)1).tag(0x88A8, 100).vlan(0xE007).hex());
    }

    @Test
    void shouldWriteVxlanHeader()
    {
        final byte[] datagram =
            FrameSpec.vxlan((byte)0xEE).vni(0xABCDEF).vxlanFlags(0x88).vxlanReserved(0x123456).vxlanReservedLast(0x78)
                .datagram();

        assertEquals("88123456" + "abcdef78" + "ee", Hex.of(datagram));
    }

    @Test
    void shouldMakeChecksumsThatSumToAllOnes()
    {
        for (final FrameSpec spec : List.of(
            FrameSpec.ipv4Udp().payload("odd"),
            FrameSpec.ipv6Udp().payload("even"),
            FrameSpec.ipv4Tcp().tcpFlags(FrameSpec.SYN).tcpOptions(Hex.parse("020405b4")),
            FrameSpec.ipv6Tcp().payload("x"),
            FrameSpec.icmpv6EchoRequest().payload("ping"),
            FrameSpec.neighborSolicitation("fd00::1", "fd00::2"),
            FrameSpec.neighborAdvertisement("fd00::2", "fd00::1"),
            FrameSpec.vxlan(FrameSpec.ipv4Udp()).overIpv6()))
        {
            assertEquals(0xFFFF, transportSum(spec), spec.toString());
            assertNotEquals(0xFFFF, transportSum(spec.badChecksum()), spec.toString());
        }
        final byte[] echo = FrameSpec.icmpEchoRequest().payload("p").packet();
        assertEquals(0xFFFF, OctetWriter.sum(Arrays.copyOfRange(echo, 20, echo.length)));
    }

    @Test
    void shouldAddressSolicitedNodeGroup()
    {
        final byte[] frame = FrameSpec.neighborSolicitation("fe80::1", "fd00::1:aabb:ccdd").bytes();

        assertEquals("3333ffbbccdd", Hex.of(frame, 0, 6));
        assertEquals("ff0200000000000000000001ffbbccdd", Hex.of(frame, 14 + 24, 16));
    }

    @Test
    void shouldLeavePseudoHeaderSumInPartialChecksum()
    {
        final byte[] packet = FrameSpec.ipv4Udp().source("0.0.0.1").destination("0.0.0.2").partialChecksum().packet();

        assertEquals(1 + 2 + 17 + 8, (packet[26] & 0xFF) << 8 | packet[27] & 0xFF);
    }

    @Test
    void shouldWriteWrongLengthsWhenAsked()
    {
        final byte[] packet = FrameSpec.ipv4Udp().ipHeaderWords(15).ipVersion(7).ipLength(1).udpLength(9999).packet();

        assertEquals("7f000001", Hex.of(packet, 0, 4));
        assertEquals("270f", Hex.of(packet, 24, 2));
    }

    @Test
    void shouldCutAndPadLast()
    {
        assertEquals(60, FrameSpec.ipv4Udp().pad(60).bytes().length);
        assertEquals(33, FrameSpec.ipv4Udp().pad(60).truncate(33).bytes().length);
        assertEquals(28, FrameSpec.ipv4Udp().pad(60).packet().length);
    }

    @Test
    void shouldSplitIntoFragmentsThatJoinToTheWhole()
    {
        final FrameSpec whole = FrameSpec.ipv4Udp().payloadLength(100).ipId(7);
        final List<FrameSpec> fragments = whole.fragments(48);

        assertEquals(3, fragments.size());
        assertEquals("2000", Hex.of(fragments.get(0).packet(), 6, 2));
        assertEquals("2006", Hex.of(fragments.get(1).packet(), 6, 2));
        assertEquals("000c", Hex.of(fragments.get(2).packet(), 6, 2));
        final OctetWriter joined = new OctetWriter();
        fragments.forEach(f -> joined.bytes(Arrays.copyOfRange(f.packet(), 20, f.packet().length)));
        assertArrayEquals(Arrays.copyOfRange(whole.packet(), 20, 128), joined.toBytes());
    }

    @Test
    void shouldPutIpv6FragmentHeaderBehindExtension()
    {
        final byte[] packet = FrameSpec.ipv6Udp().ipId(0x01020304).fragment(16, true)
            .ipv6Extension(0, Hex.parse("00 00 01 04 00 00 00 00")).packet();

        assertEquals(0, packet[6]);
        assertEquals("2c00010400000000" + "1100001101020304", Hex.of(packet, 40, 16));
    }

    @Test
    void shouldNeverAskANameServer()
    {
        assertThrows(IllegalArgumentException.class, () -> FrameSpec.ipv4Udp().source("example.org"));
    }

    @Test
    void shouldBeEqualWhenSaidTheSame()
    {
        assertEquals(FrameSpec.ipv4Udp().payload("a").ttl(3), FrameSpec.ipv4Udp().ttl(3).payload("a"));
    }

    private static int transportSum(final FrameSpec spec)
    {
        final byte[] packet = spec.packet();
        final boolean isV6 = spec.network() == FrameSpec.Network.IPV6;
        final int header = isV6 ? 40 : 20;
        final byte[] addresses = isV6 ? Arrays.copyOfRange(packet, 8, 40) : Arrays.copyOfRange(packet, 12, 20);
        final byte[] transport = Arrays.copyOfRange(packet, header, packet.length);
        return OctetWriter.sum(new OctetWriter()
            .bytes(addresses).u32(transport.length).u32(packet[isV6 ? 6 : 9]).bytes(transport).toBytes());
    }
}
