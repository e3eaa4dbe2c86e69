// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.udp;

import io.overlane.address.IpAddress;
import io.overlane.tun.libc.DescriptorWait;
import io.overlane.underlay.DualStackUnderlay;
import io.overlane.underlay.UnderlayException;
import io.overlane.underlay.UnderlayOptions;
import io.overlane.underlay.base.UdpAddress;
import java.io.IOException;
import org.agrona.CloseHelper;

/** Opens an IPv4 and an IPv6 socket on every address and one port, as one underlay with one wait. */
public final class DualStack
{
    private DualStack()
    {
    }

    /**
     * @param options with the address {@code ::}; a port of 0 is one that the kernel chooses and that is free for both.
     * @return both as one; closing it closes both.
     * @throws IllegalArgumentException if the address is not {@code ::}.
     * @throws UnderlayException if one of the sockets cannot be opened.
     */
    public static DualStackUnderlay open(final UnderlayOptions options) throws UnderlayException
    {
        if (!options.local().equals(IpAddress.ANY_V6))
        {
            throw new IllegalArgumentException(
                "local=" + options.local() + ": two sockets are bound to every address; pass IpAddress.ANY_V6");
        }
        LibcUnderlay ipv6 = null;
        LibcUnderlay ipv4 = null;
        try
        {
            ipv6 = LibcUnderlay.open(new UnderlayOptions(IpAddress.ANY_V6, options.udpPort(), options).v6Only(true));
            ipv4 = LibcUnderlay.open(
                new UnderlayOptions(IpAddress.ANY_V4, ipv6.local().udpPort(), options).v6Only(false));
            return new DualStackUnderlay(ipv4, ipv6, waitFor(ipv4, ipv6));
        }
        catch (final UnderlayException | RuntimeException | Error ex)
        {
            CloseHelper.quietCloseAll(ipv4, ipv6);
            throw ex;
        }
        catch (final IOException ex)
        {
            CloseHelper.quietCloseAll(ipv4, ipv6);
            throw UdpAddress.cannotOpen(options, String.valueOf(ex.getMessage()), ex);
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
