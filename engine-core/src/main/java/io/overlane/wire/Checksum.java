// SPDX-License-Identifier: Apache-2.0
package io.overlane.wire;

import io.overlane.frame.Frame;
import io.overlane.memory.MemoryBuffer;
import io.overlane.memory.WordSum;
import io.overlane.status.DropReason;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

/**
 * The Internet checksum (RFC 1071) and its incremental update (RFC 1624).
 *
 * <p>A <i>sum</i> is a number that is congruent, modulo 0xFFFF, to the ones' complement sum of big-endian 16-bit words;
 * sums of neighbouring ranges can be added if all but the last have even length. {@link #fold(long)} reduces it to 16
 * bits, and the checksum on the wire is the complement of that.
 */
public final class Checksum
{
    private static final boolean SWAP = ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;

    private Checksum()
    {
    }

    /**
     * Add a range of bytes to a sum. A last odd byte counts as the upper half of a word.
     *
     * @param offset  first byte; any alignment.
     * @param initial sum of the bytes before, of even length, or of a pseudo header, or 0. At most 2^62.
     * @return the sum of both, at most 0xFFFF above {@code initial}.
     */
    public static long sum(final DirectBuffer buffer, final int offset, final int length, final long initial)
    {
        final MemoryBuffer memory = MemoryBuffer.of(buffer);
        memory.boundsCheck(offset, length);
        // Words are added in native order: a ones' complement sum of swapped words is the swapped sum (RFC 1071 §2 B).
        long sum = WordSum.of(memory, offset, length >>> 3);
        int at = offset + (length & -Long.BYTES);
        if ((length & 4) != 0)
        {
            sum += memory.getInt(at) & 0xFFFF_FFFFL;
            at += 4;
        }
        if ((length & 2) != 0)
        {
            sum += memory.getShort(at) & 0xFFFFL;
            at += 2;
        }
        if ((length & 1) != 0)
        {
            final long octet = memory.getByte(at) & 0xFFL;
            sum += SWAP ? octet : octet << 8;
        }

        final int folded = fold(sum);
        return initial + (SWAP ? Short.reverseBytes((short)folded) & 0xFFFF : folded);
    }

    /**
     * Reduce a sum to 16 bits. A sum other than 0 never becomes 0.
     *
     * @param sum not negative.
     * @return 0…0xFFFF; over bytes that include a right checksum it is 0xFFFF.
     */
    public static int fold(final long sum)
    {
        long folded = (sum >>> 32) + (sum & 0xFFFF_FFFFL);
        folded = (folded >>> 16) + (folded & 0xFFFF);
        folded = (folded >>> 16) + (folded & 0xFFFF);
        return (int)((folded >>> 16) + (folded & 0xFFFF));
    }

    /** @return the checksum of a header whose checksum field is zero; 0 if the field has a right one. */
    public static int internet(final DirectBuffer buffer, final int offset, final int length)
    {
        return ~fold(sum(buffer, offset, length, 0)) & 0xFFFF;
    }

    /**
     * The sum over the pseudo header of TCP and UDP over IPv4 (RFC 9293 §3.1, RFC 768).
     *
     * @param length bytes of transport header and payload.
     */
    public static long pseudoHeaderV4(
        final int source, final int destination, final int protocol, final int length)
    {
        return (source & 0xFFFF_FFFFL) + (destination & 0xFFFF_FFFFL) + protocol + length;
    }

    /**
     * The sum over the pseudo header of TCP, UDP and ICMPv6 over IPv6 (RFC 8200 §8.1).
     *
     * @param nextHeader of the payload, behind any extension headers.
     * @param length     bytes of transport header and payload.
     */
    public static long pseudoHeaderV6(
        final long sourceHigh,
        final long sourceLow,
        final long destinationHigh,
        final long destinationLow,
        final int nextHeader,
        final int length)
    {
        return halves(sourceHigh) + halves(sourceLow) + halves(destinationHigh) + halves(destinationLow) +
            nextHeader + length;
    }

    /**
     * Patch a checksum for one 16-bit word that changed (RFC 1624 §3, equation 3). A wrong one stays wrong.
     *
     * @param checksum on the wire.
     * @param before   the old word, 0…0xFFFF.
     * @param after    the new word, 0…0xFFFF.
     * @return the checksum to write.
     */
    public static int update(final int checksum, final int before, final int after)
    {
        return ~fold((~checksum & 0xFFFFL) + (~before & 0xFFFF) + (after & 0xFFFF)) & 0xFFFF;
    }

    /**
     * Complete the partial checksum of a frame that needs it ({@link Frame#NEEDS_CHECKSUM}): the field has the sum over
     * the pseudo header, and the frame is summed from the checksum's start to its end. Then the flag is cleared; the
     * other offload fields stay.
     *
     * <p>A checksum of 0 becomes 0xFFFF in UDP, where 0 means "none"; UDP is recognised by its field's offset of 6.
     * (Linux {@code skb_checksum_help} writes CSUM_MANGLED_0 for any protocol; for the others both are equal.)
     *
     * @param frame with or without the flag.
     * @return {@link DropReason#BAD_OFFLOAD}, with the frame unchanged, if start or field lie outside the frame.
     */
    public static DropReason complete(final Frame frame)
    {
        if ((frame.flags() & Frame.NEEDS_CHECKSUM) == 0)
        {
            return DropReason.NONE;
        }
        final int start = frame.checksumStart();
        final int fieldOffset = frame.checksumOffset();
        if (start < 0 || fieldOffset < 0 || (long)start + fieldOffset + Short.BYTES > frame.length())
        {
            return DropReason.BAD_OFFLOAD;
        }

        final MutableDirectBuffer buffer = frame.buffer();
        final int index = frame.offset() + start;
        final int checksum = internet(buffer, index, frame.length() - start);
        final int written = checksum == 0 && fieldOffset == UdpHeader.CHECKSUM_OFFSET ? 0xFFFF : checksum;
        buffer.putShort(index + fieldOffset, (short)written, ByteOrder.BIG_ENDIAN);
        frame.offload(
            frame.flags() & ~Frame.NEEDS_CHECKSUM,
            frame.gsoType(),
            frame.headerLength(),
            frame.gsoSize(),
            start,
            fieldOffset);
        return DropReason.NONE;
    }

    private static long halves(final long word)
    {
        return (word >>> 32) + (word & 0xFFFF_FFFFL);
    }
}
