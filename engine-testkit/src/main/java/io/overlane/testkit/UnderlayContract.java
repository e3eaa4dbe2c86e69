// SPDX-License-Identifier: Apache-2.0
package io.overlane.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.frame.Frame;
import io.overlane.memory.MemoryBuffer;
import io.overlane.status.DropReason;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.Underlay;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The requirements for every {@link Underlay}. A test class extends this and opens the underlay to test.
 *
 * <p>Waits end at deadlines that only a failing test reaches.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class UnderlayContract
{
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(20);
    private static final long FOREVER_NS = Long.MAX_VALUE;

    private final List<String> errors = new ArrayList<>();
    private final SendBatch sendBatch = new SendBatch(64);
    private final ReceiveBatch receiveBatch = new ReceiveBatch(16);
    private Underlay left;
    private Underlay right;

    /**
     * @param index 0 or 1.
     * @return one of two endpoints of the same address family that reach each other.
     */
    protected abstract Underlay open(int index) throws IOException;

    /** @return false if it cannot send a datagram without payload; tunnels do not need this. */
    protected boolean sendsEmptyDatagrams()
    {
        return true;
    }

    /** @return true if {@link Underlay#receiveDrops()} counts datagrams for which there was no room. */
    protected boolean countsReceiveDrops()
    {
        return false;
    }

    protected final void onError(final Throwable error)
    {
        synchronized (errors)
        {
            errors.add(error.toString());
        }
    }

    /** Makes the two ends. */
    @BeforeEach
    void openBoth() throws IOException
    {
        left = open(0);
        right = open(1);
    }

    /** Closes the two ends. */
    @AfterEach
    void closeBoth()
    {
        left.close();
        right.close();
        receiveBatch.clear();
        assertEquals(0, left.poll(receiveBatch) + right.poll(receiveBatch), "nothing is received once closed");
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldCarryPayloadAndTellWhereItCameFrom()
    {
        send(payload(1, 1000), 0);

        receiveAtLeast(1);

        final IpAddress source = left.local().address();
        assertArrayEquals(bytes(payload(1, 1000)), bytes(receiveBatch.frame(0)));
        assertEquals(source, new IpAddress(receiveBatch.sourceHigh(0), receiveBatch.sourceLow(0)));
        assertEquals(left.local().udpPort(), receiveBatch.sourcePort(0));
        assertTrue(receiveBatch.frame(0).offset() >= 64, "headroom");
    }

    @Test
    void shouldSendFromBeyondTheStartOfASlot()
    {
        final Frame frame = payload(3, 200);
        frame.prepend(8).buffer().putLong(frame.offset(), 0x0102030405060708L);

        send(frame, 0);
        receiveAtLeast(1);

        assertArrayEquals(bytes(frame), bytes(receiveBatch.frame(0)));
    }

    @Test
    void shouldCarryManyInOrderAndLendEachUntilTheNextPoll()
    {
        int next = 0;
        for (int round = 0; round < 100; round++)
        {
            sendBatch.clear();
            for (int i = 0; i < 10; i++)
            {
                add(payload(round * 10 + i, 20 + round), right.local(), 0);
            }
            left.send(sendBatch);
            for (int received = 0; received < 10;)
            {
                receiveAtLeast(1);
                for (int i = 0; i < receiveBatch.size(); i++)
                {
                    assertArrayEquals(bytes(payload(next, 20 + round)), bytes(receiveBatch.frame(i)));
                    next++;
                }
                received += receiveBatch.size();
            }
        }
        assertEquals(1000, next);
    }

    @Test
    void shouldLeaveInTheNetworkWhatDoesNotFitTheBatch()
    {
        final ReceiveBatch small = new ReceiveBatch(2);
        for (int i = 0; i < 3; i++)
        {
            send(payload(i, 50), 0);
        }
        int count = 0;
        final long deadlineNs = System.nanoTime() + DEADLINE_NS;
        while (count < 3 && System.nanoTime() - deadlineNs < 0)
        {
            small.clear();
            right.await(TimeUnit.MILLISECONDS.toNanos(100));
            final int polled = right.poll(small);
            assertEquals(polled, small.size());
            for (int i = 0; i < polled; i++)
            {
                assertArrayEquals(bytes(payload(count, 50)), bytes(small.frame(i)));
                count++;
            }
        }
        assertEquals(3, count);
    }

    @Test
    void shouldAddNothingToAFullBatch()
    {
        send(payload(0, 50), 0);
        receiveAtLeast(1);
        send(payload(1, 50), 0);
        final ReceiveBatch full = new ReceiveBatch(1);
        full.add(payload(0, 1), 0, 0, 0, 0, 0);

        assertEquals(0, right.poll(full));
        receiveAtLeast(1);

        assertArrayEquals(bytes(payload(1, 50)), bytes(receiveBatch.frame(0)));
    }

    @Test
    void shouldCutAnEntryOfSeveralDatagrams()
    {
        final Frame whole = payload(5, 1050);

        assertEquals(DropReason.NONE, send(whole, 400));

        final List<byte[]> pieces = new ArrayList<>();
        while (pieces.size() < 3)
        {
            receiveAtLeast(1);
            for (int i = 0; i < receiveBatch.size(); i++)
            {
                final byte[] entry = bytes(receiveBatch.frame(i));
                final int step = receiveBatch.segmentSize(i) > 0 ? receiveBatch.segmentSize(i) : entry.length;
                for (int from = 0; from < entry.length; from += step)
                {
                    pieces.add(Arrays.copyOfRange(entry, from, Math.min(entry.length, from + step)));
                }
            }
        }
        final byte[] expected = bytes(whole);
        assertArrayEquals(Arrays.copyOfRange(expected, 0, 400), pieces.get(0));
        assertArrayEquals(Arrays.copyOfRange(expected, 400, 800), pieces.get(1));
        assertArrayEquals(Arrays.copyOfRange(expected, 800, 1050), pieces.get(2));
    }

    @Test
    void shouldSendOneFrameToSeveralRemotes()
    {
        final Frame frame = payload(6, 120);
        add(frame, right.local(), 0);
        add(frame, left.local(), 0);

        left.send(sendBatch);

        assertEquals(DropReason.NONE, sendBatch.verdict(0));
        assertEquals(DropReason.NONE, sendBatch.verdict(1));
        receiveAtLeast(1);
        assertArrayEquals(bytes(frame), bytes(receiveBatch.frame(0)));
        receive(left, 1);
        assertArrayEquals(bytes(frame), bytes(receiveBatch.frame(0)));
    }

    @Test
    void shouldReceiveAnEmptyDatagramAndWhatIsBehindIt()
    {
        assumeTrue(sendsEmptyDatagrams(), "cannot send empty datagrams");
        send(payload(0, 0), 0);
        send(payload(1, 30), 0);

        final List<byte[]> received = new ArrayList<>();
        while (received.size() < 2)
        {
            receiveAtLeast(1);
            for (int i = 0; i < receiveBatch.size(); i++)
            {
                received.add(bytes(receiveBatch.frame(i)));
            }
        }
        assertEquals(0, received.get(0).length);
        assertArrayEquals(bytes(payload(1, 30)), received.get(1));
    }

    @Test
    void shouldSayOversizeAndSendTheRest()
    {
        add(payload(1, 60_000).length(65_600), right.local(), 0);
        add(payload(2, 100), right.local(), 0);

        left.send(sendBatch);

        assertEquals(DropReason.OVERSIZE, sendBatch.verdict(0));
        assertEquals(DropReason.NONE, sendBatch.verdict(1));
        receiveAtLeast(1);
        assertArrayEquals(bytes(payload(2, 100)), bytes(receiveBatch.frame(0)));
    }

    @Test
    void shouldSayUnreachableForTheOtherFamilyAndSendTheRest()
    {
        final boolean isV4 = left.local().address().isV4();
        add(payload(1, 100), Vtep.parse(isV4 ? "[2001:db8::1]:8472" : "192.0.2.1:8472", 0), 0);
        add(payload(2, 100), right.local(), 0);

        left.send(sendBatch);

        assertEquals(DropReason.UNDERLAY_UNREACHABLE, sendBatch.verdict(0));
        assertEquals(DropReason.NONE, sendBatch.verdict(1));
        receiveAtLeast(1);
        assertArrayEquals(bytes(payload(2, 100)), bytes(receiveBatch.frame(0)));
    }

    @Test
    void shouldCountEveryDatagramThatFoundNoRoom()
    {
        assumeTrue(countsReceiveDrops(), "cannot count what is dropped before it is polled");
        assertEquals(0, right.receiveDrops());
        final Frame frame = payload(1, 1000);
        final long deadlineNs = System.nanoTime() + DEADLINE_NS;
        long sent = 0;
        while (right.receiveDrops() == 0)
        {
            assertTrue(System.nanoTime() - deadlineNs < 0, sent + " sent, and none counted as dropped");
            sendBatch.clear();
            for (int i = 0; i < 64; i++)
            {
                add(frame, right.local(), 0);
            }
            left.send(sendBatch);
            for (int i = 0; i < sendBatch.size(); i++)
            {
                assertEquals(DropReason.NONE, sendBatch.verdict(i));
            }
            sent += sendBatch.size();
        }

        long received = 0;
        while (received + right.receiveDrops() < sent && System.nanoTime() - deadlineNs < 0)
        {
            receiveBatch.clear();
            right.await(TimeUnit.MILLISECONDS.toNanos(100));
            right.poll(receiveBatch);
            received += receiveBatch.size();
        }
        final long drops = right.receiveDrops();
        assertEquals(sent, received + drops, received + " received, " + drops + " dropped");
        right.close();
        assertEquals(drops, right.receiveDrops(), "after closing");
    }

    @Test
    void shouldKeepAWakeForTheNextAwait()
    {
        right.wake();
        right.await(FOREVER_NS);
    }

    @Test
    void shouldEndAnAwaitWhenWoken() throws InterruptedException
    {
        final Thread waiter = new Thread(() -> right.await(FOREVER_NS));
        waiter.start();
        right.wake();
        waiter.join();
    }

    @Test
    void shouldEndAnAwaitWhenADatagramArrives() throws InterruptedException
    {
        final Thread waiter = new Thread(() ->
        {
            receiveBatch.clear();
            while (right.poll(receiveBatch) == 0)
            {
                right.await(FOREVER_NS);
            }
        });
        waiter.start();
        send(payload(1, 100), 0);
        waiter.join();
        assertEquals(1, receiveBatch.size());
    }

    /** If the wait returned at once, a loop around it would spin. It may return early now and then. */
    @Test
    void shouldWaitOnAnInterruptedThreadTooAndLeaveItInterrupted() throws InterruptedException
    {
        final long waitNs = TimeUnit.MILLISECONDS.toNanos(10);
        final AtomicLong waitedNs = new AtomicLong();
        final Thread waiter = new Thread(() ->
        {
            Thread.currentThread().interrupt();
            final long startNs = System.nanoTime();
            for (int i = 0; i < 20; i++)
            {
                right.await(waitNs);
            }
            waitedNs.set(Thread.interrupted() ? System.nanoTime() - startNs : 0);
        });
        waiter.start();
        waiter.join();
        assertTrue(waitedNs.get() >= 10 * waitNs, "waited " + waitedNs + " ns, or is not interrupted any more");
    }

    @Test
    void shouldEndAnAwaitWhenClosed() throws InterruptedException
    {
        final Thread waiter = new Thread(() -> right.await(FOREVER_NS));
        waiter.start();
        right.close();
        waiter.join();
    }

    @Test
    void shouldDoNothingOnceClosed()
    {
        left.close();
        left.close();

        assertNotEquals(DropReason.NONE, send(payload(1, 100), 0));
        assertEquals(0, left.poll(receiveBatch));
        left.await(FOREVER_NS);
        left.wake();
    }

    private DropReason send(final Frame frame, final int segmentSize)
    {
        sendBatch.clear();
        add(frame, right.local(), segmentSize);
        left.send(sendBatch);
        return sendBatch.verdict(0);
    }

    private void add(final Frame frame, final Vtep remote, final int segmentSize)
    {
        final IpAddress address = remote.address();
        sendBatch.add(frame, address.high(), address.low(), remote.udpPort(), 0, 0, 0, segmentSize);
    }

    private void receiveAtLeast(final int count)
    {
        receive(right, count);
    }

    private void receive(final Underlay underlay, final int count)
    {
        receiveBatch.clear();
        final long deadlineNs = System.nanoTime() + DEADLINE_NS;
        while (underlay.poll(receiveBatch) < count && System.nanoTime() - deadlineNs < 0)
        {
            receiveBatch.clear();
            underlay.await(TimeUnit.MILLISECONDS.toNanos(100));
        }
        assertTrue(receiveBatch.size() >= count, "nothing received");
    }

    /** A frame in direct memory with headroom, as from a device; its bytes depend on the seed. */
    private static Frame payload(final int seed, final int length)
    {
        final MemoryBuffer slot = new MemoryBuffer(ByteBuffer.allocateDirect(128 + 66_000));
        for (int i = 0; i < length; i++)
        {
            slot.putByte(128 + i, (byte)(seed * 31 + i));
        }
        return new Frame(slot).wrap(128, length);
    }

    private static byte[] bytes(final Frame frame)
    {
        final byte[] bytes = new byte[frame.length()];
        frame.buffer().getBytes(frame.offset(), bytes);
        return bytes;
    }
}
