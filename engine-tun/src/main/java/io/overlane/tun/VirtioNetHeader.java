// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.overlane.frame.Frame;
import org.agrona.MutableDirectBuffer;

/**
 * The header in front of each frame of a device opened with IFF_VNET_HDR ({@code linux/virtio_net.h}). On a frame from
 * the kernel it says which work the engine has to do; on a frame to the kernel, which work the kernel has to do.
 *
 * <pre>
 *   0        1           2                4          6                8                  10
 *  +--------+-----------+----------------+----------+----------------+------------------+- - - - - - - - +
 *  | flags  | GSO type  | header length  | GSO size | checksum start | checksum offset  | buffer count   |
 *  +--------+-----------+----------------+----------+----------------+------------------+- - - - - - - - +
 * </pre>
 *
 * Little-endian. A header of 12 bytes (the mrg_rxbuf form) has the buffer count, which a TUN device ignores: 0 is
 * written.
 */
final class VirtioNetHeader
{
    /** Bytes without the buffer count: the kernel's default. */
    static final int LENGTH = 10;

    /** Bytes with the buffer count; the frame after it is aligned to 4 bytes. */
    static final int MERGEABLE_LENGTH = 12;

    private static final int FLAGS_OFFSET = 0;
    private static final int GSO_TYPE_OFFSET = 1;
    private static final int HEADER_LENGTH_OFFSET = 2;
    private static final int GSO_SIZE_OFFSET = 4;
    private static final int CHECKSUM_START_OFFSET = 6;
    private static final int CHECKSUM_OFFSET_OFFSET = 8;
    private static final int BUFFER_COUNT_OFFSET = 10;

    private VirtioNetHeader()
    {
    }

    /**
     * Set a frame's offload fields from its header.
     *
     * @param offset of its first byte.
     */
    static void decode(final MutableDirectBuffer buffer, final int offset, final Frame frame)
    {
        final int flags = buffer.getByte(offset + FLAGS_OFFSET) & 0xFF;
        final int gsoType = buffer.getByte(offset + GSO_TYPE_OFFSET) & 0xFF;
        frame.offload(
            flags,
            gsoType,
            unsignedShort(buffer, offset + HEADER_LENGTH_OFFSET),
            unsignedShort(buffer, offset + GSO_SIZE_OFFSET),
            unsignedShort(buffer, offset + CHECKSUM_START_OFFSET),
            unsignedShort(buffer, offset + CHECKSUM_OFFSET_OFFSET));
    }

    /**
     * Write the header for a frame's offload fields, all bytes of it.
     *
     * @param offset of the header's first byte.
     * @param length {@link #LENGTH} or {@link #MERGEABLE_LENGTH}.
     */
    static void encode(final Frame frame, final MutableDirectBuffer buffer, final int offset, final int length)
    {
        buffer.putByte(offset + FLAGS_OFFSET, (byte)frame.flags());
        buffer.putByte(offset + GSO_TYPE_OFFSET, (byte)frame.gsoType());
        buffer.putShort(offset + HEADER_LENGTH_OFFSET, (short)frame.headerLength(), LITTLE_ENDIAN);
        buffer.putShort(offset + GSO_SIZE_OFFSET, (short)frame.gsoSize(), LITTLE_ENDIAN);
        // Without a partial checksum these fields have no meaning; in a stripped frame the start lies before its first
        // byte.
        final boolean partial = (frame.flags() & Frame.NEEDS_CHECKSUM) != 0;
        buffer.putShort(
            offset + CHECKSUM_START_OFFSET, partial ? (short)frame.checksumStart() : 0, LITTLE_ENDIAN);
        buffer.putShort(
            offset + CHECKSUM_OFFSET_OFFSET, partial ? (short)frame.checksumOffset() : 0, LITTLE_ENDIAN);
        if (length == MERGEABLE_LENGTH)
        {
            buffer.putShort(offset + BUFFER_COUNT_OFFSET, (short)0, LITTLE_ENDIAN);
        }
    }

    private static int unsignedShort(final MutableDirectBuffer buffer, final int offset)
    {
        return buffer.getShort(offset, LITTLE_ENDIAN) & 0xFFFF;
    }
}
