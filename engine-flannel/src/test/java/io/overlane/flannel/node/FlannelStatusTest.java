// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import static io.overlane.flannel.node.TestLeases.lease;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.flannel.backend.Backend;
import io.overlane.flannel.host.route.HostPlan;
import io.overlane.flannel.host.route.KernelRoute;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A node in words. */
class FlannelStatusTest
{
    private static final HostPlan PLAN = new HostPlan(
        List.of(
            KernelRoute.tunnel(IpPrefix.parse("10.5.2.0/24"), "flannel.1"),
            KernelRoute.via(IpPrefix.parse("10.5.3.0/24"), IpAddress.parse("192.0.2.3"), "eth0"),
            KernelRoute.blackhole(IpPrefix.parse("10.5.1.0/24"))),
        Map.of(IpAddress.parse("10.5.2.0"), MacAddress.parse("02:00:00:00:00:02")));

    private final FlannelStatus status = new FlannelStatus(
        lease("10.5.1.0-24", "192.0.2.1"), List.of(lease("10.5.2.0-24", "192.0.2.2")),
        (Backend)Proxy.newProxyInstance(FlannelStatusTest.class.getClassLoader(), new Class<?>[]{Backend.class},
            (proxy, method, arguments) -> "plans".equals(method.getName()) ? List.of(PLAN) : "through the tunnel"));

    @Test
    void shouldListLeasesTheOwnOneFirst()
    {
        assertEquals(List.of(
            "10.5.1.0/24  {\"PublicIP\":\"192.0.2.1\",\"PublicIPv6\":null,\"BackendType\":\"host-gw\"}  (this node)",
            "10.5.2.0/24  {\"PublicIP\":\"192.0.2.2\",\"PublicIPv6\":null,\"BackendType\":\"host-gw\"}"),
            status.leases());
    }

    @Test
    void shouldListRoutesAndNeighbors()
    {
        assertEquals(List.of(
            "10.5.2.0/24 via 10.5.2.0 dev flannel.1 onlink",
            "10.5.3.0/24 via 192.0.2.3 dev eth0",
            "10.5.1.0/24 blackhole",
            "10.5.2.0 is at 02:00:00:00:00:02"), status.routes());
    }

    @Test
    void shouldSayHowAPeerIsReachedByAnyOfItsAddresses()
    {
        for (final String peer : List.of("10.5.2.0/24", "10.5.2.77", "192.0.2.2"))
        {
            assertEquals(peer + " is 10.5.2.0/24 at 192.0.2.2: through the tunnel", status.why(peer));
        }
        assertEquals("10.5.1.9 is this node, 10.5.1.0/24", status.why("10.5.1.9"));
        assertEquals("10.5.9.9: no node has a lease for it", status.why("10.5.9.9"));
    }
}
