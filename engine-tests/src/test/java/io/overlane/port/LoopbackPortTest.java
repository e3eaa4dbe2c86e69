// SPDX-License-Identifier: Apache-2.0
package io.overlane.port;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.memory.MemoryBuffer;
import io.overlane.status.DropReason;
import io.overlane.testkit.LoopbackPort;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The port of tests holds to the contract of ports. */
class LoopbackPortTest
{
    private final LoopbackPort port = new LoopbackPort("loop0", 1450, 4);
    private final FrameBatch batch = new FrameBatch(8);

    @Test
    void shouldLendFramesInTheOrderPutWithHeadroom()
    {
        assertTrue(port.put(new byte[]{1, 2, 3}));
        assertTrue(port.put(new byte[]{4}));

        assertEquals(2, port.poll(batch, 8));

        assertEquals(3, batch.get(0).length());
        assertEquals(3, batch.get(0).buffer().getByte(batch.get(0).offset() + 2));
        assertEquals(4, batch.get(1).buffer().getByte(batch.get(1).offset()));
        assertTrue(batch.get(0).offset() >= 64);
        assertEquals(0, port.poll(batch, 8));
    }

    @Test
    void shouldGiveSlotsBackAtNextPollOnly()
    {
        for (int i = 0; i < 4; i++)
        {
            assertTrue(port.put((byte)i));
        }
        assertFalse(port.put((byte)9));
        assertEquals(3, port.poll(batch, 3));
        assertFalse(port.put((byte)9), "lent frames occupy their slots");

        batch.clear();
        assertEquals(1, port.poll(batch, 8));

        assertTrue(port.put((byte)5));
        assertEquals(3, batch.get(0).buffer().getByte(batch.get(0).offset()));
    }

    @Test
    void shouldKeepCopiesOfOfferedFramesUntilTaken()
    {
        final Frame frame = frame(7, 8, 9).offload(Frame.NEEDS_CHECKSUM, Frame.GSO_TCPV4, 54, 1400, 34, 16);
        batch.add(frame);
        port.offer(batch);
        frame.buffer().putByte(frame.offset(), (byte)0);

        assertEquals(1, port.offered());
        final Frame taken = port.take();
        assertEquals(7, taken.buffer().getByte(taken.offset()));
        assertEquals(Frame.NEEDS_CHECKSUM, taken.flags());
        assertEquals(Frame.GSO_TCPV4, taken.gsoType());
        assertEquals(54, taken.headerLength());
        assertEquals(1400, taken.gsoSize());
        assertEquals(34, taken.checksumStart());
        assertEquals(16, taken.checksumOffset());
        assertNull(port.take());
    }

    @Test
    void shouldSayPortFullAndPassOverFramesWithAVerdict()
    {
        final Frame passedOver = frame(1).verdict(DropReason.NO_ROUTE);
        batch.add(passedOver);
        for (int i = 0; i < 5; i++)
        {
            batch.add(frame(i));
        }

        port.offer(batch);

        assertEquals(DropReason.NO_ROUTE, passedOver.verdict());
        assertEquals(DropReason.NONE, batch.get(4).verdict());
        assertEquals(DropReason.PORT_FULL, batch.get(5).verdict());
        for (int i = 0; i < 4; i++)
        {
            assertArrayEquals(new byte[]{(byte)i}, port.takeBytes());
        }
        assertNull(port.takeBytes());
    }

    @Test
    void shouldRefuseFramesTooLongForIt()
    {
        final Frame frame = new Frame(new MemoryBuffer(new byte[2000])).wrap(0, 1500);
        batch.add(frame);

        port.offer(batch);

        assertEquals(DropReason.OVERSIZE, frame.verdict());
        assertThrows(IllegalArgumentException.class, () -> port.put(frame));
    }

    @Test
    void shouldRunWakeHookForEachFrame()
    {
        final AtomicInteger wakes = new AtomicInteger();
        assertTrue(port.wakes(wakes::incrementAndGet));

        port.put((byte)1);
        port.put(frame(2));

        assertEquals(2, wakes.get());
    }

    @Test
    @Timeout(20)
    void shouldNotWaitWhileFramesWaitOrAfterWake()
    {
        port.put((byte)1);
        port.await(Long.MAX_VALUE);
        port.poll(batch, 1);
        port.wake();
        port.await(Long.MAX_VALUE);
    }

    @Test
    @Timeout(20)
    void shouldEndAwaitWhenAFrameArrives() throws InterruptedException
    {
        final Thread thread = new Thread(() -> port.put((byte)1));
        thread.start();
        while (port.poll(batch, 1) == 0)
        {
            port.await(Long.MAX_VALUE);
        }
        thread.join();
    }

    private static Frame frame(final int... bytes)
    {
        final Frame frame = new Frame(new MemoryBuffer(new byte[64 + bytes.length])).wrap(64, bytes.length);
        for (int i = 0; i < bytes.length; i++)
        {
            frame.buffer().putByte(64 + i, (byte)bytes[i]);
        }
        return frame;
    }
}
