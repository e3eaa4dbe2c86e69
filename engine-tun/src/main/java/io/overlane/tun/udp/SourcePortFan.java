// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.udp;

import io.overlane.underlay.UnderlayException;
import io.overlane.underlay.UnderlayOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.agrona.CloseHelper;

/**
 * The main socket, and the sockets for sending: only the main one, or several on ports of a range. Each flow uses one
 * of them, so that receivers and links can distinguish flows by their outer ports (RFC 7348 §5).
 *
 * <p>Only the main socket is read. Other VTEPs send to its port, so datagrams to the other ports are not tunnel
 * traffic. The kernel keeps one or two of them, which fit the smallest receive buffer, and counts the others as lost.
 */
final class SourcePortFan implements AutoCloseable
{
    private final UdpSocket main;
    private final UdpSocket[] sockets;

    private SourcePortFan(final UdpSocket main, final UdpSocket... sockets)
    {
        this.main = main;
        this.sockets = sockets;
    }

    /**
     * @param options address, port and range. Ports of the range that are in use are skipped.
     * @return the main socket and the others. The main socket is also used for sending if its port is among the first
     *         free ports of the range.
     * @throws IOException if the main socket or all ports of the range cannot be bound; the message is one line.
     */
    static SourcePortFan open(final UnderlayOptions options) throws IOException
    {
        final UdpSocket main = new UdpSocket(options);
        if (options.sourcePortCount() == 0)
        {
            return new SourcePortFan(main, main);
        }
        final List<UdpSocket> sockets = new ArrayList<>();
        UnderlayException taken = null;
        try
        {
            for (int port = options.sourcePortLow();
                port <= options.sourcePortHigh() && sockets.size() < options.sourcePortCount();
                port++)
            {
                try
                {
                    sockets.add(port == main.local().udpPort() ? main : UdpSocket.forSending(options, port));
                }
                catch (final UnderlayException ex)
                {
                    taken = ex;
                }
            }
            if (sockets.isEmpty())
            {
                throw new UnderlayException("no source port in " + options.sourcePortLow() + "-" +
                    options.sourcePortHigh() + " is free: " + Objects.requireNonNull(taken).getMessage(), taken);
            }
            return new SourcePortFan(main, sockets.toArray(new UdpSocket[0]));
        }
        catch (final IOException | RuntimeException | Error ex)
        {
            CloseHelper.quietCloseAll(sockets);
            main.close();
            throw ex;
        }
    }

    /** @return a fan of one socket, bound by another process to the address and port of the options. */
    static SourcePortFan adopt(final int fd, final UnderlayOptions options) throws IOException
    {
        final UdpSocket main = UdpSocket.adopt(fd, options);
        return new SourcePortFan(main, main);
    }

    /**
     * Open one more fan on the same address and ports, for another thread. A flow has the same source port, whichever
     * thread sends it.
     *
     * @throws IOException if a socket cannot be opened; the message is one line.
     */
    SourcePortFan openFurther(final UnderlayOptions options) throws IOException
    {
        final UdpSocket furtherMain = main.openFurther(options);
        final List<UdpSocket> further = new ArrayList<>();
        try
        {
            for (final UdpSocket socket : sockets)
            {
                further.add(socket == main ? furtherMain : socket.openFurther(options));
            }
            return new SourcePortFan(furtherMain, further.toArray(new UdpSocket[0]));
        }
        catch (final IOException | RuntimeException | Error ex)
        {
            CloseHelper.quietCloseAll(further);
            furtherMain.close();
            throw ex;
        }
    }

    /** @return the socket that is bound to the tunnel's port and receives. */
    UdpSocket main()
    {
        return main;
    }

    /** @return number of sockets for sending, 1…{@link UnderlayOptions#MAX_SOURCE_PORTS}. */
    int size()
    {
        return sockets.length;
    }

    /** @param index 0…size-1. */
    UdpSocket socket(final int index)
    {
        return sockets[index];
    }

    /**
     * @param flowHash whose upper bits are evenly distributed.
     * @return index of the flow's socket.
     */
    int index(final int flowHash)
    {
        return (int)((flowHash & 0xFFFF_FFFFL) * sockets.length >>> Integer.SIZE);
    }

    /** @return text for the start line, after a comma; empty if datagrams are sent from the main port. */
    String description()
    {
        final int first = sockets[0].local().udpPort();
        final int last = sockets[sockets.length - 1].local().udpPort();
        return sockets.length > 1 ? ", " + sockets.length + " source ports " + first + "-" + last :
            sockets[0] != main ? ", source port " + first : "";
    }

    /** Closing twice does no harm. */
    @Override
    public void close()
    {
        main.close();
        CloseHelper.closeAll(sockets);
    }
}
