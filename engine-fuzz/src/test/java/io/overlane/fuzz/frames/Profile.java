// SPDX-License-Identifier: Apache-2.0
package io.overlane.fuzz.frames;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.engine.EngineContext;
import io.overlane.policy.IpNetworkContext;
import io.overlane.policy.PolicyProfile;
import io.overlane.policy.SegmentContext;
import io.overlane.policy.SourcePolicy;
import io.overlane.routing.Gateway;
import io.overlane.routing.RouteTarget;
import io.overlane.routing.RoutingContext;
import java.util.List;

/** The kinds of engines through which frames are sent. */
enum Profile
{
    /** Two ports and rules as in Linux; it learns. */
    LINUX(PolicyProfile.LINUX),

    /** Two ports and the rules of RFC 7348; it learns. */
    RFC7348(PolicyProfile.RFC7348),

    /** Two ports and strict rules; it learns. */
    STRICT(PolicyProfile.STRICT),

    /** A trunk whose VLANs 7 and 8 are two segments. */
    TRUNK(PolicyProfile.LINUX),

    /** Two segments between which a gateway routes, with an L3 VNI. */
    GATEWAY(PolicyProfile.LINUX),

    /** IP packets without Ethernet. */
    IP(null);

    /** VLANs of the trunk, and the VNIs of their segments. */
    static final int[] VLANS = {7, 8};
    static final int[] VNIS = {1, 2};

    private static final List<Vtep> REMOTES_V4 =
        List.of(Vtep.parse("192.0.2.10:8472", 0), Vtep.parse("192.0.2.11:8472", 0));
    private static final List<Vtep> REMOTES_V6 =
        List.of(Vtep.parse("[2001:db8::10]:8472", 0), Vtep.parse("[2001:db8::11]:8472", 0));

    static final long GATEWAY_MAC = 0x00_00_5E_00_01_01L;
    static final long ROUTER_MAC = 0x02_00_00_00_0F_00L;
    static final int L3_VNI = 900;
    private static final String CONTEXT = "red";

    static final long OWN_MAC = 0x02_00_00_00_00_AAL;
    static final long NEIGHBOR_MAC = 0x02_00_00_00_00_99L;
    static final long STATIC_MAC = 0x02_00_00_00_00_02L;

    private final PolicyProfile rules;

    Profile(final PolicyProfile rules)
    {
        this.rules = rules;
    }

    boolean isVxlan()
    {
        return this != IP;
    }

    /** This engine's endpoint. */
    static Vtep local(final boolean isV4)
    {
        return Vtep.parse(isV4 ? "192.0.2.1:8472" : "[2001:db8::1]:8472", 0);
    }

    /** A remote that is configured, 0…1. */
    static Vtep remote(final boolean isV4, final int index)
    {
        return (isV4 ? REMOTES_V4 : REMOTES_V6).get(index);
    }

    /** The L3 VNI, prefixes behind another router, and prefixes that are nowhere. */
    static void routing(final EngineContext context, final boolean isV4)
    {
        context
            .routing(new RoutingContext(CONTEXT).gatewayMac(new MacAddress(GATEWAY_MAC)).l3Vni(L3_VNI)
                .routerMac(new MacAddress(ROUTER_MAC)))
            .route(CONTEXT, IpPrefix.parse("10.3.0.0/16"),
                new RouteTarget.Remote(remote(isV4, 0), new MacAddress(0x02_00_00_00_0F_01L)))
            .route(CONTEXT, IpPrefix.parse("fd03::/16"),
                new RouteTarget.Remote(remote(isV4, 1), new MacAddress(0x02_00_00_00_0F_02L)))
            .route(CONTEXT, IpPrefix.parse("10.4.0.0/16"), new RouteTarget.Via(IpAddress.parse("10.2.0.9")))
            .route(CONTEXT, IpPrefix.parse("10.5.0.0/16"), new RouteTarget.Unreachable())
            .route(CONTEXT, IpPrefix.parse("10.6.0.0/16"), new RouteTarget.Blackhole());
    }

    SegmentContext segment(final int vni, final boolean isV4)
    {
        final SegmentContext segment = new SegmentContext(vni);
        if (this == GATEWAY)
        {
            segment.gateway(Gateway.of(CONTEXT, "10." + vni + ".0.1/24", "fd0" + vni + "::1/64"));
        }
        return segment
            .policy(policy -> policy.profile(rules).learning(true).maxLearned(200))
            .flood(remote(isV4, 0)).flood(remote(isV4, 1))
            .fdb(new MacAddress(STATIC_MAC), remote(isV4, 0))
            .ownMac(new MacAddress(OWN_MAC))
            .neighbor(IpAddress.parse("10.0.0.9"), new MacAddress(NEIGHBOR_MAC))
            .neighbor(IpAddress.parse("fd00::9"), new MacAddress(NEIGHBOR_MAC));
    }

    static IpNetworkContext network(final boolean isV4)
    {
        return new IpNetworkContext()
            .address(IpAddress.parse("10.5.1.0"))
            .local(IpPrefix.parse("10.5.1.0/24"))
            .allIcmpErrors(true)
            .sourcePolicy(SourcePolicy.KNOWN)
            .route(IpPrefix.parse("10.5.2.0/24"), remote(isV4, 0))
            .route(IpPrefix.parse("10.5.3.0/24"), remote(isV4, 1));
    }
}
