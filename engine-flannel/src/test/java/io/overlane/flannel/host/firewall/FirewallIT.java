// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.firewall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.address.IpPrefix;
import io.overlane.testkit.InNamespace;
import io.overlane.tun.host.HostCommand;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Against the real commands. */
@InNamespace(ipv6 = true)
class FirewallIT
{
    private static final FirewallRules V4 = new FirewallRules(
        IpPrefix.parse("10.5.0.0/16"), IpPrefix.parse("10.5.34.0/24"), true, true, true);
    private static final FirewallRules V6 = new FirewallRules(
        IpPrefix.parse("fd00::/48"), IpPrefix.parse("fd00:0:0:1::/64"), true, true, true);
    private static final List<String> TABLE = List.of("list", "table", "ip", "flannel-ipv4");

    private static HostCommand require(final String program)
    {
        final var command = HostCommand.find(program);
        assumeTrue(command.isPresent(), "there is no '" + program + "' command on this host");
        return command.orElseThrow();
    }

    @AfterEach
    void close() throws IOException
    {
        final var nft = HostCommand.find("nft");
        if (nft.isPresent())
        {
            nft.get().run("flush", "ruleset");
        }
    }

    @Test
    void shouldSetRepairAndRemoveNftables() throws IOException
    {
        final HostCommand nft = require("nft");
        nft.run("add", "table", "ip", "foreign");
        final Firewall firewall = FirewallKind.NFTABLES.open(V4, RuleNames.FLANNEL);
        assertTrue(firewall.ensure());
        assertFalse(firewall.ensure());

        final String table = nft.run("", TABLE);
        assertEquals(8, table.lines().filter(line -> line.matches(".*(return|accept|fully-random)")).count(), table);
        assertTrue(table.contains("ip saddr != 10.5.0.0/16 ip daddr 10.5.34.0/24 return"), table);
        assertTrue(table.contains("ip saddr 10.5.0.0/16 ip daddr != 224.0.0.0/4 masquerade fully-random"), table);

        nft.run("flush", "chain", "ip", "flannel-ipv4", "postrtg");
        assertTrue(firewall.ensure(), "a flushed chain is filled again");
        assertEquals(table, nft.run("", TABLE));
        nft.run("add", "rule", "ip", "flannel-ipv4", "forward", "drop");
        assertTrue(firewall.ensure(), "a foreign rule goes");
        nft.run("delete", "table", "ip", "flannel-ipv4");
        assertTrue(firewall.ensure(), "a deleted table comes back");
        assertEquals(table, nft.run("", TABLE));

        firewall.remove();
        firewall.remove();
        assertEquals("table ip foreign\n", nft.run("list", "tables"));
    }

    @Test
    void shouldReplaceTheRulesOfAnEarlierRun() throws IOException
    {
        final HostCommand nft = require("nft");
        final FirewallRules earlier = new FirewallRules(
            IpPrefix.parse("10.9.0.0/16"), IpPrefix.parse("10.9.1.0/24"), true, true, true);
        FirewallKind.NFTABLES.open(earlier, RuleNames.FLANNEL).ensure();
        FirewallKind.NFTABLES.open(V4, RuleNames.FLANNEL).ensure();
        assertFalse(nft.run("list", "ruleset").contains("10.9."));
    }

    @Test
    void shouldKeepTwoNetworksOnOneHost() throws IOException
    {
        final HostCommand nft = require("nft");
        final Firewall first = FirewallKind.NFTABLES.open(V4, RuleNames.FLANNEL);
        final Firewall second = FirewallKind.NFTABLES.open(V4, new RuleNames("blue"));
        first.ensure();
        second.ensure();
        assertFalse(first.ensure());
        second.remove();
        assertFalse(first.ensure());
        assertEquals("table ip flannel-ipv4\n", nft.run("list", "tables"));
    }

    @Test
    void shouldSetNftablesForIpv6() throws IOException
    {
        final HostCommand nft = require("nft");
        final Firewall firewall = FirewallKind.NFTABLES.open(V6, RuleNames.FLANNEL);
        assertTrue(firewall.ensure());
        assertFalse(firewall.ensure());
        final String table = nft.run("list", "table", "ip6", "flannel-ipv6");
        assertTrue(table.contains("ip6 saddr fd00::/48 ip6 daddr != ff00::/8 masquerade fully-random"), table);
        firewall.remove();
    }

    @Test
    void shouldSetRepairAndRemoveIptables() throws IOException
    {
        iptables("iptables", V4, "10.5.34.0/24 -d 10.5.0.0/16");
    }

    @Test
    void shouldSetRepairAndRemoveIp6tables() throws IOException
    {
        iptables("ip6tables", V6, "fd00:0:0:1::/64 -d fd00::/48");
    }

    @Test
    void shouldSetRepairAndRemoveLegacyIptables() throws IOException
    {
        iptables("iptables-legacy", V4, "10.5.34.0/24 -d 10.5.0.0/16");
    }

    private static void iptables(final String program, final FirewallRules rules, final String ownToNetwork)
        throws IOException
    {
        final HostCommand iptables = require(program);
        final HostCommand save = require(program + "-save");
        final HostCommand restore = require(program + "-restore");
        assumeTrue(save.tryRun("", List.of("-t", "nat")).status() == 0, "this kernel has no " + program);
        iptables.run("-t", "nat", "-A", "POSTROUTING", "-o", "foreign0", "-j", "ACCEPT");
        iptables.run("-A", "FORWARD", "-o", "foreign0", "-j", "ACCEPT");
        final List<String> before = rules(save);

        final Firewall firewall = new Iptables(save, restore, rules, RuleNames.FLANNEL);
        assertTrue(firewall.ensure());
        assertFalse(firewall.ensure());
        final List<String> after = rules(save);
        assertEquals(before.size() + 10, after.size(), after.toString());
        assertTrue(after.contains("-A POSTROUTING -m comment --comment \"flanneld masq\" -j FLANNEL-POSTRTG"));
        assertTrue(after.contains("-A FORWARD -m comment --comment \"flanneld forward\" -j FLANNEL-FWD"));
        assertTrue(after.contains("-A FLANNEL-POSTRTG -s " + ownToNetwork +
            " -m comment --comment \"flanneld masq\" -j RETURN"), after.toString());
        assertEquals(2, after.stream().filter(line -> line.endsWith("-j MASQUERADE --random-fully")).count());

        iptables.run("-t", "nat", "-F", "FLANNEL-POSTRTG");
        iptables.run("-F", "FORWARD");
        iptables.run("-A", "FORWARD", "-o", "foreign0", "-j", "ACCEPT");
        assertTrue(firewall.ensure());
        assertEquals(after, rules(save));
        assertTrue(new Iptables(save, restore, rules, RuleNames.FLANNEL).ensure(), "another start");
        assertEquals(after, rules(save));

        firewall.remove();
        firewall.remove();
        assertEquals(before, rules(save));
        iptables.run("-t", "nat", "-F");
        iptables.run("-F");
    }

    private static List<String> rules(final HostCommand save) throws IOException
    {
        return save.run().lines().filter(line -> line.startsWith("-A ")).toList();
    }
}
