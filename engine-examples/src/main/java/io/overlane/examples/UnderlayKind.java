package io.overlane.examples;

import io.overlane.address.Vtep;
import io.overlane.tun.LibcUnderlay;
import io.overlane.tun.TunOffload;
import io.overlane.tun.UdpOptions;
import io.overlane.tun.netty.NettyUnderlay;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.Underlay;
import java.io.IOException;
import java.util.Locale;
import org.agrona.ErrorHandler;

/** What carries the datagrams. */
enum UnderlayKind
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
    Underlay open(final BridgePlan plan, final ErrorHandler errorHandler) throws IOException
    {
        final Vtep local = plan.local();
        switch (this)
        {
            case LIBC:
                return new LibcUnderlay(udpOptions(plan), errorHandler);

            case NETTY:
                return new NettyUnderlay(local.address(), local.udpPort(), errorHandler);

            default:
                return new NioUnderlay(local.address(), local.udpPort(), errorHandler);
        }
    }

    private static UdpOptions udpOptions(final BridgePlan plan)
    {
        final boolean joins = plan.offload() != TunOffload.NONE;
        final UdpOptions options = new UdpOptions(plan.local().address(), plan.local().udpPort())
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
