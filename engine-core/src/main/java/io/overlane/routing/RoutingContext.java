// SPDX-License-Identifier: Apache-2.0
package io.overlane.routing;

import io.overlane.address.MacAddress;
import io.overlane.address.Vni;
import io.overlane.setting.Setting;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a routing context, which groups segments: packets are routed between them, and to no others. A
 * context exists as soon as these settings, a gateway or a route name it; without settings it has the defaults.
 *
 * @param name       1…32 letters, digits, {@code _}, {@code -} and {@code .}; the first is a letter or digit.
 * @param gatewayMac MAC address of the gateway in all segments of the context, the same on all engines (anycast).
 * @param l3Vni      VNI of packets that are routed at both ends (RFC 9135 §4.2), or {@link #NO_VNI}.
 * @param routerMac  destination MAC of packets that other engines send here in the L3 VNI; null: made from the address
 *                   of the underlay.
 */
public record RoutingContext(String name, MacAddress gatewayMac, int l3Vni, @Nullable MacAddress routerMac)
{
    /** The context has no L3 VNI. */
    public static final int NO_VNI = -1;

    /** From the range of virtual routers (RFC 5798 §7.3), with the number 1. */
    public static final MacAddress DEFAULT_GATEWAY_MAC = new MacAddress(0x00_00_5E_00_01_01L);

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,31}");

    /** @throws IllegalArgumentException if a value is out of range. */
    public RoutingContext
    {
        checkName(name);
        if (!MacAddress.isValidSource(Setting.notNull("gatewayMac", gatewayMac).value()))
        {
            throw new IllegalArgumentException(
                "gatewayMac=" + gatewayMac + " of context " + name + " is no station's MAC address");
        }
        if (routerMac != null && !MacAddress.isValidSource(routerMac.value()))
        {
            throw new IllegalArgumentException(
                "routerMac=" + routerMac + " of context " + name + " is no station's MAC address");
        }
        Setting.inRange("l3Vni", l3Vni, NO_VNI, Vni.MAX_VALUE);
    }

    /** The defaults: {@link #DEFAULT_GATEWAY_MAC}, no L3 VNI. */
    public RoutingContext(final String name)
    {
        this(name, DEFAULT_GATEWAY_MAC, NO_VNI, null);
    }

    /** @return a copy with another gateway MAC. */
    public RoutingContext gatewayMac(final MacAddress mac)
    {
        return new RoutingContext(name, mac, l3Vni, routerMac);
    }

    /** @return a copy with another L3 VNI. */
    public RoutingContext l3Vni(final int vni)
    {
        return new RoutingContext(name, gatewayMac, vni, routerMac);
    }

    /** @return a copy with another router MAC. */
    public RoutingContext routerMac(final @Nullable MacAddress mac)
    {
        return new RoutingContext(name, gatewayMac, l3Vni, mac);
    }

    static String checkName(final String name)
    {
        if (name == null || !NAME.matcher(name).matches())
        {
            throw new IllegalArgumentException("'" + name + "' is not a name of a routing context; use 1 to 32" +
                " letters, digits, '_', '-' and '.', the first a letter or digit");
        }
        return name;
    }
}
