// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import io.overlane.testdata.FrameSpec;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Frames that are mostly right, with up to three random changes; and how a kernel would read a datagram. */
final class RandomFrames
{
    private static final int IP = 14;
    private static final int UDP = IP + 20;
    private static final int PAYLOAD = UDP + 8;
    private static final int CHANGED_BYTES = 110;

    private final SplittableRandom random;

    RandomFrames(final long seed)
    {
        random = new SplittableRandom(seed);
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
        final byte[] bytes = changed(FrameSpec.vxlan(frame).vni(FastPathLab.VNI)
            .source("10.0.0.2").destination("10.0.0.1").ports(50_000, 8472).zeroChecksum()
            .tos(random.nextInt(256)).bytes());
        // Most changes would only spoil a length or the checksum.
        if (random.nextInt(4) > 0 && bytes.length >= PAYLOAD)
        {
            put(bytes, IP + 2, bytes.length - IP);
            put(bytes, UDP + 4, bytes.length - UDP);
            put(bytes, IP + 10, 0);
            put(bytes, IP + 10, ~sum(bytes));
        }
        return bytes;
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

    /** Whether the kernel gives a datagram to the socket of the engine, as it is. */
    static boolean isForEngine(final byte[] frame)
    {
        final int length = frame.length - IP;
        return frame.length >= PAYLOAD && get(frame, 12) == 0x0800 && frame[IP] == 0x45 &&
            get(frame, IP + 2) == length && (get(frame, IP + 6) & 0x3fff) == 0 && frame[IP + 9] == 17 &&
            sum(frame) == 0xffff &&
            get(frame, IP + 16) == 0x0a00 && get(frame, IP + 18) == 1 && get(frame, UDP + 2) == 8472 &&
            get(frame, UDP + 4) == length - 20 && get(frame, UDP + 6) == 0;
    }

    /** What the socket of the engine receives. */
    static byte[] payload(final byte[] frame)
    {
        return Arrays.copyOfRange(frame, PAYLOAD, frame.length);
    }

    static int tos(final byte[] frame)
    {
        return frame[IP + 1] & 0xff;
    }

    private static int sum(final byte[] frame)
    {
        int sum = 0;
        for (int i = IP; i < UDP; i += 2)
        {
            sum += get(frame, i);
        }
        return (sum & 0xffff) + (sum >>> 16);
    }

    private static int get(final byte[] bytes, final int at)
    {
        return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
    }

    private static void put(final byte[] bytes, final int at, final int value)
    {
        bytes[at] = (byte)(value >>> 8);
        bytes[at + 1] = (byte)value;
    }
}
