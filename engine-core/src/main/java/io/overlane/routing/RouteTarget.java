// SPDX-License-Identifier: Apache-2.0
package io.overlane.routing;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vni;
import io.overlane.address.Vtep;
import io.overlane.setting.Setting;

/** Where a route of a routing context leads. */
public sealed interface RouteTarget
{
    /** The segment of a next hop is the one whose prefix contains it. */
    int ANY_SEGMENT = -1;

    /**
     * A router in a segment of the context.
     *
     * @param nextHop its address.
     * @param vni     its segment, or {@link #ANY_SEGMENT}; an IPv6 link-local next hop needs the VNI.
     */
    record Via(IpAddress nextHop, int vni) implements RouteTarget
    {
        /** @throws IllegalArgumentException if the address is link-local and there is no VNI. */
        public Via
        {
            Setting.notNull("nextHop", nextHop);
            if (vni != ANY_SEGMENT)
            {
                Vni.check(vni);
            }
            else if (IpAddress.isLinkLocal(nextHop.high()))
            {
                throw new IllegalArgumentException(
                    "next hop " + nextHop + " is link-local; name the VNI of its segment");
            }
            if (nextHop.isAny() || nextHop.isMulticast())
            {
                throw new IllegalArgumentException("next hop " + nextHop + " is not the address of a router");
            }
        }

        /** A router in the segment whose prefix contains its address. */
        public Via(final IpAddress nextHop)
        {
            this(nextHop, ANY_SEGMENT);
        }

        @Override
        public String toString()
        {
            return "via " + nextHop + (vni == ANY_SEGMENT ? "" : " vni " + vni);
        }
    }

    /**
     * Another router of the same context, through the L3 VNI.
     *
     * @param vtep      its underlay address and UDP port.
     * @param routerMac its router MAC.
     */
    record Remote(Vtep vtep, MacAddress routerMac) implements RouteTarget
    {
        /** @throws IllegalArgumentException if the MAC is not that of a station. */
        public Remote
        {
            Setting.notNull("vtep", vtep);
            if (!MacAddress.isValidSource(Setting.notNull("routerMac", routerMac).value()))
            {
                throw new IllegalArgumentException("router MAC " + routerMac + " is no station's MAC address");
            }
        }

        @Override
        public String toString()
        {
            return "remote " + vtep + " mac " + routerMac;
        }
    }

    /** Packets are dropped; nobody gets an answer. */
    record Blackhole() implements RouteTarget
    {
        @Override
        public String toString()
        {
            return "blackhole";
        }
    }

    /** Packets are dropped, and their senders get "network unreachable". */
    record Unreachable() implements RouteTarget
    {
        @Override
        public String toString()
        {
            return "unreachable";
        }
    }
}
