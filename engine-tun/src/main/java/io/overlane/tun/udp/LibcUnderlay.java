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
import org.jspecify.annotations.Nullable;

/**
 * An underlay on one UDP socket and the C library. It receives with {@code recvmmsg} and sends with {@code sendmmsg};
 * joined datagrams are sent with UDP_SEGMENT and, on request, received with UDP_GRO. Polling and sending share only the
 * socket.
 *
 * <p>Each datagram is sent from the port that the socket is bound to, which works best with firewalls and UDP_GRO. With
 * {@link UdpOptions#sourcePorts(int, int, int)} the source port depends on the flow. All datagrams are received on the
 * one port. Type of service and time to live are set for each datagram; for another don't-fragment bit the socket is
 * changed between two datagrams.
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
     * @param errorHandler gets failures of the socket, each kind at most once a minute.
     * @throws IOException if the socket cannot be used. If it cannot be opened or bound, it is a
     *     {@link java.net.BindException} with address, port and the system's reason in one line.
     * @throws UnsupportedOperationException where native calls are not available.
     */
    public LibcUnderlay(final UdpOptions options, final ErrorHandler errorHandler) throws IOException
    {
        this(LibC.get(), options, errorHandler);
    }

    /** For tests: sends and receives through a stand-in for the C library. */
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
     * Open one more underlay on the same address and port, for another thread. The kernel assigns each pair of remote
     * address and port to one of them, so datagrams from one source port stay in order. Another process can bind this
     * port only if it has the same user and sets SO_REUSEPORT, which no underlay does by itself.
     *
     * @return the new underlay, with the same options; it is closed separately.
     * @throws IOException as with the constructor.
     */
    public LibcUnderlay openFurther() throws IOException
    {
        return new LibcUnderlay(LibC.get(), fan.openFurther(options), options, errorHandler);
    }

    /** @return the reason why this underlay cannot be used here, in one line; null if it can. */
    public static @Nullable String whyUnavailable()
    {
        return LibC.whyUnavailable();
    }

    /**
     * Make one more file descriptor of the socket, for code that receives datagrams instead of
     * {@link #poll(ReceiveBatch)}. The port is free again when the caller has closed this descriptor and the underlay
     * is closed.
     *
     * @return the number; the caller closes it.
     * @throws IOException if the underlay is closed or the process has no free descriptor.
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

    /** @return true while joined entries are sent with one call; false after the kernel has refused one. Any thread. */
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

    /** @return size of the kernel's receive buffer in bytes; without CAP_NET_ADMIN it may be less than requested. */
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
    public void acceptOnly(final @Nullable Set<IpPrefix> sources)
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
            // No datagram, or an error that an ICMP message left on the socket and that is cleared now.
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
     * Send each entry as {@link #send(SendBatch)} does, with another limit for waiting.
     *
     * @param batch     to send; it is not cleared.
     * @param timeoutNs longest time that all entries together wait for room in the socket, in nanoseconds; 0 to not
     *                  wait.
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
