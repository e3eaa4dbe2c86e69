// SPDX-License-Identifier: Apache-2.0
package io.overlane.underlay.base;

/**
 * The length of the headers in front of a frame, by IP version. Outer IPv4 options and IPv6 extension headers are never
 * sent.
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

    /** @return bytes in front of a UDP payload: 28, or 48 over IPv6. */
    public static int datagram(final boolean isV4)
    {
        return (isV4 ? IPV4 : IPV6) + UDP;
    }

    /**
     * @return difference of the underlay's IP MTU and a segment's: 50, or 70 over IPv6. It includes the inner Ethernet
     *         header.
     */
    public static int vxlan(final boolean isV4)
    {
        return datagram(isV4) + VXLAN + ETHERNET;
    }
}
