// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.memory.MemoryBuffer;
import io.overlane.status.DropReason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of frames for an application that reads too slowly. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SlowReaderTest
{
    private static final int LENGTH = 1_000;

    private final List<Integer> read = new ArrayList<>();

    @Test
    void shouldKeepTheNewestFramesAndCountTheOthers()
    {
        final RingPort port = port(SlowReader.DROP_OLDEST);
        final int held = capacity(port(SlowReader.DROP_NEWEST));
        for (int i = 0; i < 100; i++)
        {
            assertEquals(DropReason.NONE, offer(port, i));
        }
        read(port);

        assertEquals(100, port.overwritten() + read.size());
        assertTrue(read.size() <= held && read.size() >= held - 2, read.size() + " of " + held);
        for (int i = 0; i < read.size(); i++)
        {
            assertEquals(100 - read.size() + i, read.get(i));
        }
        assertEquals(0, port.fillOut());
    }

    @Test
    void shouldOverwriteForAWholeBatchAndForOneLargerThanTheRing()
    {
        final RingPort port = port(SlowReader.DROP_OLDEST);
        final FrameBatch batch = new FrameBatch(100);
        for (int i = 0; i < 100; i++)
        {
            batch.add(frame(i));
        }
        port.offer(batch);
        for (int i = 0; i < 100; i++)
        {
            assertEquals(DropReason.NONE, batch.get(i).verdict());
        }
        read(port);
        assertEquals(100, port.overwritten() + read.size());
        assertEquals(99, read.get(read.size() - 1));
    }

    @Test
    void shouldLeaveAloneTheFrameThatAHandlerReads()
    {
        final RingPort port = port(SlowReader.DROP_OLDEST);
        offer(port, 7);
        port.poll((buffer, offset, length) ->
        {
            for (int i = 0; i < 100; i++)
            {
                assertEquals(DropReason.NONE, offer(port, 1_000 + i));
            }
            assertEquals(7, buffer.getInt(offset));
            assertEquals(7, buffer.getInt(offset + length - 4));
        }, 1);
        read(port);
        assertEquals(100, port.overwritten() + read.size());
        assertEquals(1_099, read.get(read.size() - 1));
    }

    /** What the reader gets is whole and in order, and with what it did not get, adds up. */
    @Test
    void shouldAddUpWhileBothSidesRun() throws InterruptedException
    {
        final RingPort port = port(SlowReader.DROP_OLDEST);
        final AtomicBoolean isOver = new AtomicBoolean();
        final AtomicInteger wrong = new AtomicInteger();
        final AtomicInteger last = new AtomicInteger(-1);
        final AtomicInteger count = new AtomicInteger();
        final Thread reader = new Thread(() ->
        {
            while (port.awaitFrames(Long.MAX_VALUE))
            {
                port.poll((buffer, offset, length) ->
                {
                    final int number = buffer.getInt(offset);
                    count.incrementAndGet();
                    if (number <= last.get() || length != LENGTH || buffer.getInt(offset + length - 4) != number)
                    {
                        wrong.incrementAndGet();
                    }
                    last.set(number);
                }, 3);
            }
            isOver.set(true);
        });
        reader.start();
        int taken = 0;
        for (int i = 0; i < 100_000; i++)
        {
            taken += offer(port, i) == DropReason.NONE ? 1 : 0;
        }
        port.close();
        reader.join();
        assertTrue(isOver.get());
        assertEquals(0, wrong.get());
        assertEquals(taken, port.overwritten() + count.get());
    }

    @Test
    void shouldWaitForTheReaderForABoundedTime()
    {
        final RingPort port = new RingPort(context(SlowReader.BLOCK).blockNs(TimeUnit.MILLISECONDS.toNanos(5)));
        final int held = capacity(port(SlowReader.DROP_NEWEST));
        for (int i = 0; i < held; i++)
        {
            assertEquals(DropReason.NONE, offer(port, i));
        }
        assertEquals(0, port.blocked());
        assertEquals(DropReason.PORT_FULL, offer(port, 0));
        assertEquals(1, port.blocked());
        assertEquals(DropReason.PORT_FULL, offer(port, 0));
        assertEquals(1, port.blocked(), "no second wait for a reader that has not moved");
        port.poll((buffer, offset, length) -> {}, 1);
        assertEquals(DropReason.NONE, offer(port, 0));
        assertEquals(DropReason.PORT_FULL, offer(port, 0));
        assertEquals(2, port.blocked());
    }

    @Test
    void shouldLoseNothingToAReaderThatIsOnlySlow() throws InterruptedException
    {
        final RingPort port = new RingPort(context(SlowReader.BLOCK).blockNs(RingPortContext.MAX_BLOCK_NS));
        final Thread reader = new Thread(() ->
        {
            while (port.awaitFrames(Long.MAX_VALUE))
            {
                read(port);
            }
        });
        reader.start();
        for (int i = 0; i < 20_000; i++)
        {
            assertEquals(DropReason.NONE, offer(port, i));
        }
        port.close();
        reader.join();
        assertEquals(20_000, read.size());
    }

    @Test
    void shouldEndTheWaitWhenThePortCloses() throws InterruptedException
    {
        final RingPort port = new RingPort(context(SlowReader.BLOCK).blockNs(RingPortContext.MAX_BLOCK_NS));
        final FrameBatch batch = new FrameBatch(64);
        for (int i = 0; i < 64; i++)
        {
            batch.add(frame(i));
        }
        final Thread engine = new Thread(() -> port.offer(batch));
        engine.start();
        while (port.blocked() == 0)
        {
            Thread.yield();
        }
        port.close();
        engine.join();
        assertEquals(DropReason.PORT_ERROR, batch.get(63).verdict());
    }

    private static RingPortContext context(final SlowReader slowReader)
    {
        return new RingPortContext().mtu(LENGTH).capacity(8).slowReader(slowReader);
    }

    private static RingPort port(final SlowReader slowReader)
    {
        return new RingPort(context(slowReader));
    }

    private static int capacity(final RingPort port)
    {
        int held = 0;
        while (offer(port, held) == DropReason.NONE)
        {
            held++;
        }
        return held;
    }

    private void read(final RingPort port)
    {
        port.poll((buffer, offset, length) ->
        {
            assertEquals(LENGTH, length);
            assertEquals(buffer.getInt(offset), buffer.getInt(offset + LENGTH - 4));
            read.add(buffer.getInt(offset));
        }, 1_000);
    }

    private static DropReason offer(final RingPort port, final int number)
    {
        final FrameBatch batch = new FrameBatch(1);
        batch.add(frame(number));
        port.offer(batch);
        return batch.get(0).verdict();
    }

    private static Frame frame(final int number)
    {
        final Frame frame = new Frame(new MemoryBuffer(new byte[64 + LENGTH])).wrap(64, LENGTH);
        frame.buffer().putInt(64, number);
        frame.buffer().putInt(64 + LENGTH - 4, number);
        return frame;
    }
}
