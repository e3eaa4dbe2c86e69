// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import io.overlane.status.DropReason;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A neighbour solicitation or advertisement (RFC 4861 §4.3, §4.4) from its ICMPv6 type on, with the one option that
 * matters here: the sender's (type 1) or the target's (type 2) Ethernet address. The message reaches to the end of the
 * wrapped range.
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |     Type      |     Code      |           Checksum            |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |R|S|O|                     Reserved                            |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                                                               |
 * ~                    Target Address, 16 bytes                   ~
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Option Type  |  Option Len.  |    Link-Layer, high bits      |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                     Link-Layer, low bits                      |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 */
public final class NdMessage
{
    /** Bytes in a message without options. */
    public static final int LENGTH = 24;

    /** Bytes in a message with nothing but the link-layer address option. */
    public static final int LENGTH_WITH_LINK_LAYER = 32;

    /** Type. */
    public static final int TYPE_OFFSET = 0;

    /** Code. */
    public static final int CODE_OFFSET = 1;

    /** Checksum. */
    public static final int CHECKSUM_OFFSET = 2;

    /** Advertisement: flags; solicitation: reserved. */
    public static final int FLAGS_OFFSET = 4;

    /** Target address. */
    public static final int TARGET_OFFSET = 8;

    /** First option. */
    public static final int OPTIONS_OFFSET = 24;

    /** Type: who has the target address? */
    public static final int SOLICITATION = 135;

    /** Type: I have the target address. */
    public static final int ADVERTISEMENT = 136;

    /** In {@link #flags()}: the sender is a router. */
    public static final int ROUTER = 0x8000_0000;

    /** In {@link #flags()}: the answer to a solicitation. */
    public static final int SOLICITED = 0x4000_0000;

    /** In {@link #flags()}: replaces what is in the neighbour cache. */
    public static final int OVERRIDE = 0x2000_0000;

    /** {@link #linkLayerAddress()} of a message without one. */
    public static final long MISSING = -1;

    private static final int TARGET_LOW_OFFSET = TARGET_OFFSET + 8;

    private static final int SOURCE_OPTION = 1;

    private static final int TARGET_OPTION = 2;

    private static final int OPTION_UNIT = 8;

    private UnsafeBuffer buffer;
    private int offset;
    private int length;
    private int linkLayerOffset;

    /**
     * Aim at a header.
     *
     * @param buffer it lies in.
     * @param offset its first byte, from the start of the buffer.
     * @param length bytes from there to the end of the frame; all of them lie in the buffer.
     * @return this.
     */
    public NdMessage wrap(final UnsafeBuffer buffer, final int offset, final int length)
    {
        this.buffer = buffer;
        this.offset = offset;
        this.length = length;
        linkLayerOffset = 0;
        return this;
    }

    /**
     * Walk the options, as RFC 4861 §7.1 demands before any is believed. Hop limit 255, the checksum and the rules
     * about the IPv6 addresses are the caller's. No setter voids a {@link DropReason#NONE}; changing the type leaves
     * the address where it was found.
     *
     * @return {@link DropReason#BAD_NEIGHBOR_MESSAGE} if it is another message, its code is not 0, the target is a
     *         multicast address, an option has length zero or is cut off, or a link-layer address is not Ethernet's.
     */
    public DropReason check()
    {
        linkLayerOffset = 0;
        if (length < LENGTH || !isNeighborType() || code() != 0 || isTargetMulticast())
        {
            return DropReason.BAD_NEIGHBOR_MESSAGE;
        }

        final int wanted = optionType();
        int found = 0;
        int position = OPTIONS_OFFSET;
        while (position < length)
        {
            if (length - position < OPTION_UNIT)
            {
                return DropReason.BAD_NEIGHBOR_MESSAGE;
            }
            final int optionLength = (buffer.getByte(offset + position + 1) & 0xFF) * OPTION_UNIT;
            if (optionLength == 0 || optionLength > length - position)
            {
                return DropReason.BAD_NEIGHBOR_MESSAGE;
            }
            if (found == 0 && buffer.getByte(offset + position) == wanted)
            {
                if (optionLength != OPTION_UNIT)
                {
                    return DropReason.BAD_NEIGHBOR_MESSAGE;
                }
                found = position + 2;
            }
            position += optionLength;
        }
        linkLayerOffset = found;
        return DropReason.NONE;
    }

    /**
     * Write everything in front of the target address: type, code 0, checksum 0 and the flags.
     *
     * @param type  {@link #SOLICITATION} or {@link #ADVERTISEMENT}.
     * @param flags of an advertisement; 0 in a solicitation.
     * @return this.
     */
    public NdMessage init(final int type, final int flags)
    {
        buffer.putInt(offset + TYPE_OFFSET, type << 24, ByteOrder.BIG_ENDIAN);
        return flags(flags);
    }

    /** @return {@link #SOLICITATION} or {@link #ADVERTISEMENT}. */
    public int type()
    {
        return buffer.getByte(offset + TYPE_OFFSET) & 0xFF;
    }

    public NdMessage type(final int type)
    {
        buffer.putByte(offset + TYPE_OFFSET, (byte)type);
        return this;
    }

    public int code()
    {
        return buffer.getByte(offset + CODE_OFFSET) & 0xFF;
    }

    public NdMessage code(final int code)
    {
        buffer.putByte(offset + CODE_OFFSET, (byte)code);
        return this;
    }

    public int checksum()
    {
        return buffer.getShort(offset + CHECKSUM_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }

    public NdMessage checksum(final int checksum)
    {
        buffer.putShort(offset + CHECKSUM_OFFSET, (short)checksum, ByteOrder.BIG_ENDIAN);
        return this;
    }

    /** @return {@link #ROUTER}, {@link #SOLICITED} and {@link #OVERRIDE} of an advertisement. */
    public int flags()
    {
        return buffer.getInt(offset + FLAGS_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    public NdMessage flags(final int flags)
    {
        buffer.putInt(offset + FLAGS_OFFSET, flags, ByteOrder.BIG_ENDIAN);
        return this;
    }

    public long targetHigh()
    {
        return buffer.getLong(offset + TARGET_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    public NdMessage targetHigh(final long targetHigh)
    {
        buffer.putLong(offset + TARGET_OFFSET, targetHigh, ByteOrder.BIG_ENDIAN);
        return this;
    }

    public long targetLow()
    {
        return buffer.getLong(offset + TARGET_LOW_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    public NdMessage targetLow(final long targetLow)
    {
        buffer.putLong(offset + TARGET_LOW_OFFSET, targetLow, ByteOrder.BIG_ENDIAN);
        return this;
    }

    /**
     * The Ethernet address an option of the message carries, found by {@link #check()}: of the sender in a
     * solicitation, of the target in an advertisement.
     *
     * @return the address in the low 48 bits, or {@link #MISSING}, as before any check.
     */
    public long linkLayerAddress()
    {
        return linkLayerOffset == 0 ? MISSING : MacField.get(buffer, offset + linkLayerOffset);
    }

    /**
     * Write the option that fits the {@link #type()} behind the target address; the range wrapped must be
     * {@link #LENGTH_WITH_LINK_LAYER} long.
     *
     * @param mac in the low 48 bits.
     * @return this.
     */
    public NdMessage linkLayerAddress(final long mac)
    {
        linkLayerOffset = OPTIONS_OFFSET + 2;
        buffer.putByte(offset + OPTIONS_OFFSET, (byte)optionType());
        buffer.putByte(offset + OPTIONS_OFFSET + 1, (byte)1);
        MacField.put(buffer, offset + linkLayerOffset, mac);
        return this;
    }

    /**
     * Write the checksum of the message, to the end of the wrapped range.
     *
     * @param ip the IPv6 header in front, addresses already set.
     * @return this.
     */
    public NdMessage updateChecksum(final Ipv6Header ip)
    {
        checksum(0);
        return checksum(~Checksum.fold(sum(ip)));
    }

    /**
     * @param ip the IPv6 header in front.
     * @return true if the checksum fits the message, to the end of the wrapped range.
     */
    public boolean isChecksumValid(final Ipv6Header ip)
    {
        return Checksum.fold(sum(ip)) == 0xFFFF;
    }

    private boolean isNeighborType()
    {
        return type() == SOLICITATION || type() == ADVERTISEMENT;
    }

    private int optionType()
    {
        return type() == SOLICITATION ? SOURCE_OPTION : TARGET_OPTION;
    }

    private boolean isTargetMulticast()
    {
        return buffer.getByte(offset + TARGET_OFFSET) == (byte)0xFF;
    }

    private long sum(final Ipv6Header ip)
    {
        final long pseudoHeader = Checksum.pseudoHeaderV6(
            ip.sourceHigh(),
            ip.sourceLow(),
            ip.destinationHigh(),
            ip.destinationLow(),
            IpProtocol.ICMPV6,
            length);
        return Checksum.sum(buffer, offset, length, pseudoHeader);
    }
}
