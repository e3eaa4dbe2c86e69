// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.demo;

import io.overlane.memory.MemoryBuffer;
import io.overlane.wire.EthernetHeader;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.agrona.MutableDirectBuffer;

/**
 * A frame whose receiver can tell whether it is as it was sent.
 *
 * <pre>
 *   0            14         22                    length - 4
 *  +------------+----------+---------------------+---------+
 *  | Ethernet   | sequence | bytes made from it  | CRC-32C |
 *  +------------+----------+---------------------+---------+
 * </pre>
 *
 * Each thread has its own.
 */
final class NumberedFrame
{
    /** Result of {@link #check} for a frame whose contents were changed. */
    static final long WRONG = -1;

    /** Local experimental, IEEE 802.1. */
    private static final int ETHER_TYPE = 0x88B5;

    private static final int SEQUENCE_OFFSET = EthernetHeader.LENGTH;
    private static final int FILL_OFFSET = SEQUENCE_OFFSET + Long.BYTES;

    /** Odd, so that each sequence number gives other bytes. */
    private static final long MULTIPLIER = 0x9E37_79B9_7F4A_7C15L;

    private final EthernetHeader ethernet = new EthernetHeader();
    private final CRC32C crc = new CRC32C();
    private final byte[] bytes;
    private final MemoryBuffer frame;
    private final int crcOffset;

    /**
     * @param source      of the frames.
     * @param destination of the frames.
     * @param length      bytes in each.
     */
    NumberedFrame(final DemoHost source, final DemoHost destination, final int length)
    {
        bytes = new byte[length];
        frame = new MemoryBuffer(bytes);
        crcOffset = length - Integer.BYTES;
        ethernet.wrap(frame, 0, length)
            .destination(destination.mac().value()).source(source.mac().value()).etherType(ETHER_TYPE);
    }

    int length()
    {
        return bytes.length;
    }

    /**
     * @param buffer   to write a frame to.
     * @param offset   of its first byte.
     * @param sequence number of the frame, 0 or more.
     */
    void write(final MutableDirectBuffer buffer, final int offset, final long sequence)
    {
        frame.putLong(SEQUENCE_OFFSET, sequence, ByteOrder.BIG_ENDIAN);
        long word = sequence;
        for (int i = FILL_OFFSET; i + Long.BYTES <= crcOffset; i += Long.BYTES)
        {
            word = word * MULTIPLIER + 1;
            frame.putLong(i, word, ByteOrder.BIG_ENDIAN);
        }
        frame.putInt(crcOffset, crc(), ByteOrder.BIG_ENDIAN);
        buffer.putBytes(offset, bytes);
    }

    /**
     * @param buffer holds a frame.
     * @param offset of its first byte.
     * @param length bytes in it.
     * @return its sequence number, or {@link #WRONG}.
     */
    long check(final MutableDirectBuffer buffer, final int offset, final int length)
    {
        if (length != bytes.length)
        {
            return WRONG;
        }
        buffer.getBytes(offset, bytes);
        return ethernet.etherType() == ETHER_TYPE && frame.getInt(crcOffset, ByteOrder.BIG_ENDIAN) == crc() ?
            frame.getLong(SEQUENCE_OFFSET, ByteOrder.BIG_ENDIAN) :
            WRONG;
    }

    private int crc()
    {
        crc.reset();
        crc.update(bytes, 0, crcOffset);
        return (int)crc.getValue();
    }
}
