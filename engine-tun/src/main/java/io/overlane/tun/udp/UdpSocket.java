// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.udp;

import static io.overlane.tun.libc.Linux.AF_INET6;
import static io.overlane.tun.libc.Linux.AF_INET;
import static io.overlane.tun.libc.Linux.IPPROTO_IP;
import static io.overlane.tun.libc.Linux.IPPROTO_IPV6;
import static io.overlane.tun.libc.Linux.IPPROTO_UDP;
import static io.overlane.tun.libc.Linux.IP_MTU_DISCOVER;
import static io.overlane.tun.libc.Linux.IP_PMTUDISC_DO;
import static io.overlane.tun.libc.Linux.IP_PMTUDISC_DONT;
import static io.overlane.tun.libc.Linux.O_CLOEXEC;
import static io.overlane.tun.libc.Linux.O_NONBLOCK;
import static io.overlane.tun.libc.Linux.SOL_SOCKET;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.Vtep;
import io.overlane.memory.MemoryBuffer;
import io.overlane.tun.libc.Descriptor;
import io.overlane.tun.libc.LibC;
import io.overlane.tun.libc.Linux;
import io.overlane.tun.libc.SocketAddress;
import io.overlane.underlay.UnderlayOptions;
import io.overlane.underlay.base.UdpAddress;
import java.io.IOException;
import java.net.SocketException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A bound UDP socket with all options set, for {@link LibcUnderlay}. */
final class UdpSocket implements AutoCloseable
{
    /** Offset of a length; the values before it fit. */
    private static final int LENGTH = 40;
    private static final int NO_DESCRIPTOR = -1;

    private final LibC libc = LibC.get();
    private final MemoryBuffer memory =
        MemoryBuffer.allocate(LENGTH + Long.BYTES, 8);
    private final int discovery;
    private final Descriptor descriptor;
    private final int family;
    private final Vtep local;
    private final boolean receives;
    private final boolean coalesces;
    private final boolean segments;
    private final int receiveBufferLength;
    private long drops;

    /** @throws IOException if the socket cannot be opened; the message is one line and names address and port. */
    UdpSocket(final UnderlayOptions options) throws IOException
    {
        this(options, options.udpPort(), true, false, NO_DESCRIPTOR);
    }

    /** @param adopted bound already, else {@link #NO_DESCRIPTOR}; closed if this fails. */
    private UdpSocket(
        final UnderlayOptions options,
        final int udpPort,
        final boolean receives,
        final boolean joins,
        final int adopted)
        throws IOException
    {
        this.receives = receives;
        family = options.local().isV4() ? AF_INET : AF_INET6;
        final int fd = adopted >= 0 ? adopted : libc.socket(family, Linux.SOCK_DGRAM | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0)
        {
            throw UdpAddress.cannotBind(options.local(), udpPort, LibC.describe(LibC.errno()), null);
        }
        descriptor = new Descriptor(fd);
        try
        {
            final int bufferLength = options.socketBufferLengthOr(LibcUnderlay.SOCKET_BUFFER_LENGTH);
            bufferLength(Linux.SO_RCVBUFFORCE, Linux.SO_RCVBUF, receives ? bufferLength : 0);
            bufferLength(Linux.SO_SNDBUFFORCE, Linux.SO_SNDBUF, bufferLength);
            discovery = options.fragment() ? IP_PMTUDISC_DONT : IP_PMTUDISC_DO;
            // An IPv6 socket bound to "::" carries IPv4 too, with the options of IPv4.
            require(IPPROTO_IP, IP_MTU_DISCOVER, discovery, "IP_MTU_DISCOVER");
            require(IPPROTO_IP, Linux.IP_RECVTOS, 1, "IP_RECVTOS");
            if (family == AF_INET6)
            {
                final boolean carriesV4 = options.local().isAny() && !options.v6Only();
                require(IPPROTO_IPV6, Linux.IPV6_V6ONLY, carriesV4 ? 0 : 1, "IPV6_V6ONLY");
                require(IPPROTO_IPV6, Linux.IPV6_MTU_DISCOVER, discovery, "IPV6_MTU_DISCOVER");
                require(IPPROTO_IPV6, Linux.IPV6_RECVTCLASS, 1, "IPV6_RECVTCLASS");
            }
            checksum(options);
            multicast(options);
            coalesces = receives && options.coalesce() && set(IPPROTO_UDP, Linux.UDP_GRO, 1);
            segments = options.segment() && options.checksum() && get(IPPROTO_UDP, Linux.UDP_SEGMENT) >= 0;
            if (joins)
            {
                require(SOL_SOCKET, Linux.SO_REUSEPORT, 1, "SO_REUSEPORT");
            }
            receiveBufferLength = get(SOL_SOCKET, Linux.SO_RCVBUF) / 2;
            local = adopted >= 0 ? requireBound(options.local(), udpPort) : bind(options.local(), udpPort);
        }
        catch (final IOException | RuntimeException | Error ex)
        {
            descriptor.close();
            throw ex;
        }
    }

    /** Open a socket that is only for sending: it has the smallest receive buffer and a port of its own. */
    static UdpSocket forSending(final UnderlayOptions options, final int udpPort) throws IOException
    {
        return new UdpSocket(options, udpPort, false, false, NO_DESCRIPTOR);
    }

    /**
     * Open one more socket on the same address and port. The kernel assigns each pair of remote address and port to one
     * of them.
     *
     * <p>This socket was bound without SO_REUSEPORT, which fails if the port is in use. From now on others can bind the
     * port, but only sockets of the same user with the option. So two bridges cannot share a port by mistake.
     */
    UdpSocket openFurther(final UnderlayOptions options) throws IOException
    {
        require(SOL_SOCKET, Linux.SO_REUSEPORT, 1, "SO_REUSEPORT");
        return new UdpSocket(options, local.udpPort(), receives, true, NO_DESCRIPTOR);
    }

    /** Use a socket that another process has bound to the address and port of the options. */
    static UdpSocket adopt(final int fd, final UnderlayOptions options) throws IOException
    {
        return new UdpSocket(options, options.udpPort(), true, false, fd);
    }

    private Vtep requireBound(final IpAddress address, final int udpPort) throws IOException
    {
        memory.putInt(LENGTH, SocketAddress.SPACE);
        if (libc.getsockname(descriptor.fd(), memory, LENGTH) < 0)
        {
            throw new SocketException("cannot read the bound address: " + LibC.describe(LibC.errno()));
        }
        final Vtep bound = new Vtep(
            new IpAddress(SocketAddress.high(memory, 0), SocketAddress.low(memory, 0)),
            SocketAddress.udpPort(memory, 0));
        if (!bound.equals(new Vtep(address, udpPort)))
        {
            throw new SocketException("the socket is bound to " + bound + ", not to " + new Vtep(address, udpPort));
        }
        return bound;
    }

    private Vtep bind(final IpAddress address, final int udpPort) throws IOException
    {
        final int length = SocketAddress.put(memory, 0, family, address.high(), address.low(), udpPort);
        if (libc.bind(descriptor.fd(), memory, length) < 0)
        {
            throw UdpAddress.cannotBind(address, udpPort, LibC.describe(LibC.errno()), null);
        }
        memory.putInt(LENGTH, SocketAddress.SPACE);
        if (libc.getsockname(descriptor.fd(), memory, LENGTH) < 0)
        {
            throw new SocketException("cannot read the bound address: " + LibC.describe(LibC.errno()));
        }
        return new Vtep(address, SocketAddress.udpPort(memory, 0));
    }

    private void checksum(final UnderlayOptions options) throws IOException
    {
        if (!options.checksum())
        {
            require(SOL_SOCKET, Linux.SO_NO_CHECK, 1, "SO_NO_CHECK");
            if (family == AF_INET6)
            {
                require(IPPROTO_UDP, Linux.UDP_NO_CHECK6_TX, 1, "UDP_NO_CHECK6_TX");
            }
        }
        if (options.acceptZeroChecksum() && family == AF_INET6)
        {
            require(IPPROTO_UDP, Linux.UDP_NO_CHECK6_RX, 1, "UDP_NO_CHECK6_RX");
        }
    }

    /**
     * The socket gets no copies of datagrams that it sends to a group, and none for groups that other sockets of this
     * host have joined.
     */
    private void multicast(final UnderlayOptions options) throws IOException
    {
        final int index = MulticastGroup.index(options.multicastInterface());
        require(IPPROTO_IP, Linux.IP_MULTICAST_LOOP, 0, "IP_MULTICAST_LOOP");
        require(IPPROTO_IP, Linux.IP_MULTICAST_ALL, 0, "IP_MULTICAST_ALL");
        if (family == AF_INET6)
        {
            require(IPPROTO_IPV6, Linux.IPV6_MULTICAST_LOOP, 0, "IPV6_MULTICAST_LOOP");
            // Since Linux 4.20. Before, the socket also receives groups of other sockets.
            set(IPPROTO_IPV6, Linux.IPV6_MULTICAST_ALL, 0);
            require(IPPROTO_IPV6, Linux.IPV6_MULTICAST_IF, index, "IPV6_MULTICAST_IF");
        }
        if (index != 0)
        {
            final int length = MulticastGroup.put(memory, 0, IpAddress.ANY_V4, index);
            if (libc.setsockopt(descriptor.fd(), IPPROTO_IP, Linux.IP_MULTICAST_IF, memory, 0, length) < 0)
            {
                throw new SocketException("cannot send to groups by " + options.multicastInterface() + ": " +
                    LibC.describe(LibC.errno()));
            }
        }
    }

    /**
     * Join a multicast group. Any thread.
     *
     * @param group         of the socket's IP version, or IPv4 on an IPv6 socket that carries it.
     * @param interfaceName to join on; null lets the system choose.
     * @throws IOException if the system refuses; the message is one line.
     */
    synchronized void join(final IpAddress group, final @Nullable String interfaceName) throws IOException
    {
        final String what = "cannot join " + group + (interfaceName == null ? "" : " on " + interfaceName) + ": ";
        if (!local.address().isAny())
        {
            throw new SocketException(what + "bound to " + local.address() + "; bind to 0.0.0.0 or :: to join groups");
        }
        if (family == AF_INET && !group.isV4())
        {
            throw new SocketException(what + "this socket carries IPv4 only");
        }
        if (!membership(group, interfaceName, Linux.IP_ADD_MEMBERSHIP, Linux.IPV6_ADD_MEMBERSHIP))
        {
            throw new SocketException(what + MulticastGroup.describe(LibC.errno(), group.isV4()));
        }
    }

    /** Leave a multicast group, on the interface on which it was joined. Any thread. */
    synchronized void leave(final IpAddress group, final @Nullable String interfaceName) throws IOException
    {
        if (!membership(group, interfaceName, Linux.IP_DROP_MEMBERSHIP, Linux.IPV6_DROP_MEMBERSHIP))
        {
            throw new SocketException("cannot leave " + group + ": " + LibC.describe(LibC.errno()));
        }
    }

    private boolean membership(
        final IpAddress group, final @Nullable String interfaceName, final int optionV4, final int optionV6)
        throws IOException
    {
        final int length = MulticastGroup.put(memory, 0, group, MulticastGroup.index(interfaceName));
        return libc.setsockopt(
            descriptor.fd(),
            group.isV4() ? IPPROTO_IP : IPPROTO_IPV6,
            group.isV4() ? optionV4 : optionV6,
            memory,
            0,
            length) == 0;
    }

    /** The forced option exceeds the system's limit and needs CAP_NET_ADMIN; the plain one is cut to the limit. */
    private void bufferLength(final int forced, final int plain, final int length)
    {
        if (!set(SOL_SOCKET, forced, length))
        {
            set(SOL_SOCKET, plain, length);
        }
    }

    private void require(final int level, final int option, final int value, final String name) throws IOException
    {
        if (!set(level, option, value))
        {
            throw new SocketException("cannot set " + name + " to " + value + ": " + LibC.describe(LibC.errno()));
        }
    }

    private boolean set(final int level, final int option, final int value)
    {
        memory.putInt(0, value);
        return libc.setsockopt(descriptor.fd(), level, option, memory, 0, Integer.BYTES) == 0;
    }

    /** @return the value, or -1 if the kernel does not know the option. */
    private int get(final int level, final int option)
    {
        memory.putInt(LENGTH, Integer.BYTES);
        return libc.getsockopt(descriptor.fd(), level, option, memory, 0, LENGTH) == 0 ? memory.getInt(0) : -1;
    }

    Descriptor descriptor()
    {
        return descriptor;
    }

    /** @return AF_INET or AF_INET6: the form of all addresses of this socket. */
    int family()
    {
        return family;
    }

    /** @return value of IP_MTU_DISCOVER at the start. */
    int discovery()
    {
        return discovery;
    }

    /** @return the requested address and the actual port. */
    Vtep local()
    {
        return local;
    }

    /** @return true if the kernel joins datagrams of one flow. */
    boolean coalesces()
    {
        return coalesces;
    }

    /** @return true if the kernel supports UDP_SEGMENT. */
    boolean segments()
    {
        return segments;
    }

    /** @return size of the receive buffer in bytes, overhead included. */
    boolean fragments()
    {
        return discovery == IP_PMTUDISC_DONT;
    }

    int receiveBufferLength()
    {
        return receiveBufferLength;
    }

    /**
     * Make the kernel drop datagrams from other sources before they use the receive buffer. A new filter replaces the
     * old one atomically. Any thread.
     *
     * @param sources prefixes of accepted addresses; null to accept all.
     * @return 0, or the error if the kernel refuses the filter; then all are accepted.
     */
    synchronized int acceptOnly(final @Nullable Set<IpPrefix> sources)
    {
        if (!descriptor.acquire())
        {
            return 0;
        }
        try
        {
            if (sources != null)
            {
                final MemoryBuffer program = SourceProgram.of(sources);
                if (libc.setsockopt(
                    descriptor.fd(), SOL_SOCKET, Linux.SO_ATTACH_FILTER, program, 0, SourceProgram.FPROG_SIZE) == 0)
                {
                    return 0;
                }
            }
            final int errno = sources == null ? 0 : LibC.errno();
            // This fails if no filter is attached, which is fine.
            set(SOL_SOCKET, Linux.SO_DETACH_FILTER, 0);
            return errno;
        }
        finally
        {
            descriptor.release();
        }
    }

    /**
     * Read how many datagrams to this socket the kernel has dropped, because the receive buffer was full, the checksum
     * was wrong, or the source is not accepted. The kernel has one count for all three. Datagrams that it had joined
     * (UDP_GRO) count once. Its count has 32 bits; the sum is right if this is called before that count starts again
     * from zero.
     *
     * @return the count; 0 before Linux 4.12; if the socket is closed, the last count.
     */
    synchronized long drops()
    {
        if (descriptor.acquire())
        {
            try
            {
                memory.putInt(LENGTH, Linux.MEMINFO_SIZE);
                if (libc.getsockopt(descriptor.fd(), SOL_SOCKET, Linux.SO_MEMINFO, memory, 0, LENGTH) == 0)
                {
                    drops += (memory.getInt(Linux.MEMINFO_DROPS_OFFSET) - (int)drops) & 0xFFFF_FFFFL;
                }
            }
            finally
            {
                descriptor.release();
            }
        }
        return drops;
    }

    @Override
    public void close()
    {
        drops();
        descriptor.close();
    }
}
