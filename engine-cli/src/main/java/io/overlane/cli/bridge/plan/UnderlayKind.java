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

/** The implementations of the socket. */
public enum UnderlayKind
{
    /** Batched calls of the C library; Linux. */
    LIBC,

    /** Netty's epoll transport; Linux. */
    NETTY,

    /** The JDK's channels; any system. */
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
     * @param plan         address and options.
     * @param errorHandler gets failures of the socket.
     * @return the underlay.
     * @throws IOException if it cannot be bound; one line with address and port.
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

    /** A bridge bound to "::" carries IPv6 only, as the kernel's device does, unless it has an IPv4 remote. */
    private static Underlay openLibc(final BridgePlan plan, final ErrorHandler errorHandler) throws IOException
    {
        final Vtep local = plan.local();
        final boolean isBoth = local.address().equals(IpAddress.ANY_V6) && plan.reachesIpv4();
        // Several queues, and one thread for both directions, need a single socket, which then carries both families.
        return isBoth && plan.threads() > 1 && plan.queues() == 1 ?
            DualStack.open(local.udpPort(), options -> with(options, plan), errorHandler) :
            new LibcUnderlay(
                with(new UdpOptions(local.address(), local.udpPort()), plan).v6Only(!isBoth), errorHandler);
    }

    private static UdpOptions with(final UdpOptions options, final BridgePlan plan)
    {
        final boolean joins = plan.offload() != TunOffload.NONE;
        options.checksum(plan.checksum())
            .acceptZeroChecksum(!plan.checksum())
            .multicastInterface(plan.multicastDevice())
            .segment(joins)
            .coalesce(joins);
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
