// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.flannel.host.TestLinks;
import io.overlane.testkit.InNamespace;
import io.overlane.tun.TunDevice;
import io.overlane.tun.TunException;
import io.overlane.tun.TunKind;
import io.overlane.tun.TunOptions;
import io.overlane.tun.host.IpCommand;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which interface is found among several. */
@InNamespace(ipv6 = true)
class LinkIT
{
    private static final IpAddress ETH0 = IpAddress.parse("192.0.2.1");
    private static final IpAddress ETH0_V6 = IpAddress.parse("2001:db8::1");
    private static final IpAddress ETH1 = IpAddress.parse("198.51.100.1");
    private static final IpAddress ETH1_V6 = IpAddress.parse("2001:db8:1::1");

    private final TestLinks links = new TestLinks();
    private final IpCommand ip = links.ip();

    @BeforeEach
    void open() throws IOException
    {
        links.add("eth0", 1500, "192.0.2.1/24", "192.0.2.11/24", "2001:db8::1/64");
        links.add("eth1", 9000, "198.51.100.1/24", "2001:db8:1::1/64");
        links.add("bare", 1500);
    }

    @AfterEach
    void close() throws IOException
    {
        links.close();
    }

    private static InterfaceChoice choice(final String... interfaces)
    {
        return new InterfaceChoice(true, false, List.of(interfaces), List.of(), null, null, null);
    }

    private static InterfaceChoice pattern(final boolean v4, final boolean v6, final String pattern)
    {
        return new InterfaceChoice(v4, v6, List.of(), List.of(GoPattern.compile(pattern)), null, null, null);
    }

    private ExternalInterface find(final InterfaceChoice choice) throws IOException
    {
        return new InterfaceFinder(ip).find(choice);
    }

    private String refusal(final InterfaceChoice choice)
    {
        return assertThrows(IOException.class, () -> find(choice)).getMessage();
    }

    @Test
    void shouldFollowTheDefaultRoute() throws IOException
    {
        assertTrue(refusal(choice()).startsWith("there is no default route of IPv4"), refusal(choice()));
        ip.run("route", "add", "default", "via", "198.51.100.254", "metric", "10");
        ip.run("route", "add", "default", "via", "192.0.2.254", "metric", "5");
        assertEquals(new ExternalInterface("eth0", 1500, ETH0, null, ETH0, null), find(choice()));
    }

    @Test
    void shouldNeedOneInterfaceForBothFamilies() throws IOException
    {
        final InterfaceChoice both = new InterfaceChoice(true, true, List.of(), List.of(), null, null, null);
        ip.run("route", "add", "default", "via", "192.0.2.254");
        ip.run("-6", "route", "add", "default", "via", "2001:db8:1::fe");
        assertTrue(refusal(both).contains("eth0, that of IPv6 through eth1"), refusal(both));
        ip.run("-6", "route", "replace", "default", "via", "2001:db8::fe");
        assertEquals(new ExternalInterface("eth0", 1500, ETH0, ETH0_V6, ETH0, ETH0_V6), find(both));
    }

    @Test
    void shouldTakeTheFirstOfTheNamedThatWorks() throws IOException
    {
        assertEquals("eth1", find(choice("none", "bare", "eth1", "eth0")).name());
        assertEquals(9000, find(choice("198.51.100.1")).mtu());
        final IpAddress second = IpAddress.parse("192.0.2.11");
        assertEquals(second, find(choice("192.0.2.11")).address());
        final String refusal = refusal(choice("none", "bare", "203.0.113.9"));
        assertEquals("no interface to use: there is no interface none; interface bare has no IPv4 address; " +
            "no interface has the address 203.0.113.9", refusal);
    }

    @Test
    void shouldMatchAddressesBeforeNames() throws IOException
    {
        assertEquals("eth1", find(pattern(true, false, "^198\\.51\\.")).name());
        assertEquals(IpAddress.parse("192.0.2.11"), find(pattern(true, false, "\\.11$")).address());
        assertEquals("eth0", find(pattern(true, false, "^eth\\d$")).name());
        assertEquals(ETH1_V6, find(pattern(false, true, "^2001:db8:1:")).addressV6());
        assertEquals("eth1", find(pattern(true, true, "^(198\\.|2001:db8:1:)")).name());
        assertTrue(refusal(pattern(true, false, "wlan")).contains("no interface matches 'wlan'; there are lo, "),
            refusal(pattern(true, false, "wlan")));
    }

    @Test
    void shouldFindTheInterfaceThatReachesAnAddress() throws IOException
    {
        ip.run("route", "add", "203.0.113.0/24", "via", "198.51.100.254");
        final InterfaceChoice choice = new InterfaceChoice(
            true, false, List.of(), List.of(), IpAddress.parse("203.0.113.7"), null, null);
        assertEquals(new ExternalInterface("eth1", 9000, ETH1, null, ETH1, null), find(choice));
    }

    @Test
    void shouldPublishAnotherAddress() throws IOException
    {
        final IpAddress nat = IpAddress.parse("203.0.113.1");
        final InterfaceChoice named =
            new InterfaceChoice(true, false, List.of("eth1"), List.of(), null, nat, null);
        final ExternalInterface found = find(named);
        assertEquals(new ExternalInterface("eth1", 9000, ETH1, null, nat, null), found);
        assertTrue(found.isBehindNat(true));

        final InterfaceChoice local = new InterfaceChoice(true, false, List.of(), List.of(), null, ETH1, null);
        assertEquals(new ExternalInterface("eth1", 9000, ETH1, null, ETH1, null), find(local));
        assertFalse(find(local).isBehindNat(true));

        ip.run("route", "add", "default", "via", "192.0.2.254");
        final InterfaceChoice unnamed = new InterfaceChoice(true, false, List.of(), List.of(), null, nat, null);
        assertEquals(new ExternalInterface("eth0", 1500, ETH0, null, nat, null), find(unnamed));
    }

    /** Peers need answers from the address that they know, so the socket must have it if the host does. */
    @Test
    void shouldBindThePublishedAddressOfThisHost() throws IOException
    {
        final IpAddress second = IpAddress.parse("192.0.2.11");
        final InterfaceChoice named = new InterfaceChoice(
            true, true, List.of("eth0"), List.of(), null, second, IpAddress.parse("2001:db8:1::1"));
        assertEquals(new ExternalInterface("eth0", 1500, second, ETH1_V6, second, ETH1_V6), find(named));
        final InterfaceChoice byName = new InterfaceChoice(
            true, false, List.of(), List.of(GoPattern.compile("^eth1$")), null, second, null);
        assertEquals(new ExternalInterface("eth1", 9000, second, null, second, null), find(byName));
        ip.run("addr", "add", "203.0.113.9/32", "dev", "lo");
        final IpAddress virtual = IpAddress.parse("203.0.113.9");
        final InterfaceChoice reaching = new InterfaceChoice(
            true, false, List.of(), List.of(), IpAddress.parse("198.51.100.7"), virtual, null);
        assertEquals(new ExternalInterface("eth1", 9000, virtual, null, virtual, null), find(reaching));

        final InterfaceChoice unnamed = new InterfaceChoice(true, false, List.of(), List.of(), null, virtual, null);
        assertEquals("lo", find(unnamed).name());
        ip.run("route", "add", "default", "via", "198.51.100.254");
        assertEquals(new ExternalInterface("eth1", 9000, virtual, null, virtual, null), find(unnamed));
        assertEquals(find(unnamed), find(choice("203.0.113.9")));
    }

    /** Go's pattern, so with POSIX classes; with both families either address may match. */
    @Test
    void shouldReadPatternsAsFlannelDoes() throws IOException
    {
        assertEquals("eth1", find(pattern(true, false, "^[[:alpha:]]+1$")).name());
        assertEquals("eth0", find(pattern(true, false, "^[[:lower:]]{3}[[:^alpha:]]$")).name());
        assertEquals(new ExternalInterface("eth1", 9000, ETH1, ETH1_V6, ETH1, ETH1_V6),
            find(pattern(true, true, "^2001:db8:1:")));
        assertEquals("eth1", find(pattern(true, true, "^198\\.")).name());
    }

    @Test
    void shouldPreferLastingGlobalAddresses() throws IOException
    {
        ip.run("addr", "add", "169.254.1.1/16", "dev", "bare", "scope", "link");
        assertEquals(IpAddress.parse("169.254.1.1"), find(choice("bare")).address());
        ip.run("addr", "add", "192.0.2.70/32", "dev", "bare", "valid_lft", "600", "preferred_lft", "300");
        assertEquals(IpAddress.parse("192.0.2.70"), find(choice("bare")).address());
        ip.run("addr", "add", "192.0.2.71/32", "dev", "bare");
        assertEquals(IpAddress.parse("192.0.2.71"), find(choice("bare")).address());
        ip.run("addr", "add", "192.0.2.60/32", "dev", "eth1", "valid_lft", "600", "preferred_lft", "0");
        ip.run("addr", "del", "198.51.100.1/24", "dev", "eth1");
        assertTrue(refusal(choice("eth1")).endsWith("interface eth1 has no IPv4 address"), "deprecated");
    }

    @Test
    void shouldConfigureTheTunnelsDevice() throws IOException
    {
        final MacAddress mac = MacAddress.parse("02:11:22:33:44:55");
        final String name = TunnelDevice.vxlanName(1, true);
        assertEquals("flannel.1", name);
        assertEquals("flannel-v6.1", TunnelDevice.vxlanName(1, false));
        final IpPrefix network = IpPrefix.parse("10.5.0.0/16");
        try (TunDevice device = create(name))
        {
            TunnelDevice.configure(ip, device, mac, 1450, IpPrefix.parse("10.5.1.0/32"), network);
            ip.run("addr", "add", "172.16.0.1/24", "dev", name);
            TunnelDevice.ensureAddress(ip, name, IpPrefix.parse("10.5.2.0/32"), network);
            TunnelDevice.ensureAddress(ip, name, IpPrefix.parse("10.5.2.0/32"), network);
            TunnelDevice.ensureAddress(ip, name, IpPrefix.parse("fd05::/128"), IpPrefix.parse("fd05::/48"));
            final String addresses = ip.run("-oneline", "addr", "show", "dev", name);
            assertFalse(addresses.contains("10.5.1.0"), addresses);
            assertTrue(addresses.contains("inet 10.5.2.0/32 "), addresses);
            assertTrue(addresses.contains("inet 172.16.0.1/24 "), "foreign, outside the network: " + addresses);
            assertTrue(addresses.contains("inet6 fd05::/128 "), addresses);
            final String link = ip.run("-oneline", "link", "show", "dev", name);
            assertTrue(link.contains(" mtu 1450 ") && link.contains(mac.toString()) && link.contains(",UP"), link);
        }
    }

    private static TunDevice create(final String name) throws TunException
    {
        try
        {
            return TunDevice.create(new TunOptions(TunKind.TAP, name));
        }
        catch (final TunException ex)
        {
            assumeTrue(ex.reason() != TunException.Reason.NO_DRIVER &&
                ex.reason() != TunException.Reason.NOT_PERMITTED, ex.getMessage());
            throw ex;
        }
    }
}
