// SPDX-License-Identifier: Apache-2.0
package io.overlane.testdata;

import io.overlane.testdata.FrameSpec.Network;
import io.overlane.testdata.FrameSpec.Transport;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A TCP or UDP frame that is too long for the wire, and its segments. {@link FrameSpec} builds both from the same
 * description, without the engine's code for cutting and joining.
 *
 * @param spec    headers, with the first segment's sequence number and IPv4 id, and the flags of all segments.
 * @param payload of all segments.
 * @param gsoSize payload octets of each segment except the last.
 */
public record SuperFrameSpec(FrameSpec spec, byte[] payload, int gsoSize)
{
    /** TCP congestion window reduced. */
    public static final int CWR = 0x80;

    /** A random TCP or UDP super-frame with at most this many payload octets, of a shape that Linux segments. */
    public static SuperFrameSpec random(final Random random, final int maxPayload)
    {
        final boolean isV4 = random.nextBoolean();
        final boolean isTcp = random.nextInt(3) > 0;
        FrameSpec spec = isTcp ?
            (isV4 ? FrameSpec.ipv4Tcp() : FrameSpec.ipv6Tcp()) :
            (isV4 ? FrameSpec.ipv4Udp() : FrameSpec.ipv6Udp());
        spec = spec.ports(random.nextInt(1, 0x1_0000), random.nextInt(1, 0x1_0000))
            .tos(random.nextInt(256)).ttl(random.nextInt(1, 256));
        spec = isV4 ? randomV4(spec, random) : randomV6(spec, random);
        if (isTcp)
        {
            spec = randomTcp(spec, random);
        }
        for (int tags = random.nextInt(14) - 7; tags > 0; tags--)
        {
            spec = spec.tag(tags == 2 ? 0x88A8 : 0x8100, random.nextInt(0x1_0000));
        }
        // Linux refuses more than 128 UDP segments, and a frame that is not longer than one.
        final int gsoSize = random.nextInt(8) == 0 ? random.nextInt(1, 64) : random.nextInt(64, 1440);
        final int most = Math.min(maxPayload, gsoSize * (isTcp ? 200 : 128));
        final int length = random.nextInt(4) == 0 && 2 * gsoSize <= most ?
            gsoSize * random.nextInt(2, most / gsoSize + 1) :
            random.nextInt(Math.min(gsoSize + 1, most), most + 1);
        final byte[] payload = new byte[length];
        random.nextBytes(payload);
        return new SuperFrameSpec(spec, payload, gsoSize);
    }

    private static FrameSpec randomV4(final FrameSpec spec, final Random random)
    {
        FrameSpec v4 = spec.ipId(random.nextInt(4) == 0 ? 0xFFFF - random.nextInt(8) : random.nextInt(0x1_0000));
        if (random.nextBoolean())
        {
            v4 = v4.dontFragment();
        }
        if (random.nextInt(6) == 0)
        {
            final byte[] options = new byte[4 * random.nextInt(1, 11)];
            Arrays.fill(options, (byte)1);
            v4 = v4.ipOptions(options);
        }
        return v4;
    }

    private static FrameSpec randomV6(final FrameSpec spec, final Random random)
    {
        final FrameSpec v6 = spec.flowLabel(random.nextInt(0x10_0000));
        return random.nextInt(6) == 0 ?
            v6.ipv6Extension(random.nextBoolean() ? 0 : 60, Hex.parse("00 01 01 0c 000000000000000000000000")) :
            v6;
    }

    private static FrameSpec randomTcp(final FrameSpec spec, final Random random)
    {
        // No SYN or RST, which are never sent in a super-frame.
        final int flags = FrameSpec.ACK | random.nextInt(0x100) & ~(FrameSpec.SYN | FrameSpec.RST | 0x20);
        final long sequence = random.nextInt(4) == 0 ? 0xFFFF_FFFFL - random.nextInt(4000) : random.nextInt();
        final byte[] options = new byte[4 * random.nextInt(11)];
        Arrays.fill(options, (byte)1);
        return spec.sequence(sequence & 0xFFFF_FFFFL).acknowledgment(random.nextInt() & 0xFFFF_FFFFL)
            .window(random.nextInt(0x1_0000)).tcpFlags(flags).tcpOptions(options);
    }

    /** @return the super-frame with a partial checksum, from its Ethernet header on. */
    public byte[] bytes()
    {
        return spec.payload(payload).partialChecksum().bytes();
    }

    /** @return the same without Ethernet header and tags. */
    public byte[] packet()
    {
        return spec.payload(payload).partialChecksum().packet();
    }

    /** @return the segments, from their Ethernet header on. */
    public List<byte[]> segments()
    {
        return segmentSpecs().stream().map(FrameSpec::bytes).toList();
    }

    public List<FrameSpec> segmentSpecs()
    {
        final List<FrameSpec> segments = new ArrayList<>();
        final long sequence = spec.number(Knob.SEQUENCE, 1);
        final long id = spec.number(Knob.IP_ID, 0);
        final int flags = (int)spec.number(Knob.TCP_FLAGS, FrameSpec.ACK);
        for (int from = 0; from < payload.length; from += gsoSize)
        {
            final int to = Math.min(from + gsoSize, payload.length);
            FrameSpec segment = spec.payload(Arrays.copyOfRange(payload, from, to));
            if (!isV6())
            {
                segment = segment.ipId(id + segments.size() & 0xFFFF);
            }
            if (isTcp())
            {
                final int notLast = to == payload.length ? 0 : FrameSpec.FIN | FrameSpec.PSH;
                final int notFirst = from == 0 ? 0 : CWR;
                segment = segment.sequence(sequence + from & 0xFFFF_FFFFL).tcpFlags(flags & ~notLast & ~notFirst);
            }
            segments.add(segment);
        }
        return segments;
    }

    /** @return octets before the packet. */
    public int l2Length()
    {
        return 14 + 4 * spec.tags().size();
    }

    /** @return octets before the TCP or UDP header. */
    public int checksumStart()
    {
        return l2Length() + (isV6() ?
            40 + spec.octets(Knob.IPV6_EXTENSION, "").length :
            20 + spec.octets(Knob.IP_OPTIONS, "").length);
    }

    /** @return octets between {@link #checksumStart()} and the checksum. */
    public int checksumOffset()
    {
        return isTcp() ? 16 : 6;
    }

    /** @return octets before the payload. */
    public int headersLength()
    {
        return checksumStart() + (isTcp() ? 20 + spec.octets(Knob.TCP_OPTIONS, "").length : 8);
    }

    /** @return {@code VIRTIO_NET_HDR_GSO_…}. */
    public int gsoType()
    {
        if (!isTcp())
        {
            return 5;
        }
        return isV6() ? 4 : 1;
    }

    public boolean isTcp()
    {
        return spec.transport() == Transport.TCP;
    }

    public boolean isV6()
    {
        return spec.network() == Network.IPV6;
    }
}
