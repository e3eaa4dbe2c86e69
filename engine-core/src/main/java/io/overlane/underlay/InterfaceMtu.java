// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.nio.channels.DatagramChannel;

/**
 * Asks the JDK for the MTU of the interface that leads to a remote. This is not the MTU of the path: a route or a
 * router may have a smaller one, which the JDK cannot ask for.
 */
final class InterfaceMtu
{
    private InterfaceMtu()
    {
    }

    /**
     * Connect a socket, which sends nothing, and look for the interface that has its address. Takes some system calls.
     *
     * @param remote to send to.
     * @return IP MTU in bytes; 0 if there is no way to the remote or the system does not say.
     */
    static int towards(final InetSocketAddress remote)
    {
        try (DatagramChannel channel = DatagramChannel.open())
        {
            channel.connect(remote);
            final InetSocketAddress source = (InetSocketAddress)channel.getLocalAddress();
            final NetworkInterface out = NetworkInterface.getByInetAddress(source.getAddress());
            return out == null ? 0 : out.getMTU();
        }
        catch (final IOException ex)
        {
            return 0;
        }
    }
}
