// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.EventExecutor;
import io.overlane.address.IpAddress;
import io.overlane.frame.Frame;
import io.overlane.frame.FrameSlab;
import io.overlane.status.DropReason;
import io.overlane.testdata.FreePorts;
import io.overlane.testkit.BindContract;
import io.overlane.testkit.UnderlayContract;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.Underlay;
import io.overlane.underlay.UnderlayException;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.agrona.ErrorHandler;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The underlay on Netty does what every underlay must, on its own event loop and on an application's. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NettyUnderlayTest
{
    private static final IpAddress LOOPBACK = IpAddress.parse("127.0.0.1");
    private static final ErrorHandler FAIL = (error) ->
    {
        throw new AssertionError(error);
    };

    @BeforeAll
    static void needsEpoll()
    {
        assumeTrue(Epoll.isAvailable(), "no epoll here: " + Epoll.unavailabilityCause());
    }

    @Test
    void shouldFreeThePortWhenClosedAndLeaveAGivenGroupAlone() throws IOException
    {
        final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        final NettyUnderlay first = open(LOOPBACK, FreePorts.take(1), FAIL, group);
        first.close();
        assertFalse(group.isShuttingDown());

        try (NettyUnderlay again = open(LOOPBACK, first.local().udpPort(), FAIL, group))
        {
            assertEquals(first.local(), again.local());
        }
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS);
    }

    @Test
    void shouldCarrySuperDatagramsWholeWhereTheKernelJoins() throws Exception
    {
        try (NettyUnderlay a = open(LOOPBACK, 0, FAIL);
            NettyUnderlay b = open(LOOPBACK, 0, FAIL))
        {
            assumeTrue(a.description().contains("UDP_SEGMENT"), a.description());
            final Frame frame = new FrameSlab(1, 64_000).frame(0).wrap(FrameSlab.HEADROOM, 40 * 1450 + 7);
            for (int i = 0; i < frame.length(); i++)
            {
                frame.buffer().putByte(frame.offset() + i, (byte)(i * 7));
            }
            final SendBatch batch = new SendBatch(1);
            batch.add(frame, LOOPBACK.high(), LOOPBACK.low(), b.local().udpPort(), 0, 0, 0, 1450);
            final ReceiveBatch received = new ReceiveBatch(64);
            int joined = 0;
            for (int round = 0; round < 50; round++)
            {
                a.send(batch);
                assertEquals(DropReason.NONE, batch.verdict(0));
                for (int at = 0; at < frame.length();)
                {
                    received.clear();
                    b.await(TimeUnit.SECONDS.toNanos(1));
                    b.poll(received);
                    for (int i = 0; i < received.size(); i++)
                    {
                        final Frame entry = received.frame(i);
                        for (int j = 0; j < entry.length(); j++)
                        {
                            assertEquals((byte)((at + j) * 7), entry.buffer().getByte(entry.offset() + j));
                        }
                        assertTrue(entry.offset() >= 64);
                        joined += received.segmentSize(i) == 1450 ? 1 : 0;
                        at += entry.length();
                    }
                }
            }
            assertTrue(joined > 0, "the kernel joined and we put together again");
            assertEquals(0, b.receiveDrops());
        }
    }

    @Test
    void shouldWorkOnTheEventLoopThatMadeIt() throws Exception
    {
        final EventLoopGroup group = new MultiThreadIoEventLoopGroup(2, EpollIoHandler.newFactory());
        try (NettyUnderlay outside = open(LOOPBACK, 0, FAIL))
        {
            final int port = FreePorts.take(1);
            final NettyUnderlay inside =
                group.next().submit(() -> open(LOOPBACK, port, FAIL, group)).get();
            final SendBatch batch = new SendBatch(1);
            final Frame frame = new FrameSlab(1, 100).frame(0).wrap(FrameSlab.HEADROOM, 20);
            batch.add(frame, LOOPBACK.high(), LOOPBACK.low(), inside.local().udpPort(), 0, 0, 0, 0);
            outside.send(batch);
            final ReceiveBatch received = new ReceiveBatch(1);
            while (inside.poll(received) == 0)
            {
                inside.await(TimeUnit.SECONDS.toNanos(1));
            }
            for (final EventExecutor loop : group)
            {
                loop.submit(inside::close).get();
            }
            open(LOOPBACK, port, FAIL).close();
            received.clear();
            assertEquals(0, inside.poll(received), "returns what this thread was lent");
        }
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS);
    }

    @Test
    void shouldFreeThePortWhenTheEventLoopsCannotServeIt() throws Exception
    {
        final EventLoopGroup wrong = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        final EventLoopGroup stopped = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        stopped.shutdownGracefully(0, 5, TimeUnit.SECONDS).sync();
        final int port = FreePorts.take(1);

        final String where = "cannot open UDP 127.0.0.1:" + port + ": the given event loops ";
        assertEquals(where + "cannot serve epoll channels; pass a group with an EpollIoHandler", assertThrows(
            UnderlayException.class, () -> open(LOOPBACK, port, FAIL, wrong)).getMessage());
        assertEquals(where + "are shut down; pass a running group", assertThrows(
            UnderlayException.class, () -> open(LOOPBACK, port, FAIL, stopped)).getMessage());

        open(LOOPBACK, port, FAIL).close();
        wrong.shutdownGracefully(0, 5, TimeUnit.SECONDS);
    }

    private static NettyUnderlay open(
        final IpAddress address, final int udpPort, final ErrorHandler errors, final EventLoopGroup... group)
        throws IOException
    {
        final UnderlayOptions options = new UnderlayOptions(address, udpPort).errorHandler(errors);
        try
        {
            return (group.length == 0 ? NettyUnderlay.open(options) : NettyUnderlay.open(options, group[0]))
                .toCompletableFuture().join();
        }
        catch (final CompletionException ex)
        {
            throw assertInstanceOf(UnderlayException.class, ex.getCause());
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
            return open(address, udpPort, FAIL);
        }
    }

    /** Over 127.0.0.1, each end with an event loop of its own. */
    @Nested
    class ContractV4 extends UnderlayContract
    {
        @Override
        protected Underlay open(final int index) throws IOException
        {
            return NettyUnderlayTest.open(LOOPBACK, 0, this::onError);
        }

        @Override
        protected boolean countsReceiveDrops()
        {
            return true;
        }
    }

    /** Over ::1, both ends on one event loop of the application's. */
    @Nested
    class ContractV6 extends UnderlayContract
    {
        private final EventLoopGroup group = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());

        @BeforeAll
        static void needsV6() throws Exception
        {
            assumeTrue(hasV6Loopback(), "no ::1 on this host");
        }

        @Override
        protected Underlay open(final int index) throws IOException
        {
            return NettyUnderlayTest.open(IpAddress.parse("::1"), 0, this::onError, group);
        }

        @Override
        protected boolean countsReceiveDrops()
        {
            return true;
        }
    }
}
