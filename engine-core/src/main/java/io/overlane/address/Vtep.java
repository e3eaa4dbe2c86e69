// SPDX-License-Identifier: Apache-2.0
package io.overlane.address;

import java.util.Set;

/**
 * A tunnel endpoint: where datagrams for it are sent.
 *
 * @param address of the underlay.
 * @param udpPort 1…65535.
 */
public record Vtep(IpAddress address, int udpPort)
{
    /** The registered port of VXLAN, the port of Linux and flannel, and that of flannel's udp backend. */
    private static final Set<String> TUNNEL_PORTS = Set.of("4789", "8472", "8285");

    /**
     * @throws IllegalArgumentException if the port is out of range.
     */
    public Vtep
    {
        if (udpPort < 1 || udpPort > 0xFFFF)
        {
            throw new IllegalArgumentException("not a UDP port: " + udpPort + " (expected 1…65535)");
        }
    }

    /**
     * @param text           {@code IP}, {@code IPV4:PORT} or {@code [IPV6]:PORT}; the address may have a zone.
     * @param defaultUdpPort the port if the text has none.
     * @return the endpoint.
     * @throws IllegalArgumentException if {@code text} is anything else, or an IPv6 address without brackets whose last
     *                                  group looks like the port of a tunnel: {@code fd00::1:8472}.
     */
    public static Vtep parse(final String text, final int defaultUdpPort)
    {
        final int bracket = text.indexOf(']');
        if (text.startsWith("[") && bracket > 0)
        {
            final IpAddress address = IpAddress.parse(text.substring(1, bracket));
            return new Vtep(address, portAfter(text, bracket + 1, defaultUdpPort));
        }
        final int colon = text.indexOf(':');
        if (colon >= 0 && colon == text.lastIndexOf(':'))
        {
            return new Vtep(IpAddress.parse(text.substring(0, colon)), portAfter(text, colon, defaultUdpPort));
        }
        final IpAddress address = IpAddress.parse(text);
        requireNoPort(text, defaultUdpPort);
        return new Vtep(address, defaultUdpPort);
    }

    /** A port behind an IPv6 address without brackets reads as the last group of the address. */
    private static void requireNoPort(final String text, final int defaultUdpPort)
    {
        final int colon = text.lastIndexOf(':');
        final String last = text.substring(colon + 1);
        if (colon > 0 && (TUNNEL_PORTS.contains(last) || last.equals(Integer.toString(defaultUdpPort))) &&
            isAddress(text.substring(0, colon)))
        {
            throw new IllegalArgumentException("'" + text + "' reads as an address without a port; write [" +
                text.substring(0, colon) + "]:" + last + ", or [" + text + "] if that is the address");
        }
    }

    private static boolean isAddress(final String text)
    {
        try
        {
            IpAddress.parse(text);
            return true;
        }
        catch (final IllegalArgumentException ex)
        {
            return false;
        }
    }

    private static int portAfter(final String text, final int index, final int defaultUdpPort)
    {
        if (index == text.length())
        {
            return defaultUdpPort;
        }
        final String port = text.substring(index + 1);
        if (text.charAt(index) != ':' || !port.matches("\\d{1,5}"))
        {
            throw new IllegalArgumentException("not IP[:PORT]: '" + Printable.line(text) + "'");
        }
        return Integer.parseInt(port);
    }

    /**
     * @param local an address of this host.
     * @return this endpoint, its address {@linkplain IpAddress#inZoneOf(IpAddress) in the zone} of the other.
     */
    public Vtep inZoneOf(final IpAddress local)
    {
        return new Vtep(address.inZoneOf(local), udpPort);
    }

    @Override
    public String toString()
    {
        return address.isV4() ? address + ":" + udpPort : "[" + address + "]:" + udpPort;
    }
}
