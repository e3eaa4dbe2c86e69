// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.memory.MemoryBuffer;
import io.overlane.status.DropReason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How an application sends in one call, waits for room and frames, and is called for them. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RingPortWaitTest
{
    private static final long FOREVER_NS = Long.MAX_VALUE;
    /** Five times a record of 1,536 bytes, and up to a power of two. */
    private static final int RING_LENGTH = 8_192;
    private static final RingPort.FrameHandler IGNORE = (buffer, offset, length) -> {};

    private final List<Throwable> errors = new ArrayList<>();
    private final RingPort port = new RingPort(new RingPortContext().capacity(4).errorHandler(errors::add));
    private final FrameBatch batch = new FrameBatch(64);
    private final AtomicInteger calls = new AtomicInteger();

    @Test
    void shouldSendACopyOfAFrame()
    {
        final byte[] bytes = {9, 9, 1, 2, 3, 9};
        assertEquals(RingPort.SENT, port.send(new MemoryBuffer(bytes), 2, 3));
        assertEquals(RingPort.SENT, port.send(new byte[]{4, 5}));
        bytes[2] = 0;

        assertEquals(2, port.poll(batch, 8));
        assertArrayEquals(new byte[]{1, 2, 3}, bytes(batch.get(0)));
        assertArrayEquals(new byte[]{4, 5}, bytes(batch.get(1)));
    }

    @Test
    void shouldSayWhyAFrameIsNotSentAndCountIt()
    {
        assertThrows(IndexOutOfBoundsException.class, () -> port.send(new MemoryBuffer(new byte[8]), 4, 5));
        final byte[] longest = new byte[port.maxTaggedFrameLength()];
        assertEquals(RingPort.TOO_LONG, port.send(new byte[longest.length + 1]));
        while (port.send(longest) == RingPort.SENT)
        {
            // Until it is full.
        }
        assertEquals(RingPort.FULL, port.tryClaim(longest.length));
        assertEquals(RingPort.FULL, port.claim(longest.length, 1_000));
        assertEquals(3, port.refused());
        assertEquals(1, port.refusedTooLong());
        port.close();
        assertEquals(RingPort.CLOSED, port.send(longest));
        assertEquals(RingPort.CLOSED, port.claim(1, FOREVER_NS));
        assertEquals(3, port.refused());
        assertEquals(1, port.refusedTooLong());
    }

    @Test
    void shouldSayHowFullTheRingsAre()
    {
        assertEquals(0, port.fill());
        assertEquals(0, port.fillOut());
        port.send(new byte[60]);
        port.tryClaim(70);
        offer(2);
        assertEquals((128.0 + 192) / RING_LENGTH, port.fill());
        assertEquals(2 * 64.0 / RING_LENGTH, port.fillOut());

        port.poll(batch, 1);
        assertEquals((128.0 + 192) / RING_LENGTH, port.fill(), "lent");
        port.poll(IGNORE, 1);
        assertEquals(64.0 / RING_LENGTH, port.fillOut());
        fill();
        assertTrue(port.fill() > 0.8 && port.fill() <= 1, "" + port.fill());
    }

    @Test
    void shouldWaitForRoom() throws InterruptedException
    {
        fill();
        final List<Thread> threads = new ArrayList<>();
        final AtomicInteger sum = new AtomicInteger();
        for (int i = 1; i <= 3; i++)
        {
            final int number = i;
            final Thread thread = new Thread(() ->
            {
                if (port.commit(port.claim(port.maxFrameLength() - number, FOREVER_NS)))
                {
                    sum.addAndGet(number);
                }
            });
            thread.start();
            threads.add(thread);
            awaitState(thread, Thread.State.TIMED_WAITING);
        }
        drainToEngine();
        for (final Thread thread : threads)
        {
            thread.join();
        }
        assertEquals(6, sum.get());
        assertEquals(1, port.refused(), "only the claim that found the ring full for good");
    }

    @Test
    void shouldWaitForTheRoomOfAnAbortedClaim() throws InterruptedException
    {
        port.wakes(calls::incrementAndGet);
        final List<Integer> claims = new ArrayList<>();
        for (int index = port.tryClaim(port.maxFrameLength()); index > 0; index = port.tryClaim(port.maxFrameLength()))
        {
            claims.add(index);
        }
        final Thread thread = new Thread(() -> port.commit(port.claim(port.maxFrameLength(), FOREVER_NS)));
        thread.start();
        awaitState(thread, Thread.State.TIMED_WAITING);
        final int before = calls.get();
        claims.forEach(port::abort);
        assertTrue(calls.get() > before, "the engine is awake to free the room");
        drainToEngine();
        thread.join();
        assertEquals(1, port.poll(batch, 8));
    }

    @Test
    void shouldEndTheWaitForRoomWhenClosedOrInterrupted() throws InterruptedException
    {
        fill();
        final AtomicInteger answer = new AtomicInteger();
        final Thread closed = new Thread(() -> answer.set(port.claim(port.maxFrameLength(), FOREVER_NS)));
        closed.start();
        awaitState(closed, Thread.State.TIMED_WAITING);
        final AtomicReference<String> second = new AtomicReference<>();
        final Thread interrupted = new Thread(() -> second.set(
            port.claim(port.maxFrameLength(), FOREVER_NS) + " " + Thread.currentThread().isInterrupted()));
        interrupted.start();
        awaitState(interrupted, Thread.State.TIMED_WAITING);
        interrupted.interrupt();
        interrupted.join();
        assertEquals(RingPort.FULL + " true", second.get());
        port.endInput();
        closed.join();
        assertEquals(RingPort.CLOSED, answer.get());
    }

    @Test
    void shouldCallOnceForRoomAfterRefusals()
    {
        port.onRoom(calls::incrementAndGet);
        fill();
        port.tryClaim(port.maxFrameLength());
        assertEquals(0, calls.get());

        drainToEngine();
        assertEquals(1, calls.get());
        port.send(new byte[60]);
        drainToEngine();
        assertEquals(1, calls.get(), "nobody wants room");

        fill();
        port.close();
        assertEquals(2, calls.get(), "the end");
    }

    @Test
    void shouldCallOnceForFramesAfterAPollThatReadAll()
    {
        port.onFrames(calls::incrementAndGet);
        assertEquals(0, calls.get());
        offer(2);
        offer(1);
        assertEquals(1, calls.get());
        assertEquals(2, port.poll(IGNORE, 2));
        offer(1);
        assertEquals(1, calls.get(), "the application has to poll again");
        assertEquals(2, port.poll(IGNORE, 3));
        assertEquals(1, calls.get());
        offer(1);
        assertEquals(2, calls.get());
        port.poll(IGNORE, 9);
        port.close();
        assertEquals(3, calls.get(), "the end");
    }

    @Test
    void shouldCallAtOnceForFramesThatWait()
    {
        offer(1);
        port.onFrames(calls::incrementAndGet);
        assertEquals(1, calls.get());
        port.onFrames(null);
        port.poll(IGNORE, 9);
        offer(1);
        port.onFrames(calls::incrementAndGet);
        assertEquals(2, calls.get());
    }

    @Test
    void shouldReportATaskThatThrowsAndLoseNoFate()
    {
        final Runnable broken = () ->
        {
            throw new IllegalStateException("application error");
        };
        port.onFrames(broken);
        port.onRoom(broken);
        offer(1);
        fill();
        drainToEngine();
        assertEquals(2, errors.size());
        assertEquals(1, port.poll(IGNORE, 9));
    }

    /** Every frame arrives although no thread waits in the port: both directions are driven by calls. */
    @Test
    void shouldDriveAnEventLoopInBothDirections()
    {
        final int count = 20_000;
        final CompletableFuture<Void> isDone = new CompletableFuture<>();
        final ExecutorService loop = Executors.newSingleThreadExecutor();
        final int[] sent = new int[1];
        final int[] read = new int[1];
        final Runnable send = () ->
        {
            while (sent[0] < count && port.send(new byte[]{(byte)sent[0]}) == RingPort.SENT)
            {
                sent[0]++;
            }
        };
        final Runnable drain = new Runnable()
        {
            @Override
            public void run()
            {
                if (port.poll((buffer, offset, length) ->
                    read[0] += buffer.getByte(offset) == (byte)read[0] ? 1 : 0, 3) == 3)
                {
                    loop.execute(this);
                }
                if (read[0] == count)
                {
                    isDone.complete(null);
                }
            }
        };
        port.onFrames(() -> loop.execute(drain));
        port.onRoom(() -> loop.execute(send));
        loop.execute(send);
        final FrameBatch one = new FrameBatch(1);
        while (!isDone.isDone())
        {
            one.clear();
            if (port.poll(one, 1) == 0)
            {
                port.await(1_000_000L);
            }
            port.offer(one);
            while (!one.isEmpty() && one.get(0).verdict() == DropReason.PORT_FULL)
            {
                Thread.yield();
                one.get(0).verdict(DropReason.NONE);
                port.offer(one);
            }
        }
        loop.shutdown();
        assertEquals(count, read[0]);
        assertFalse(isDone.isCompletedExceptionally());
    }

    private void fill()
    {
        while (port.send(new byte[port.maxFrameLength()]) == RingPort.SENT)
        {
            // Until it is full.
        }
    }

    /** The engine polls until a poll returns nothing, as it does before it waits. */
    private void drainToEngine()
    {
        do
        {
            batch.clear();
        }
        while (port.poll(batch, 64) > 0);
    }

    private void offer(final int count)
    {
        final FrameBatch offered = new FrameBatch(count);
        for (int i = 0; i < count; i++)
        {
            offered.add(new Frame(new MemoryBuffer(new byte[60])).wrap(0, 60));
        }
        port.offer(offered);
    }

    private static byte[] bytes(final Frame frame)
    {
        final byte[] bytes = new byte[frame.length()];
        frame.buffer().getBytes(frame.offset(), bytes);
        return bytes;
    }

    private static void awaitState(final Thread thread, final Thread.State state)
    {
        while (thread.getState() != state)
        {
            assertTrue(thread.isAlive(), "ended");
            Thread.yield();
        }
    }
}
