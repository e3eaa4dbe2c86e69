// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.udp;

import static io.overlane.tun.libc.Linux.EAGAIN;
import static io.overlane.tun.libc.Linux.ECONNREFUSED;
import static io.overlane.tun.libc.Linux.EHOSTUNREACH;
import static io.overlane.tun.libc.Linux.EINTR;
import static io.overlane.tun.libc.Linux.ENETUNREACH;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.Vtep;
import io.overlane.signal.IdleWait;
import io.overlane.tun.libc.Descriptor;
import io.overlane.tun.libc.DescriptorWait;
import io.overlane.tun.libc.ErrnoReporter;
import io.overlane.tun.libc.LibC;
import io.overlane.tun.libc.Linux;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.Underlay;
import io.overlane.underlay.UnderlayFeature;
import java.io.IOException;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import org.agrona.ErrorHandler;

/**
 * The network edge on one UDP socket and the C library: {@code recvmmsg} in, {@code sendmmsg} out, joined datagrams by
 * UDP_SEGMENT and, if asked for, UDP_GRO. Polling and sending share nothing but the socket.
 *
 * <p>Every datagram leaves from the port the socket is bound to, which firewalls and UDP_GRO like best, unless
 * {@link UdpOptions#sourcePorts(int, int, int)} asks for a port by flow. Either way all are received on the one port.
 * Type of service and time to live are set per datagram, the don't-fragment bit by changing the socket between two of
 * different wishes.
 */
public final class LibcUnderlay implements Underlay
{
    private final UdpOptions options;
    private final ErrorHandler errorHandler;
    private final UdpSocket socket;
    private final Descriptor descriptor;
    private final SourcePortFan fan;
    private final DatagramReader reader;
    private final DatagramWriter writer;
    private final PathMtuProbe pathMtus;
    private final Set<IpAddress> groups = new HashSet<>();
    private final DescriptorWait wait;
    private final ErrnoReporter errors;

    /**
     * @param errorHandler told when the socket fails, of each kind of failure at most once a minute.
     * @throws IOException if the socket cannot be had: a {@link java.net.BindException} with address, port and the
     *     system's reason in one line if it cannot be opened or bound.
     * @throws UnsupportedOperationException where native calls are not available.
     */
    public LibcUnderlay(final UdpOptions options, final ErrorHandler errorHandler) throws IOException
    {
        this(LibC.get(), options, errorHandler);
    }

    /** With something else in place of the C library, for what is sent and received. */
    LibcUnderlay(final LibC libc, final UdpOptions options, final ErrorHandler errorHandler) throws IOException
    {
        this(libc, SourcePortFan.open(options), options, errorHandler);
    }

    private LibcUnderlay(
        final LibC libc, final SourcePortFan fan, final UdpOptions options, final ErrorHandler errorHandler)
        throws IOException
    {
        this.fan = fan;
        this.options = options;
        this.errorHandler = errorHandler;
        try
        {
            socket = fan.main();
            descriptor = socket.descriptor();
            errors = new ErrnoReporter(errorHandler, "UDP socket " + socket.local());
            reader = new DatagramReader(libc, options.pollDatagrams);
            writer = new DatagramWriter(libc, fan, errors);
            pathMtus = new PathMtuProbe(options.local);
            wait = new DescriptorWait();
            addTo(wait);
        }
        catch (final IOException | RuntimeException | Error ex)
        {
            fan.close();
            throw ex;
        }
    }

    /**
     * Open one more underlay on this one's address and port, for another thread. The kernel gives each remote's address
     * and port to one of them, so what arrives from one source port stays in order. No other process can join unless it
     * is of the same user and asks for SO_REUSEPORT, as no underlay does by itself.
     *
     * @return the new one, with the same options; closed by itself.
     * @throws IOException as the constructor.
     */
    public LibcUnderlay openFurther() throws IOException
    {
        return new LibcUnderlay(LibC.get(), fan.openFurther(options), options, errorHandler);
    }

    /** @return null if this underlay can be used here, else why not, in one line. */
    public static String whyUnavailable()
    {
        return LibC.whyUnavailable();
    }

    /**
     * Make one more file descriptor of the socket, for something else that receives from it instead of
     * {@link #poll(ReceiveBatch)}. The port is free again when the caller has closed it and this underlay is closed.
     *
     * @return the number; the caller closes it.
     * @throws IOException if the underlay is closed or the process may have no more descriptors.
     */
    public int duplicateDescriptor() throws IOException
    {
        if (!descriptor.acquire())
        {
            throw new IOException("cannot duplicate the UDP socket " + local() + ": it is closed");
        }
        try
        {
            final int fd = LibC.get().fcntl(descriptor.fd(), Linux.F_DUPFD_CLOEXEC, 0);
            if (fd < 0)
            {
                throw new IOException(
                    "cannot duplicate the UDP socket " + local() + ": " + LibC.describe(LibC.errno()));
            }
            return fd;
        }
        finally
        {
            descriptor.release();
        }
    }

    /**
     * Let another wait end, too, when datagrams arrive.
     *
     * @param other a wait for devices and sockets of this module, such as {@code DeviceWait}.
     */
    public void addTo(final IdleWait other)
    {
        ((DescriptorWait)other).add(descriptor, Linux.EPOLLIN, false, () -> {});
    }

    @Override
    public Vtep local()
    {
        return socket.local();
    }

    @Override
    public String description()
    {
        final String off = socket.segments() ? "refused" : options.checksum ? "off" : "off (no UDP checksum)";
        return "libc UDP, segmentation " + (gainsFromJoining() ? "on" : off) +
            ", coalescing " + (coalesces() ? "on" : "off") + fan.description();
    }

    @Override
    public Set<UnderlayFeature> features()
    {
        return EnumSet.allOf(UnderlayFeature.class);
    }

    @Override
    public int pathMtu(final long remoteHigh, final long remoteLow)
    {
        return pathMtus.pathMtu(remoteHigh, remoteLow);
    }

    @Override
    public void join(final IpAddress group) throws IOException
    {
        synchronized (groups)
        {
            if (!groups.contains(group))
            {
                socket.join(group, options.multicastInterface);
                groups.add(group);
            }
        }
    }

    @Override
    public void leave(final IpAddress group) throws IOException
    {
        synchronized (groups)
        {
            if (groups.contains(group))
            {
                socket.leave(group, options.multicastInterface);
                groups.remove(group);
            }
        }
    }

    @Override
    public boolean usesFlowHash()
    {
        return fan.size() > 1;
    }

    /** @return true while joined entries leave in one call; false once the kernel has refused. Any thread. */
    @Override
    public boolean gainsFromJoining()
    {
        return writer.segments();
    }

    /** @return true if the kernel joins received datagrams. */
    public boolean coalesces()
    {
        return socket.coalesces();
    }

    /** @return bytes the kernel holds for us on the way in; less than asked for without CAP_NET_ADMIN. */
    public int receiveBufferLength()
    {
        return socket.receiveBufferLength();
    }

    @Override
    public long receiveDrops()
    {
        return socket.drops();
    }

    @Override
    public void acceptOnly(final Set<IpPrefix> sources)
    {
        final int errno = socket.acceptOnly(sources);
        if (errno != 0)
        {
            errors.report("filter datagrams by their source, so the socket takes them all and the engine checks them",
                errno);
        }
    }

    @Override
    public int poll(final ReceiveBatch batch)
    {
        if (!descriptor.acquire())
        {
            return 0;
        }
        try
        {
            final int count = reader.read(descriptor.fd(), batch);
            if (count < 0)
            {
                readFailed(-count);
                return 0;
            }
            return count;
        }
        finally
        {
            descriptor.release();
        }
    }

    private void readFailed(final int errno)
    {
        switch (errno)
        {
            // Nothing there, or what an ICMP message left behind on the socket, now cleared.
            case EAGAIN, EINTR, ECONNREFUSED, EHOSTUNREACH, ENETUNREACH:
                break;

            default:
                errors.report("receive", errno);
        }
    }

    @Override
    public void send(final SendBatch batch)
    {
        send(batch, options.sendTimeoutNs);
    }

    /**
     * Send every entry as {@link #send(SendBatch)} does, but wait for another time at most.
     *
     * @param batch     what to send; not cleared.
     * @param timeoutNs how long all entries together may wait for room in the socket, in nanoseconds; 0 for not at all.
     */
    public void send(final SendBatch batch, final long timeoutNs)
    {
        writer.write(batch, timeoutNs);
    }

    @Override
    public void await(final long timeoutNs)
    {
        wait.await(descriptor.isClosed() ? 0 : timeoutNs);
    }

    @Override
    public void wake()
    {
        wait.wake();
    }

    @Override
    public boolean isClosed()
    {
        return descriptor.isClosed();
    }

    @Override
    public void close()
    {
        fan.close();
        wait.close();
    }
}
