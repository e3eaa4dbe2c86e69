// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.route;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Lines as {@code ip -oneline route show} prints them. */
class RouteEntryTest
{
    private static RouteEntry parse(final String line)
    {
        return RouteEntry.parse(line).orElseThrow();
    }

    @Test
    void shouldReadARouteThroughAGateway()
    {
        final RouteEntry entry = parse("10.5.3.0/24 via 10.5.3.0 dev flannel.1 proto 79 onlink ");
        assertEquals(new RouteEntry(
            "unicast", IpPrefix.parse("10.5.3.0/24"), "10.5.3.0", "flannel.1", "79", null, true), entry);
        assertTrue(entry.is(KernelRoute.tunnel(IpPrefix.parse("10.5.3.0/24"), "flannel.1")));
        assertFalse(entry.is(KernelRoute.device(IpPrefix.parse("10.5.3.0/24"), "flannel.1")));
        assertFalse(entry.is(KernelRoute.tunnel(IpPrefix.parse("10.5.3.0/24"), "flannel.2")));
        assertFalse(entry.is(KernelRoute.blackhole(IpPrefix.parse("10.5.3.0/24"))));
    }

    @Test
    void shouldReadTypesHostRoutesAndSeveralNextHops()
    {
        assertEquals("blackhole", parse("blackhole 10.5.1.0/24 proto 79 metric 4294967295 ").type());
        assertEquals(IpPrefix.parse("10.5.5.5/32"), parse("10.5.5.5 dev d0 scope link").subnet());
        assertEquals(IpPrefix.parse("fd00::1/128"), parse("fd00::1 dev d0 metric 1024 pref medium").subnet());
        final RouteEntry several =
            parse("10.5.4.0/24 \\\tnexthop via 192.0.2.3 dev d0 weight 1 \\\tnexthop via 192.0.2.4 dev d0 weight 1 ");
        assertFalse(several.is(KernelRoute.via(several.subnet(), IpAddress.parse("192.0.2.3"), "d0")));
    }

    @Test
    void shouldPassOverWhatIsNoSubnet()
    {
        assertEquals(Optional.empty(), RouteEntry.parse("default via 192.0.2.1 dev eth0"));
        assertEquals(Optional.empty(), RouteEntry.parse("blackhole"));
    }

    @Test
    void shouldRefuseAGatewayOfTheOtherFamily()
    {
        final IpPrefix subnet = IpPrefix.parse("10.5.3.0/24");
        final IpAddress gateway = IpAddress.parse("fd00::1");
        assertThrows(IllegalArgumentException.class, () -> KernelRoute.via(subnet, gateway, "eth0"));
    }
}
