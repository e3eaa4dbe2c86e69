// SPDX-License-Identifier: Apache-2.0
package io.overlane.cli.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.testkit.InNamespace;
import io.overlane.tun.host.IpCommand;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against the real command and a device. */
@InNamespace(ipv6 = true)
class HostConfigIT
{
    private static final String DEVICE = "dev0";
    private static final MacAddress MAC = MacAddress.parse("02:00:00:00:00:02");

    private final List<Throwable> errors = new ArrayList<>();
    private final IpCommand ip = findOrSkip();
    private final HostConfig config = new HostConfig(ip, errors::add);

    @BeforeEach
    void open() throws IOException
    {
        add(DEVICE, 1450);
    }

    @AfterEach
    void close() throws IOException
    {
        for (final String device : List.of(DEVICE, "other"))
        {
            if (ip.run("-o", "link", "show").contains(" " + device + "@"))
            {
                ip.run("link", "del", device);
            }
        }
    }

    @Test
    void shouldAddAndTakeBackWhatFlannelNeeds() throws IOException
    {
        final List<String> before = state();
        final List<HostEntry> wanted = List.of(
            address("10.244.1.0/32"),
            neighbor("10.244.2.0"),
            route("10.244.2.7/24", "10.244.2.0"),
            route("10.9.0.0/16", null));
        assertEquals(4, set(wanted).size());

        assertTrue(show("-4", "addr").contains("inet 10.244.1.0/32"));
        assertTrue(show("-4", "neigh").contains("10.244.2.0 lladdr 02:00:00:00:00:02 PERMANENT"));
        assertTrue(show("-4", "route").contains("10.244.2.0/24 via 10.244.2.0 onlink"));
        assertTrue(show("-4", "route").contains("10.9.0.0/16 scope link"));
        assertEquals(List.of(), set(wanted), "the host is as wanted");

        config.close();
        config.close();
        assertEquals(before, state());
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldAddAndTakeBackIpv6() throws IOException
    {
        final List<String> before = state();
        final List<HostEntry> wanted = List.of(
            address("fd00:244:1::/128"),
            neighbor("fd00:244:2::"),
            route("fd00:244:2::/64", "fd00:244:2::"),
            route("fd00:9::/48", null),
            route("fd00:9::7/128", null));
        assertEquals(5, set(wanted).size());

        final String address = show("-6", "addr").lines().filter(line -> line.contains("fd00:")).findFirst().orElse("");
        assertTrue(address.contains("fd00:244:1::/128"), address);
        assertFalse(address.contains("tentative"), address);
        assertTrue(show("-6", "neigh").contains("fd00:244:2:: lladdr 02:00:00:00:00:02 PERMANENT"));
        assertTrue(show("-6", "route").contains("fd00:244:2::/64 via fd00:244:2:: metric 1024 onlink"));
        assertTrue(show("-6", "route").contains("fd00:9::/48 metric 1024"));
        assertEquals(List.of(), set(wanted), "the host is as wanted");

        config.close();
        assertEquals(before, state());
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldLeaveWhatWasThereBefore() throws IOException
    {
        ip.run("addr", "add", "10.244.1.0/32", "dev", DEVICE);
        ip.run("neigh", "add", "10.244.2.0", "lladdr", MAC.toString(), "dev", DEVICE);
        ip.run("route", "add", "10.244.2.0/24", "via", "10.244.2.0", "dev", DEVICE, "onlink");
        ip.run("-6", "route", "add", "fd00:9::/48", "dev", DEVICE);
        final List<String> before = state();

        final List<String> done = set(List.of(
            address("10.244.1.0/32"),
            neighbor("10.244.2.0"),
            route("10.244.2.0/24", "10.244.2.0"),
            route("fd00:9::/48", null)));
        assertEquals(List.of(), done);
        config.close();

        assertEquals(before, state());
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldBringBackWhatHadToMakeWay() throws IOException
    {
        final List<String> before = anotherRouteAndNeighbor();

        set(List.of(neighbor("10.244.2.0"), route("10.244.2.0/24", "10.244.2.0")));
        assertTrue(show("-4", "neigh").contains(MAC.toString()));
        assertTrue(show("-4", "route").contains("10.244.2.0/24"));
        config.close();

        assertEquals(before, state());
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldBringBackTheRouteThatMadeWayWhenTheDeviceWentFirst() throws IOException
    {
        anotherRouteAndNeighbor();
        set(List.of(neighbor("10.244.2.0"), route("10.244.2.0/24", "10.244.2.0")));
        ip.run("link", "del", DEVICE);
        config.close();

        assertTrue(ip.run("route", "show").contains("10.244.2.0/24 via 192.0.2.2 dev other"));
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldSetAgainWhatTheHostForgotWhileTheDeviceWasDown() throws IOException
    {
        final List<HostEntry> wanted = List.of(
            address("10.244.1.0/32"),
            address("fd00:244:1::/128"),
            neighbor("10.244.2.0"),
            neighbor("fd00:244:2::"),
            route("10.244.2.0/24", "10.244.2.0"),
            route("fd00:244:2::/64", "fd00:244:2::"));
        final List<String> clean = state();
        set(wanted);
        final List<String> before = state();

        deviceDown();
        assertEquals(List.of(), set(wanted).stream().filter(done -> !done.startsWith("addr ")).toList(),
            "the kernel takes neither routes nor neighbours while the device is down");
        ip.run("link", "set", DEVICE, "up");
        assertFalse(set(wanted).isEmpty());
        assertEquals(before, state());

        config.close();
        assertEquals(clean, state());
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldReplaceAndTakeBackOnlyTheDifference() throws IOException
    {
        set(List.of(neighbor("10.244.2.0"), route("10.9.0.0/16", null)));
        final MacAddress moved = MacAddress.parse("02:00:00:00:00:07");
        final List<String> done = set(List.of(
            new HostEntry.Neighbor(DEVICE, IpAddress.parse("10.244.2.0"), moved), route("10.8.0.0/16", null)));

        assertEquals(2, done.size(), done.toString());
        assertTrue(show("-4", "neigh").contains(moved.toString()));
        assertTrue(show("-4", "route").contains("10.8.0.0/16"));
        assertFalse(show("-4", "route").contains("10.9.0.0/16"));
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldReportWhatTheHostRefusesAndSetTheRest() throws IOException
    {
        final List<String> refusals = new ArrayList<>();
        final List<String> done = config.set(
            List.of(
                route("10.244.2.0/24", "224.0.0.1"),
                route("10.9.0.0/16", null),
                route("fd00:244:2::/64", "ff02::1"),
                route("fd00:9::/48", null)),
            refusals::add);
        assertEquals(2, refusals.size(), refusals::toString);
        assertTrue(refusals.get(0).startsWith(
            "'ip route replace 10.244.2.0/24 via 224.0.0.1 dev dev0 onlink' failed: "), refusals::toString);
        assertTrue(refusals.get(1).startsWith(
            "'ip route replace fd00:244:2::/64 via ff02::1 dev dev0 onlink' failed: "), refusals::toString);
        refusals.forEach(refusal -> assertEquals(1, refusal.lines().count(), refusal));
        assertEquals(List.of("route replace 10.9.0.0/16 dev dev0", "route replace fd00:9::/48 dev dev0"), done);
        assertTrue(show("-4", "route").contains("10.9.0.0/16"));
        config.close();
        assertEquals(List.of(), errors, "an entry that was refused is not taken back");
    }

    @Test
    void shouldTakeBackWhatAnotherProcessSet() throws IOException
    {
        anotherRouteAndNeighbor();
        ip.run("addr", "add", "10.244.7.0/32", "dev", DEVICE);
        final List<String> before = state();
        set(List.of(
            address("10.244.1.0/32"),
            address("10.244.7.0/32"),
            address("fd00:244:1::/128"),
            neighbor("10.244.2.0"),
            route("10.244.2.0/24", "10.244.2.0"),
            route("10.9.0.0/16", null)));

        final HostConfig next = new HostConfig(ip, errors::add);
        config.notes().forEach(next::take);
        assertEquals(config.notes(), next.notes());
        next.close();

        assertEquals(before, state());
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldNotComplainWhenTheDeviceWentFirst() throws IOException
    {
        set(List.of(address("10.244.1.0/32"), route("10.9.0.0/16", null)));
        ip.run("link", "del", DEVICE);
        config.close();
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldLeaveWhatOthersChangedSince() throws IOException
    {
        add("other", 1500);
        set(List.of(address("10.244.1.0/32"), route("10.8.0.0/16", null), route("10.9.0.0/16", null)));
        ip.run("route", "del", "10.8.0.0/16");
        ip.run("route", "replace", "10.9.0.0/16", "dev", "other");
        config.close();

        assertTrue(ip.run("route", "show").contains("10.9.0.0/16 dev other"));
        assertFalse(ip.run("addr", "show").contains("10.244.1.0"));
        assertEquals(List.of(), errors);
    }

    /** Nothing is refused. */
    private List<String> set(final List<HostEntry> wanted) throws IOException
    {
        return config.set(wanted, refusal -> fail(refusal));
    }

    private List<String> anotherRouteAndNeighbor() throws IOException
    {
        add("other", 1500);
        ip.run("addr", "add", "192.0.2.1/24", "dev", "other");
        ip.run("route", "add", "10.244.2.0/24", "via", "192.0.2.2");
        ip.run("neigh", "add", "10.244.2.0", "lladdr", "02:00:00:00:00:99", "dev", DEVICE);
        return state();
    }

    private static HostEntry address(final String prefix)
    {
        return new HostEntry.Address(DEVICE, IpPrefix.parse(prefix));
    }

    private static HostEntry neighbor(final String address)
    {
        return new HostEntry.Neighbor(DEVICE, IpAddress.parse(address), MAC);
    }

    private static HostEntry route(final String subnet, final String gateway)
    {
        return new HostEntry.Route(
            DEVICE, IpPrefix.parse(subnet), gateway == null ? null : IpAddress.parse(gateway));
    }

    private void deviceDown()
    {
        try
        {
            ip.run("link", "set", DEVICE, "down");
        }
        catch (final IOException ex)
        {
            throw new AssertionError(ex);
        }
    }

    private String show(final String family, final String what) throws IOException
    {
        return ip.run(family, what, "show", "dev", DEVICE);
    }

    /** All addresses, routes and permanent neighbours, without what changes by itself. */
    private List<String> state() throws IOException
    {
        final List<String> lines = new ArrayList<>();
        for (final String family : List.of("-4", "-6"))
        {
            for (final String what : List.of("addr", "route"))
            {
                ip.run(family, what, "show").lines()
                    .filter(line -> !line.contains("fe80:") && !line.contains("valid_lft"))
                    // A device stands among those of IPv6 once the kernel has given it fe80::…, whenever that is.
                    .filter(line -> !line.matches("\\d+: .*"))
                    .map(String::strip)
                    .forEach(lines::add);
            }
            ip.run(family, "neigh", "show", "nud", "permanent").lines()
                .map(String::strip)
                .forEach(lines::add);
        }
        return lines;
    }

    private static IpCommand findOrSkip()
    {
        try
        {
            return IpCommand.find();
        }
        catch (final IOException ex)
        {
            return Assumptions.abort(ex.getMessage());
        }
    }

    /** A veth pair with both ends here and up: a device with a link. */
    private void add(final String device, final int mtu) throws IOException
    {
        final String peer = device + "-peer";
        ip.run("link", "add", device, "mtu", Integer.toString(mtu), "type", "veth", "peer", "name", peer);
        ip.run("link", "set", peer, "up");
        ip.run("link", "set", device, "up");
    }
}
