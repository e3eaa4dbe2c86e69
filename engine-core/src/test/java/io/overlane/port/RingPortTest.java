// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.memory.MemoryBuffer;
import io.overlane.status.DropReason;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.agrona.MutableDirectBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The application's port: in place, in order, bounded, without garbage. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RingPortTest
{
    private static final int MTU = 1450;
    private static final long FOREVER_NS = Long.MAX_VALUE;

    private final RingPort port = new RingPort("app0", MTU, 16);
    private final FrameBatch batch = new FrameBatch(512);
    private long timeNs;

    @Test
    void shouldLendCommittedFramesInPlaceWithHeadroom()
    {
        final int index = port.tryClaim(100);
        port.buffer().putInt(index, 0x01020304);
        assertEquals(0, port.poll(batch, 8));
        port.commit(index);

        assertEquals(1, port.poll(batch, 8));

        final Frame frame = batch.get(0);
        assertEquals(100, frame.length());
        assertEquals(port.buffer().addressOffset() + index, frame.address(), "not copied");
        assertEquals(RingPort.HEADROOM, frame.offset());
        frame.prepend(RingPort.HEADROOM);
        frame.buffer().setMemory(frame.offset(), RingPort.HEADROOM, (byte)0xFF);
        final FrameBatch next = new FrameBatch(1);
        put(port, 50, 7);
        assertEquals(1, port.poll(next, 1), "a header in the headroom leaves the ring intact");
        assertEquals(7, next.get(0).buffer().getInt(next.get(0).offset()));
    }

    @Test
    void shouldFreeSpaceAtTheNextPollOnly()
    {
        int held = 0;
        while (put(port, port.maxTaggedFrameLength(), held))
        {
            held++;
        }
        assertTrue(held >= 16, "held " + held);
        assertEquals(held, port.poll(batch, 512));
        assertEquals(RingPort.FULL, port.tryClaim(port.maxTaggedFrameLength()), "lent frames occupy their space");
        for (int i = 0; i < held; i++)
        {
            assertEquals(i, batch.get(i).buffer().getInt(batch.get(i).offset()));
        }

        assertEquals(0, port.poll(batch, 8));

        assertTrue(put(port, port.maxFrameLength(), 0));
    }

    @Test
    void shouldHoldItsCapacityWhereverTheRingBegins()
    {
        for (int round = 0; round < 300; round++)
        {
            for (int i = 0; i < 16; i++)
            {
                assertTrue(put(port, port.maxTaggedFrameLength(), i), "round " + round + " frame " + i);
            }
            batch.clear();
            assertEquals(16, port.poll(batch, 512));
            assertEquals(0, port.poll(batch, 512));
            assertTrue(put(port, round + 4, 0), "moves the beginning");
            assertEquals(1, port.poll(batch, 512));
            assertEquals(0, port.poll(batch, 512));
        }
    }

    @Test
    void shouldRefuseWhatIsTooLongAndCarryTheLongest()
    {
        assertEquals(MTU + 14, port.maxFrameLength());
        assertEquals(MTU + 18, port.maxTaggedFrameLength());
        assertEquals(RingPort.TOO_LONG, port.tryClaim(port.maxTaggedFrameLength() + 1));
        assertTrue(put(port, port.maxTaggedFrameLength(), 1));
        final RingPort jumbo = new RingPort("jumbo", 65_535, 1);
        assertTrue(put(jumbo, jumbo.maxTaggedFrameLength(), 1));
        final Frame frame = frame(port.maxTaggedFrameLength() + 1, 0);
        batch.add(frame);
        port.offer(batch);
        assertEquals(DropReason.OVERSIZE, frame.verdict());
    }

    @Test
    void shouldNameWhatIsWrongWithASetting()
    {
        for (final int capacity : new int[]{0, -1, Integer.MAX_VALUE})
        {
            final String message = assertThrows(
                IllegalArgumentException.class, () -> new RingPort("app0", MTU, capacity)).getMessage();
            assertTrue(message.contains("capacity=" + capacity), message);
        }
        assertThrows(IllegalArgumentException.class, () -> new RingPort("app0", 65_536, 1));
        assertThrows(IllegalArgumentException.class, () -> port.tryClaim(-1));
        final RingPortContext context = new RingPortContext();
        assertThrows(IllegalArgumentException.class, () -> context.claimTimeoutNs(0));
        assertThrows(IllegalArgumentException.class, () -> context.blockNs(0));
        final String message = assertThrows(
            IllegalArgumentException.class, () -> context.blockNs(1_000_000_001L)).getMessage();
        assertTrue(message.contains("blockNs=1000000001"), message);
    }

    @Test
    void shouldSkipAnAbortedClaim()
    {
        final int aborted = port.tryClaim(60);
        put(port, 60, 5);
        port.abort(aborted);

        assertEquals(1, port.poll(batch, 8));

        assertEquals(5, batch.get(0).buffer().getInt(batch.get(0).offset()));
    }

    @Test
    void shouldLendNoMoreThanTheLimit()
    {
        for (int i = 0; i < 5; i++)
        {
            put(port, 60, i);
        }
        assertEquals(3, port.poll(batch, 3));
        batch.clear();
        assertEquals(2, port.poll(batch, 3));
        assertEquals(3, batch.get(0).buffer().getInt(batch.get(0).offset()));
    }

    @Test
    void shouldGiveOfferedFramesToTheApplicationInPlace()
    {
        final Frame passedOver = frame(60, 1).verdict(DropReason.NO_ROUTE);
        batch.add(passedOver);
        batch.add(frame(60, 2));
        batch.add(frame(70, 3));
        port.offer(batch);
        assertEquals(DropReason.NO_ROUTE, passedOver.verdict());

        final List<Integer> read = new ArrayList<>();
        assertEquals(1, port.poll((buffer, offset, length) -> read.add(buffer.getInt(offset) * 1000 + length), 1));
        assertEquals(1, port.poll((buffer, offset, length) -> read.add(buffer.getInt(offset) * 1000 + length), 9));

        assertEquals(List.of(2060, 3070), read);
    }

    @Test
    void shouldSayPortFullUntilTheApplicationReads()
    {
        for (int i = 0; i < 100; i++)
        {
            batch.add(frame(port.maxFrameLength(), i));
        }
        port.offer(batch);
        int taken = 0;
        while (batch.get(taken).verdict() == DropReason.NONE)
        {
            taken++;
        }
        assertTrue(taken >= 16);
        assertEquals(DropReason.PORT_FULL, batch.get(99).verdict());

        assertEquals(taken, port.poll((buffer, offset, length) -> {}, 1000));
        final Frame late = frame(100, 1);
        batch.clear();
        batch.add(late);
        port.offer(batch);
        assertEquals(DropReason.NONE, late.verdict());
    }

    @Test
    void shouldCountAFrameAsReadWhenItsHandlerThrows()
    {
        batch.add(frame(60, 1));
        batch.add(frame(60, 2));
        port.offer(batch);
        assertThrows(IllegalStateException.class, () -> port.poll((buffer, offset, length) ->
        {
            throw new IllegalStateException("application error");
        }, 9));

        final List<Integer> read = new ArrayList<>();
        port.poll((buffer, offset, length) -> read.add(buffer.getInt(offset)), 9);

        assertEquals(List.of(2), read);
    }

    @Test
    void shouldRunWakeHookOnCommitAndEndAwait()
    {
        final AtomicInteger wakes = new AtomicInteger();
        assertTrue(port.wakes(wakes::incrementAndGet));
        put(port, 60, 1);
        assertEquals(1, wakes.get());
        port.await(FOREVER_NS);
        port.poll(batch, 1);
        port.wake();
        port.await(FOREVER_NS);
    }

    @Test
    void shouldNotWaitWhileItWithholdsRoomFromTheApplication()
    {
        while (put(port, port.maxFrameLength(), 0))
        {
            // Until it is full.
        }
        port.poll(batch, 512);
        port.wake();
        port.await(FOREVER_NS);

        port.await(FOREVER_NS);
    }

    @Test
    void shouldRefuseFramesOnceClosedAndStillPollThoseBefore()
    {
        batch.add(frame(60, 4));
        port.offer(batch);
        put(port, 60, 5);
        final int late = port.tryClaim(60);
        assertFalse(port.isClosed());
        port.close();
        port.close();

        assertTrue(port.isClosed());
        assertEquals(RingPort.CLOSED, port.tryClaim(60));
        assertTrue(port.commit(late));
        final FrameBatch polled = new FrameBatch(9);
        assertEquals(2, port.poll(polled, 9), "what was claimed before");
        port.offer(batch);
        assertEquals(DropReason.PORT_ERROR, batch.get(0).verdict());
        assertTrue(port.awaitFrames(FOREVER_NS), "what was offered before");
        assertEquals(1, port.poll((buffer, offset, length) -> {}, 9));
        assertFalse(port.awaitFrames(1));
    }

    @Test
    void shouldGiveUpAClaimThatHoldsUpOthersForTooLong()
    {
        final RingPort timed = timed(16);
        final int dead = timed.tryClaim(70);
        put(timed, 60, 2);
        assertEquals(0, timed.poll(batch, 8));
        timeNs += 999;
        assertEquals(0, timed.poll(batch, 8));
        timeNs++;
        assertEquals(1, timed.poll(batch, 8));
        assertEquals(DropReason.CLAIM_ABANDONED, batch.get(0).verdict());
        assertEquals(70, batch.get(0).length());
        batch.clear();
        assertEquals(1, timed.poll(batch, 8));
        assertEquals(DropReason.NONE, batch.get(0).verdict());
        assertEquals(2, batch.get(0).buffer().getInt(RingPort.HEADROOM));

        assertFalse(timed.commit(dead));
        batch.clear();
        assertEquals(0, timed.poll(batch, 8));
    }

    @Test
    void shouldNotGiveUpAClaimThatIsYoungerThanTheTimeout()
    {
        final RingPort timed = timed(16);
        final int first = timed.tryClaim(60);
        final int second = timed.tryClaim(60);
        timed.poll(batch, 8);
        timeNs += 600;
        timed.commit(first);
        assertEquals(1, timed.poll(batch, 8));
        final int third = timed.tryClaim(60);
        assertEquals(0, timed.poll(batch, 8));
        timeNs += 400;
        assertEquals(1, timed.poll(batch, 8), "the second is as old as the first was");
        assertFalse(timed.commit(second));
        assertEquals(0, timed.poll(batch, 8));
        timeNs += 999;
        assertEquals(0, timed.poll(batch, 8));
        assertTrue(timed.commit(third));
        assertEquals(1, timed.poll(batch, 8));
    }

    @Test
    void shouldNotReadTheClockWhileFramesCome()
    {
        final RingPort timed = new RingPort(new RingPortContext().clock(() ->
        {
            throw new AssertionError("reads the clock");
        }));
        put(timed, 60, 1);
        timed.tryClaim(60);
        assertEquals(1, timed.poll(batch, 8));
    }

    @Test
    void shouldLeaveALaterFrameAloneWhenADeadProducerCommits()
    {
        final RingPort timed = timed(4);
        final int dead = timed.tryClaim(60);
        timed.poll(batch, 8);
        timeNs += 1_000;
        assertEquals(1, timed.poll(batch, 8));
        for (int i = 0; i < 200; i++)
        {
            final int index = timed.tryClaim(60);
            timed.buffer().putInt(index, i);
            if (i <= 100)
            {
                timed.buffer().setMemory(dead, 60, (byte)0xEE);
            }
            if (i == 100)
            {
                assertFalse(timed.commit(dead));
                assertThrows(IllegalStateException.class, () -> timed.commit(dead));
            }
            batch.clear();
            assertEquals(0, timed.poll(batch, 8), "the dead producer commits nothing");
            assertTrue(timed.commit(index));
            assertEquals(1, timed.poll(batch, 8));
            assertEquals(i, batch.get(0).buffer().getInt(RingPort.HEADROOM));
        }
    }

    @Test
    void shouldRefuseToPollInsideAHandlerAndLoseNothing()
    {
        batch.add(frame(60, 1));
        batch.add(frame(60, 2));
        port.offer(batch);
        final List<Integer> read = new ArrayList<>();
        final RingPort.FrameHandler inner = (buffer, offset, length) -> read.add(-1);
        port.poll((buffer, offset, length) ->
        {
            final String message =
                assertThrows(IllegalStateException.class, () -> port.poll(inner, 9)).getMessage();
            assertTrue(message.contains("app0") && message.contains("inside a frame handler"), message);
            read.add(buffer.getInt(offset));
        }, 9);

        assertEquals(List.of(1, 2), read);
    }

    @Test
    void shouldRefuseToPollOnTwoThreadsAndLoseNothing()
    {
        batch.add(frame(60, 1));
        batch.add(frame(60, 2));
        port.offer(batch);
        final List<Integer> read = new ArrayList<>();
        port.poll((buffer, offset, length) ->
        {
            final AtomicReference<String> message = new AtomicReference<>();
            final Thread second = new Thread(() -> message.set(assertThrows(
                IllegalStateException.class, () -> port.poll((b, o, l) -> {}, 9)).getMessage()), "second");
            second.start();
            assertDoesNotThrow(() -> second.join());
            assertTrue(message.get().contains("second") && message.get().contains("one thread"), message.get());
            read.add(buffer.getInt(offset));
        }, 9);

        assertEquals(List.of(1, 2), read);
        assertEquals(0, port.poll((buffer, offset, length) -> {}, 9), "and it can be polled again");
    }

    /** A loop that looks at nothing but its own flag waits instead of turning round. */
    @Test
    void shouldNotSpinOnceClosed() throws InterruptedException
    {
        port.close();
        assertFewRounds(() -> port.awaitFrames(FOREVER_NS));
    }

    @Test
    void shouldNotSpinOnAnInterruptedThread() throws InterruptedException
    {
        assertFewRounds(() ->
        {
            Thread.currentThread().interrupt();
            port.awaitFrames(FOREVER_NS);
        });
        assertFewRounds(() ->
        {
            Thread.currentThread().interrupt();
            port.await(FOREVER_NS);
        });
    }

    @Test
    void shouldEndTheWaitOnAnInterruptAndKeepIt() throws InterruptedException
    {
        final AtomicBoolean wasInterrupted = new AtomicBoolean();
        final Thread thread = new Thread(() ->
        {
            port.awaitFrames(FOREVER_NS);
            wasInterrupted.set(Thread.currentThread().isInterrupted());
        });
        thread.start();
        awaitWaiting(thread);
        thread.interrupt();
        thread.join();
        assertTrue(wasInterrupted.get());
    }

    @Test
    void shouldEndTheUsualLoopWithEveryFrameRead() throws InterruptedException
    {
        final AtomicInteger read = new AtomicInteger();
        final Thread thread = new Thread(() ->
        {
            while (port.awaitFrames(FOREVER_NS))
            {
                port.poll((buffer, offset, length) -> read.incrementAndGet(), 2);
            }
        });
        thread.start();
        awaitWaiting(thread);
        for (int i = 0; i < 9; i++)
        {
            batch.add(frame(60, i));
        }
        port.offer(batch);
        port.close();
        thread.join();
        assertEquals(9, read.get());
    }

    /** The thread blocks in the end, after a few rounds at most. */
    private static void assertFewRounds(final Runnable round) throws InterruptedException
    {
        final AtomicInteger rounds = new AtomicInteger();
        final Thread thread = new Thread(() ->
        {
            while (rounds.incrementAndGet() < 1_000)
            {
                round.run();
            }
        });
        thread.setDaemon(true);
        thread.start();
        awaitWaiting(thread);
        assertTrue(rounds.get() < 10, "rounds: " + rounds);
    }

    private static void awaitWaiting(final Thread thread)
    {
        while (thread.getState() != Thread.State.TIMED_WAITING)
        {
            assertTrue(thread.isAlive(), "ended");
            Thread.yield();
        }
    }

    /** One or three producers, one engine thread that echoes, one application thread that checks. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void shouldCarryFramesBetweenThreads(final int producers) throws InterruptedException
    {
        final int framesEach = 20_000;
        final RingPort shared = new RingPort("app0", MTU, 32);
        final AtomicInteger wrong = new AtomicInteger();
        final List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < producers; i++)
        {
            final int producer = i;
            threads.add(new Thread(() -> produce(shared, producer, framesEach)));
        }
        threads.add(new Thread(() -> echo(shared, producers * framesEach)));
        threads.forEach(Thread::start);

        final int[] next = new int[producers];
        int read = 0;
        while (read < producers * framesEach)
        {
            shared.awaitFrames(FOREVER_NS);
            read += shared.poll((buffer, offset, length) ->
            {
                final int producer = buffer.getInt(offset);
                final int sequence = buffer.getInt(offset + 4);
                if (sequence != next[producer]++ || length != length(sequence) || !isFilled(buffer, offset, length))
                {
                    wrong.incrementAndGet();
                }
            }, 64);
        }
        for (final Thread thread : threads)
        {
            thread.join();
        }
        assertEquals(0, wrong.get());
    }

    @Test
    void shouldNotAllocate()
    {
        final RingPort quiet = new RingPort("app0", MTU, 32);
        final RingPort.FrameHandler handler = (buffer, offset, length) -> {};
        final ThreadMXBean threads = (ThreadMXBean)ManagementFactory.getThreadMXBean();
        long allocated = Long.MAX_VALUE;
        // Early rounds load classes and compile.
        for (int round = 0; round < 5; round++)
        {
            final long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 2_000; i++)
            {
                put(quiet, 1400, i);
                put(quiet, 60, i);
                batch.clear();
                quiet.poll(batch, 64);
                quiet.offer(batch);
                quiet.poll(handler, 64);
            }
            allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertTrue(allocated < 1_000, "bytes for 4000 frames each way: " + allocated);
    }

    private static void produce(final RingPort port, final int producer, final int count)
    {
        for (int sequence = 0; sequence < count; sequence++)
        {
            final int length = length(sequence);
            int index = port.tryClaim(length);
            while (index < 0)
            {
                Thread.yield();
                index = port.tryClaim(length);
            }
            port.buffer().setMemory(index, length, (byte)length);
            port.buffer().putInt(index, producer);
            port.buffer().putInt(index + 4, sequence);
            port.commit(index);
        }
    }

    private static void echo(final RingPort port, final int count)
    {
        final FrameBatch frames = new FrameBatch(16);
        for (int echoed = 0; echoed < count;)
        {
            frames.clear();
            if (port.poll(frames, 16) == 0)
            {
                port.await(FOREVER_NS);
            }
            for (int i = 0; i < frames.size(); i++)
            {
                offer(port, frames.get(i));
            }
            echoed += frames.size();
        }
    }

    /** One at a time: behind a long frame that does not fit a short one might. */
    private static void offer(final RingPort port, final Frame frame)
    {
        final FrameBatch one = new FrameBatch(1);
        one.add(frame);
        port.offer(one);
        while (frame.verdict() == DropReason.PORT_FULL)
        {
            Thread.yield();
            frame.verdict(DropReason.NONE);
            port.offer(one);
        }
    }

    private static int length(final int sequence)
    {
        return 8 + sequence * 37 % (MTU - 8);
    }

    private static boolean isFilled(final MutableDirectBuffer buffer, final int offset, final int length)
    {
        for (int i = 8; i < length; i++)
        {
            if (buffer.getByte(offset + i) != (byte)length)
            {
                return false;
            }
        }
        return true;
    }

    private RingPort timed(final int capacity)
    {
        return new RingPort(new RingPortContext().capacity(capacity).claimTimeoutNs(1_000).clock(() -> timeNs));
    }

    private static boolean put(final RingPort port, final int length, final int tag)
    {
        final int index = port.tryClaim(length);
        if (index < 0)
        {
            return false;
        }
        port.buffer().putInt(index, tag);
        port.commit(index);
        return true;
    }

    private static Frame frame(final int length, final int tag)
    {
        final Frame frame = new Frame(new MemoryBuffer(new byte[64 + length])).wrap(64, length);
        frame.buffer().putInt(64, tag);
        return frame;
    }
}
