// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Records come out once, in the order of their claims, whatever becomes of other claims. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FrameRingTest
{
    private static final int CAPACITY = 1024;

    private final FrameRing ring = new FrameRing(CAPACITY);

    @Test
    void shouldNotReadAClaimUntilItIsCommitted()
    {
        assertFalse(ring.advance());
        final int first = ring.tryClaim(20);
        final int second = ring.tryClaim(130);

        assertTrue(ring.commit(second));
        assertFalse(ring.mayHaveRecord(), "records are read in the order claimed");
        assertFalse(ring.advance());
        assertTrue(ring.commit(first));

        assertRead(first, 20);
        assertRead(second, 130);
        assertFalse(ring.advance());
    }

    @Test
    void shouldPassOverAbortedClaims()
    {
        assertTrue(ring.abort(ring.tryClaim(100)));
        final int index = ring.tryClaim(0);
        assertTrue(ring.commit(index));

        assertRead(index, 0);
        ring.release();
        assertEquals(ring.tail(), ring.position());
    }

    @Test
    void shouldKeepTheRoomUntilReleased()
    {
        assertEquals(CAPACITY / FrameRing.ALIGNMENT, fill(), "not a byte is lost");
        for (int i = 0; i < CAPACITY / FrameRing.ALIGNMENT; i++)
        {
            assertTrue(ring.advance());
            assertEquals(i, ring.buffer().getInt(ring.offset()));
        }
        assertFalse(ring.advance(), "must not read lent records a second time");
        assertEquals(FrameRing.FULL, ring.tryClaim(1));

        ring.release();
        assertTrue(ring.tryClaim(1) >= 0);
    }

    @Test
    void shouldRefuseASecondCommit()
    {
        final int index = ring.tryClaim(10);
        ring.commit(index);
        assertThrows(IllegalStateException.class, () -> ring.commit(index));
        assertThrows(IllegalStateException.class, () -> ring.abort(index));
        assertRead(index, 10);
        assertThrows(IllegalStateException.class, () -> ring.commit(index));
        assertFalse(ring.advance());
    }

    @Test
    void shouldNotUseTheRoomOfAGivenUpClaimUntilItsOwnerGivesItBack()
    {
        ring.commit(ring.tryClaim(64));
        final int dead = ring.tryClaim(128);
        ring.commit(ring.tryClaim(64));
        ring.advance();
        assertTrue(ring.isHeldUp());
        assertTrue(ring.giveUp());
        assertEquals(dead, ring.offset());
        assertEquals(128, ring.length());
        assertTrue(ring.advance(), "what was behind it");
        ring.release();

        // Several times round: the dead thread may write into its claim at any time.
        for (int i = 0; i < 50; i++)
        {
            final int index = ring.tryClaim(60 + i * 5);
            assertTrue(index >= dead + 128 || index + 60 + i * 5 <= dead, "claim " + i + " at " + index);
            ring.buffer().setMemory(dead, 128, (byte)0xFF);
            ring.commit(index);
            assertRead(index, 60 + i * 5);
            ring.release();
        }
        assertFalse(ring.commit(dead), "too late");
        assertFalse(ring.advance());
        boolean isUsedAgain = false;
        for (int i = 0; i < 50; i++)
        {
            final int index = ring.tryClaim(64);
            isUsedAgain |= index == dead;
            ring.commit(index);
            assertRead(index, 64);
            ring.release();
        }
        assertTrue(isUsedAgain);
        assertEquals(CAPACITY / FrameRing.ALIGNMENT, fill(), "all of the ring is back");
    }

    @Test
    void shouldGoOnWithWhatIsLeftBetweenGivenUpClaims()
    {
        final List<Integer> dead = new ArrayList<>();
        for (int i = 0; i < 4; i++)
        {
            dead.add(ring.tryClaim(64));
            ring.commit(ring.tryClaim(192));
        }
        for (int i = 0; i < 4; i++)
        {
            assertTrue(ring.giveUp());
            assertTrue(ring.advance());
        }
        ring.release();
        assertEquals(FrameRing.FULL, ring.tryClaim(256), "no such room in one piece");
        for (int i = 0; i < 20; i++)
        {
            final int index = ring.tryClaim(192);
            ring.commit(index);
            assertRead(index, 192);
            ring.release();
        }
        dead.forEach(index -> assertFalse(ring.abort(index)));
        assertEquals(4, fillWith(192), "one more would not fit behind them");
        for (int i = 0; i < 4; i++)
        {
            assertTrue(ring.advance());
        }
        ring.release();
        assertTrue(ring.tryClaim(256) >= 0);
    }

    @Test
    void shouldNotGiveUpWhatIsCommitted()
    {
        assertFalse(ring.giveUp());
        final int index = ring.tryClaim(10);
        ring.commit(index);
        assertFalse(ring.isHeldUp());
        assertFalse(ring.giveUp());
        assertRead(index, 10);
    }

    @Test
    void shouldReadWhatWasCommittedBeforeItClosed()
    {
        final int open = ring.tryClaim(10);
        final int index = ring.tryClaim(20);
        ring.commit(index);
        ring.close();
        ring.close();
        assertEquals(FrameRing.CLOSED, ring.tryClaim(1));
        ring.giveUpAll();

        assertFalse(ring.commit(open));
        assertRead(index, 20);
        ring.release();
        assertEquals(ring.tail(), ring.position());
    }

    /**
     * Records of random lengths, claims aborted, given up and given back now and then, records released late: what was
     * committed comes out once, in order and whole, though those that were given up write into their claims.
     */
    @Test
    void shouldReadEverythingOnceInOrderWhileTheRingWraps()
    {
        final Random random = new Random(42);
        final ArrayDeque<Integer> expected = new ArrayDeque<>();
        final ArrayDeque<int[]> dead = new ArrayDeque<>();
        int sequence = 0;
        int read = 0;
        int refused = 0;
        int givenUp = 0;
        while (read < 50_000)
        {
            for (int i = random.nextInt(8); i > 0; i--)
            {
                final int length = 4 + random.nextInt(150);
                final int index = ring.tryClaim(length);
                if (index < 0)
                {
                    refused++;
                    continue;
                }
                ring.buffer().setMemory(index, length, (byte)sequence);
                ring.buffer().putInt(index, sequence);
                final int fate = random.nextInt(16);
                if (fate == 0)
                {
                    ring.abort(index);
                }
                else if (fate == 1 && dead.size() < 3)
                {
                    dead.add(new int[]{index, length});
                }
                else
                {
                    ring.commit(index);
                    expected.add(sequence);
                    expected.add(length);
                    sequence++;
                }
            }
            if (random.nextBoolean())
            {
                ring.release();
            }
            for (int i = random.nextInt(8); i > 0; i--)
            {
                if (ring.advance())
                {
                    assertEquals(expected.remove(), ring.buffer().getInt(ring.offset()));
                    assertEquals(expected.remove(), ring.length());
                    assertFilled();
                    read++;
                }
                else if (ring.giveUp())
                {
                    givenUp++;
                }
            }
            dead.forEach(claim -> ring.buffer().setMemory(claim[0], claim[1], (byte)0xEE));
            if (random.nextInt(30) == 0 && !dead.isEmpty())
            {
                final int[] claim = dead.remove();
                if (ring.commit(claim[0]))
                {
                    // Not given up yet: it comes out like any other, but the test does not know where.
                    drain(expected, claim[0]);
                }
            }
        }
        assertTrue(refused > 100, "the ring was full now and then");
        assertTrue(givenUp > 100, "claims were given up");
    }

    /** Claims are given up while their owners commit: each record is either read or its commit answers false. */
    @Test
    void shouldEitherReadOrGiveUpEachClaimOfManyThreads() throws InterruptedException
    {
        final int count = 20_000;
        final FrameRing shared = new FrameRing(1 << 16);
        final AtomicInteger taken = new AtomicInteger();
        final AtomicInteger late = new AtomicInteger();
        final List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 3; i++)
        {
            threads.add(new Thread(() ->
            {
                for (int sequence = 0; sequence < count; sequence++)
                {
                    int index = shared.tryClaim(4 + sequence % 100);
                    while (index < 0)
                    {
                        Thread.yield();
                        index = shared.tryClaim(4 + sequence % 100);
                    }
                    (shared.commit(index) ? taken : late).incrementAndGet();
                }
            }));
        }
        threads.forEach(Thread::start);
        int read = 0;
        int givenUp = 0;
        while (read + givenUp < 3 * count)
        {
            if (shared.advance())
            {
                read++;
            }
            else if (shared.giveUp())
            {
                givenUp++;
            }
            shared.release();
        }
        for (final Thread thread : threads)
        {
            thread.join();
        }
        assertEquals(taken.get(), read);
        assertEquals(late.get(), givenUp);
    }

    /** Everything up to the claim that was committed late. */
    private void drain(final ArrayDeque<Integer> expected, final int late)
    {
        while (true)
        {
            if (!ring.advance())
            {
                assertTrue(ring.giveUp());
            }
            else if (ring.offset() == late)
            {
                return;
            }
            else
            {
                assertEquals(expected.remove(), ring.buffer().getInt(ring.offset()));
                assertEquals(expected.remove(), ring.length());
            }
        }
    }

    private void assertFilled()
    {
        final byte fill = (byte)ring.buffer().getInt(ring.offset());
        for (int i = 4; i < ring.length(); i++)
        {
            assertEquals(fill, ring.buffer().getByte(ring.offset() + i));
        }
    }

    private int fill()
    {
        return fillWith(FrameRing.ALIGNMENT);
    }

    private int fillWith(final int length)
    {
        int written = 0;
        for (int index = ring.tryClaim(length); index >= 0; index = ring.tryClaim(length))
        {
            ring.buffer().putInt(index, written);
            ring.commit(index);
            written++;
        }
        return written;
    }

    private void assertRead(final int index, final int length)
    {
        assertTrue(ring.advance());
        assertEquals(index, ring.offset());
        assertEquals(length, ring.length());
    }
}
