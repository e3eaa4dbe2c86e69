// SPDX-License-Identifier: Apache-2.0
package io.overlane.fuzz.frames;

import io.overlane.testdata.FrameSpec;
import io.overlane.testdata.SuperFrameSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Valid frames, from which the others are made. */
final class Templates
{
    private Templates()
    {
    }

    /** Ethernet frames as stations send them. */
    static List<byte[]> frames()
    {
        final List<byte[]> frames = new ArrayList<>();
        for (final FrameSpec spec : List.of(
            FrameSpec.ipv4Udp().payload("udp"),
            FrameSpec.ipv4Tcp().payloadLength(300),
            FrameSpec.ipv4Tcp().tcpFlags(FrameSpec.SYN).tcpOptions(new byte[]{2, 4, 5, (byte)0xB4}),
            FrameSpec.ipv6Tcp().payloadLength(100),
            FrameSpec.ipv6Udp().payloadLength(10),
            FrameSpec.ipv6Udp().ipv6Extension(0, new byte[]{0, 0, 1, 4, 0, 0, 0, 0}),
            FrameSpec.ipv6Udp().ipv6Extension(44, new byte[]{0, 0, 0, 1, 0, 0, 0, 9}),
            FrameSpec.ipv6Udp().vlan(7),
            FrameSpec.ipv4Udp().tag(0x88A8, 1).vlan(7).payloadLength(50),
            FrameSpec.ipv4Udp().vlan(0x6000),
            FrameSpec.ipv4Udp().ipOptions(new byte[]{1, 1, 1, 0}),
            FrameSpec.ipv4Udp().fragment(0, true).payloadLength(64),
            FrameSpec.ipv4Udp().fragment(64, false),
            FrameSpec.ipv4Udp().tos(3),
            FrameSpec.ipv4Udp().tos(0xB9),
            FrameSpec.icmpEchoRequest(),
            FrameSpec.icmpv6EchoRequest(),
            FrameSpec.arpRequest("10.0.0.1", "10.0.0.9"),
            FrameSpec.arpRequest("10.0.0.1", "10.0.0.8"),
            FrameSpec.arpReply("10.0.0.1", "10.0.0.9"),
            FrameSpec.gratuitousArp("10.0.0.1"),
            FrameSpec.neighborSolicitation("fd00::1", "fd00::9"),
            FrameSpec.neighborSolicitation("::", "fd00::9"),
            FrameSpec.neighborSolicitation("fd00::1", "fd00::8"),
            FrameSpec.neighborAdvertisement("fd00::1", "fd00::9"),
            FrameSpec.ipv4Udp().payloadLength(1420),
            FrameSpec.ipv4Udp().payloadLength(1450),
            FrameSpec.ipv4Udp().dontFragment().payloadLength(1500),
            FrameSpec.ipv6Udp().payloadLength(1460),
            FrameSpec.ipv4Udp().pad(60),
            FrameSpec.vxlan(FrameSpec.ipv4Udp()),
            FrameSpec.ethernet(0x88B5),
            FrameSpec.ethernet(0x0026, (byte)0x42, (byte)0x42, (byte)3)))
        {
            frames.add(spec.bytes());
        }
        return frames;
    }

    /** Frames to a gateway, of segment 1 or 2, and answers of stations to its requests. */
    static List<byte[]> routed()
    {
        final List<byte[]> frames = new ArrayList<>();
        for (final String destination : List.of(
            "10.1.0.2", "10.2.0.2", "10.2.0.3", "10.1.0.1", "10.2.0.1", "10.3.0.1", "10.4.0.1", "10.5.0.1", "10.6.0.1",
            "10.9.0.1", "224.0.0.1"))
        {
            final FrameSpec udp = FrameSpec.ipv4Udp().source("10.1.0.9").destination(destination);
            frames.add(udp.bytes());
            frames.add(udp.ttl(1).bytes());
            frames.add(udp.dontFragment().payloadLength(1410).bytes());
            frames.add(FrameSpec.ipv4Tcp().source("10.2.0.9").destination(destination).payloadLength(300).bytes());
            frames.add(FrameSpec.icmpEchoRequest().source("10.1.0.9").destination(destination).bytes());
        }
        for (final String destination : List.of(
            "fd01::2", "fd02::2", "fd01::1", "fd02::1", "fd03::1", "fd09::1", "ff02::1"))
        {
            final FrameSpec udp = FrameSpec.ipv6Udp().source("fd01::9").destination(destination);
            frames.add(udp.bytes());
            frames.add(udp.ttl(1).bytes());
            frames.add(udp.payloadLength(1390).bytes());
            frames.add(FrameSpec.icmpv6EchoRequest().source("fd02::9").destination(destination).bytes());
        }
        for (final int segment : new int[]{1, 2})
        {
            frames.add(FrameSpec.arpRequest("10." + segment + ".0.2", "10." + segment + ".0.1").bytes());
            frames.add(FrameSpec.arpReply("10." + segment + ".0.2", "10." + segment + ".0.1").bytes());
            frames.add(FrameSpec.neighborSolicitation("fd0" + segment + "::2", "fd0" + segment + "::1").bytes());
            frames.add(FrameSpec.neighborAdvertisement("fd0" + segment + "::2", "fd0" + segment + "::1").bytes());
        }
        return frames;
    }

    /** IPv4 packets, and some of IPv6. */
    static List<byte[]> packets(final String source, final String destination, final String other)
    {
        final List<byte[]> packets = new ArrayList<>();
        for (final FrameSpec spec : List.of(
            FrameSpec.ipv4Udp().payload("udp"),
            FrameSpec.ipv4Tcp().payloadLength(300),
            FrameSpec.ipv4Udp().ipOptions(new byte[]{1, 1, 1, 0}),
            FrameSpec.ipv4Udp().ttl(1),
            FrameSpec.ipv4Udp().tos(1),
            FrameSpec.ipv4Udp().fragment(64, true).payloadLength(64),
            FrameSpec.ipv4Udp().payloadLength(1440),
            FrameSpec.ipv4Udp().dontFragment().payloadLength(1500),
            FrameSpec.icmpEchoRequest()))
        {
            packets.add(spec.source(source).destination(destination).packet());
            packets.add(spec.source(source).destination(other).packet());
        }
        packets.add(FrameSpec.ipv4Udp().source(source).destination("10.9.9.9").packet());
        packets.add(FrameSpec.ipv6Udp().packet());
        return packets;
    }

    /** Super-frames with their metadata. */
    static List<SuperFrameSpec> superFrames()
    {
        final Random random = new Random(5);
        final List<SuperFrameSpec> frames = new ArrayList<>();
        for (int i = 0; i < 24; i++)
        {
            frames.add(SuperFrameSpec.random(random, 4000));
        }
        return frames;
    }
}
