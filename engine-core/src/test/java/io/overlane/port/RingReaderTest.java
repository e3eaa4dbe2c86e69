package io.overlane.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.ringbuffer.ManyToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.OneToOneRingBuffer;
import org.agrona.concurrent.ringbuffer.RingBuffer;
import org.agrona.concurrent.ringbuffer.RingBufferDescriptor;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The reader sees what Agrona's rings write, and they see what it gives back. */
class RingReaderTest
{
    private static final int CAPACITY = 1024;

    private final UnsafeBuffer buffer =
        new UnsafeBuffer(ByteBuffer.allocateDirect(CAPACITY + RingBufferDescriptor.TRAILER_LENGTH));

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldNotSeeAClaimUntilItIsCommitted(final boolean manyToOne)
    {
        final RingBuffer ring = ring(manyToOne);
        final RingReader reader = new RingReader(buffer, manyToOne);
        assertFalse(reader.advance());
        final int first = ring.tryClaim(1, 20);
        final int second = ring.tryClaim(1, 30);

        ring.commit(second);
        assertFalse(reader.hasNext(), "records are read in the order claimed");
        ring.commit(first);

        assertTrue(reader.advance());
        assertEquals(first, reader.offset());
        assertEquals(20, reader.length());
        assertTrue(reader.advance());
        assertEquals(second, reader.offset());
        assertFalse(reader.advance());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldStepOverAbortedClaims(final boolean manyToOne)
    {
        final RingBuffer ring = ring(manyToOne);
        final RingReader reader = new RingReader(buffer, manyToOne);
        ring.abort(ring.tryClaim(1, 100));
        assertFalse(reader.hasNext());
        final int index = ring.tryClaim(1, 8);
        ring.commit(index);

        assertTrue(reader.advance());
        assertEquals(index, reader.offset());
        reader.release();
        assertEquals(0, ring.size());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldKeepTheSpaceUntilReleased(final boolean manyToOne)
    {
        final RingBuffer ring = ring(manyToOne);
        final RingReader reader = new RingReader(buffer, manyToOne);
        int written = 0;
        for (int index = ring.tryClaim(1, 56); index > 0; index = ring.tryClaim(1, 56))
        {
            buffer.putInt(index, written);
            ring.commit(index);
            written++;
        }

        for (int i = 0; i < written; i++)
        {
            assertTrue(reader.advance());
            assertEquals(i, buffer.getInt(reader.offset()));
        }
        assertFalse(reader.advance(), "must not read lent records a second time");
        assertTrue(ring.tryClaim(1, 56) < 0);

        reader.release();
        assertTrue(ring.tryClaim(1, 56) > 0);
    }

    /** Records of random lengths, claims aborted now and then, released late: everything comes out once, in order. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void shouldReadEverythingOnceInOrderWhileTheRingWraps(final boolean manyToOne)
    {
        final RingBuffer ring = ring(manyToOne);
        final RingReader reader = new RingReader(buffer, manyToOne);
        final Random random = new Random(42);
        final ArrayDeque<Integer> expected = new ArrayDeque<>();
        int sequence = 0;
        int read = 0;
        int refused = 0;
        while (read < 20_000)
        {
            for (int i = random.nextInt(12); i > 0; i--)
            {
                final int length = 4 + random.nextInt(ring.maxMsgLength() - 3);
                final int index = ring.tryClaim(1, length);
                if (index < 0)
                {
                    refused++;
                    continue;
                }
                buffer.setMemory(index, length, (byte)0xA5);
                if (random.nextInt(8) == 0)
                {
                    ring.abort(index);
                    continue;
                }
                buffer.putInt(index, sequence);
                ring.commit(index);
                expected.add(sequence);
                expected.add(length);
                sequence++;
            }
            if (random.nextBoolean())
            {
                reader.release();
            }
            for (int i = random.nextInt(8); i > 0 && reader.advance(); i--)
            {
                assertEquals(expected.remove(), buffer.getInt(reader.offset()));
                assertEquals(expected.remove(), reader.length());
                read++;
            }
        }
        assertTrue(refused > 100, "the ring was full now and then");
    }

    private RingBuffer ring(final boolean manyToOne)
    {
        return manyToOne ? new ManyToOneRingBuffer(buffer) : new OneToOneRingBuffer(buffer);
    }
}
