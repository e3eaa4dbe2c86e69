// SPDX-License-Identifier: Apache-2.0
package io.overlane.examples.lab;

/**
 * Who has which address in the overlay: host n has the subnets {@code 10.244.n.0/24} and {@code fd00:244:n::/64}, and
 * as flannel does it, their first address on its device.
 */
public final class Overlay
{
    private Overlay()
    {
    }

    /** @return MAC address of a host's overlay device. */
    public static String mac(final LabHost host)
    {
        return "02:00:00:00:00:0" + host.number();
    }

    /** @return overlay address of a host. */
    public static String v4(final LabHost host)
    {
        return "10.244." + host.number() + ".0";
    }

    /** @return overlay address of a host. */
    public static String v6(final LabHost host)
    {
        return "fd00:244:" + host.number() + "::";
    }

    /** @return the subnet behind a host. */
    public static String subnetV4(final LabHost host)
    {
        return v4(host) + "/24";
    }

    /** @return the subnet behind a host. */
    public static String subnetV6(final LabHost host)
    {
        return v6(host) + "/64";
    }
}
