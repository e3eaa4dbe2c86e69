// SPDX-License-Identifier: Apache-2.0
package io.overlane.pcap;

import static io.overlane.pcap.PcapngFormat.BLOCK_HEADER_LENGTH;
import static io.overlane.pcap.PcapngFormat.BLOCK_TRAILER_LENGTH;
import static io.overlane.pcap.PcapngFormat.BYTE_ORDER_MAGIC;
import static io.overlane.pcap.PcapngFormat.INTERFACE_BLOCK;
import static io.overlane.pcap.PcapngFormat.INTERFACE_LENGTH;
import static io.overlane.pcap.PcapngFormat.MAX_BLOCK_LENGTH;
import static io.overlane.pcap.PcapngFormat.OLD_PACKET_BLOCK;
import static io.overlane.pcap.PcapngFormat.OPTION_END;
import static io.overlane.pcap.PcapngFormat.OPTION_HEADER_LENGTH;
import static io.overlane.pcap.PcapngFormat.PACKET_BLOCK;
import static io.overlane.pcap.PcapngFormat.PACKET_LENGTH;
import static io.overlane.pcap.PcapngFormat.SECTION_BLOCK;
import static io.overlane.pcap.PcapngFormat.SECTION_LENGTH;
import static io.overlane.pcap.PcapngFormat.SIMPLE_PACKET_BLOCK;
import static io.overlane.pcap.PcapngFormat.SIMPLE_PACKET_LENGTH;
import static io.overlane.pcap.PcapngFormat.padded;

import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.agrona.MutableDirectBuffer;

/** The blocks of a pcapng file, one after the other: lengths are checked, numbers are read in the section's order. */
final class PcapngBlocks
{
    private static final int MIN_BLOCK_LENGTH = BLOCK_HEADER_LENGTH + BLOCK_TRAILER_LENGTH;

    private final CaptureInput input;
    private ByteOrder order = ByteOrder.BIG_ENDIAN;

    /** Of the block being read: first byte in the file and in the buffer, and its total length. */
    private long blockStart;
    private int block;
    private int blockLength;

    /** Gets the options of a block. */
    interface OptionConsumer
    {
        /** The value is at this index of the buffer. */
        void onOption(int code, int value, int valueLength) throws PcapException;
    }

    PcapngBlocks(final CaptureInput input)
    {
        this.input = input;
    }

    /**
     * Go to the next block, with all its bytes in the buffer if it is a section, an interface or a packet.
     *
     * @return its type; 0, which no block has, at the end of the file.
     */
    int next() throws IOException
    {
        input.position(block + blockLength);
        blockLength = 0;
        blockStart = input.filePosition();
        final int available = input.require(BLOCK_HEADER_LENGTH);
        block = input.position();
        if (available == 0)
        {
            return OPTION_END;
        }
        requireAll(available, BLOCK_HEADER_LENGTH);
        final int type = buffer().getInt(block, order);
        if (type == SECTION_BLOCK)
        {
            byteOrder();
        }
        else if (type == OPTION_END)
        {
            throw damaged("has type 0");
        }
        final long total = buffer().getInt(block + Integer.BYTES, order) & 0xFFFF_FFFFL;
        if (total < MIN_BLOCK_LENGTH || total % Integer.BYTES != 0)
        {
            throw damaged("claims " + total + " bytes");
        }
        final int minimum = minimum(type);
        if (minimum == 0)
        {
            skip(total);
            return type;
        }
        if (total > MAX_BLOCK_LENGTH || total < MIN_BLOCK_LENGTH + minimum)
        {
            throw damaged("claims " + total + " bytes");
        }
        requireAll(input.require((int)total), total);
        block = input.position();
        blockLength = (int)total;
        checkTrailer(buffer().getInt(block + blockLength - BLOCK_TRAILER_LENGTH, order) & 0xFFFF_FFFFL, total);
        return type;
    }

    /** Returns the index in the buffer of a byte of the block's body. */
    int body(final int bodyOffset)
    {
        return block + BLOCK_HEADER_LENGTH + bodyOffset;
    }

    /** Returns the bytes of the block's body. */
    int bodyLength()
    {
        return blockLength - MIN_BLOCK_LENGTH;
    }

    ByteOrder order()
    {
        return order;
    }

    long start()
    {
        return blockStart;
    }

    /** Walk the options behind {@code skipped} bytes of the block's body. */
    void options(final int skipped, final OptionConsumer consumer) throws PcapException
    {
        final int end = block + blockLength - BLOCK_TRAILER_LENGTH;
        int position = block + BLOCK_HEADER_LENGTH + skipped;
        while (end - position >= OPTION_HEADER_LENGTH)
        {
            final int code = buffer().getShort(position, order) & 0xFFFF;
            final int valueLength = buffer().getShort(position + Short.BYTES, order) & 0xFFFF;
            position += OPTION_HEADER_LENGTH;
            if (code == OPTION_END)
            {
                return;
            }
            if (padded(valueLength) > end - position)
            {
                throw damaged("has option " + code + " of " + valueLength + " bytes, which ends behind it");
            }
            consumer.onOption(code, position, valueLength);
            position += padded(valueLength);
        }
    }

    void requireLength(final String option, final int valueLength, final int expected) throws PcapException
    {
        if (valueLength != expected)
        {
            throw damaged("has " + option + " of " + valueLength + " bytes instead of " + expected);
        }
    }

    PcapException damaged(final String what)
    {
        return new PcapException(input.name() + ": the block at byte " + blockStart + " " + what + "; damaged file");
    }

    String text(final int value, final int valueLength)
    {
        final byte[] bytes = new byte[valueLength];
        buffer().getBytes(value, bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    int int16(final int bodyOffset)
    {
        return buffer().getShort(block + BLOCK_HEADER_LENGTH + bodyOffset, order) & 0xFFFF;
    }

    long int32(final int bodyOffset)
    {
        return buffer().getInt(block + BLOCK_HEADER_LENGTH + bodyOffset, order) & 0xFFFF_FFFFL;
    }

    /** Bytes in front of the options of a block that is read here; 0 for others. */
    private static int minimum(final int type)
    {
        return switch (type)
        {
            case SECTION_BLOCK -> SECTION_LENGTH;
            case INTERFACE_BLOCK -> INTERFACE_LENGTH;
            case PACKET_BLOCK, OLD_PACKET_BLOCK -> PACKET_LENGTH;
            case SIMPLE_PACKET_BLOCK -> SIMPLE_PACKET_LENGTH;
            default -> 0;
        };
    }

    /** Its magic says in which order the section's numbers are, those of this block already. */
    private void byteOrder() throws IOException
    {
        requireAll(input.require(BLOCK_HEADER_LENGTH + Integer.BYTES), BLOCK_HEADER_LENGTH + Integer.BYTES);
        block = input.position();
        final int magic = buffer().getInt(block + BLOCK_HEADER_LENGTH, ByteOrder.BIG_ENDIAN);
        if (magic != BYTE_ORDER_MAGIC && magic != Integer.reverseBytes(BYTE_ORDER_MAGIC))
        {
            throw damaged(String.format("has no byte order: its magic is 0x%08x", magic));
        }
        order = magic == BYTE_ORDER_MAGIC ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    }

    private void skip(final long total) throws IOException
    {
        final long skipped = input.skip(total - BLOCK_TRAILER_LENGTH);
        final int trailer = input.require(BLOCK_TRAILER_LENGTH);
        requireAll(skipped + trailer, total);
        block = input.position();
        checkTrailer(buffer().getInt(block, order) & 0xFFFF_FFFFL, total);
        blockLength = BLOCK_TRAILER_LENGTH;
    }

    private void requireAll(final long available, final long expected) throws PcapException
    {
        if (available < expected)
        {
            throw new PcapException(
                input.name() + ": the block at byte " + blockStart + " is cut short: the file ends after " +
                available + " of its " + expected + " bytes");
        }
    }

    private void checkTrailer(final long trailer, final long total) throws PcapException
    {
        if (trailer != total)
        {
            throw damaged("has " + total + " bytes by its start and " + trailer + " by its end");
        }
    }

    private MutableDirectBuffer buffer()
    {
        return input.buffer();
    }
}
