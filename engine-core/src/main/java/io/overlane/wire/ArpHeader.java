// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import io.overlane.status.DropReason;
import java.nio.ByteOrder;
import org.agrona.MutableDirectBuffer;

/**
 * An ARP message for IPv4 over Ethernet (RFC 826).
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |         Hardware type         |         Protocol type         |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |  Hw. length   | Proto. length |           Operation           |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                     Sender MAC, high bits                     |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |      Sender MAC, low bits     |     Sender IP, high bits      |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |      Sender IP, low bits      |     Target MAC, high bits     |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                      Target MAC, low bits                     |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                           Target IP                           |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 */
public final class ArpHeader extends Header
{
    /** Bytes in the message. */
    public static final int LENGTH = 28;

    /** Operation: which station has the target address? */
    public static final int REQUEST = 1;

    /** Operation: the sender has the sender address. */
    public static final int REPLY = 2;

    private static final int OPERATION_OFFSET = 6;
    private static final int SENDER_MAC_OFFSET = 8;
    private static final int SENDER_IP_OFFSET = 14;
    private static final int TARGET_MAC_OFFSET = 18;
    private static final int TARGET_IP_OFFSET = 24;

    /** Hardware type 1, protocol type 0x0800, lengths 6 and 4: the first eight bytes without the operation. */
    private static final long ETHERNET_IPV4 = 0x0001_0800_0604_0000L;
    private static final long OPERATION_MASK = 0xFFFFL;

    public ArpHeader wrap(final MutableDirectBuffer buffer, final int offset, final int length)
    {
        aim(buffer, offset, length);
        return this;
    }

    /**
     * @return {@link DropReason#BAD_NEIGHBOR_MESSAGE} if the message is cut off or not for IPv4 over Ethernet, which a
     *         bridge forwards like any frame. No setter voids a {@link DropReason#NONE}.
     */
    public DropReason check()
    {
        if (length < LENGTH)
        {
            return DropReason.BAD_NEIGHBOR_MESSAGE;
        }
        final long start = buffer.getLong(offset, ByteOrder.BIG_ENDIAN);
        return (start & ~OPERATION_MASK) == ETHERNET_IPV4 ? DropReason.NONE : DropReason.BAD_NEIGHBOR_MESSAGE;
    }

    /** Write everything in front of the addresses. */
    public ArpHeader init(final int operation)
    {
        buffer.putLong(offset, ETHERNET_IPV4 | (operation & OPERATION_MASK), ByteOrder.BIG_ENDIAN);
        return this;
    }

    /** @return {@link #REQUEST}, {@link #REPLY} or a rarer one. */
    public int operation()
    {
        return u16(OPERATION_OFFSET);
    }

    public long senderMac()
    {
        return mac(SENDER_MAC_OFFSET);
    }

    public ArpHeader senderMac(final long senderMac)
    {
        mac(SENDER_MAC_OFFSET, senderMac);
        return this;
    }

    public int senderIp()
    {
        return i32(SENDER_IP_OFFSET);
    }

    public ArpHeader senderIp(final int senderIp)
    {
        i32(SENDER_IP_OFFSET, senderIp);
        return this;
    }

    public long targetMac()
    {
        return mac(TARGET_MAC_OFFSET);
    }

    public ArpHeader targetMac(final long targetMac)
    {
        mac(TARGET_MAC_OFFSET, targetMac);
        return this;
    }

    public int targetIp()
    {
        return i32(TARGET_IP_OFFSET);
    }

    public ArpHeader targetIp(final int targetIp)
    {
        i32(TARGET_IP_OFFSET, targetIp);
        return this;
    }
}
