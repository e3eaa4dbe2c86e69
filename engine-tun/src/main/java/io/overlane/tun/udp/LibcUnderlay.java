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
import io.overlane.setting.Setting;
import io.overlane.signal.IdleWait;
import io.overlane.tun.libc.Descriptor;
import io.overlane.tun.libc.DescriptorWait;
import io.overlane.tun.libc.ErrnoReporter;
import io.overlane.tun.libc.LibC;
import io.overlane.tun.libc.Linux;
import io.overlane.underlay.ReceiveBatch;
import io.overlane.underlay.SendBatch;
import io.overlane.underlay.Underlay;
import io.overlane.underlay.UnderlayException;
import io.overlane.underlay.UnderlayFeature;
import io.overlane.underlay.UnderlayOptions;
import io.overlane.underlay.base.UdpAddress;
import java.io.IOException;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * An underlay on one UDP socket and the C library. It receives with {@code recvmmsg} and sends with {@code sendmmsg};
 * joined datagrams are sent with UDP_SEGMENT and, on request, received with UDP_GRO. Polling and sending share only the
 * socket.
 *
 * <p>Each datagram is sent from the port that the socket is bound to, which works best with firewalls and UDP_GRO. With
 * {@link UnderlayOptions#sourcePorts(int, int, int)} the source port depends on the flow. All datagrams are received
 * on the one port. Type of service and time to live are set for each datagram; for another don't-fragment bit the
 * socket is changed between two datagrams.
 */
public final class LibcUnderlay implements Underlay
{
    /** Bytes that may arrive while the engine is busy with joined datagrams of 64 KiB; more would only add delay. */
    static final int SOCKET_BUFFER_LENGTH = 4 * 1024 * 1024;

    /** Datagrams for each poll. 16 already give the gain of receiving in batches; this is twice that. */
    private static final int POLL_DATAGRAMS = 32;

    /** Longest time that a send waits for room in the socket: long for a queue, short for a person. */
    private static final long SEND_TIMEOUT_NS = TimeUnit.MILLISECONDS.toNanos(100);

    private final UnderlayOptions options;
    private final long sendTimeoutNs;
    private final UdpSocket socket;
    private final Descriptor descriptor;
    private final SourcePortFan fan;
    private final DatagramReader reader;
    private final DatagramWriter writer;
    private final PathMtuProbe pathMtus;
    private final Set<IpAddress> groups = new HashSet<>();
    private final DescriptorWait wait;
    private final ErrnoReporter errors;

    /** Opens a socket. */
    private interface Opener
    {
        LibcUnderlay open() throws IOException;
    }

    /**
     * Bind a socket.
     *
     * @param options all of which this underlay carries out.
     * @return the open underlay.
     * @throws UnderlayException if native calls are not available here, the address or the port cannot be bound, or the
     *     system refuses an option.
     */
    public static LibcUnderlay open(final UnderlayOptions options) throws UnderlayException
    {
        Setting.notNull("options", options);
        final String reason = whyUnavailable();
        if (reason != null)
        {
            throw UdpAddress.cannotOpen(options, reason + "; NioUnderlay works without native calls", null);
        }
        return open(LibC.get(), options);
    }

    /**
     * Use a socket that another process has bound, with the datagrams that wait in it.
     *
     * @param fd      its descriptor, which the underlay closes, also if this fails.
     * @param options address and port that it is bound to, without further source ports.
     * @return the open underlay.
     * @throws UnderlayException if it is not bound to them, or the system refuses an option.
     * @throws UnsupportedOperationException where native calls are not available.
     */
    public static LibcUnderlay adopt(final int fd, final UnderlayOptions options) throws UnderlayException
    {
        return opened(options, () -> new LibcUnderlay(LibC.get(), SourcePortFan.adopt(fd, options), options));
    }

    /** For tests: sends and receives through a stand-in for the C library. */
    static LibcUnderlay open(final LibC libc, final UnderlayOptions options) throws UnderlayException
    {
        return opened(options, () -> new LibcUnderlay(libc, SourcePortFan.open(options), options));
    }

    /** Turns every failure into the one that callers expect. */
    private static LibcUnderlay opened(final UnderlayOptions options, final Opener opener) throws UnderlayException
    {
        try
        {
            return opener.open();
        }
        catch (final UnderlayException ex)
        {
            throw ex;
        }
        catch (final IOException ex)
        {
            throw UdpAddress.cannotOpen(options, String.valueOf(ex.getMessage()), ex);
        }
    }

    private LibcUnderlay(final LibC libc, final SourcePortFan fan, final UnderlayOptions options) throws IOException
    {
        this.fan = fan;
        this.options = options;
        sendTimeoutNs = options.sendTimeoutNsOr(SEND_TIMEOUT_NS);
        try
        {
            socket = fan.main();
            descriptor = socket.descriptor();
            errors = new ErrnoReporter(options.errorHandler(), "UDP socket " + socket.local());
            reader = new DatagramReader(libc, options.pollDatagramsOr(POLL_DATAGRAMS));
            writer = new DatagramWriter(libc, fan, errors);
            pathMtus = new PathMtuProbe(options.local());
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
     * @throws UnderlayException if the system refuses a socket.
     */
    public LibcUnderlay openFurther() throws UnderlayException
    {
        return opened(options, () -> new LibcUnderlay(LibC.get(), fan.openFurther(options), options));
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

    /** @return true if datagrams are sent with a UDP checksum. */
    public boolean checksum()
    {
        return options.checksum();
    }

    /** @return true if datagrams over IPv6 may have a UDP checksum of 0. */
    public boolean acceptZeroChecksum()
    {
        return options.acceptZeroChecksum();
    }

    @Override
    public String description()
    {
        final String off = socket.segments() ? "refused" : options.checksum() ? "off" : "off (no UDP checksum)";
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
                socket.join(group, options.multicastInterface());
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
                socket.leave(group, options.multicastInterface());
                groups.remove(group);
            }
        }
    }

    /** @return the UDP ports from which it sends; each flow has one of them. */
    public int[] sourcePorts()
    {
        return IntStream.range(0, fan.size()).map(i -> fan.socket(i).local().udpPort()).toArray();
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

    /** @return true if datagrams may be fragmented where the segment does not set the don't-fragment bit. */
    public boolean fragments()
    {
        return socket.fragments();
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
        send(batch, sendTimeoutNs);
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
