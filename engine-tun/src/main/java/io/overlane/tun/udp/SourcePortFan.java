// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.udp;

import java.io.IOException;
import java.net.BindException;
import java.util.ArrayList;
import java.util.List;
import org.agrona.CloseHelper;

/**
 * The main socket, and the sockets that datagrams leave by: the main one alone, or several on ports of a range. One of
 * them serves a flow, so that receivers and links which look at the outer ports can tell flows apart (RFC 7348 §5).
 *
 * <p>Nobody reads from the others. Answers to a VTEP go to its own port, so what arrives there is no tunnel traffic;
 * the kernel keeps the one or two datagrams that fit the smallest receive buffer, and counts the rest as lost.
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
     * @param options address, port and range. Ports of the range that others hold are passed over.
     * @return the main socket, which is part of the fan if its port is in the range and its turn comes, and the others.
     * @throws IOException if the main socket, or no port of the range, can be had; the message is one line.
     */
    static SourcePortFan open(final UdpOptions options) throws IOException
    {
        final UdpSocket main = new UdpSocket(options);
        if (options.sourcePortCount == 0)
        {
            return new SourcePortFan(main, main);
        }
        final List<UdpSocket> sockets = new ArrayList<>();
        BindException taken = null;
        try
        {
            for (int port = options.sourcePortLow();
                port <= options.sourcePortHigh() && sockets.size() < options.sourcePortCount;
                port++)
            {
                try
                {
                    sockets.add(port == main.local().udpPort() ? main : UdpSocket.forSending(options, port));
                }
                catch (final BindException ex)
                {
                    taken = ex;
                }
            }
            if (sockets.isEmpty())
            {
                throw new BindException("no source port in " + options.sourcePortLow() + "-" +
                    options.sourcePortHigh() + " can be had: " + taken.getMessage());
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

    /**
     * Open one more fan on the same address and ports, for another thread. A flow leaves from the same port, whichever
     * thread sends it.
     *
     * @return the new one.
     * @throws IOException if a socket cannot be had; the message is one line.
     */
    SourcePortFan openFurther(final UdpOptions options) throws IOException
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

    /** @return the socket bound to the tunnel's port: the one to receive from. */
    UdpSocket main()
    {
        return main;
    }

    /** @return how many there are, 1…{@link UdpOptions#MAX_SOURCE_PORTS}. */
    int size()
    {
        return sockets.length;
    }

    /**
     * @param index 0…size-1.
     * @return a socket to send by.
     */
    UdpSocket socket(final int index)
    {
        return sockets[index];
    }

    /**
     * @param flowHash whose upper bits are as good as random.
     * @return index of the socket that serves the flow.
     */
    int index(final int flowHash)
    {
        return (int)((flowHash & 0xFFFF_FFFFL) * sockets.length >>> Integer.SIZE);
    }

    /** @return what is worth a word in the start line, behind a comma; empty if datagrams leave from the main port. */
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
