// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf;

import io.overlane.address.Vtep;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** How a kernel would read a frame with a VXLAN datagram. */
record SentDatagram(byte[] frame)
{
    private static final int IP = 14;
    private static final int UDP_LENGTH = 8;
    private static final int TO_INNER_IP = UDP_LENGTH + 8 + 14;

    private boolean isV6()
    {
        return get(12) == 0x86dd;
    }

    int udp()
    {
        return IP + (isV6() ? 40 : 20);
    }

    int sourcePort()
    {
        return get(udp());
    }

    int tos()
    {
        return isV6() ? get(IP) >>> 4 & 0xff : frame[IP + 1] & 0xff;
    }

    int ttl()
    {
        return frame[IP + (isV6() ? 7 : 8)] & 0xff;
    }

    /** What a socket receives. */
    byte[] payload()
    {
        return Arrays.copyOfRange(frame, udp() + UDP_LENGTH, frame.length);
    }

    /** Whether the kernel gives a datagram to the socket of the engine, as it is; the checksum may be wrong. */
    boolean isFor(final Vtep engine)
    {
        final boolean isV4 = engine.address().isV4();
        return frame.length >= IP + 20 && isV6() != isV4 && frame.length >= udp() + UDP_LENGTH &&
            get(udp() + 2) == engine.udpPort() && get(udp() + 4) == frame.length - udp() &&
            (isV4 ? isIpv4For(engine) : isIpv6For(engine));
    }

    private boolean isIpv4For(final Vtep engine)
    {
        return frame[IP] == 0x45 && get(IP + 2) == frame.length - IP && (get(IP + 6) & 0x3fff) == 0 &&
            frame[IP + 9] == 17 && folded(sum(IP, IP + 20)) == 0xffff &&
            ByteBuffer.wrap(frame).getInt(IP + 16) == engine.address().v4();
    }

    private boolean isIpv6For(final Vtep engine)
    {
        final ByteBuffer bytes = ByteBuffer.wrap(frame);
        return frame[IP] >>> 4 == 6 && get(IP + 4) == frame.length - udp() && frame[IP + 6] == 17 &&
            bytes.getLong(IP + 24) == engine.address().high() && bytes.getLong(IP + 32) == engine.address().low();
    }

    boolean hasChecksum()
    {
        return get(udp() + 6) != 0;
    }

    /**
     * Whether the UDP checksum is right; or wrong by as much as the inner checksum is, so that what is damaged is
     * covered by both, and the station finds it.
     */
    boolean isIntact()
    {
        final int outer = folded(pseudo(IP, frame.length - udp()) + sum(udp(), frame.length));
        final int innerIp = udp() + TO_INNER_IP;
        if (outer == 0xffff)
        {
            return true;
        }
        final boolean isInnerV6 = get(innerIp - 2) == 0x86dd;
        final int transport = innerIp + (isInnerV6 ? 40 : 20);
        final int protocol = frame[innerIp + (isInnerV6 ? 6 : 9)];
        final int inner = folded(
            (protocol == 1 ? 0 : pseudo(innerIp, frame.length - transport)) + sum(transport, frame.length));
        return outer % 0xffff == inner % 0xffff;
    }

    /**
     * Whether the UDP checksum is just the sum of the pseudo-header, as where a sender on this machine has left it to
     * the device. In random frames, one wrong checksum of 65,536 is.
     */
    boolean isUnfinished()
    {
        return get(udp() + 6) == folded(pseudo(IP, frame.length - udp()));
    }

    /** The sum of the pseudo-header of what is behind an IP header. */
    private int pseudo(final int ip, final int length)
    {
        return get(ip - 2) == 0x86dd ?
            sum(ip + 8, ip + 40) + length + (frame[ip + 6] & 0xff) :
            sum(ip + 12, ip + 20) + length + (frame[ip + 9] & 0xff);
    }

    /** Set lengths and checksums of IP and UDP to the right values; no UDP checksum stays none. */
    SentDatagram mended()
    {
        final int length = frame.length - udp();
        put(udp() + 4, length);
        if (isV6())
        {
            put(IP + 4, length);
        }
        else
        {
            put(IP + 2, frame.length - IP);
            put(IP + 10, 0);
            put(IP + 10, ~folded(sum(IP, IP + 20)));
        }
        if (hasChecksum())
        {
            put(udp() + 6, 0);
            put(udp() + 6, ~folded(pseudo(IP, length) + sum(udp(), frame.length)));
        }
        return this;
    }

    private int sum(final int from, final int to)
    {
        int sum = 0;
        for (int i = from; i < to; i += 2)
        {
            sum += i + 1 < to ? get(i) : (frame[i] & 0xff) << 8;
        }
        return sum;
    }

    private static int folded(final int sum)
    {
        final int once = (sum & 0xffff) + (sum >>> 16);
        return (once & 0xffff) + (once >>> 16);
    }

    private int get(final int at)
    {
        return (frame[at] & 0xff) << 8 | frame[at + 1] & 0xff;
    }

    private void put(final int at, final int value)
    {
        frame[at] = (byte)(value >>> 8);
        frame[at + 1] = (byte)value;
    }
}
