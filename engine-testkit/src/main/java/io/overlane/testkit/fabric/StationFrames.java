// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit.fabric;

import io.overlane.address.MacAddress;
import java.util.Arrays;

/**
 * Makes the frames of stations, byte by byte. Each frame ends with a number of its own, by which a log names it; so
 * does each segment of a super-frame.
 *
 * <pre>
 *   +----------+------+------+-----------------------+----------+----------+
 *   | Ethernet |  IP, ARP    |  UDP, TCP, ICMPv6, …  | piece, 8 |  id, 8   |
 *   +----------+------+------+-----------------------+----------+----------+
 * </pre>
 */
final class StationFrames
{
    static final int ETHERNET = 14;
    static final int IPV4 = 0x0800;
    static final int ARP = 0x0806;
    static final int IPV6 = 0x86DD;
    static final int VLAN = 0x8100;
    static final int ARP_REQUEST = 1;
    static final int ARP_REPLY = 2;
    static final int SOLICITATION = 135;
    static final int ADVERTISEMENT = 136;

    /** A station answers a packet to this UDP port. */
    static final int ECHO_PORT = 7;

    /** The high word of the IPv6 address of each station. */
    static final long NET6 = 0xFD00_0000_0000_0000L;

    /** Bytes of a neighbour solicitation or advertisement with a link-layer address, Ethernet included. */
    static final int ND_LENGTH = ETHERNET + 40 + 32;

    /** In the flags of a neighbour advertisement. */
    static final int ROUTER = 0x8000_0000;

    /** The number of a forged frame that engines route, and then carry like those of stations. */
    static final long FORGED = Long.MIN_VALUE;

    private static final int TRAILER = 16;
    private static final int ICMPV6 = 58;
    private static final int ALL_NODES_HOP_LIMIT = 255;

    private StationFrames()
    {
    }

    /** The number at the end of a frame. */
    static long id(final byte[] frame)
    {
        return frame.length < Long.BYTES ? 0 : Bytes.i64(frame, frame.length - Long.BYTES);
    }

    static byte[] udp4(
        final long to, final long from, final int toIp, final int fromIp, final int port, final int size, final long id)
    {
        final byte[] frame = ethernet(to, from, IPV4, 28 + size + TRAILER, id);
        ipv4(frame, 17, toIp, fromIp, 0);
        Bytes.put16(frame, 34, 9);
        Bytes.put16(frame, 36, port);
        Bytes.put16(frame, 38, frame.length - 34);
        return frame;
    }

    static byte[] udp6(
        final long to, final long from, final long toLow, final long fromLow, final int size, final long id)
    {
        final byte[] frame = ethernet(to, from, IPV6, 48 + size + TRAILER, id);
        ipv6(frame, 17, 64, NET6, toLow, fromLow);
        Bytes.put16(frame, 54, 9);
        Bytes.put16(frame, 56, 9);
        Bytes.put16(frame, 58, frame.length - 54);
        Bytes.put16(frame, 60, Bytes.checksum(pseudo6(frame, 17) + Bytes.sum(frame, 54, frame.length - 54)));
        return frame;
    }

    static byte[] arp(
        final long to,
        final int operation,
        final long senderMac,
        final int senderIp,
        final long targetMac,
        final int targetIp,
        final long id)
    {
        final byte[] frame = ethernet(to, senderMac, ARP, 28 + TRAILER, id);
        Bytes.put16(frame, 14, 1);
        Bytes.put16(frame, 16, IPV4);
        Bytes.put16(frame, 18, 0x0604);
        Bytes.put16(frame, 20, operation);
        Bytes.putMac(frame, 22, senderMac);
        Bytes.put32(frame, 28, senderIp);
        Bytes.putMac(frame, 32, targetMac);
        Bytes.put32(frame, 38, targetIp);
        return frame;
    }

    /** A neighbour solicitation to the group of its target, behind whose packet the number follows as padding. */
    static byte[] solicitation(final long from, final long fromLow, final long targetLow, final long id)
    {
        final byte[] frame =
            ethernet(0x3333_FF00_0000L | targetLow & 0xFF_FFFFL, from, IPV6, ND_LENGTH - ETHERNET + TRAILER, id);
        ipv6(frame, ICMPV6, ALL_NODES_HOP_LIMIT, 0xFF02_0000_0000_0000L,
            0x0001_FF00_0000L | targetLow & 0xFF_FFFFL, fromLow);
        Bytes.put16(frame, 18, 32);
        neighbor(frame, SOLICITATION, 0, targetLow, 1, from);
        return frame;
    }

    /** The advertisement that answers a solicitation; without a number, as an engine's answer has none. */
    static byte[] advertisement(final byte[] solicitation, final long mac, final int furtherFlags)
    {
        final byte[] frame = Arrays.copyOf(solicitation, ND_LENGTH);
        System.arraycopy(solicitation, 6, frame, 0, 6);
        Bytes.putMac(frame, 6, mac);
        // The asker becomes the destination, the target of the question the source.
        System.arraycopy(solicitation, 22, frame, 38, 16);
        System.arraycopy(solicitation, 62, frame, 22, 16);
        neighbor(frame, ADVERTISEMENT, 0x6000_0000 | furtherFlags, Bytes.i64(solicitation, 70), 2, mac);
        return frame;
    }

    /** The reply to an ARP request, which keeps what is behind the packet. */
    static byte[] arpReply(final byte[] request, final long mac)
    {
        final byte[] frame = request.clone();
        System.arraycopy(request, 22, frame, 0, 6);
        Bytes.putMac(frame, 6, mac);
        Bytes.put16(frame, 20, ARP_REPLY);
        System.arraycopy(request, 22, frame, 32, 10);
        Bytes.putMac(frame, 22, mac);
        System.arraycopy(request, 38, frame, 28, 4);
        return frame;
    }

    /** The reply to an ARP request without what is behind the packet. */
    static byte[] bareArpReply(final byte[] request, final long mac)
    {
        return Arrays.copyOf(arpReply(request, mac), ETHERNET + 28);
    }

    static boolean isArpRequest(final byte[] frame)
    {
        return frame.length >= ETHERNET + 28 && Bytes.u16(frame, 12) == ARP && Bytes.u16(frame, 20) == ARP_REQUEST;
    }

    static boolean isSolicitation(final byte[] frame)
    {
        return frame.length >= ND_LENGTH && Bytes.u16(frame, 12) == IPV6 && Bytes.u8(frame, 20) == ICMPV6 &&
            Bytes.u8(frame, 54) == SOLICITATION;
    }

    /** A TCP segment; {@code first} is the number of its first piece, and its payload is made of pieces of 16 bytes. */
    static byte[] tcp4(
        final long to,
        final long from,
        final int toIp,
        final int fromIp,
        final int first,
        final int pieces,
        final boolean isLast,
        final int identification,
        final long id)
    {
        final byte[] frame = ethernet(to, from, IPV4, 40 + pieces * TRAILER, id);
        ipv4(frame, 6, toIp, fromIp, identification);
        Bytes.put16(frame, 34, 50_000);
        Bytes.put16(frame, 36, 5_001);
        Bytes.put32(frame, 38, 1_000 + first * TRAILER);
        Bytes.put32(frame, 42, 77);
        // A header of five words; ACK, and PSH on the last.
        Bytes.put16(frame, 46, 0x5010 | (isLast ? 0x0008 : 0));
        Bytes.put16(frame, 48, 0x2000);
        for (int i = 0; i < pieces; i++)
        {
            Bytes.put64(frame, 54 + i * TRAILER, first + i);
            Bytes.put64(frame, 62 + i * TRAILER, id);
        }
        final int length = frame.length - 34;
        Bytes.put16(frame, 50, Bytes.checksum(Bytes.sum(frame, 26, 8) + 6 + length + Bytes.sum(frame, 34, length)));
        return frame;
    }

    /** The same frame with a VLAN tag. */
    static byte[] tagged(final byte[] frame, final int vlan)
    {
        final byte[] tagged = new byte[frame.length + 4];
        System.arraycopy(frame, 0, tagged, 0, 12);
        Bytes.put16(tagged, 12, VLAN);
        Bytes.put16(tagged, 14, vlan);
        System.arraycopy(frame, 12, tagged, 16, frame.length - 12);
        return tagged;
    }

    /** The same frame without its VLAN tag. */
    static byte[] untagged(final byte[] frame)
    {
        final byte[] untagged = new byte[frame.length - 4];
        System.arraycopy(frame, 0, untagged, 0, 12);
        System.arraycopy(frame, 16, untagged, 12, untagged.length - 12);
        return untagged;
    }

    /** A datagram with a tunnel header (RFC 7348 §5). */
    static byte[] tunnelled(final int vni, final byte[] frame)
    {
        final byte[] datagram = new byte[8 + frame.length];
        Bytes.put8(datagram, 0, 0x08);
        Bytes.put32(datagram, 4, vni << 8);
        System.arraycopy(frame, 0, datagram, 8, frame.length);
        return datagram;
    }

    static String describe(final byte[] bytes, final boolean isTunnelled)
    {
        final int start = isTunnelled ? 8 : 0;
        if (bytes.length < start + ETHERNET)
        {
            return bytes.length + " bytes " + Arrays.toString(bytes);
        }
        return (isTunnelled ? "VNI " + (Bytes.i32(bytes, 4) >>> 8) + " " : "") +
            MacAddress.toString(Bytes.mac(bytes, start + 6)) + " to " +
            MacAddress.toString(Bytes.mac(bytes, start)) + " type " +
            Integer.toHexString(Bytes.u16(bytes, start + 12)) + ", " + (bytes.length - start) + " bytes, id " +
            id(bytes);
    }

    private static byte[] ethernet(
        final long to, final long from, final int type, final int payload, final long id)
    {
        final byte[] frame = new byte[ETHERNET + payload];
        Bytes.putMac(frame, 0, to);
        Bytes.putMac(frame, 6, from);
        Bytes.put16(frame, 12, type);
        Bytes.put64(frame, frame.length - Long.BYTES, id);
        return frame;
    }

    private static void ipv4(
        final byte[] frame, final int protocol, final int to, final int from, final int identification)
    {
        Bytes.put8(frame, 14, 0x45);
        Bytes.put16(frame, 16, frame.length - ETHERNET);
        Bytes.put16(frame, 18, identification);
        Bytes.put16(frame, 20, 0x4000);
        Bytes.put8(frame, 22, 64);
        Bytes.put8(frame, 23, protocol);
        Bytes.put32(frame, 26, from);
        Bytes.put32(frame, 30, to);
        Bytes.put16(frame, 24, Bytes.checksum(Bytes.sum(frame, 14, 20)));
    }

    private static void ipv6(
        final byte[] frame,
        final int next,
        final int hopLimit,
        final long toHigh,
        final long toLow,
        final long fromLow)
    {
        Bytes.put8(frame, 14, 0x60);
        Bytes.put16(frame, 18, frame.length - ETHERNET - 40);
        Bytes.put8(frame, 20, next);
        Bytes.put8(frame, 21, hopLimit);
        Bytes.put64(frame, 22, NET6);
        Bytes.put64(frame, 30, fromLow);
        Bytes.put64(frame, 38, toHigh);
        Bytes.put64(frame, 46, toLow);
    }

    private static void neighbor(
        final byte[] frame, final int type, final int flags, final long targetLow, final int option, final long mac)
    {
        Bytes.put32(frame, 54, type << 24);
        Bytes.put32(frame, 58, flags);
        Bytes.put64(frame, 62, NET6);
        Bytes.put64(frame, 70, targetLow);
        Bytes.put16(frame, 78, option << 8 | 1);
        Bytes.putMac(frame, 80, mac);
        Bytes.put16(frame, 56, Bytes.checksum(Bytes.sum(frame, 22, 32) + 32 + ICMPV6 + Bytes.sum(frame, 54, 32)));
    }

    private static long pseudo6(final byte[] frame, final int protocol)
    {
        return Bytes.sum(frame, 22, 32) + frame.length - 54 + protocol;
    }
}
