package io.overlane.tun.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Against the real command and a device. */
final class HostConfigScenarios implements AutoCloseable
{
    private static final String DEVICE = "dev0";
    private static final MacAddress MAC = MacAddress.parse("02:00:00:00:00:02");

    private final List<Throwable> errors = new ArrayList<>();
    private final TestDevices devices = new TestDevices();
    private final IpCommand ip = devices.ip();
    private final HostConfig config = new HostConfig(ip, DEVICE, errors::add);

    HostConfigScenarios() throws IOException
    {
        devices.add(DEVICE, 1450);
    }

    @Override
    public void close() throws IOException
    {
        devices.close();
    }

    void shouldAddAndTakeBackWhatFlannelNeeds() throws IOException
    {
        final List<String> before = state();
        config.addAddress(IpPrefix.parse("10.244.1.0/32"));
        config.addNeighbor(IpAddress.parse("10.244.2.0"), MAC);
        config.addRoute(IpPrefix.parse("10.244.2.7/24"), IpAddress.parse("10.244.2.0"));
        config.addRoute(IpPrefix.parse("10.9.0.0/16"));

        assertTrue(show("-4", "addr").contains("inet 10.244.1.0/32"));
        assertTrue(show("-4", "neigh").contains("10.244.2.0 lladdr 02:00:00:00:00:02 PERMANENT"));
        assertTrue(show("-4", "route").contains("10.244.2.0/24 via 10.244.2.0 onlink"));
        assertTrue(show("-4", "route").contains("10.9.0.0/16 scope link"));

        config.close();
        config.close();
        assertEquals(before, state());
        assertEquals(List.of(), errors);
    }

    void shouldAddAndTakeBackIpv6() throws IOException
    {
        final List<String> before = state();
        config.addAddress(IpPrefix.parse("fd00:244:1::/128"));
        config.addNeighbor(IpAddress.parse("fd00:244:2::"), MAC);
        config.addRoute(IpPrefix.parse("fd00:244:2::/64"), IpAddress.parse("fd00:244:2::"));
        config.addRoute(IpPrefix.parse("fd00:9::/48"));

        final String address = show("-6", "addr").lines().filter(line -> line.contains("fd00:")).findFirst().orElse("");
        assertTrue(address.contains("fd00:244:1::/128"), address);
        assertFalse(address.contains("tentative"), address);
        assertTrue(show("-6", "neigh").contains("fd00:244:2:: lladdr 02:00:00:00:00:02 PERMANENT"));
        assertTrue(show("-6", "route").contains("fd00:244:2::/64 via fd00:244:2:: metric 1024 onlink"));
        assertTrue(show("-6", "route").contains("fd00:9::/48 metric 1024"));

        config.close();
        assertEquals(before, state());
        assertEquals(List.of(), errors);
    }

    void shouldLeaveWhatWasThereBefore() throws IOException
    {
        ip.run("addr", "add", "10.244.1.0/32", "dev", DEVICE);
        ip.run("neigh", "add", "10.244.2.0", "lladdr", MAC.toString(), "dev", DEVICE);
        ip.run("route", "add", "10.244.2.0/24", "via", "10.244.2.0", "dev", DEVICE, "onlink");
        ip.run("-6", "route", "add", "fd00:9::/48", "dev", DEVICE);
        final List<String> before = state();

        config.addAddress(IpPrefix.parse("10.244.1.0/32"));
        config.addNeighbor(IpAddress.parse("10.244.2.0"), MAC);
        config.addRoute(IpPrefix.parse("10.244.2.0/24"), IpAddress.parse("10.244.2.0"));
        config.addRoute(IpPrefix.parse("fd00:9::/48"));
        config.close();

        assertEquals(before, state());
        assertEquals(List.of(), errors);
    }

    void shouldBringBackWhatHadToMakeWay() throws IOException
    {
        devices.add("other", 1500);
        ip.run("addr", "add", "192.0.2.1/24", "dev", "other");
        ip.run("route", "add", "10.244.2.0/24", "via", "192.0.2.2");
        ip.run("neigh", "add", "10.244.2.0", "lladdr", "02:00:00:00:00:99", "dev", DEVICE);
        final List<String> before = state();

        config.addNeighbor(IpAddress.parse("10.244.2.0"), MAC);
        config.addRoute(IpPrefix.parse("10.244.2.0/24"), IpAddress.parse("10.244.2.0"));
        assertTrue(show("-4", "neigh").contains(MAC.toString()));
        assertTrue(show("-4", "route").contains("10.244.2.0/24"));
        config.close();

        assertEquals(before, state());
        assertEquals(List.of(), errors);
    }

    void shouldThrowOneLineWhenTheHostRefuses()
    {
        final IpPrefix subnet = IpPrefix.parse("10.244.2.0/24");
        deviceDown();
        final IOException ex = assertThrows(IOException.class, () -> config.addRoute(subnet));
        assertTrue(ex.getMessage().startsWith("'ip -4 route replace 10.244.2.0/24 dev dev0' failed: "), ex.toString());
        assertEquals(1, ex.getMessage().lines().count());
        config.close();
        assertEquals(List.of(), errors, "a step that failed is not taken back");
    }

    void shouldNotComplainWhenTheDeviceWentFirst() throws IOException
    {
        config.addAddress(IpPrefix.parse("10.244.1.0/32"));
        config.addRoute(IpPrefix.parse("10.9.0.0/16"));
        ip.run("link", "del", DEVICE);
        config.close();
        assertEquals(List.of(), errors);
    }

    void shouldTellTheErrorHandlerAndGoOnWhenSomethingCannotBeTakenBack() throws IOException
    {
        final List<String> before = state();
        config.addAddress(IpPrefix.parse("10.244.1.0/32"));
        config.addRoute(IpPrefix.parse("10.9.0.0/16"));
        ip.run("route", "del", "10.9.0.0/16");
        config.close();
        assertEquals(1, errors.size());
        assertEquals(before, state());
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
}
