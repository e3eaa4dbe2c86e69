// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import io.overlane.testdata.FrameSpec;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.Function;

/** Frames that are mostly right, with up to three random changes. */
final class RandomFrames
{
    private static final int CHANGED_BYTES = 130;
    /** Ethernet, IPv6 and UDP header. */
    private static final int WITH_UDP = 62;

    private final SplittableRandom random;
    private final Function<byte[], FrameSpec> tunnel;

    /** @param tunnel makes a datagram for the engine of a frame, with a UDP checksum. */
    RandomFrames(final long seed, final Function<byte[], FrameSpec> tunnel)
    {
        random = new SplittableRandom(seed);
        this.tunnel = tunnel;
    }

    /** A frame from one station to another. */
    byte[] inner(final long source, final long destination)
    {
        return changed(spec(source, destination).bytes());
    }

    /** A datagram from the remote, whose frame is one of {@link #inner}. */
    byte[] datagram(final long source, final long destination)
    {
        final byte[] frame = random.nextBoolean() ?
            inner(source, destination) :
            spec(source, destination).bytes();
        final FrameSpec datagram = tunnel.apply(frame).tos(random.nextInt(256));
        final byte[] bytes = changed((random.nextBoolean() ? datagram : datagram.zeroChecksum()).bytes());
        // Most changes would only spoil a length or the checksum.
        return random.nextInt(4) > 0 && bytes.length >= WITH_UDP ? new SentDatagram(bytes).mended().frame() : bytes;
    }

    private FrameSpec spec(final long source, final long destination)
    {
        final FrameSpec frame = switch (random.nextInt(6))
        {
            case 0 -> FrameSpec.ipv6Udp();
            case 1 -> FrameSpec.ipv6Tcp();
            case 2 -> FrameSpec.ipv4Tcp();
            case 3 -> FrameSpec.icmpEchoRequest();
            case 4 -> FrameSpec.arpRequest("10.9.9.1", "10.9.9.2");
            default -> FrameSpec.ipv4Udp().payloadLength(random.nextInt(1_500));
        };
        return frame.sourceMac(source).destinationMac(destination).tos(random.nextInt(256));
    }

    private byte[] changed(final byte[] bytes)
    {
        for (int i = random.nextInt(4); i > 0; i--)
        {
            final int at = random.nextInt(Math.min(bytes.length, CHANGED_BYTES));
            bytes[at] = (byte)(random.nextBoolean() ? bytes[at] ^ 1 << random.nextInt(8) : random.nextInt());
        }
        return switch (random.nextInt(20))
        {
            case 0 -> Arrays.copyOf(bytes, 14 + random.nextInt(bytes.length - 13));
            case 1 -> Arrays.copyOf(bytes, bytes.length + random.nextInt(20));
            default -> bytes;
        };
    }
}
