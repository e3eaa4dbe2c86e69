// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import io.overlane.status.DropReason;
import java.nio.ByteOrder;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * A VXLAN header (RFC 7348 §5).
 *
 * <pre>
 *  0                   1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |R|R|R|R|I|R|R|R|            Reserved                           |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * |                VXLAN Network Identifier       |   Reserved    |
 * +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
 * </pre>
 */
public final class VxlanHeader
{
    /** Bytes in the header. */
    public static final int LENGTH = 8;

    /** Flags. */
    public static final int FLAGS_OFFSET = 0;

    /** VNI in the upper 24 bits, a reserved byte below. */
    public static final int VNI_OFFSET = 4;

    /** In {@link #flags()}: the VNI is valid. */
    public static final int I_FLAG = 0x08;

    /** In {@link #word()}: every bit that is neither the I flag nor the VNI. */
    public static final long RESERVED_MASK = 0xF7FF_FFFF_0000_00FFL;

    /**
     * In {@link #word()}: what draft-smith-vxlan-group-policy uses: the G flag, and behind the flags D, A and the
     * policy.
     */
    public static final long GROUP_POLICY_MASK = 0x80FF_FFFF_0000_0000L;

    private static final int I_FLAG_WORD = I_FLAG << 24;

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
    public VxlanHeader wrap(final UnsafeBuffer buffer, final int offset, final int length)
    {
        this.buffer = buffer;
        this.offset = offset;
        this.length = length;
        return this;
    }

    /**
     * Flags and reserved bits are policy and not looked at.
     *
     * @return {@link DropReason#SHORT_HEADER} if the datagram ends inside the header. No setter voids a
     *         {@link DropReason#NONE}.
     */
    public DropReason check()
    {
        return length < LENGTH ? DropReason.SHORT_HEADER : DropReason.NONE;
    }

    /**
     * Write the whole header: the I flag, the VNI, and zero in every reserved bit.
     *
     * @param vni 24 bits.
     * @return this.
     */
    public VxlanHeader init(final int vni)
    {
        return word(((long)I_FLAG_WORD << 32) | ((vni & 0xFF_FFFFL) << 8));
    }

    /** @return all eight bytes, first on the wire highest; for {@link #RESERVED_MASK}. */
    public long word()
    {
        return buffer.getLong(offset + FLAGS_OFFSET, ByteOrder.BIG_ENDIAN);
    }

    /**
     * @param word of a header.
     * @return true if it has the {@link #I_FLAG}.
     */
    public static boolean hasVni(final long word)
    {
        return (word & (long)I_FLAG_WORD << 32) != 0;
    }

    /**
     * @param word of a header.
     * @return 24 bits; without the {@link #I_FLAG} they mean nothing.
     */
    public static int vni(final long word)
    {
        return (int)(word >>> 8) & 0xFF_FFFF;
    }

    public VxlanHeader word(final long word)
    {
        buffer.putLong(offset + FLAGS_OFFSET, word, ByteOrder.BIG_ENDIAN);
        return this;
    }

    /** @return the first byte, which holds {@link #I_FLAG}. */
    public int flags()
    {
        return buffer.getByte(offset + FLAGS_OFFSET) & 0xFF;
    }

    public VxlanHeader flags(final int flags)
    {
        buffer.putByte(offset + FLAGS_OFFSET, (byte)flags);
        return this;
    }

    /** @return 24 bits; without {@link #I_FLAG} they mean nothing. */
    public int vni()
    {
        return buffer.getInt(offset + VNI_OFFSET, ByteOrder.BIG_ENDIAN) >>> 8;
    }

    /**
     * Change the VNI only.
     *
     * @param vni 24 bits.
     * @return this.
     */
    public VxlanHeader vni(final int vni)
    {
        final int reserved = buffer.getByte(offset + VNI_OFFSET + 3) & 0xFF;
        buffer.putInt(offset + VNI_OFFSET, (vni << 8) | reserved, ByteOrder.BIG_ENDIAN);
        return this;
    }
}
