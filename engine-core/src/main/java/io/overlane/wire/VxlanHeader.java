// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import io.overlane.status.DropReason;
import org.agrona.MutableDirectBuffer;

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
public final class VxlanHeader extends Header
{
    /** Bytes in the header. */
    public static final int LENGTH = 8;

    /** In {@link #flags()}: the VNI is valid. */
    public static final int I_FLAG = 0x08;

    /** In {@link #word()}: every bit that is neither the I flag nor the VNI. */
    public static final long RESERVED_MASK = 0xF7FF_FFFF_0000_00FFL;

    /**
     * In {@link #word()}: the bits of draft-smith-vxlan-group-policy, which are the G flag, and behind the flags D, A
     * and the policy.
     */
    public static final long GROUP_POLICY_MASK = 0x80FF_FFFF_0000_0000L;

    private static final int FLAGS_OFFSET = 0;
    private static final int VNI_OFFSET = 4;
    private static final long I_FLAG_WORD = (long)I_FLAG << 56;

    public VxlanHeader wrap(final MutableDirectBuffer buffer, final int offset, final int length)
    {
        aim(buffer, offset, length);
        return this;
    }

    /**
     * Flags and reserved bits are a matter of policy and are not checked.
     *
     * @return {@link DropReason#SHORT_HEADER} if the datagram ends inside the header. No setter voids a
     *         {@link DropReason#NONE}.
     */
    public DropReason check()
    {
        return length < LENGTH ? DropReason.SHORT_HEADER : DropReason.NONE;
    }

    /** Write the whole header: the I flag, a VNI of 24 bits, and zero in every reserved bit. */
    public VxlanHeader init(final int vni)
    {
        i64(FLAGS_OFFSET, wordOf(vni));
        return this;
    }

    /** @return the whole header as {@link #init(int)} writes it, the first byte on the wire highest. */
    public static long wordOf(final int vni)
    {
        return I_FLAG_WORD | (vni & 0xFF_FFFFL) << 8;
    }

    /** @return all eight bytes, the first on the wire highest; for {@link #RESERVED_MASK}. */
    public long word()
    {
        return i64(FLAGS_OFFSET);
    }

    /** @return true if a word has the {@link #I_FLAG}. */
    public static boolean hasVni(final long word)
    {
        return (word & I_FLAG_WORD) != 0;
    }

    /** @return 24 bits of a word; without the {@link #I_FLAG} they mean nothing. */
    public static int vni(final long word)
    {
        return (int)(word >>> 8) & 0xFF_FFFF;
    }

    /** @return the first byte, which holds {@link #I_FLAG}. */
    public int flags()
    {
        return u8(FLAGS_OFFSET);
    }

    /** @return 24 bits; without {@link #I_FLAG} they mean nothing. */
    public int vni()
    {
        return i32(VNI_OFFSET) >>> 8;
    }
}
