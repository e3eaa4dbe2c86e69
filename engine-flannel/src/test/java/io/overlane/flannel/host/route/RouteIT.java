// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.flannel.host.TestLinks;
import io.overlane.testkit.InNamespace;
import io.overlane.tun.host.IpCommand;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against the real command and devices. */
@InNamespace(ipv6 = true)
class RouteIT
{
    private static final List<IpPrefix> NETWORKS =
        List.of(IpPrefix.parse("10.5.0.0/16"), IpPrefix.parse("fd05::/48"));

    private final TestLinks links = new TestLinks();
    private final IpCommand ip = links.ip();
    private final RouteKeeper keeper = new RouteKeeper(ip, NETWORKS);

    @BeforeEach
    void open() throws IOException
    {
        links.add("eth9", 1500, "192.0.2.1/24", "2001:db8::1/64");
        links.add("fl.1", 1450);
    }

    @AfterEach
    void close() throws IOException
    {
        links.close();
        // A blackhole route has no device that it could go with.
        ip.run("-4", "route", "flush", "proto", "79");
        ip.run("-6", "route", "flush", "proto", "79");
    }

    private static IpPrefix subnet(final String text)
    {
        return IpPrefix.parse(text);
    }

    private List<KernelRoute> wanted()
    {
        return new ArrayList<>(List.of(
            KernelRoute.via(subnet("10.5.2.0/24"), IpAddress.parse("192.0.2.2"), "eth9"),
            KernelRoute.tunnel(subnet("10.5.3.0/24"), "fl.1"),
            KernelRoute.blackhole(subnet("10.5.1.0/24")),
            KernelRoute.via(subnet("fd05:0:0:2::/64"), IpAddress.parse("2001:db8::2"), "eth9"),
            KernelRoute.tunnel(subnet("fd05:0:0:3::/64"), "fl.1"),
            KernelRoute.blackhole(subnet("fd05:0:0:1::/64"))));
    }

    /** Without those of link-local addresses: the kernel adds them some time after a link is up. */
    private String routes(final String family) throws IOException
    {
        return ip.run(family, "route", "show").replaceAll("(?m)^fe80:.*\n", "").replaceAll(" +\n", "\n");
    }

    @Test
    void shouldSetWhatIsMissingOnce() throws IOException
    {
        final HostChanges changes = keeper.ensure(wanted());
        assertEquals(List.of(), changes.failures());
        assertEquals(6, changes.set().size());
        assertTrue(keeper.ensure(wanted()).isEmpty());

        final String v4 = routes("-4");
        assertTrue(v4.contains("10.5.2.0/24 via 192.0.2.2 dev eth9 proto 79\n"), v4);
        assertTrue(v4.contains("10.5.3.0/24 via 10.5.3.0 dev fl.1 proto 79 onlink\n"), v4);
        assertTrue(v4.contains("blackhole 10.5.1.0/24 proto 79 metric 4294967295\n"), v4);
        final String v6 = routes("-6");
        assertTrue(v6.contains("fd05:0:0:2::/64 via 2001:db8::2 dev eth9 proto 79 metric 1024"), v6);
        assertTrue(v6.contains("fd05:0:0:3::/64 via fd05:0:0:3:: dev fl.1 proto 79 metric 1024 onlink"), v6);
        assertTrue(v6.contains("blackhole fd05:0:0:1::/64 dev lo proto 79 metric 4294967295"), v6);
    }

    @Test
    void shouldCarryOutADifference() throws IOException
    {
        final MacAddress mac = MacAddress.parse("02:00:00:00:00:03");
        final HostPlan before = new HostPlan(wanted(), Map.of(IpAddress.parse("10.5.3.0"), mac));
        assertEquals(List.of(), HostDelta.apply(ip, HostPlan.NONE, before, "fl.1").failures());
        assertTrue(keeper.ensure(before.routes()).isEmpty());

        final List<KernelRoute> routes = wanted();
        routes.set(0, KernelRoute.tunnel(subnet("10.5.2.0/24"), "fl.1"));
        routes.remove(1);
        routes.add(KernelRoute.tunnel(subnet("fd05:0:0:4::/64"), "fl.1"));
        final HostPlan now = new HostPlan(routes, Map.of(
            IpAddress.parse("10.5.2.0"), mac, IpAddress.parse("fd05:0:0:4::"), mac));
        final HostChanges changes = HostDelta.apply(ip, before, now, "fl.1");
        assertEquals(List.of(), changes.failures());
        assertEquals(4, changes.set().size(), changes::toString);
        assertEquals(2, changes.removed().size(), changes::toString);
        assertTrue(keeper.ensure(routes).isEmpty());
        assertTrue(new NeighborKeeper(ip, "fl.1").ensure(now.neighbors()).isEmpty());
    }

    @Test
    void shouldNotTakeTheRouteOfSomebodyElseByADifference() throws IOException
    {
        ip.run("route", "add", "10.5.2.0/24", "via", "192.0.2.9", "proto", "static");
        final HostPlan now = new HostPlan(wanted().subList(0, 1), Map.of());
        assertEquals(1, HostDelta.apply(ip, HostPlan.NONE, now, "fl.1").failures().size());
        assertTrue(routes("-4").contains("10.5.2.0/24 via 192.0.2.9"), routes("-4"));
    }

    @Test
    void shouldRepairWhatOthersDid() throws IOException
    {
        keeper.ensure(wanted());
        final String v4 = routes("-4");
        final String v6 = routes("-6");
        ip.run("route", "del", "10.5.2.0/24");
        ip.run("route", "replace", "10.5.3.0/24", "via", "192.0.2.66");
        ip.run("-6", "route", "del", "fd05:0:0:2::/64");
        ip.run("-6", "route", "replace", "fd05:0:0:3::/64", "via", "2001:db8::66");
        final HostChanges changes = keeper.ensure(wanted());
        assertEquals(List.of(), changes.failures());
        assertEquals(4, changes.set().size(), changes.toString());
        assertEquals(v4, routes("-4"));
        assertEquals(v6, routes("-6"));
    }

    @Test
    void shouldComeBackAfterTheLinkWasDown() throws IOException
    {
        keeper.ensure(wanted());
        ip.run("link", "set", "eth9", "down");
        final HostChanges down = keeper.ensure(wanted());
        assertEquals(2, down.failures().size(), down.toString());
        assertTrue(down.failures().get(0).startsWith(
            "'ip route replace 10.5.2.0/24 via 192.0.2.2 dev eth9 proto 79' failed: "), down.toString());
        ip.run("link", "set", "eth9", "up");
        // The kernel takes IPv6 addresses away with the link.
        ip.run("-6", "addr", "replace", "2001:db8::1/64", "dev", "eth9", "nodad");
        assertEquals(List.of(), keeper.ensure(wanted()).failures());
        assertTrue(keeper.ensure(wanted()).isEmpty());
    }

    @Test
    void shouldRemoveLeftoversAndLeaveForeignRoutes() throws IOException
    {
        keeper.ensure(wanted());
        ip.run("route", "add", "10.5.77.0/24", "via", "192.0.2.7");
        ip.run("route", "add", "10.5.2.0/24", "via", "192.0.2.7", "metric", "50");
        ip.run("route", "add", "10.6.1.0/24", "via", "192.0.2.7", "proto", "79");
        final RouteKeeper afterRestart = new RouteKeeper(ip, NETWORKS);
        final List<KernelRoute> wanted = wanted();
        wanted.remove(0);
        wanted.remove(2);
        final HostChanges changes = afterRestart.ensure(wanted);
        assertEquals(List.of(), changes.failures());
        assertEquals(List.of("route del 10.5.2.0/24 proto 79", "route del fd05:0:0:2::/64 proto 79 metric 1024"),
            changes.removed());
        final String v4 = routes("-4");
        assertTrue(v4.contains("10.5.77.0/24 via 192.0.2.7 dev eth9\n"), v4);
        assertTrue(v4.contains("10.5.2.0/24 via 192.0.2.7 dev eth9 metric 50\n"), v4);
        assertTrue(v4.contains("10.6.1.0/24 via 192.0.2.7 dev eth9 proto 79\n"), "of another network: " + v4);

        afterRestart.ensure(List.of());
        assertEquals(2, routes("-4").lines().filter(line -> line.startsWith("10.5.")).count());
    }

    @Test
    void shouldTakeOverAnEqualRouteAndMoveAChangedOne() throws IOException
    {
        ip.run("route", "add", "10.5.2.0/24", "via", "192.0.2.2");
        keeper.ensure(wanted());
        assertEquals(1, routes("-4").lines().filter(line -> line.startsWith("10.5.2.0/24")).count());
        final List<KernelRoute> moved = wanted();
        moved.set(0, KernelRoute.tunnel(subnet("10.5.2.0/24"), "fl.1"));
        moved.set(1, KernelRoute.via(subnet("10.5.3.0/24"), IpAddress.parse("192.0.2.3"), "eth9"));
        moved.set(3, KernelRoute.tunnel(subnet("fd05:0:0:2::/64"), "fl.1"));
        moved.set(4, KernelRoute.via(subnet("fd05:0:0:3::/64"), IpAddress.parse("2001:db8::3"), "eth9"));
        final HostChanges changes = keeper.ensure(moved);
        assertEquals(4, changes.set().size());
        assertEquals(List.of(), changes.failures());
        assertEquals(List.of(), changes.removed());
        assertTrue(keeper.ensure(moved).isEmpty());
    }

    @Test
    void shouldNotTouchASubnetThatIsOnALinkOfThisHost() throws IOException
    {
        links.add("cni0", 1450, "10.5.1.1/24", "10.5.2.1/24");
        final HostChanges changes = keeper.ensure(wanted());
        assertEquals(
            List.of("no route to 10.5.2.0/24: an address of device cni0 is in that subnet"), changes.failures());
        final String v4 = routes("-4");
        assertTrue(v4.contains("10.5.2.0/24 dev cni0 proto kernel"), v4);
        assertTrue(v4.contains("10.5.1.0/24 dev cni0 proto kernel"), v4);
        assertTrue(v4.contains("blackhole 10.5.1.0/24"), v4);
        assertTrue(ip.run("route", "get", "10.5.1.9").contains("dev cni0"), "the blackhole yields");
    }

    @Test
    void shouldSetAThousandRoutes() throws IOException
    {
        final List<KernelRoute> many = new ArrayList<>();
        for (int i = 0; i < 1000; i++)
        {
            many.add(KernelRoute.tunnel(
                new IpPrefix(IpAddress.ofV4(10 << 24 | 5 << 16 | i << 6), 26), "fl.1"));
        }
        final long startNs = System.nanoTime();
        assertEquals(1000, keeper.ensure(many).set().size());
        final long setNs = System.nanoTime();
        assertTrue(keeper.ensure(many).isEmpty());
        final long checkedNs = System.nanoTime();
        assertEquals(1000, keeper.ensure(List.of()).removed().size());
        final long removedNs = System.nanoTime();
        System.out.printf("1000 routes: set in %d ms, checked in %d ms, removed in %d ms%n",
            (setNs - startNs) / 1_000_000, (checkedNs - setNs) / 1_000_000, (removedNs - checkedNs) / 1_000_000);
        assertEquals(0, routes("-4").lines().filter(line -> line.startsWith("10.5.")).count());
    }

    @Test
    void shouldRefuseARouteOutsideItsNetworks()
    {
        final List<KernelRoute> outside = List.of(KernelRoute.tunnel(subnet("10.6.0.0/24"), "fl.1"));
        assertThrows(IllegalArgumentException.class, () -> keeper.ensure(outside));
    }

    @Test
    void shouldKeepNeighbors() throws IOException
    {
        final NeighborKeeper neighbors = new NeighborKeeper(ip, "fl.1");
        final Map<IpAddress, MacAddress> wanted = Map.of(
            IpAddress.parse("10.5.2.0"), MacAddress.parse("02:00:00:00:00:02"),
            IpAddress.parse("10.5.3.0"), MacAddress.parse("02:00:00:00:00:03"),
            IpAddress.parse("fd05:0:0:2::"), MacAddress.parse("02:00:00:00:00:02"));
        assertEquals(3, neighbors.ensure(wanted).set().size());
        assertTrue(neighbors.ensure(wanted).isEmpty());

        ip.run("neigh", "replace", "10.5.2.0", "lladdr", "02:00:00:00:00:99", "dev", "fl.1", "nud", "permanent");
        ip.run("neigh", "replace", "10.5.3.0", "lladdr", "02:00:00:00:00:03", "dev", "fl.1", "nud", "stale");
        ip.run("neigh", "replace", "10.5.9.0", "lladdr", "02:00:00:00:00:09", "dev", "fl.1", "nud", "permanent");
        final HostChanges changes = neighbors.ensure(wanted);
        assertEquals(2, changes.set().size(), changes.toString());
        assertEquals(List.of("neigh del 10.5.9.0 dev fl.1"), changes.removed());
        assertEquals(List.of(), changes.failures());
        assertTrue(neighbors.ensure(wanted).isEmpty());
        assertEquals(3, neighbors.ensure(Map.of()).removed().size());
        assertThrows(IOException.class, () -> new NeighborKeeper(ip, "none").ensure(Map.of()));
    }

    @Test
    void shouldTellPeersOnALinkFromRoutedOnes() throws IOException
    {
        ip.run("route", "add", "198.51.100.0/24", "via", "192.0.2.254");
        final IpAddress near = IpAddress.parse("192.0.2.9");
        final IpAddress nearV6 = IpAddress.parse("2001:db8::9");
        final IpAddress far = IpAddress.parse("198.51.100.9");
        final IpAddress self = IpAddress.parse("192.0.2.1");
        final IpAddress unreachable = IpAddress.parse("203.0.113.1");
        final List<IpAddress> peers = List.of(unreachable, near, far, self, nearV6);
        assertEquals(Map.of(near, "eth9", nearV6, "eth9"), DirectPeers.find(ip, peers));
        ip.run("route", "add", "192.0.2.9", "via", "192.0.2.254");
        assertEquals(Map.of(nearV6, "eth9"), DirectPeers.find(ip, peers), "after the underlay changed");
    }
}
