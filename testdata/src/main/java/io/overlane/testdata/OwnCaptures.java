// SPDX-License-Identifier: Apache-2.0
package io.overlane.testdata;

import io.overlane.testdata.OwnCapture.Packet;
import java.util.ArrayList;
import java.util.List;

/** The captures that we made: traffic of two hosts behind two endpoints, and all kinds of errors between them. */
public final class OwnCaptures
{
    private static final String VTEP_A = "192.0.2.1";
    private static final String VTEP_B = "192.0.2.2";
    private static final String VTEP_A6 = "2001:db8::1";
    private static final String VTEP_B6 = "2001:db8::2";
    private static final String HOST_A = "10.244.0.2";
    private static final String HOST_B = "10.244.1.2";
    private static final String HOST_A6 = "fd00:244::2";
    private static final String HOST_B6 = "fd00:244:1::2";
    private static final long MAC_A = 0x02_AA_00_00_00_01L;
    private static final long MAC_B = 0x02_BB_00_00_00_01L;
    private static final int VXLAN_PORT = 8472;
    private static final int IP_IN_UDP_PORT = 8285;

    private OwnCaptures()
    {
    }

    public static List<OwnCapture> all()
    {
        return List.of(vxlan(), vxlanIpv6(), vxlanFragments(), vxlanMalformed(), ipInUdp());
    }

    /** @return ARP, ping and a TCP connection, both directions, over IPv4. */
    public static OwnCapture vxlan()
    {
        final Script script = new Script();
        script.add("who has B? Flooded", a(FrameSpec.arpRequest(HOST_A, HOST_B).sourceMac(MAC_A)));
        script.add("B is at its MAC", b(fromB(FrameSpec.arpReply(HOST_B, HOST_A))));
        for (int i = 1; i <= 2; i++)
        {
            script.add("ping " + i, a(fromA(FrameSpec.icmpEchoRequest()).icmpSequence(i).payloadLength(56)));
            script.add("pong " + i, b(fromB(FrameSpec.icmpEchoReply()).icmpSequence(i).payloadLength(56)));
        }
        final FrameSpec client = fromA(FrameSpec.ipv4Tcp()).ports(40000, 80).dontFragment();
        final FrameSpec server = fromB(FrameSpec.ipv4Tcp()).ports(80, 40000).dontFragment();
        final String request = "GET / HTTP/1.0\r\n\r\n";
        final String response = "HTTP/1.0 204 No Content\r\n\r\n";
        final long afterRequest = 1001L + request.length();
        final long afterResponse = 5001L + response.length();
        final int push = FrameSpec.PSH | FrameSpec.ACK;
        final int finish = FrameSpec.FIN | FrameSpec.ACK;
        script.add("TCP SYN", a(client.tcpFlags(FrameSpec.SYN).sequence(1000).acknowledgment(0)
            .tcpOptions(Hex.parse("0204058a"))));
        script.add("TCP SYN ACK", b(server.tcpFlags(FrameSpec.SYN | FrameSpec.ACK).sequence(5000).acknowledgment(1001)
            .tcpOptions(Hex.parse("0204058a"))));
        script.add("TCP ACK", a(client.sequence(1001).acknowledgment(5001)));
        script.add("request", a(client.tcpFlags(push).sequence(1001).acknowledgment(5001).payload(request)));
        script.add("response", b(server.tcpFlags(push).sequence(5001).acknowledgment(afterRequest).payload(response)));
        script.add("TCP FIN of B", b(server.tcpFlags(finish).sequence(afterResponse).acknowledgment(afterRequest)));
        script.add("TCP FIN of A", a(client.tcpFlags(finish).sequence(afterRequest).acknowledgment(afterResponse + 1)));
        script.add("last ACK", b(server.sequence(afterResponse + 1).acknowledgment(afterRequest + 1)));
        script.add("B announces itself", b(FrameSpec.gratuitousArp(HOST_B).sourceMac(MAC_B)));
        return script.capture("vxlan.pcap", OwnCapture.ETHERNET, VXLAN_PORT,
            "ARP, ping and one TCP connection between two hosts, VNI 1 on flannel's port");
    }

    /** @return neighbour discovery and pings over IPv6, with tags and congestion marks. */
    public static OwnCapture vxlanIpv6()
    {
        final Script script = new Script();
        final FrameSpec ping = FrameSpec.icmpv6EchoRequest().source(HOST_A6).destination(HOST_B6)
            .sourceMac(MAC_A).destinationMac(MAC_B).payloadLength(56);
        final FrameSpec pong = FrameSpec.icmpv6EchoReply().source(HOST_B6).destination(HOST_A6)
            .sourceMac(MAC_B).destinationMac(MAC_A).payloadLength(56);
        script.add("who has B?", a6(FrameSpec.neighborSolicitation(HOST_A6, HOST_B6).sourceMac(MAC_A)));
        script.add("B is at its MAC", b6(FrameSpec.neighborAdvertisement(HOST_B6, HOST_A6).sourceMac(MAC_B)
            .destinationMac(MAC_A)));
        script.add("ping", a6(ping));
        script.add("pong", b6(pong));
        script.add("inner 802.1Q tag", a6(ping.vlan(100)));
        script.add("inner 802.1ad and 802.1Q tags", a6(ping.tag(0x88A8, 10).vlan(100)));
        script.add("outer 802.1Q tag", a6(ping).vlan(42));
        script.add("outer congestion mark, inner capable", a6(ping.tos(0x02)).tos(0x03));
        script.add("outer destination options", a6(ping).ipv6Extension(60, Hex.parse("0000010400000000")));
        script.add("partial checksum, as on the sending host", a6(ping).partialChecksum());
        script.drop("no checksum", "udp-checksum", a6(ping).zeroChecksum());
        return script.capture("vxlan-ipv6.pcap", OwnCapture.ETHERNET, VXLAN_PORT,
            "Neighbour discovery and ping over an IPv6 underlay, tags, congestion marks, checksums");
    }

    /** @return outer packets in pieces, over both families. */
    public static OwnCapture vxlanFragments()
    {
        final Script script = new Script();
        final FrameSpec inner = fromA(FrameSpec.ipv4Udp()).payloadLength(2000);
        final List<FrameSpec> v4 = a(inner).ipId(1).fragments(1480);
        script.drop("first of two", "fragment", v4.get(0));
        script.add("last of two", v4.get(1));
        final List<FrameSpec> turned = a(inner).ipId(2).fragments(800);
        script.drop("last of three, first to come", "fragment", turned.get(2));
        script.drop("middle", "fragment", turned.get(1));
        script.drop("middle again", "fragment", turned.get(1));
        script.add("first of three, last to come", turned.get(0));
        final List<FrameSpec> v6 = a6(inner).ipId(3).fragments(1448);
        script.drop("IPv6, first of two", "fragment", v6.get(0));
        script.add("IPv6, last of two", v6.get(1));
        final List<FrameSpec> incomplete = a(inner).ipId(4).fragments(1480);
        script.drop("first of two, the other never comes", "fragment", incomplete.get(0));
        final List<FrameSpec> spoilt = a(inner).ipId(5).fragments(1480);
        script.drop("first of two", "fragment", spoilt.get(0));
        script.drop("overlaps the first: nothing of it is used", "fragment", spoilt.get(1).fragment(1472, false));
        return script.capture("vxlan-fragments.pcap", OwnCapture.ETHERNET, VXLAN_PORT,
            "Outer packets in fragments: in order, out of order, repeated, over IPv6, incomplete, overlapping");
    }

    /** @return one packet for each kind of error. */
    public static OwnCapture vxlanMalformed()
    {
        final Script script = new Script();
        final FrameSpec inner = fromA(FrameSpec.icmpEchoRequest()).payloadLength(56);
        final FrameSpec good = a(inner);
        final int udpLength = good.datagram().length + 8;
        script.add("nothing wrong", good);
        script.drop("7 bytes of VXLAN header", "short-header", FrameSpec.ipv4Udp().source(VTEP_A).destination(VTEP_B)
            .ports(50000, VXLAN_PORT).payload(Hex.parse("08000000000001")));
        script.drop("I flag clear", "no-i-flag", good.vxlanFlags(0));
        script.drop("G flag set", "reserved-bits", good.vxlanFlags(0x88));
        script.drop("P flag set (GPE)", "reserved-bits", good.vxlanFlags(0x0C));
        script.drop("reserved 24 bits set", "reserved-bits", good.vxlanReserved(0x010000));
        script.drop("reserved last byte set", "reserved-bits", good.vxlanReservedLast(1));
        script.drop("another VNI", "unknown-vni", good.vni(2));
        script.drop("no inner frame", "inner-too-short", good.payload(new byte[0]));
        script.drop("13 bytes of inner frame", "inner-too-short", good.payload(new byte[13]));
        script.drop("inner IPv4 header cut", "inner-ip-truncated", a(inner.truncate(14 + 19)));
        script.drop("inner source is a group", "bad-source-mac", a(inner.sourceMac(MAC_A | 0x0100_0000_0000L)));
        script.drop("inner source is zero", "bad-source-mac", a(inner.sourceMac(0)));
        script.drop("congestion mark, inner not capable", "ecn-not-capable", good.tos(3));
        script.add("inner checksum wrong: not ours to judge", a(inner.badChecksum()));
        script.drop("UDP checksum wrong", "udp-checksum", good.badChecksum());
        script.add("no UDP checksum", good.zeroChecksum());
        script.drop("UDP length too long", "bad-outer-header", good.udpLength(udpLength + 1));
        script.drop("UDP length below its header", "bad-outer-header", good.udpLength(7));
        script.add("UDP shorter than IP: the rest is no part of it",
            FrameSpec.ipv4(17, Hex.parse(udp(good) + "deadbeef")).source(VTEP_A).destination(VTEP_B));
        script.add("Ethernet padding", a(FrameSpec.ethernet(0x88B5, (byte)1)).pad(80));
        script.drop("IP header checksum wrong", "bad-outer-header", good.badIpChecksum());
        script.drop("IP header length 16", "bad-outer-header", good.ipHeaderWords(4));
        script.drop("IP total length 0 (BIG TCP)", "bad-outer-header", good.ipLength(0));
        script.drop("IP total length too long", "bad-outer-header", good.ipLength(good.packet().length + 1));
        script.drop("IP version 5", "bad-outer-header", good.ipVersion(5));
        script.add("IP options", good.ipOptions(Hex.parse("01010100")));
        script.drop("another UDP port", "no-socket", good.destinationPort(4789));
        script.drop("not UDP", "no-socket", FrameSpec.ipv4Tcp().source(VTEP_A).destination(VTEP_B));
        script.drop("not IP", "no-socket", FrameSpec.arpRequest(VTEP_A, VTEP_B));
        script.drop("Ethernet header cut", "bad-outer-header", good.truncate(13));
        script.cut("capture cut in the inner frame", good, 20);
        script.cut("capture cut in the IP header", good, good.bytes().length - 20);
        return script.capture("vxlan-malformed.pcap", OwnCapture.ETHERNET, VXLAN_PORT,
            "One packet for each thing that can be wrong, for an endpoint with VNI 1 that learns");
    }

    /** @return flannel's udp backend: IP packets in UDP, captured without link layer. */
    public static OwnCapture ipInUdp()
    {
        final Script script = new Script();
        script.add("ping", FrameSpec.ipInUdp(fromA(FrameSpec.icmpEchoRequest()).payloadLength(56)));
        script.add("pong", turned(FrameSpec.ipInUdp(fromB(FrameSpec.icmpEchoReply()).payloadLength(56))));
        script.add("UDP", FrameSpec.ipInUdp(fromA(FrameSpec.ipv4Udp()).ports(5353, 53).payload("query")));
        script.add("options in the inner header", FrameSpec.ipInUdp(
            fromA(FrameSpec.ipv4Udp()).ipOptions(Hex.parse("01010100")).payload("x")));
        script.drop("inner time to live 1", "ttl-expired", FrameSpec.ipInUdp(fromA(FrameSpec.ipv4Udp()).ttl(1)));
        script.drop("inner IPv6", "bad-ip-version", FrameSpec.ipInUdp(FrameSpec.ipv6Udp()));
        script.drop("inner total length too long", "bad-ip-header",
            FrameSpec.ipInUdp(fromA(FrameSpec.ipv4Udp()).ipLength(29)));
        return script.capture("ip-in-udp.pcap", OwnCapture.RAW_IP, IP_IN_UDP_PORT,
            "IP packets in UDP, as flannel's udp backend sends them; raw IP capture");
    }

    private static FrameSpec fromA(final FrameSpec frame)
    {
        return frame.source(HOST_A).destination(HOST_B).sourceMac(MAC_A).destinationMac(MAC_B);
    }

    private static FrameSpec fromB(final FrameSpec frame)
    {
        return frame.source(HOST_B).destination(HOST_A).sourceMac(MAC_B).destinationMac(MAC_A);
    }

    private static FrameSpec a(final FrameSpec inner)
    {
        return FrameSpec.vxlan(inner).source(VTEP_A).destination(VTEP_B).sourcePort(50001);
    }

    private static FrameSpec b(final FrameSpec inner)
    {
        return FrameSpec.vxlan(inner).source(VTEP_B).destination(VTEP_A).sourcePort(50002);
    }

    private static FrameSpec a6(final FrameSpec inner)
    {
        return a(inner).overIpv6().source(VTEP_A6).destination(VTEP_B6);
    }

    private static FrameSpec b6(final FrameSpec inner)
    {
        return b(inner).overIpv6().source(VTEP_B6).destination(VTEP_A6);
    }

    private static FrameSpec turned(final FrameSpec outer)
    {
        return outer.source(VTEP_B).destination(VTEP_A);
    }

    private static String udp(final FrameSpec frame)
    {
        return Hex.of(frame.packet()).substring(40);
    }

    /** Collects packets in order. */
    private static final class Script
    {
        private final List<Packet> packets = new ArrayList<>();

        void add(final String note, final FrameSpec frame)
        {
            drop(note, OwnCapture.DELIVERED, frame);
        }

        void drop(final String note, final String verdict, final FrameSpec frame)
        {
            packets.add(new Packet(frame, 0, note, verdict));
        }

        void cut(final String note, final FrameSpec frame, final int missing)
        {
            packets.add(new Packet(frame, missing, note, "capture-cut"));
        }

        OwnCapture capture(final String fileName, final int linkType, final int udpPort, final String title)
        {
            return new OwnCapture(fileName, linkType, udpPort, title, packets);
        }
    }
}
