// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.Vtep;
import io.overlane.error.GuardedErrorHandler;
import io.overlane.setting.Setting;
import io.overlane.signal.Doorbell;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.Underlay;
import io.overlane.underlay.UnderlayException;
import io.overlane.underlay.UnderlayFeature;
import io.overlane.underlay.UnderlayOptions;
import io.overlane.underlay.base.UdpAddress;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
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
 * <p>Any thread may open and close this. If it is opened on an event loop of the given group, that loop reads
 * the socket. If it is closed by a thread other than the polling one, lent frames stay valid until the polling thread
 * polls once more.
 */
public final class NettyUnderlay implements Underlay
{
    /**
     * In bytes: four times what {@link LibcUnderlay} takes, because the event loop also serves other channels and the
     * application's handlers before it reads this socket again.
     */
    private static final int SOCKET_BUFFER_LENGTH = 16 * 1024 * 1024;

    /**
     * Longest time that one batch waits for room in the socket: short, because the engine runs beside an application.
     */
    private static final long SEND_TIMEOUT_NS = TimeUnit.MILLISECONDS.toNanos(10);

    private final LibcUnderlay socket;
    private final EpollDatagramChannel channel;
    private final EventLoopGroup loops;
    private final boolean isOwnGroup;
    private final long sendTimeoutNs;
    private final ChunkAllocator chunks;
    private final GuardedErrorHandler errorHandler;
    private final Doorbell doorbell = new Doorbell();
    private final NettyReceiver receiver;
    private volatile boolean isClosed;

    /**
     * Bind a socket and receive on an event loop of its own, one daemon thread.
     *
     * @param options of the socket. Its datagrams are joined always, and {@link UnderlayOptions#pollDatagrams(int)} is
     *                not used.
     * @return completes with the open underlay, or with an {@link UnderlayException}. This method itself throws nothing
     *     but an {@link IllegalArgumentException} for null.
     */
    public static CompletionStage<NettyUnderlay> open(final UnderlayOptions options)
    {
        return open(options, null);
    }

    /**
     * Bind a socket and receive on an application's event loops.
     *
     * @param options of the socket, as in {@link #open(UnderlayOptions)}.
     * @param group   with an {@link EpollIoHandler}; it is not shut down when the underlay is closed. Null for a new
     *                one.
     * @return completes with the open underlay, or with an {@link UnderlayException}: native calls or Netty's epoll
     *     transport are not available here, the socket cannot be bound, or the event loops are shut down or of another
     *     transport. It completes on the event loop, or before this returns. The socket is bound on the calling thread;
     *     the first time in a JVM this may take half a second.
     */
    public static CompletionStage<NettyUnderlay> open(
        final UnderlayOptions options, final @Nullable EventLoopGroup group)
    {
        Setting.notNull("options", options);
        final CompletableFuture<NettyUnderlay> opened = new CompletableFuture<>();
        try
        {
            final String refusal = refusal(group);
            if (refusal != null)
            {
                throw UdpAddress.cannotOpen(options, refusal, null);
            }
            new NettyUnderlay(options, group).register(options, opened);
        }
        catch (final UnderlayException ex)
        {
            opened.completeExceptionally(ex);
        }
        catch (final IOException | RuntimeException ex)
        {
            opened.completeExceptionally(UdpAddress.cannotOpen(options, String.valueOf(ex.getMessage()), ex));
        }
        return opened;
    }

    private NettyUnderlay(final UnderlayOptions options, final @Nullable EventLoopGroup group) throws IOException
    {
        errorHandler = GuardedErrorHandler.of(options.errorHandler());
        sendTimeoutNs = options.sendTimeoutNsOr(SEND_TIMEOUT_NS);
        // The event loop reads instead of the socket's own reader, so that reader gets the least memory possible.
        socket = LibcUnderlay.open(new UnderlayOptions(options.local(), options.udpPort(), options)
            .coalesce(true)
            .socketBufferLength(options.socketBufferLengthOr(SOCKET_BUFFER_LENGTH))
            .pollDatagrams(1));
        chunks = new ChunkAllocator();
        receiver = new NettyReceiver(chunks, doorbell, errorHandler);
        try
        {
            channel = receivingChannel();
        }
        catch (final IOException | RuntimeException | Error ex)
        {
            socket.close();
            throw ex;
        }
        loops = group != null ? group : new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("overlane-netty", true), EpollIoHandler.newFactory());
        isOwnGroup = group == null;
    }

    private static @Nullable String refusal(final @Nullable EventLoopGroup group)
    {
        if (!Epoll.isAvailable())
        {
            return "Netty's epoll transport is not available here: " + rootOf(Epoll.unavailabilityCause()) +
                "; NioUnderlay works without it";
        }
        if (group == null)
        {
            return null;
        }
        if (group.isShuttingDown())
        {
            return "the given event loops are shut down; pass a running group";
        }
        return group instanceof IoEventLoopGroup io && io.isCompatible(EpollIoHandle.class) ? null :
            "the given event loops cannot serve epoll channels; pass a group with an EpollIoHandler";
    }

    /** Start to receive, and complete the stage when the event loop has done so. */
    private void register(final UnderlayOptions options, final CompletableFuture<NettyUnderlay> opened)
    {
        loopOf(loops).register(channel).addListener((future) ->
        {
            if (future.isSuccess())
            {
                opened.complete(this);
            }
            else
            {
                channel.unsafe().closeForcibly();
                close();
                opened.completeExceptionally(
                    UdpAddress.cannotOpen(options, String.valueOf(future.cause().getMessage()), future.cause()));
            }
        });
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
        socket.send(batch, channel.eventLoop().inEventLoop() ? 0 : sendTimeoutNs);
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

    private EpollDatagramChannel receivingChannel() throws IOException
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
        opened.config().setRecvByteBufAllocator(chunks);
        opened.config().setUdpGro(socket.coalesces());
        opened.pipeline().addLast(receiver);
        ChunkAllocator.warmUp(opened.alloc());
        return opened;
    }

    private void shutDownOwnGroup()
    {
        if (isOwnGroup)
        {
            loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).addListener((future) ->
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
