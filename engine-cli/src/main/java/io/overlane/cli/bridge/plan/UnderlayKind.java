// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.netty.NettyUnderlay;
import io.overlane.tun.TunOffload;
import io.overlane.tun.udp.DualStack;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.tun.udp.UdpOptions;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.Underlay;
import java.io.IOException;
import java.util.Locale;
import org.agrona.ErrorHandler;

/** What carries the datagrams. */
public enum UnderlayKind
{
    /** The C library's batched calls; Linux. */
    LIBC,

    /** Netty's epoll transport; Linux. */
    NETTY,

    /** The JDK's own channels; everywhere. */
    NIO;

    static UnderlayKind parse(final String text)
    {
        for (final UnderlayKind kind : values())
        {
            if (kind.toString().equals(text))
            {
                return kind;
            }
        }
        throw new IllegalArgumentException("not an underlay: '" + text + "' (expected libc, netty or nio)");
    }

    /**
     * Bind a socket.
     *
     * @param plan         where, and how.
     * @param errorHandler told of a broken socket.
     * @return the underlay.
     * @throws IOException if it cannot be bound; the message is one line and names address and port.
     */
    public Underlay open(final BridgePlan plan, final ErrorHandler errorHandler) throws IOException
    {
        final Vtep local = plan.local();
        switch (this)
        {
            case LIBC:
                return openLibc(plan, errorHandler);

            case NETTY:
                return new NettyUnderlay(local.address(), local.udpPort(), errorHandler);

            default:
                return new NioUnderlay(local.address(), local.udpPort(), errorHandler);
        }
    }

    /** Bound to "::" a bridge is IPv6's alone, as the kernel's device, unless it knows of an IPv4 remote. */
    private static Underlay openLibc(final BridgePlan plan, final ErrorHandler errorHandler) throws IOException
    {
        final Vtep local = plan.local();
        final boolean isBoth = local.address().equals(IpAddress.ANY_V6) && plan.reachesIpv4();
        // Several threads' sockets and one thread's wait are for sockets one by one: there one carries both versions.
        return isBoth && plan.threads() > 1 && plan.queues() == 1 ?
            DualStack.open(local.udpPort(), options -> with(options, plan), errorHandler) :
            new LibcUnderlay(
                with(new UdpOptions(local.address(), local.udpPort()), plan).v6Only(!isBoth), errorHandler);
    }

    private static UdpOptions with(final UdpOptions options, final BridgePlan plan)
    {
        final boolean joins = plan.offload() != TunOffload.NONE;
        plan.outer().apply(options).segment(joins).coalesce(joins);
        final PortRange ports = plan.sourcePorts();
        return ports == null ?
            options :
            options.sourcePorts(ports.low(), ports.high(), UdpOptions.DEFAULT_SOURCE_PORTS);
    }

    @Override
    public String toString()
    {
        return name().toLowerCase(Locale.ROOT);
    }
}
