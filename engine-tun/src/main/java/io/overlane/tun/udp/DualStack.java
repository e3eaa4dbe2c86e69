// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.udp;

import io.overlane.address.IpAddress;
import io.overlane.tun.libc.DescriptorWait;
import io.overlane.underlay.DualStackUnderlay;
import java.io.IOException;
import java.util.function.UnaryOperator;
import org.agrona.CloseHelper;
import org.agrona.ErrorHandler;

/** Opens an IPv4 and an IPv6 socket on every address and one port, as one underlay with one wait. */
public final class DualStack
{
    private DualStack()
    {
    }

    /**
     * @param udpPort      to bind to; 0 for one that the kernel chooses and that is free for both.
     * @param settings     sets the other options; called for each socket.
     * @param errorHandler gets the failures of the sockets.
     * @return both as one; closing it closes both.
     * @throws IOException if one of the sockets cannot be opened; the message is one line.
     */
    public static DualStackUnderlay open(
        final int udpPort, final UnaryOperator<UdpOptions> settings, final ErrorHandler errorHandler)
        throws IOException
    {
        LibcUnderlay ipv6 = null;
        LibcUnderlay ipv4 = null;
        try
        {
            ipv6 = new LibcUnderlay(
                settings.apply(new UdpOptions(IpAddress.ANY_V6, udpPort)).v6Only(true), errorHandler);
            ipv4 = new LibcUnderlay(
                settings.apply(new UdpOptions(IpAddress.ANY_V4, ipv6.local().udpPort())), errorHandler);
            return new DualStackUnderlay(ipv4, ipv6, waitFor(ipv4, ipv6));
        }
        catch (final IOException | RuntimeException | Error ex)
        {
            CloseHelper.quietCloseAll(ipv4, ipv6);
            throw ex;
        }
    }

    private static DescriptorWait waitFor(final LibcUnderlay ipv4, final LibcUnderlay ipv6) throws IOException
    {
        final DescriptorWait wait = new DescriptorWait();
        ipv4.addTo(wait);
        ipv6.addTo(wait);
        return wait;
    }
}
