// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.backend;

import io.overlane.tun.handover.TakenDescriptors;
import io.overlane.tun.libc.LibC;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Open descriptors of a tunnel, for whoever closes them or passes them on.
 *
 * @param name   of the device.
 * @param device descriptor of the TAP or TUN device.
 * @param socket descriptor of the UDP socket.
 */
public record TunnelDescriptors(String name, int device, int socket)
{
    /** Makes one more descriptor of a device or socket. */
    interface Duplicator
    {
        int duplicate() throws IOException;
    }

    /** Further descriptors of a device and its socket, which the caller has to close; none if this fails. */
    static TunnelDescriptors duplicate(final String name, final Duplicator device, final Duplicator socket)
        throws IOException
    {
        final int ofDevice = device.duplicate();
        try
        {
            return new TunnelDescriptors(name, ofDevice, socket.duplicate());
        }
        catch (final IOException | RuntimeException ex)
        {
            LibC.close(ofDevice);
            throw ex;
        }
    }

    /** Close both. */
    void close()
    {
        LibC.close(device);
        LibC.close(socket);
    }

    /** The descriptors of some tunnels, as a process leaves them to the next one. */
    public static Map<String, Integer> byName(final List<TunnelDescriptors> tunnels)
    {
        final Map<String, Integer> all = new LinkedHashMap<>();
        for (final TunnelDescriptors tunnel : tunnels)
        {
            all.put(tunnel.name, tunnel.device);
            all.put(socketOf(tunnel.name), tunnel.socket);
        }
        return all;
    }

    /** The socket of a tunnel, which the caller has to close; {@link TakenDescriptors#NONE} if it was not left. */
    static int takeSocket(final TakenDescriptors taken, final String name)
    {
        return taken.take(socketOf(name));
    }

    private static String socketOf(final String name)
    {
        return "socket of " + name;
    }
}
