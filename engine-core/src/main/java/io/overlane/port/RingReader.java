package io.overlane.port;

import static org.agrona.concurrent.ringbuffer.RecordDescriptor.ALIGNMENT;
import static org.agrona.concurrent.ringbuffer.RecordDescriptor.HEADER_LENGTH;
import static org.agrona.concurrent.ringbuffer.RecordDescriptor.encodedMsgOffset;
import static org.agrona.concurrent.ringbuffer.RecordDescriptor.lengthOffset;
import static org.agrona.concurrent.ringbuffer.RecordDescriptor.typeOffset;
import static org.agrona.concurrent.ringbuffer.RingBuffer.PADDING_MSG_TYPE_ID;
import static org.agrona.concurrent.ringbuffer.RingBufferDescriptor.HEAD_POSITION_OFFSET;
import static org.agrona.concurrent.ringbuffer.RingBufferDescriptor.TRAILER_LENGTH;

import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * The consumer of an Agrona ring that keeps records where they lie until it says so. Agrona's own {@code read} gives
 * a record's space back as soon as its handler returns; a frame is lent for longer than that.
 *
 * <pre>
 *      head            next          tail
 *  ------+---------------+-------------+------
 *  free  |  lent: read,  |  committed  |  free
 *        |  not released |  or claimed |
 *  ------+---------------+-------------+------
 * </pre>
 *
 * A record is its length (release-stored when committed, negative while claimed, 0 where nothing was claimed yet), its
 * type (padding at the end of the ring and for aborted claims) and the message, aligned to 8 bytes. The one-to-one ring
 * zeroes the header behind a record before it commits the record; the many-to-one ring relies on its consumer to zero
 * all it has read before the head moves. One consumer thread.
 */
final class RingReader
{
    private final UnsafeBuffer buffer;
    private final int capacity;
    private final int headIndex;
    private final boolean zeroes;
    private long head;
    private long next;
    private int offset;
    private int length;

    /**
     * @param buffer the ring's whole memory, trailer included.
     * @param zeroes true for a many-to-one ring.
     */
    RingReader(final UnsafeBuffer buffer, final boolean zeroes)
    {
        this.buffer = buffer;
        this.zeroes = zeroes;
        capacity = buffer.capacity() - TRAILER_LENGTH;
        headIndex = capacity + HEAD_POSITION_OFFSET;
        head = buffer.getLongVolatile(headIndex);
        next = head;
    }

    /** Go to the next committed record; false if there is none yet. */
    boolean advance()
    {
        if (!hasNext())
        {
            return false;
        }
        final int recordIndex = recordIndex();
        final int recordLength = buffer.getInt(lengthOffset(recordIndex));
        offset = encodedMsgOffset(recordIndex);
        length = recordLength - HEADER_LENGTH;
        next += BitUtil.align(recordLength, ALIGNMENT);
        return true;
    }

    /** Whether {@link #advance()} would find a record; steps over padding. */
    boolean hasNext()
    {
        // Once round, the next record would be the first lent one: its length is still there.
        while (next - head < capacity)
        {
            final int recordIndex = recordIndex();
            final int recordLength = buffer.getIntVolatile(lengthOffset(recordIndex));
            if (recordLength <= 0)
            {
                return false;
            }
            if (buffer.getInt(typeOffset(recordIndex)) != PADDING_MSG_TYPE_ID)
            {
                return true;
            }
            next += BitUtil.align(recordLength, ALIGNMENT);
        }
        return false;
    }

    /** Where the message of the current record begins in the ring's memory. */
    int offset()
    {
        return offset;
    }

    /** Bytes in the message of the current record. */
    int length()
    {
        return length;
    }

    /** Bytes read and not released, headers and padding included. */
    int lentLength()
    {
        return (int)(next - head);
    }

    /** Give the space of everything read so far back to the producers. */
    void release()
    {
        if (next == head)
        {
            return;
        }
        if (zeroes)
        {
            final int from = (int)head & (capacity - 1);
            final int lent = lentLength();
            final int toEnd = Math.min(lent, capacity - from);
            buffer.setMemory(from, toEnd, (byte)0);
            buffer.setMemory(0, lent - toEnd, (byte)0);
        }
        head = next;
        buffer.putLongRelease(headIndex, head);
    }

    private int recordIndex()
    {
        return (int)next & (capacity - 1);
    }
}
