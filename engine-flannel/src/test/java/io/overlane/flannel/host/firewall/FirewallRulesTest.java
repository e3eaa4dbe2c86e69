// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.firewall;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.overlane.address.IpPrefix;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is handed to {@code nft} and {@code iptables-restore}. */
class FirewallRulesTest
{
    private static final FirewallRules V4 = new FirewallRules(
        IpPrefix.parse("10.5.0.0/16"), IpPrefix.parse("10.5.34.1/24"), true, true, true);
    private static final FirewallRules V6 = new FirewallRules(
        IpPrefix.parse("fd00::/48"), IpPrefix.parse("fd00:0:0:1::/64"), true, false, true);
    private static final String MASQ_JUMP =
        "-A POSTROUTING -m comment --comment \"flanneld masq\" -j FLANNEL-POSTRTG";

    @Test
    void shouldReplaceTheTableInOneTransaction()
    {
        assertEquals("""
            add table ip flannel-ipv4
            delete table ip flannel-ipv4
            table ip flannel-ipv4 {
              chain postrtg {
                type nat hook postrouting priority 100; policy accept;
                meta mark & 0x4000 == 0x4000 return
                ip saddr 10.5.34.0/24 ip daddr 10.5.0.0/16 return
                ip saddr 10.5.0.0/16 ip daddr 10.5.34.0/24 return
                ip saddr != 10.5.0.0/16 ip daddr 10.5.34.0/24 return
                ip saddr 10.5.0.0/16 ip daddr != 224.0.0.0/4 masquerade fully-random
                ip saddr != 10.5.0.0/16 ip daddr 10.5.0.0/16 masquerade fully-random
              }
              chain forward {
                type filter hook forward priority 0; policy accept;
                ip saddr 10.5.0.0/16 accept
                ip daddr 10.5.0.0/16 accept
              }
            }
            """, Nftables.script(RuleNames.FLANNEL.nftTable(true), V4));
    }

    @Test
    void shouldUseFlannelsChains()
    {
        assertEquals("""
            *nat
            :FLANNEL-POSTRTG - [0:0]
            -A FLANNEL-POSTRTG -m mark --mark 0x4000/0x4000 -m comment --comment "flanneld masq" -j RETURN
            -A FLANNEL-POSTRTG -s 10.5.34.0/24 -d 10.5.0.0/16 -m comment --comment "flanneld masq" -j RETURN
            -A FLANNEL-POSTRTG -s 10.5.0.0/16 -d 10.5.34.0/24 -m comment --comment "flanneld masq" -j RETURN
            -A FLANNEL-POSTRTG ! -s 10.5.0.0/16 -d 10.5.34.0/24 -m comment --comment "flanneld masq" -j RETURN
            -A FLANNEL-POSTRTG -s 10.5.0.0/16 ! -d 224.0.0.0/4 -m comment --comment "flanneld masq" -j MASQUERADE\
             --random-fully
            -A FLANNEL-POSTRTG ! -s 10.5.0.0/16 -d 10.5.0.0/16 -m comment --comment "flanneld masq" -j MASQUERADE\
             --random-fully
            -A POSTROUTING -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG
            COMMIT
            *filter
            :FLANNEL-FWD - [0:0]
            -A FLANNEL-FWD -s 10.5.0.0/16 -m comment --comment "flanneld forward" -j ACCEPT
            -A FLANNEL-FWD -d 10.5.0.0/16 -m comment --comment "flanneld forward" -j ACCEPT
            -A FORWARD -m comment --comment "flanneld forward" -j FLANNEL-FWD
            COMMIT
            """, Iptables.script(RuleNames.FLANNEL, V4, List.of(), List.of()));
    }

    @Test
    void shouldMasqueradeIpv6WithoutRandomPortsWhereUnwanted()
    {
        final String nft = Nftables.script(RuleNames.FLANNEL.nftTable(false), V6);
        assertEquals(1, nft.lines().filter(line -> line.equals(
            "    ip6 saddr fd00::/48 ip6 daddr != ff00::/8 masquerade")).count(), nft);
        assertEquals(1, nft.lines().filter("table ip6 flannel-ipv6 {"::equals).count(), nft);
        final String iptables = Iptables.script(RuleNames.FLANNEL, V6, List.of(), List.of());
        assertEquals(1, iptables.lines().filter(line -> line.equals("-A FLANNEL-POSTRTG -s fd00::/48 ! -d ff00::/8 " +
            "-m comment --comment \"flanneld masq\" -j MASQUERADE")).count(), iptables);
        assertFalse(iptables.contains("random"), iptables);
    }

    @Test
    void shouldHaveOneJumpInTheEnd()
    {
        final String none = Iptables.script(RuleNames.FLANNEL, V4, List.of(MASQ_JUMP), List.of());
        assertFalse(none.contains(MASQ_JUMP), none);
        final List<String> three = List.of(MASQ_JUMP, MASQ_JUMP, MASQ_JUMP);
        final String fewer = Iptables.script(RuleNames.FLANNEL, V4, three, List.of());
        assertEquals(2, fewer.lines().filter(MASQ_JUMP.replace("-A ", "-D ")::equals).count(), fewer);
    }

    @Test
    void shouldRemoveTheChainThatIsNoLongerWanted()
    {
        final FirewallRules forwardOnly = new FirewallRules(V4.network(), V4.subnet(), false, true, true);
        final List<String> present =
            List.of(":FLANNEL-POSTRTG - [0:0]", MASQ_JUMP, "-A FLANNEL-POSTRTG -s 10.0.0.0/8 -j RETURN");
        final String script = Iptables.script(RuleNames.FLANNEL, forwardOnly, present, List.of());
        assertEquals("""
            *nat
            :FLANNEL-POSTRTG - [0:0]
            -D POSTROUTING -m comment --comment "flanneld masq" -j FLANNEL-POSTRTG
            -X FLANNEL-POSTRTG
            COMMIT
            """, script.substring(0, script.indexOf("*filter")));
    }

    @Test
    void shouldKeepNetworksApartByName()
    {
        final RuleNames second = new RuleNames("blue");
        assertEquals("ip flannel-ipv4-blue", second.nftTable(true));
        assertEquals("FLANNEL-POSTRTG-blue", second.masqueradeChain());
        assertEquals("FLANNEL-FWD-blue", second.forwardChain());
        assertThrows(IllegalArgumentException.class, () -> new RuleNames("a b"));
        assertThrows(IllegalArgumentException.class, () -> new RuleNames("longerthantwelve"));
    }

    @Test
    void shouldRefuseASubnetOfAnotherNetwork()
    {
        final IllegalArgumentException ex = assertThrows(IllegalArgumentException.class, () -> new FirewallRules(
            IpPrefix.parse("10.5.0.0/16"), IpPrefix.parse("10.6.1.0/24"), true, true, true));
        assertEquals("subnet 10.6.1.0/24 is not in network 10.5.0.0/16", ex.getMessage());
    }
}
