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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against the real command and a device in a namespace of its own. */
class HostConfigTest
{
    private static final String DEVICE = "dev0";
    private static final MacAddress MAC = MacAddress.parse("02:00:00:00:00:02");

    private final List<Throwable> errors = new ArrayList<>();
    private TestNamespace namespace;
    private HostConfig config;

    @BeforeEach
    void openNamespace() throws IOException
    {
        namespace = TestNamespace.openOrSkip();
        namespace.addDevice(DEVICE, 1450);
        config = new HostConfig(namespace.ip(), DEVICE, errors::add);
    }

    @AfterEach
    void closeNamespace() throws IOException
    {
        if (namespace != null)
        {
            namespace.close();
        }
    }

    @Test
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

    @Test
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

    @Test
    void shouldLeaveWhatWasThereBefore() throws IOException
    {
        namespace.ip().run("addr", "add", "10.244.1.0/32", "dev", DEVICE);
        namespace.ip().run("neigh", "add", "10.244.2.0", "lladdr", MAC.toString(), "dev", DEVICE);
        namespace.ip().run("route", "add", "10.244.2.0/24", "via", "10.244.2.0", "dev", DEVICE, "onlink");
        namespace.ip().run("-6", "route", "add", "fd00:9::/48", "dev", DEVICE);
        final List<String> before = state();

        config.addAddress(IpPrefix.parse("10.244.1.0/32"));
        config.addNeighbor(IpAddress.parse("10.244.2.0"), MAC);
        config.addRoute(IpPrefix.parse("10.244.2.0/24"), IpAddress.parse("10.244.2.0"));
        config.addRoute(IpPrefix.parse("fd00:9::/48"));
        config.close();

        assertEquals(before, state());
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldBringBackWhatHadToMakeWay() throws IOException
    {
        namespace.addDevice("other", 1500);
        namespace.ip().run("addr", "add", "192.0.2.1/24", "dev", "other");
        namespace.ip().run("route", "add", "10.244.2.0/24", "via", "192.0.2.2");
        namespace.ip().run("neigh", "add", "10.244.2.0", "lladdr", "02:00:00:00:00:99", "dev", DEVICE);
        final List<String> before = state();

        config.addNeighbor(IpAddress.parse("10.244.2.0"), MAC);
        config.addRoute(IpPrefix.parse("10.244.2.0/24"), IpAddress.parse("10.244.2.0"));
        assertTrue(show("-4", "neigh").contains(MAC.toString()));
        assertTrue(show("-4", "route").contains("10.244.2.0/24"));
        config.close();

        assertEquals(before, state());
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldThrowOneLineWhenTheHostRefuses()
    {
        final IpPrefix subnet = IpPrefix.parse("10.244.2.0/24");
        namespaceDown();
        final IOException ex = assertThrows(IOException.class, () -> config.addRoute(subnet));
        assertTrue(ex.getMessage().startsWith("'ip -4 route replace 10.244.2.0/24 dev dev0' failed: "), ex.toString());
        assertEquals(1, ex.getMessage().lines().count());
        config.close();
        assertEquals(List.of(), errors, "a step that failed is not taken back");
    }

    @Test
    void shouldNotComplainWhenTheDeviceWentFirst() throws IOException
    {
        config.addAddress(IpPrefix.parse("10.244.1.0/32"));
        config.addRoute(IpPrefix.parse("10.9.0.0/16"));
        namespace.ip().run("link", "del", DEVICE);
        config.close();
        assertEquals(List.of(), errors);
    }

    @Test
    void shouldTellTheErrorHandlerAndGoOnWhenSomethingCannotBeTakenBack() throws IOException
    {
        final List<String> before = state();
        config.addAddress(IpPrefix.parse("10.244.1.0/32"));
        config.addRoute(IpPrefix.parse("10.9.0.0/16"));
        namespace.ip().run("route", "del", "10.9.0.0/16");
        config.close();
        assertEquals(1, errors.size());
        assertEquals(before, state());
    }

    private void namespaceDown()
    {
        try
        {
            namespace.ip().run("link", "set", DEVICE, "down");
        }
        catch (final IOException ex)
        {
            throw new AssertionError(ex);
        }
    }

    private String show(final String family, final String what) throws IOException
    {
        return namespace.ip().run(family, what, "show", "dev", DEVICE);
    }

    /** All addresses, routes and permanent neighbours, without what changes by itself. */
    private List<String> state() throws IOException
    {
        final List<String> lines = new ArrayList<>();
        for (final String family : List.of("-4", "-6"))
        {
            for (final String what : List.of("addr", "route"))
            {
                namespace.ip().run(family, what, "show").lines()
                    .filter(line -> !line.contains("fe80:") && !line.contains("valid_lft"))
                    .map(String::strip)
                    .forEach(lines::add);
            }
            namespace.ip().run(family, "neigh", "show", "nud", "permanent").lines()
                .map(String::strip)
                .forEach(lines::add);
        }
        return lines;
    }
}
