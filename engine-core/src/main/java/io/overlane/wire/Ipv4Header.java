// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import io.overlane.status.DropReason;
import org.agrona.MutableDirectBuffer;

/**
 * An IPv4 header (RFC 791). Addresses are an {@code int}, first octet on the wire highest. Setters leave the header
 * checksum alone; {@link #ecn(int)} and {@link #decrementTtl()} patch it.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |Version|  IHL  |Type of Service|          Total Length         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |         Identification        |Flags|     Fragment Offset     |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Time to Live |    Protocol   |        Header Checksum        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                         Source Address                        |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                      Destination Address                      |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                  Options, 0 to 40 bytes                       |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 */
public final class Ipv4Header extends Header
{
    /** Bytes in a header without options. */
    public static final int LENGTH = 20;

    /** Bytes in the longest header. */
    public static final int MAX_LENGTH = 60;

    /** Type of service: DSCP and ECN. */
    public static final int TOS_OFFSET = 1;

    /** Bytes in header and payload. */
    public static final int TOTAL_LENGTH_OFFSET = 2;

    /** A number that fragments of one packet share. */
    public static final int IDENTIFICATION_OFFSET = 4;

    /** Flags, and fragment offset in units of eight bytes. */
    public static final int FLAGS_OFFSET = 6;

    /** Time to live. */
    public static final int TTL_OFFSET = 8;

    /** Header checksum. */
    public static final int HEADER_CHECKSUM_OFFSET = 10;

    /** Source address. */
    public static final int SOURCE_OFFSET = 12;

    /** The version this header has. */
    public static final int VERSION = 4;

    private static final int VERSION_OFFSET = 0;
    private static final int PROTOCOL_OFFSET = 9;
    private static final int DESTINATION_OFFSET = 16;
    private static final int DONT_FRAGMENT_BIT = 0x4000;
    private static final int MORE_FRAGMENTS_BIT = 0x2000;
    private static final int FRAGMENT_OFFSET_MASK = 0x1FFF;

    public Ipv4Header wrap(final MutableDirectBuffer buffer, final int offset, final int length)
    {
        aim(buffer, offset, length);
        return this;
    }

    /**
     * The gate before use of the payload: {@link #checkHeader()}, and a total length that includes the header and fits
     * the packet (Linux {@code ip_rcv_core}). The checksum is not checked.
     *
     * @return {@link DropReason#NONE} or the first fault, as for {@link #checkHeader()}; a wrong total length is
     *         {@link DropReason#BAD_IP_HEADER}.
     */
    public DropReason check()
    {
        final DropReason verdict = checkHeader();
        if (verdict != DropReason.NONE)
        {
            return verdict;
        }
        final int totalLength = totalLength();
        return totalLength < headerLength() || totalLength > length ? DropReason.BAD_IP_HEADER : DropReason.NONE;
    }

    /**
     * The gate before reading or patching only the header, as a bridge does (Linux {@code pskb_inet_may_pull}): after
     * {@link DropReason#NONE} no accessor reads outside the packet. {@link #headerLength(int)} voids this.
     *
     * @return {@link DropReason#INNER_IP_TRUNCATED} if the packet ends inside header or options,
     *         {@link DropReason#BAD_IP_VERSION} if it is not version 4, {@link DropReason#BAD_IP_HEADER} if the header
     *         length is below 20.
     */
    public DropReason checkHeader()
    {
        if (length < LENGTH)
        {
            return DropReason.INNER_IP_TRUNCATED;
        }
        if (u8(VERSION_OFFSET) >>> 4 != VERSION)
        {
            return DropReason.BAD_IP_VERSION;
        }
        final int headerLength = headerLength();
        if (headerLength < LENGTH)
        {
            return DropReason.BAD_IP_HEADER;
        }
        return headerLength > length ? DropReason.INNER_IP_TRUNCATED : DropReason.NONE;
    }

    /** @return bytes in header and options. */
    public int headerLength()
    {
        return (u8(VERSION_OFFSET) & 0xF) << 2;
    }

    /**
     * Write version 4 and the header length. Voids {@link #check()} if it grows.
     *
     * @param headerLength bytes in header and options: 20, 24 … 60.
     */
    public Ipv4Header headerLength(final int headerLength)
    {
        u8(VERSION_OFFSET, (VERSION << 4) | (headerLength >>> 2));
        return this;
    }

    /** @return DSCP in the upper six bits, ECN in the lower two. */
    public int tos()
    {
        return u8(TOS_OFFSET);
    }

    public Ipv4Header tos(final int tos)
    {
        u8(TOS_OFFSET, tos);
        return this;
    }

    /** @return the ECN bits: 0 not capable, 1 and 2 capable, 3 congestion experienced (RFC 3168 §5). */
    public int ecn()
    {
        return tos() & 0x3;
    }

    /** Change the two ECN bits and patch the header checksum (RFC 1624); a wrong checksum stays wrong. */
    public Ipv4Header ecn(final int ecn)
    {
        final int before = u16(VERSION_OFFSET);
        final int after = (before & ~0x3) | (ecn & 0x3);
        if (after != before)
        {
            u16(VERSION_OFFSET, after);
            headerChecksum(Checksum.update(headerChecksum(), before, after));
        }
        return this;
    }

    /** @return bytes in header and payload; the frame may be longer (Ethernet padding). */
    public int totalLength()
    {
        return u16(TOTAL_LENGTH_OFFSET);
    }

    /** Voids {@link #check()} if it grows. */
    public Ipv4Header totalLength(final int totalLength)
    {
        u16(TOTAL_LENGTH_OFFSET, totalLength);
        return this;
    }

    public int identification()
    {
        return u16(IDENTIFICATION_OFFSET);
    }

    public Ipv4Header identification(final int identification)
    {
        u16(IDENTIFICATION_OFFSET, identification);
        return this;
    }

    public boolean dontFragment()
    {
        return (flags() & DONT_FRAGMENT_BIT) != 0;
    }

    public Ipv4Header dontFragment(final boolean dontFragment)
    {
        return flags(dontFragment ? flags() | DONT_FRAGMENT_BIT : flags() & ~DONT_FRAGMENT_BIT);
    }

    public boolean moreFragments()
    {
        return (flags() & MORE_FRAGMENTS_BIT) != 0;
    }

    /** @return bytes of payload in front of this fragment. */
    public int fragmentOffset()
    {
        return (flags() & FRAGMENT_OFFSET_MASK) << 3;
    }

    /**
     * @return true for any fragment, also the first: ports may be missing, and the length is not that of the datagram.
     */
    public boolean isFragment()
    {
        return (flags() & (MORE_FRAGMENTS_BIT | FRAGMENT_OFFSET_MASK)) != 0;
    }

    private int flags()
    {
        return u16(FLAGS_OFFSET);
    }

    /** Write flags and fragment offset at once. Over fresh memory do this before setting one of them. */
    public Ipv4Header flags(final int flags)
    {
        u16(FLAGS_OFFSET, flags);
        return this;
    }

    public int ttl()
    {
        return u8(TTL_OFFSET);
    }

    public Ipv4Header ttl(final int ttl)
    {
        u8(TTL_OFFSET, ttl);
        return this;
    }

    /**
     * Subtract one from the time to live and patch the header checksum, as {@code ip_decrease_ttl} of Linux does: a
     * wrong checksum stays wrong. Not for a {@link #ttl()} of 0, which becomes 255, with a checksum that is off.
     */
    public Ipv4Header decrementTtl()
    {
        ttl(ttl() - 1);
        final int sum = headerChecksum() + 0x0100;
        final int folded = (sum & 0xFFFF) + (sum >>> 16);
        return headerChecksum(folded == 0xFFFF ? 0 : folded);
    }

    /** @return one of {@link IpProtocol}. */
    public int protocol()
    {
        return u8(PROTOCOL_OFFSET);
    }

    public Ipv4Header protocol(final int protocol)
    {
        u8(PROTOCOL_OFFSET, protocol);
        return this;
    }

    public int headerChecksum()
    {
        return u16(HEADER_CHECKSUM_OFFSET);
    }

    Ipv4Header headerChecksum(final int headerChecksum)
    {
        u16(HEADER_CHECKSUM_OFFSET, headerChecksum);
        return this;
    }

    public int source()
    {
        return i32(SOURCE_OFFSET);
    }

    public Ipv4Header source(final int source)
    {
        i32(SOURCE_OFFSET, source);
        return this;
    }

    public int destination()
    {
        return i32(DESTINATION_OFFSET);
    }

    public Ipv4Header destination(final int destination)
    {
        i32(DESTINATION_OFFSET, destination);
        return this;
    }

    /** Write the checksum of the {@link #headerLength()} bytes. */
    public Ipv4Header updateChecksum()
    {
        return headerChecksum(0).headerChecksum(Checksum.internet(buffer, offset, headerLength()));
    }

    /** @return true if the checksum of the {@link #headerLength()} bytes is right. */
    public boolean isChecksumValid()
    {
        return Checksum.internet(buffer, offset, headerLength()) == 0;
    }
}
