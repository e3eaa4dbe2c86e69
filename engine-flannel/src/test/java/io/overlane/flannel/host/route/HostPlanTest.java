// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.route;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What each backend asks of the kernel. */
class HostPlanTest
{
    private static final IpPrefix NEAR_SUBNET = IpPrefix.parse("10.5.2.0/24");
    private static final IpPrefix FAR_SUBNET = IpPrefix.parse("10.5.3.0/24");
    private static final HostPlan.Peer NEAR = new HostPlan.Peer(
        NEAR_SUBNET, IpAddress.parse("192.0.2.2"), MacAddress.parse("02:00:00:00:00:02"));
    private static final HostPlan.Peer FAR = new HostPlan.Peer(
        FAR_SUBNET, IpAddress.parse("198.51.100.3"), MacAddress.parse("02:00:00:00:00:03"));

    @Test
    void shouldTunnelToEveryPeer()
    {
        assertEquals(
            new HostPlan(
                List.of(KernelRoute.tunnel(NEAR_SUBNET, "flannel.1"), KernelRoute.tunnel(FAR_SUBNET, "flannel.1")),
                Map.of(NEAR_SUBNET.address(), NEAR.mac(), FAR_SUBNET.address(), FAR.mac())),
            HostPlan.vxlan(List.of(NEAR, FAR), "flannel.1", Map.of()));
    }

    @Test
    void shouldRouteDirectlyToPeersOnALink()
    {
        assertEquals(
            new HostPlan(
                List.of(
                    KernelRoute.via(NEAR_SUBNET, NEAR.underlay(), "eth0"),
                    KernelRoute.tunnel(FAR_SUBNET, "flannel.1")),
                Map.of(FAR_SUBNET.address(), FAR.mac())),
            HostPlan.vxlan(List.of(NEAR, FAR), "flannel.1", Map.of(NEAR.underlay(), "eth0")));
    }

    @Test
    void shouldRouteThroughPeersOfHostGateway()
    {
        assertEquals(
            List.of(KernelRoute.via(NEAR_SUBNET, NEAR.underlay(), "eth0"), KernelRoute.blackhole(FAR_SUBNET)),
            HostPlan.hostGateway(List.of(NEAR), "eth0").with(KernelRoute.blackhole(FAR_SUBNET)).routes());
    }

    @Test
    void shouldRouteTheWholeNetworkIntoFlannel0()
    {
        final IpPrefix network = IpPrefix.parse("10.5.0.0/16");
        assertEquals(
            List.of(KernelRoute.device(network, "flannel0")), HostPlan.udp(network, "flannel0").routes());
    }
}
