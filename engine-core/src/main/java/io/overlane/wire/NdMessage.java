// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import io.overlane.status.DropReason;
import org.agrona.MutableDirectBuffer;

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
public final class NdMessage extends IcmpHeader
{
    /** Bytes in a message without options. */
    public static final int LENGTH = 24;

    /** Bytes in a message with nothing but the link-layer address option. */
    public static final int LENGTH_WITH_LINK_LAYER = 32;

    /** Type: which station has the target address? */
    public static final int SOLICITATION = 135;

    /** Type: the sender has the target address. */
    public static final int ADVERTISEMENT = 136;

    /** In {@link #flags()}: the sender is a router. */
    public static final int ROUTER = 0x8000_0000;

    /** In {@link #flags()}: the answer to a solicitation. */
    public static final int SOLICITED = 0x4000_0000;

    /** In {@link #flags()}: replaces the entry in the neighbour cache. */
    public static final int OVERRIDE = 0x2000_0000;

    /** {@link #linkLayerAddress()} of a message without one. */
    public static final long MISSING = -1;

    private static final int FLAGS_OFFSET = 4;
    private static final int TARGET_OFFSET = 8;
    private static final int TARGET_LOW_OFFSET = 16;
    private static final int OPTIONS_OFFSET = 24;
    private static final int OPTION_UNIT = 8;
    private static final int SOURCE_OPTION = 1;
    private static final int TARGET_OPTION = 2;

    private int linkLayerOffset;

    @Override
    public NdMessage wrap(final MutableDirectBuffer buffer, final int offset, final int length)
    {
        aim(buffer, offset, length);
        linkLayerOffset = 0;
        return this;
    }

    /**
     * Check the message and its options, as RFC 4861 §7.1 demands before any option is used. The caller checks the hop
     * limit of 255, the checksum and the rules about the IPv6 addresses. No setter voids a {@link DropReason#NONE};
     * changing the type leaves the address where it was found.
     *
     * @return {@link DropReason#BAD_NEIGHBOR_MESSAGE} if it is another message, its code is not 0, the target is a
     *         multicast address, an option has length zero or is cut off, or a link-layer address is not Ethernet's.
     */
    @Override
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
            final int optionLength = u8(position + 1) * OPTION_UNIT;
            if (optionLength == 0 || optionLength > length - position)
            {
                return DropReason.BAD_NEIGHBOR_MESSAGE;
            }
            if (found == 0 && u8(position) == wanted)
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
     */
    public NdMessage init(final int type, final int flags)
    {
        i64(0, (long)type << 56 | flags & 0xFFFF_FFFFL);
        return this;
    }

    /** @return {@link #ROUTER}, {@link #SOLICITED} and {@link #OVERRIDE} of an advertisement. */
    public int flags()
    {
        return i32(FLAGS_OFFSET);
    }

    public long targetHigh()
    {
        return i64(TARGET_OFFSET);
    }

    public NdMessage targetHigh(final long targetHigh)
    {
        i64(TARGET_OFFSET, targetHigh);
        return this;
    }

    public long targetLow()
    {
        return i64(TARGET_LOW_OFFSET);
    }

    public NdMessage targetLow(final long targetLow)
    {
        i64(TARGET_LOW_OFFSET, targetLow);
        return this;
    }

    /**
     * @return the Ethernet address in an option, found by {@link #check()}: of the sender in a solicitation, of the
     *         target in an advertisement; {@link #MISSING} before any check, too.
     */
    public long linkLayerAddress()
    {
        return linkLayerOffset == 0 ? MISSING : mac(linkLayerOffset);
    }

    /**
     * Write the option that fits the {@link #type()} behind the target address; the wrapped range must be
     * {@link #LENGTH_WITH_LINK_LAYER} long.
     */
    public NdMessage linkLayerAddress(final long mac)
    {
        linkLayerOffset = OPTIONS_OFFSET + 2;
        u16(OPTIONS_OFFSET, optionType() << 8 | 1);
        mac(linkLayerOffset, mac);
        return this;
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
        return u8(TARGET_OFFSET) == 0xFF;
    }
}
