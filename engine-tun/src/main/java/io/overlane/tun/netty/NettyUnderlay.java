package io.overlane.tun.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.signal.Doorbell;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.UdpAddress;
import io.overlane.underlay.Underlay;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.agrona.ErrorHandler;

/**
 * Datagrams through an {@link EpollDatagramChannel}, for applications that live on Netty's event loops and want one
 * more channel there instead of a socket of its own.
 *
 * <pre>
 *  network ──► event loop ──► [ bounded queue of ByteBufs, not copied ] ──► poll: lent, released at the next poll
 *  send: copied into pooled buffers ──► event loop: writes and one flush per batch ──► network
 * </pre>
 *
 * <p>Sending copies: a frame is lent only until its source is polled again, which may be before the event loop comes
 * round. So {@code NONE} means that the event loop has the datagram; a write that fails later is counted in
 * {@link #failures()} and told to the error handler, once a second at most. Once 4 MiB wait to be written, a batch
 * waits 10 ms at most and the rest of it is {@code UNDERLAY_BUSY}; on the event loop itself it does not wait.
 *
 * <p>What the kernel joins (UDP_GRO) is received as one entry; an entry of several datagrams leaves in one system call
 * (UDP_SEGMENT) or, if the route refuses that, piece by piece from then on. Netty can neither report nor set the type
 * of service octet per datagram nor choose a source port, and cannot send an empty datagram
 * ({@code UNDERLAY_ERROR}). Datagrams carry the don't-fragment bit.
 *
 * <p>Constructing and closing wait for the event loop, so neither may be done on it. If another thread than the living
 * polling one closes this, frames still lent stay valid until that thread polls once more.
 */
public final class NettyUnderlay implements Underlay
{
    /** Asked for in each direction, in bytes; the kernel gives what its limits allow. */
    private static final int SOCKET_BUFFER_LENGTH = 4 * 1024 * 1024;

    private static final int IPPROTO_IP = 0;
    private static final int IP_MTU_DISCOVER = 10;
    private static final int IPPROTO_IPV6 = 41;
    private static final int IPV6_MTU_DISCOVER = 23;
    private static final int PMTUDISC_DO = 2;

    private final Channel channel;
    private final EventLoopGroup ownGroup;
    private final Vtep local;
    private final ErrorHandler errorHandler;
    private final Doorbell doorbell = new Doorbell();
    private final NettyReceiver receiver;
    private final NettySender sender;
    private volatile boolean isClosed;

    /**
     * Bind a socket on an event loop of its own, one daemon thread.
     *
     * @param address      local address, or a wildcard; decides the IP version.
     * @param udpPort      local port, or 0 for any free one.
     * @param errorHandler told of a broken socket and of failed writes, on the event loop.
     * @throws UnsupportedOperationException if Netty's epoll transport cannot be used here.
     * @throws BindException                 if the address is not local, the port is taken, or the system refuses; the
     *                                       message is one line with address, port and the system's reason.
     * @throws IllegalArgumentException      if it is a group's address or no port.
     */
    public NettyUnderlay(final IpAddress address, final int udpPort, final ErrorHandler errorHandler)
        throws BindException
    {
        this(address, udpPort, errorHandler, null);
    }

    /**
     * Bind a socket on an application's event loops.
     *
     * @param address      local address, or a wildcard; decides the IP version.
     * @param udpPort      local port, or 0 for any free one.
     * @param errorHandler told of a broken socket and of failed writes, on the event loop.
     * @param group        with an {@link EpollIoHandler}; not shut down when this is closed. Null for one of its own.
     * @throws UnsupportedOperationException if Netty's epoll transport cannot be used here.
     * @throws BindException                 if the address is not local, the port is taken, or the system refuses; the
     *                                       message is one line with address, port and the system's reason.
     * @throws IllegalArgumentException      if it is a group's address or no port.
     */
    public NettyUnderlay(
        final IpAddress address, final int udpPort, final ErrorHandler errorHandler, final EventLoopGroup group)
        throws BindException
    {
        UdpAddress.check(address, udpPort);
        if (!Epoll.isAvailable())
        {
            throw new UnsupportedOperationException(
                "Netty's epoll transport is not available here: " + rootOf(Epoll.unavailabilityCause()),
                Epoll.unavailabilityCause());
        }
        this.errorHandler = errorHandler;
        final ChunkAllocator chunks = new ChunkAllocator();
        receiver = new NettyReceiver(chunks, doorbell, errorHandler);
        ownGroup = group != null ? null : new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("overlane-netty", true), EpollIoHandler.newFactory());
        channel = bind(group != null ? group : ownGroup, address, udpPort, chunks);
        local = new Vtep(address, ((InetSocketAddress)channel.localAddress()).getPort());
        sender = new NettySender(
            channel,
            address.isV4() || address.isAny(),
            !address.isV4(),
            EpollDatagramChannel.isSegmentedDatagramPacketSupported(),
            errorHandler);
    }

    @Override
    public Vtep local()
    {
        return local;
    }

    @Override
    public String description()
    {
        return sender.joins() ? "netty epoll, UDP_GRO, UDP_SEGMENT" : "netty epoll, UDP_GRO";
    }

    /** @return datagrams received and dropped because the polling thread did not keep up. */
    public long overflows()
    {
        return receiver.overflows();
    }

    /** @return writes that failed after {@link #send} had said {@code NONE}. */
    public long failures()
    {
        return sender.failures();
    }

    @Override
    public int poll(final ReceiveBatch batch)
    {
        return receiver.poll(batch);
    }

    @Override
    public void send(final SendBatch batch)
    {
        sender.send(batch);
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
            if (channel.isOpen())
            {
                channel.close().syncUninterruptibly();
            }
        }
        finally
        {
            receiver.close();
            doorbell.ring();
            shutDownOwnGroup();
        }
    }

    private Channel bind(
        final EventLoopGroup group, final IpAddress address, final int udpPort, final ChunkAllocator chunks)
        throws BindException
    {
        final boolean isV4 = address.isV4();
        final Bootstrap bootstrap = new Bootstrap()
            .group(group)
            .channelFactory(() -> new EpollDatagramChannel(
                isV4 ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6))
            .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER_LENGTH)
            .option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER_LENGTH)
            .option(ChannelOption.RECVBUF_ALLOCATOR, chunks)
            .option(EpollChannelOption.UDP_GRO, true)
            .option(isV4 ?
                new IntegerUnixChannelOption("IP_MTU_DISCOVER", IPPROTO_IP, IP_MTU_DISCOVER) :
                new IntegerUnixChannelOption("IPV6_MTU_DISCOVER", IPPROTO_IPV6, IPV6_MTU_DISCOVER), PMTUDISC_DO)
            .handler(receiver);
        try
        {
            return bootstrap.bind(new InetSocketAddress(address.toInetAddress(), udpPort)).sync().channel();
        }
        catch (final InterruptedException ex)
        {
            shutDownOwnGroup();
            Thread.currentThread().interrupt();
            throw UdpAddress.cannotBind(address, udpPort, "the thread was interrupted", ex);
        }
        catch (final Exception ex)
        {
            shutDownOwnGroup();
            throw UdpAddress.cannotBind(address, udpPort, ex.getMessage(), ex);
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
