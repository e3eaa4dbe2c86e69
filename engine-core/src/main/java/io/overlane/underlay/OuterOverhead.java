// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay;

/**
 * How many bytes the headers in front of a frame take, by IP version: the only place that knows. Outer IPv4 options and
 * IPv6 extension headers are never sent.
 *
 * <pre>
 *              IP   UDP  VXLAN  Ethernet   together
 *  IPv4        20 +  8 +   8 +     14    =    50
 *  IPv6        40 +  8 +   8 +     14    =    70
 * </pre>
 */
public final class OuterOverhead
{
    private static final int IPV4 = 20;
    private static final int IPV6 = 40;
    private static final int UDP = 8;
    private static final int VXLAN = 8;
    private static final int ETHERNET = 14;

    private OuterOverhead()
    {
    }

    /**
     * What stands in front of a UDP payload.
     *
     * @param isV4 over IPv4.
     * @return 28, or 48 over IPv6.
     */
    public static int datagram(final boolean isV4)
    {
        return (isV4 ? IPV4 : IPV6) + UDP;
    }

    /**
     * What a segment's IP MTU is smaller by than the underlay's: outer headers and the inner Ethernet header.
     *
     * @param isV4 over IPv4.
     * @return 50, or 70 over IPv6.
     */
    public static int vxlan(final boolean isV4)
    {
        return datagram(isV4) + VXLAN + ETHERNET;
    }
}
