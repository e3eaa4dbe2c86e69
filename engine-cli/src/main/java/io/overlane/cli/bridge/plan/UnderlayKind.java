// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.bridge.plan;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.netty.NettyUnderlay;
import io.overlane.tun.TunOffload;
import io.overlane.tun.udp.DualStack;
import io.overlane.tun.udp.LibcUnderlay;
import io.overlane.underlay.NioUnderlay;
import io.overlane.underlay.Underlay;
import io.overlane.underlay.UnderlayException;
import io.overlane.underlay.UnderlayOptions;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
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
     * @throws UnderlayException if it cannot be bound; one line with address and port.
     */
    public Underlay open(final BridgePlan plan, final ErrorHandler errorHandler) throws UnderlayException
    {
        final Vtep local = plan.local();
        final UnderlayOptions options =
            new UnderlayOptions(local.address(), local.udpPort()).errorHandler(errorHandler);
        switch (this)
        {
            case LIBC:
                return openLibc(plan, with(options, plan));

            case NETTY:
                return opened(NettyUnderlay.open(options));

            default:
                return NioUnderlay.open(options);
        }
    }

    /**
     * Use a socket that another process has bound; if it is bound to another address, bind one.
     *
     * @param socket descriptor, which is closed if it cannot be used.
     */
    public Underlay adopt(final int socket, final BridgePlan plan, final ErrorHandler errorHandler)
        throws UnderlayException
    {
        final Vtep local = plan.local();
        final UnderlayOptions options =
            with(new UnderlayOptions(local.address(), local.udpPort()).errorHandler(errorHandler), plan);
        try
        {
            return LibcUnderlay.adopt(socket, options.v6Only(!isBoth(plan)));
        }
        catch (final UnderlayException ex)
        {
            return open(plan, errorHandler);
        }
    }

    private static NettyUnderlay opened(final CompletionStage<NettyUnderlay> stage) throws UnderlayException
    {
        try
        {
            return stage.toCompletableFuture().join();
        }
        catch (final CompletionException ex)
        {
            if (ex.getCause() instanceof UnderlayException cause)
            {
                throw cause;
            }
            throw ex;
        }
    }

    private static Underlay openLibc(final BridgePlan plan, final UnderlayOptions options) throws UnderlayException
    {
        final boolean isBoth = isBoth(plan);
        // Several queues, and one thread for both directions, need a single socket, which then carries both families.
        return isBoth && plan.threads() > 1 && plan.queues() == 1 ?
            DualStack.open(options) :
            LibcUnderlay.open(options.v6Only(!isBoth));
    }

    /** A bridge bound to "::" carries IPv6 only, as the kernel's device does, unless it has an IPv4 remote. */
    private static boolean isBoth(final BridgePlan plan)
    {
        return plan.local().address().equals(IpAddress.ANY_V6) && plan.reachesIpv4();
    }

    private static UnderlayOptions with(final UnderlayOptions options, final BridgePlan plan)
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
            options.sourcePorts(ports.low(), ports.high(), UnderlayOptions.DEFAULT_SOURCE_PORTS);
    }

    @Override
    public String toString()
    {
        return name().toLowerCase(Locale.ROOT);
    }
}
