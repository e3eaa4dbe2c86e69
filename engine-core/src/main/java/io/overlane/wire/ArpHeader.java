// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import io.overlane.status.DropReason;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

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
public final class ArpHeader
{
    /** Bytes in the message. */
    public static final int LENGTH = 28;

    /** Hardware type. */
    public static final int HARDWARE_TYPE_OFFSET = 0;

    /** Protocol type, an EtherType. */
    public static final int PROTOCOL_TYPE_OFFSET = 2;

    /** Bytes in a hardware address. */
    public static final int HARDWARE_LENGTH_OFFSET = 4;

    /** Bytes in a protocol address. */
    public static final int PROTOCOL_LENGTH_OFFSET = 5;

    /** Operation. */
    public static final int OPERATION_OFFSET = 6;

    /** Sender hardware address. */
    public static final int SENDER_MAC_OFFSET = 8;

    /** Sender protocol address. */
    public static final int SENDER_IP_OFFSET = 14;

    /** Target hardware address. */
    public static final int TARGET_MAC_OFFSET = 18;

    /** Target protocol address. */
    public static final int TARGET_IP_OFFSET = 24;

    /** Operation: who has the target address? */
    public static final int REQUEST = 1;

    /** Operation: the sender has the sender address. */
    public static final int REPLY = 2;

    /** Hardware type 1, protocol type 0x0800, lengths 6 and 4: the first eight bytes without the operation. */
    private static final long ETHERNET_IPV4 = 0x0001_0800_0604_0000L;

    private static final long OPERATION_MASK = 0xFFFFL;

    private UnsafeBuffer buffer;
    private int offset;
    private int length;

    /**
     * Aim at a header.
     *
     * @param buffer it lies in.
     * @param offset its first byte, from the start of the buffer.
     * @param length bytes from there to the end of the frame; all of them lie in the buffer.
     * @return this.
     */
    public ArpHeader wrap(final UnsafeBuffer buffer, final int offset, final int length)
    {
        this.buffer = buffer;
        this.offset = offset;
        this.length = length;
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

    /**
     * Write everything in front of the addresses.
     *
     * @param operation {@link #REQUEST} or {@link #REPLY}.
     * @return this.
     */
    public ArpHeader init(final int operation)
    {
        buffer.putLong(offset, ETHERNET_IPV4 | (operation & OPERATION_MASK), ByteOrder.BIG_ENDIAN);
        return this;
    }

    /** @return {@link #REQUEST}, {@link #REPLY} or something rarer. */
    public int operation()
    {
        return buffer.getShort(offset + OPERATION_OFFSET, ByteOrder.BIG_ENDIAN) & 0xFFFF;
    }

    public ArpHeader operation(final int operation)
    {
        buffer.putShort(offset + OPERATION_OFFSET, (short)operation, ByteOrder.BIG_ENDIAN);
        return this;
    }

    public long senderMac()
    {
        return MacField.get(buffer, offset + SENDER_MAC_OFFSET);
    }

    public ArpHeader senderMac(final long senderMac)
    {
        MacField.put(buffer, offset + SENDER_MAC_OFFSET, senderMac);
        return this;
    }

    public int senderIp()
    {
        return buffer.getInt(offset + SENDER_IP_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    public ArpHeader senderIp(final int senderIp)
    {
        buffer.putInt(offset + SENDER_IP_OFFSET, senderIp, ByteOrder.BIG_ENDIAN);
        return this;
    }

    public long targetMac()
    {
        return MacField.get(buffer, offset + TARGET_MAC_OFFSET);
    }

    public ArpHeader targetMac(final long targetMac)
    {
        MacField.put(buffer, offset + TARGET_MAC_OFFSET, targetMac);
        return this;
    }

    public int targetIp()
    {
        return buffer.getInt(offset + TARGET_IP_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    public ArpHeader targetIp(final int targetIp)
    {
        buffer.putInt(offset + TARGET_IP_OFFSET, targetIp, ByteOrder.BIG_ENDIAN);
        return this;
    }
}
