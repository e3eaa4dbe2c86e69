// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.Vtep;
import io.overlane.error.GuardedErrorHandler;
import io.overlane.signal.Doorbell;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.tun.udp.UdpOptions;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.Underlay;
import io.overlane.underlay.UnderlayFeature;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.agrona.ErrorHandler;
import org.jspecify.annotations.Nullable;

/**
 * Receives datagrams on a Netty event loop, for applications that use such loops and want no further thread that waits
 * for a socket.
 *
 * <pre>
 *  network ──► event loop ──► [ bounded queue of ByteBufs, not copied ] ──► poll: lent, released at the next poll
 *  send ──► LibcUnderlay: sendmmsg from where the frames lie ──► network
 * </pre>
 *
 * <p>The event loop reads through an {@link EpollDatagramChannel}. The sending thread itself writes to the same socket
 * through a {@link LibcUnderlay}, because only then it gets the kernel's result for each datagram while the frame is
 * still there. Options, verdicts, limits and messages are those of that class. A batch waits at most 10 ms for room in
 * the socket; on the channel's event loop {@link #send(SendBatch)} does not wait.
 *
 * <p>Datagrams that the kernel joins (UDP_GRO) are received as one entry. Netty does not report the type of service of
 * received datagrams, so congestion marks are not copied.
 *
 * <p>Any thread may construct and close this. If it is constructed on an event loop of the given group, that loop reads
 * the socket. If it is closed by a thread other than the polling one, lent frames stay valid until the polling thread
 * polls once more.
 */
public final class NettyUnderlay implements Underlay
{
    /**
     * Four times the size for {@link LibcUnderlay}, because the event loop also serves other channels and the
     * application's handlers before it reads this socket again.
     */
    private static final int SOCKET_BUFFER_LENGTH = 4 * UdpOptions.DEFAULT_SOCKET_BUFFER_LENGTH;

    /**
     * Longest time that one batch waits for room in the socket: short, because the engine runs beside an application.
     */
    private static final long SEND_TIMEOUT_NS = TimeUnit.MILLISECONDS.toNanos(10);

    private final LibcUnderlay socket;
    private final EpollDatagramChannel channel;
    private final @Nullable EventLoopGroup ownGroup;
    private final GuardedErrorHandler errorHandler;
    private final Doorbell doorbell = new Doorbell();
    private final NettyReceiver receiver;
    private volatile boolean isClosed;

    /**
     * Bind a socket and receive on an event loop of its own, one daemon thread.
     *
     * @param address      local address, or a wildcard; decides the IP version.
     * @param udpPort      local port; 0 for any free one.
     * @param errorHandler gets failures of the socket, on the thread where they occur.
     * @throws UnsupportedOperationException if native calls or Netty's epoll transport cannot be used here.
     * @throws IOException if the socket cannot be used, a {@link java.net.BindException} if the reason is the address
     *     or the port; the message is one line.
     */
    public NettyUnderlay(final IpAddress address, final int udpPort, final ErrorHandler errorHandler)
        throws IOException
    {
        this(address, udpPort, errorHandler, null);
    }

    /**
     * Bind a socket and receive on an application's event loops.
     *
     * @param address      local address, or a wildcard; decides the IP version.
     * @param udpPort      local port; 0 for any free one.
     * @param errorHandler gets failures of the socket, on the thread where they occur.
     * @param group        with an {@link EpollIoHandler}; it is not shut down when this is closed. Null for a new one.
     * @throws UnsupportedOperationException if native calls or Netty's epoll transport cannot be used here.
     * @throws IllegalArgumentException if the address is a multicast group, the port is out of range, or the event
     *     loops cannot serve epoll channels.
     * @throws IOException if the socket cannot be used, a {@link java.net.BindException} if the reason is the address
     *     or the port; the message is one line.
     */
    public NettyUnderlay(
        final IpAddress address,
        final int udpPort,
        final ErrorHandler errorHandler,
        final @Nullable EventLoopGroup group)
        throws IOException
    {
        if (!Epoll.isAvailable())
        {
            throw new UnsupportedOperationException(
                "Netty's epoll transport is not available here: " + rootOf(Epoll.unavailabilityCause()),
                Epoll.unavailabilityCause());
        }
        if (group != null && group.isShuttingDown())
        {
            throw new IllegalArgumentException("the given event loops are shut down; pass a running group");
        }
        this.errorHandler = GuardedErrorHandler.of(errorHandler);
        // The event loop reads instead of the socket's own reader, so that reader gets the least memory possible.
        socket = new LibcUnderlay(
            new UdpOptions(address, udpPort)
                .coalesce(true)
                .socketBufferLength(SOCKET_BUFFER_LENGTH)
                .pollDatagrams(1),
            this.errorHandler);
        final ChunkAllocator chunks = new ChunkAllocator();
        receiver = new NettyReceiver(chunks, doorbell, this.errorHandler);
        final EventLoopGroup loops = group != null ? group : new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("overlane-netty", true), EpollIoHandler.newFactory());
        ownGroup = group != null ? null : loops;
        try
        {
            channel = receiveOn(loopOf(loops), chunks);
        }
        catch (final IOException | RuntimeException | Error ex)
        {
            socket.close();
            shutDownOwnGroup();
            throw ex;
        }
    }

    @Override
    public Vtep local()
    {
        return socket.local();
    }

    @Override
    public String description()
    {
        return "netty epoll" +
            (socket.coalesces() ? ", UDP_GRO" : "") +
            (socket.gainsFromJoining() ? ", UDP_SEGMENT" : "");
    }

    @Override
    public boolean gainsFromJoining()
    {
        return socket.gainsFromJoining();
    }

    @Override
    public Set<UnderlayFeature> features()
    {
        return EnumSet.complementOf(EnumSet.of(UnderlayFeature.ECN));
    }

    @Override
    public int pathMtu(final long remoteHigh, final long remoteLow)
    {
        return socket.pathMtu(remoteHigh, remoteLow);
    }

    @Override
    public long receiveDrops()
    {
        return socket.receiveDrops() + receiver.overflows();
    }

    @Override
    public void join(final IpAddress group) throws IOException
    {
        socket.join(group);
    }

    @Override
    public void leave(final IpAddress group) throws IOException
    {
        socket.leave(group);
    }

    @Override
    public void acceptOnly(final @Nullable Set<IpPrefix> sources)
    {
        socket.acceptOnly(sources);
    }

    @Override
    public int poll(final ReceiveBatch batch)
    {
        return receiver.poll(batch);
    }

    @Override
    public void send(final SendBatch batch)
    {
        socket.send(batch, channel.eventLoop().inEventLoop() ? 0 : SEND_TIMEOUT_NS);
    }

    @Override
    public void await(final long timeoutNs)
    {
        doorbell.await(isClosed || !receiver.isEmpty() ? 0 : timeoutNs);
    }

    @Override
    public void wake()
    {
        doorbell.ring();
    }

    @Override
    public boolean isClosed()
    {
        return isClosed;
    }

    @Override
    public void close()
    {
        isClosed = true;
        try
        {
            // An event loop that is shut down has closed its channels and accepts no further task.
            if (channel.isOpen())
            {
                // On the channel's own event loop this is done at once, so the loop does not wait for itself.
                channel.close().syncUninterruptibly();
            }
        }
        finally
        {
            socket.close();
            receiver.close();
            doorbell.ring();
            shutDownOwnGroup();
        }
    }

    /**
     * The group's event loop that runs on this thread, if there is one; waiting for another loop could last forever.
     */
    private static EventLoop loopOf(final EventLoopGroup group)
    {
        for (final EventExecutor executor : group)
        {
            if (executor.inEventLoop() && executor instanceof EventLoop loop)
            {
                return loop;
            }
        }
        return group.next();
    }

    private EpollDatagramChannel receiveOn(final EventLoop loop, final ChunkAllocator chunks) throws IOException
    {
        final int fd = socket.duplicateDescriptor();
        final EpollDatagramChannel opened;
        try
        {
            opened = new EpollDatagramChannel(fd);
        }
        catch (final RuntimeException | Error ex)
        {
            new FileDescriptor(fd).close();
            throw ex;
        }
        try
        {
            opened.config().setRecvByteBufAllocator(chunks);
            opened.config().setUdpGro(socket.coalesces());
            opened.pipeline().addLast(receiver);
            ChunkAllocator.warmUp(opened.alloc());
            loop.register(opened).syncUninterruptibly();
            return opened;
        }
        catch (final IllegalStateException ex)
        {
            throw new IllegalArgumentException(
                "cannot receive on the given event loops: " + ex.getMessage() + "; pass a group with an EpollIoHandler",
                ex);
        }
        finally
        {
            if (!opened.isRegistered())
            {
                opened.unsafe().closeForcibly();
            }
        }
    }

    private void shutDownOwnGroup()
    {
        if (ownGroup != null)
        {
            ownGroup.shutdownGracefully(0, 5, TimeUnit.SECONDS).addListener((future) ->
            {
                if (!future.isSuccess())
                {
                    errorHandler.onError(future.cause());
                }
            });
        }
    }

    private static String rootOf(final Throwable cause)
    {
        Throwable root = cause;
        while (root.getCause() != null)
        {
            root = root.getCause();
        }
        return root.toString();
    }
}
