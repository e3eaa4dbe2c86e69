// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import io.overlane.address.IpAddress;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.memory.MemoryBuffer;
import io.overlane.status.DropReason;
import io.overlane.testkit.BindContract;
import io.overlane.testkit.UnderlayContract;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.concurrent.TimeUnit;
import org.agrona.ErrorHandler;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The portable underlay over loopback. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NioUnderlayTest
{
    private static final IpAddress LOOPBACK = IpAddress.parse("127.0.0.1");
    private static final boolean IS_LINUX = "Linux".equals(System.getProperty("os.name"));
    private static final ErrorHandler FAIL = (error) ->
    {
        throw new AssertionError(error);
    };

    @Test
    void shouldReceiveOnAWildcardFromBothFamilies() throws Exception
    {
        assumeTrue(hasV6Loopback(), "no ::1 on this host");
        try (NioUnderlay any = NioUnderlay.open(new UnderlayOptions(IpAddress.ANY_V6, 0).errorHandler(FAIL));
            NioUnderlay four = NioUnderlay.open(new UnderlayOptions(LOOPBACK, 0).errorHandler(FAIL));
            NioUnderlay six = NioUnderlay.open(new UnderlayOptions(IpAddress.parse("::1"), 0).errorHandler(FAIL)))
        {
            final ReceiveBatch received = new ReceiveBatch(4);
            sendOne(four, LOOPBACK, any.local().udpPort());
            receiveOne(any, received);
            assertEquals(LOOPBACK, new IpAddress(received.sourceHigh(0), received.sourceLow(0)));
            sendOne(six, IpAddress.parse("::1"), any.local().udpPort());
            receiveOne(any, received);
            assertEquals(IpAddress.parse("::1"), new IpAddress(received.sourceHigh(0), received.sourceLow(0)));
            sendOne(any, LOOPBACK, four.local().udpPort());
            receiveOne(four, received);
        }
    }

    @Test
    void shouldSendFromHeapMemory() throws Exception
    {
        try (NioUnderlay a = NioUnderlay.open(new UnderlayOptions(LOOPBACK, 0).errorHandler(FAIL));
            NioUnderlay b = NioUnderlay.open(new UnderlayOptions(LOOPBACK, 0).errorHandler(FAIL)))
        {
            final SendBatch batch = new SendBatch(1);
            final Frame frame = new Frame(new MemoryBuffer(new byte[100])).wrap(10, 90);
            frame.buffer().putByte(10, (byte)7);
            batch.add(frame, LOOPBACK.high(), LOOPBACK.low(), b.local().udpPort(), 0, 0, 0, 0);
            a.send(batch);
            assertEquals(DropReason.NONE, batch.verdict(0));
            final ReceiveBatch received = new ReceiveBatch(1);
            receiveOne(b, received);
            assertEquals(90, received.frame(0).length());
            assertEquals(7, received.frame(0).buffer().getByte(received.frame(0).offset()));
        }
    }

    @Test
    void shouldNotAllocateUnlessSendersAlternate() throws Exception
    {
        try (NioUnderlay a = NioUnderlay.open(new UnderlayOptions(LOOPBACK, 0).errorHandler(FAIL));
            NioUnderlay b = NioUnderlay.open(new UnderlayOptions(LOOPBACK, 0).errorHandler(FAIL));
            NioUnderlay c = NioUnderlay.open(new UnderlayOptions(LOOPBACK, 0).errorHandler(FAIL)))
        {
            final double alone = bytesPerDatagram(b, a, a);
            final double alternating = bytesPerDatagram(b, a, c);
            assertTrue(alone < 1, "bytes per datagram sent and received: " + alone);
            assertTrue(alternating < 400, "bytes per datagram from alternating senders: " + alternating);
        }
    }

    private static double bytesPerDatagram(final Underlay to, final Underlay first, final Underlay second)
    {
        final FrameSlab slab = new FrameSlab(16, 1500);
        final SendBatch batch = new SendBatch(1);
        final ReceiveBatch received = new ReceiveBatch(16);
        final ThreadMXBean threads = (ThreadMXBean)ManagementFactory.getThreadMXBean();
        long allocated = Long.MAX_VALUE;
        final int datagrams = 2_000;
        // Early rounds load classes and compile.
        for (int round = 0; round < 5; round++)
        {
            final long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < datagrams; i++)
            {
                batch.clear();
                batch.add(
                    slab.frame(i & 15).wrap(FrameSlab.HEADROOM, 1400),
                    LOOPBACK.high(),
                    LOOPBACK.low(),
                    to.local().udpPort(),
                    0,
                    0,
                    0,
                    0);
                ((i & 1) == 0 ? first : second).send(batch);
                do
                {
                    received.clear();
                }
                while (to.poll(received) == 0);
            }
            allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
        }
        return (double)allocated / datagrams;
    }

    private static void sendOne(final Underlay from, final IpAddress address, final int port)
    {
        final SendBatch batch = new SendBatch(1);
        final Frame frame = new FrameSlab(1, 100).frame(0).wrap(FrameSlab.HEADROOM, 50);
        batch.add(frame, address.high(), address.low(), port, 0, 0, 0, 0);
        from.send(batch);
        assertEquals(DropReason.NONE, batch.verdict(0));
    }

    @Test
    void shouldRefuseToOpenWithWhatTheJdkCannotDo()
    {
        assertEquals(
            "cannot open UDP 127.0.0.1:8472: NioUnderlay has no setting 'sourcePorts'; leave it out, or open a " +
                "LibcUnderlay",
            assertThrows(UnderlayException.class,
                () -> NioUnderlay.open(new UnderlayOptions(LOOPBACK, 8472).sourcePorts())).getMessage());
        assertThrows(UnderlayException.class,
            () -> NioUnderlay.open(new UnderlayOptions(LOOPBACK, 0).checksum(false)));
    }

    private static void receiveOne(final Underlay to, final ReceiveBatch received)
    {
        received.clear();
        while (to.poll(received) == 0)
        {
            to.await(TimeUnit.SECONDS.toNanos(1));
        }
    }

    private static boolean hasV6Loopback() throws Exception
    {
        return NetworkInterface.getByInetAddress(InetAddress.getByName("::1")) != null;
    }

    /** What it says when it cannot bind. */
    @Nested
    class Bind extends BindContract
    {
        @Override
        protected Underlay bind(final IpAddress address, final int udpPort) throws IOException
        {
            return NioUnderlay.open(new UnderlayOptions(address, udpPort).errorHandler(FAIL));
        }
    }

    /** Over 127.0.0.1. */
    @Nested
    class ContractV4 extends UnderlayContract
    {
        @Override
        protected Underlay open(final int index) throws IOException
        {
            return NioUnderlay.open(new UnderlayOptions(LOOPBACK, 0).errorHandler(this::onError));
        }

        @Override
        protected boolean countsReceiveDrops()
        {
            return IS_LINUX;
        }
    }

    /** Over ::1. */
    @Nested
    class ContractV6 extends UnderlayContract
    {
        @BeforeAll
        static void needsV6() throws Exception
        {
            assumeTrue(hasV6Loopback(), "no ::1 on this host");
        }

        @Override
        protected Underlay open(final int index) throws IOException
        {
            return NioUnderlay.open(new UnderlayOptions(IpAddress.parse("::1"), 0).errorHandler(this::onError));
        }

        @Override
        protected boolean countsReceiveDrops()
        {
            return IS_LINUX;
        }
    }
}
