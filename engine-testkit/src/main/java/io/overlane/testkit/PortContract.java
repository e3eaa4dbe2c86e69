// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.frame.FrameSlab;
import io.overlane.port.Port;
import io.overlane.status.DropReason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The requirements for every {@link Port} with Ethernet frames. A test class extends this, opens the port to test, and
 * sends and receives at the far side of it: as the application of a {@code RingPort}, or the host of a device.
 *
 * <p>Waits end at deadlines that only a failing test reaches.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class PortContract
{
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(20);
    private static final int ETHERNET = 14;
    private static final int HEADROOM = 64;
    private static final int LIMIT = 16;
    /** For local experiments (IEEE 802); frames of other types are the host's own and are passed over. */
    private static final byte[] ETHER_TYPE = {(byte)0x88, (byte)0xB5};
    private static final byte[] NEAR = {2, 0, 0, 0, 0, 1};
    private static final byte[] FAR = {2, 0, 0, 0, 0, 2};

    private final FrameBatch batch = new FrameBatch(LIMIT);
    private final FrameSlab slab = new FrameSlab(LIMIT, 2048);
    private Port port;

    /**
     * Open the port and its far side, with room for 16 frames of the MTU in each direction.
     *
     * @return the port; this class closes it.
     */
    protected abstract Port open() throws Exception;

    /** Send a frame to the port from its far side. */
    protected abstract void send(byte[] frame) throws Exception;

    /**
     * Receive a frame that was offered to the port, at its far side.
     *
     * @param timeoutNs longest time to wait, in nanoseconds.
     * @return the next frame; null if none came.
     */
    protected abstract byte @Nullable [] receive(long timeoutNs) throws Exception;

    /** Close what {@link #open()} opened beside the port. */
    protected void closeFarSide() throws Exception
    {
    }

    /** Opens both sides. */
    @BeforeEach
    void openBoth() throws Exception
    {
        port = open();
    }

    /** Closes both sides. */
    @AfterEach
    void closeBoth() throws Exception
    {
        if (port != null)
        {
            port.close();
        }
        closeFarSide();
    }

    @Test
    void shouldSayWhatItIs()
    {
        assertFalse(port.name().isBlank());
        assertTrue(port.mtu() > 0);
        assertTrue(port.slotLength() == 0 || port.slotLength() >= port.mtu() + ETHERNET);
        assertFalse(port.isClosed());
    }

    @Test
    void shouldLendFramesInOrderWithHeadroom() throws Exception
    {
        for (int i = 0; i < 5; i++)
        {
            send(frame(FAR, NEAR, i, 60 + i));
        }
        assertPolled(0, 5);
    }

    @Test
    void shouldPollNoMoreThanTheLimit() throws Exception
    {
        for (int i = 0; i < 5; i++)
        {
            send(frame(FAR, NEAR, i, 60 + i));
        }
        final List<byte[]> polled = new ArrayList<>();
        final long deadlineNs = System.nanoTime() + DEADLINE_NS;
        while (polled.size() < 5 && System.nanoTime() - deadlineNs < 0)
        {
            batch.clear();
            port.await(TimeUnit.MILLISECONDS.toNanos(100));
            final int count = port.poll(batch, 2);
            assertTrue(count <= 2 && count == batch.size(), "count " + count);
            addOurs(polled);
        }
        assertEquals(5, polled.size());
    }

    @Test
    void shouldDeliverOfferedFramesInOrder() throws Exception
    {
        offer(0, 8);
        for (int i = 0; i < 8; i++)
        {
            assertEquals(DropReason.NONE, batch.get(i).verdict());
        }
        for (int i = 0; i < 8; i++)
        {
            assertArrayEquals(frame(NEAR, FAR, i, 60 + i), receiveOurs());
        }
    }

    @Test
    void shouldPassOverFramesThatHaveAVerdict() throws Exception
    {
        fill(0, 3);
        batch.get(1).verdict(DropReason.NO_ROUTE);
        port.offer(batch);
        assertEquals(DropReason.NONE, batch.get(0).verdict());
        assertEquals(DropReason.NO_ROUTE, batch.get(1).verdict());
        assertEquals(DropReason.NONE, batch.get(2).verdict());
        assertArrayEquals(frame(NEAR, FAR, 0, 60), receiveOurs());
        assertArrayEquals(frame(NEAR, FAR, 2, 62), receiveOurs());
    }

    @Test
    void shouldNotReadOfferedBytesLater() throws Exception
    {
        offer(0, 4);
        for (int i = 0; i < 4; i++)
        {
            final Frame frame = batch.get(i);
            frame.buffer().setMemory(frame.offset(), frame.length(), (byte)0);
        }
        for (int i = 0; i < 4; i++)
        {
            assertArrayEquals(frame(NEAR, FAR, i, 60 + i), receiveOurs());
        }
    }

    @Test
    void shouldCarryTheLongestFrame() throws Exception
    {
        final int length = port.mtu() + ETHERNET;
        send(frame(FAR, NEAR, 1, length));
        assertArrayEquals(frame(FAR, NEAR, 1, length), pollOurs(1).get(0));

        final byte[] bytes = frame(NEAR, FAR, 2, length);
        final FrameSlab memory = new FrameSlab(1, length);
        memory.frame(0).wrap(FrameSlab.HEADROOM, length).buffer().putBytes(FrameSlab.HEADROOM, bytes);
        batch.clear();
        batch.add(memory.frame(0).verdict(DropReason.NONE));
        port.offer(batch);
        assertEquals(DropReason.NONE, batch.get(0).verdict());
        assertArrayEquals(bytes, receiveOurs());
    }

    /** Frames that were polled are offered again as they are, as an engine does that switches between two ports. */
    @Test
    void shouldCarryManyThereAndBack() throws Exception
    {
        for (int round = 0; round < 100; round++)
        {
            final int count = 1 + round % 8;
            for (int i = 0; i < count; i++)
            {
                send(frame(FAR, NEAR, round * 8 + i, 60 + i * round));
            }
            final List<byte[]> polled = pollOurs(count);
            fill(0, 0);
            for (int i = 0; i < count; i++)
            {
                final byte[] bytes = polled.get(i);
                assertArrayEquals(frame(FAR, NEAR, round * 8 + i, 60 + i * round), bytes);
                final byte[] back = frame(NEAR, FAR, round * 8 + i, bytes.length);
                final Frame frame = slab.frame(i).wrap(FrameSlab.HEADROOM, back.length).verdict(DropReason.NONE);
                frame.buffer().putBytes(frame.offset(), back);
                batch.add(frame);
            }
            port.offer(batch);
            for (int i = 0; i < count; i++)
            {
                assertEquals(DropReason.NONE, batch.get(i).verdict());
                assertArrayEquals(frame(NEAR, FAR, round * 8 + i, 60 + i * round), receiveOurs());
            }
        }
    }

    @Test
    void shouldEndAWaitWhenAFrameArrives() throws Exception
    {
        final Thread sender = new Thread(() ->
        {
            try
            {
                send(frame(FAR, NEAR, 3, 60));
            }
            catch (final Exception ex)
            {
                throw new IllegalStateException(ex);
            }
        });
        sender.start();
        final List<byte[]> polled = new ArrayList<>();
        while (polled.isEmpty())
        {
            port.await(Long.MAX_VALUE);
            batch.clear();
            port.poll(batch, LIMIT);
            addOurs(polled);
        }
        sender.join();
        assertArrayEquals(frame(FAR, NEAR, 3, 60), polled.get(0));
    }

    @Test
    void shouldEndTheCurrentOrTheNextWaitWhenWoken() throws Exception
    {
        port.wake();
        port.await(Long.MAX_VALUE);
        final Thread waker = new Thread(port::wake);
        waker.start();
        port.await(Long.MAX_VALUE);
        waker.join();
    }

    @Test
    void shouldCarryNothingOnceClosed() throws Exception
    {
        port.close();
        port.close();
        batch.clear();
        assertEquals(0, port.poll(batch, LIMIT));
        offer(0, 1);
        assertNotEquals(DropReason.NONE, batch.get(0).verdict());
        port.await(TimeUnit.MILLISECONDS.toNanos(1));
    }

    private void assertPolled(final int first, final int count)
    {
        final List<byte[]> polled = pollOurs(count);
        for (int i = 0; i < count; i++)
        {
            assertArrayEquals(frame(FAR, NEAR, first + i, 60 + i), polled.get(i));
        }
    }

    private List<byte[]> pollOurs(final int count)
    {
        final List<byte[]> polled = new ArrayList<>();
        final long deadlineNs = System.nanoTime() + DEADLINE_NS;
        while (polled.size() < count && System.nanoTime() - deadlineNs < 0)
        {
            port.await(TimeUnit.MILLISECONDS.toNanos(100));
            batch.clear();
            port.poll(batch, LIMIT);
            addOurs(polled);
        }
        assertEquals(count, polled.size(), "frames polled");
        return polled;
    }

    private void addOurs(final List<byte[]> polled)
    {
        for (int i = 0; i < batch.size(); i++)
        {
            final Frame frame = batch.get(i);
            final byte[] bytes = EngineHarness.bytes(frame);
            if (isOurs(bytes))
            {
                assertTrue(frame.offset() >= HEADROOM, "headroom");
                polled.add(bytes);
            }
        }
    }

    private byte[] receiveOurs() throws Exception
    {
        byte[] frame = receive(DEADLINE_NS);
        while (frame != null && !isOurs(frame))
        {
            frame = receive(DEADLINE_NS);
        }
        assertNotNull(frame, "no frame came");
        return frame;
    }

    private void offer(final int first, final int count)
    {
        fill(first, count);
        port.offer(batch);
    }

    private void fill(final int first, final int count)
    {
        batch.clear();
        for (int i = 0; i < count; i++)
        {
            final byte[] bytes = frame(NEAR, FAR, first + i, 60 + i);
            final Frame frame = slab.frame(i).wrap(FrameSlab.HEADROOM, bytes.length).verdict(DropReason.NONE);
            frame.buffer().putBytes(frame.offset(), bytes);
            batch.add(frame);
        }
    }

    private static boolean isOurs(final byte... frame)
    {
        return frame.length >= ETHERNET && frame[12] == ETHER_TYPE[0] && frame[13] == ETHER_TYPE[1];
    }

    private static byte[] frame(final byte[] source, final byte[] destination, final int number, final int length)
    {
        final byte[] frame = new byte[length];
        Arrays.fill(frame, (byte)(number * 31 + 7));
        System.arraycopy(destination, 0, frame, 0, destination.length);
        System.arraycopy(source, 0, frame, 6, source.length);
        System.arraycopy(ETHER_TYPE, 0, frame, 12, ETHER_TYPE.length);
        frame[14] = (byte)(number >> 8);
        frame[15] = (byte)number;
        return frame;
    }
}
