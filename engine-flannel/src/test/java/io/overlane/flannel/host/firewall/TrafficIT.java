// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.firewall;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.overlane.address.IpPrefix;
import io.overlane.flannel.host.NetworkNamespace;
import io.overlane.testkit.InNamespace;
import io.overlane.tun.host.HostCommand;
import io.overlane.tun.host.IpCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.agrona.CloseHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What the rules do to packets. The node of the scenario forwards between three others:
 *
 * <pre>
 *  pod 10.5.34.2 ─── 10.5.34.1 node 203.0.113.1 ─── outside 203.0.113.9, which knows no way back to 10.5.0.0/16
 *                              node 10.5.3.1    ─── peer 10.5.3.2, which takes packets of 10.5.34.2 only
 * </pre>
 */
@Tag("control-plane")
@InNamespace(ipv6 = true)
class TrafficIT
{
    private static final int PATIENT = 15;
    private static final int IMPATIENT = 2;
    private static final FirewallRules RULES = new FirewallRules(
        IpPrefix.parse("10.5.0.0/16"), IpPrefix.parse("10.5.34.0/24"), true, true, true);

    private IpCommand ip;
    private NetworkNamespace pod;
    private NetworkNamespace outside;
    private NetworkNamespace peer;

    @BeforeEach
    void open() throws IOException
    {
        final Path forward = Path.of("/proc/sys/net/ipv4/ip_forward");
        assumeTrue(Files.isWritable(forward), "this namespace may not forward");
        Files.writeString(forward, "1");
        ip = IpCommand.find();
        pod = new NetworkNamespace();
        outside = new NetworkNamespace();
        peer = new NetworkNamespace();
        connect(pod, "pod", "10.5.34.1/24", "10.5.34.2/24");
        connect(outside, "outside", "203.0.113.1/24", "203.0.113.9/24");
        connect(peer, "peer", "10.5.3.1/24", "10.5.3.2/24");
        pod.run("ip", "route", "add", "default", "via", "10.5.34.1");
        peer.run("ip", "route", "add", "10.5.34.0/24", "via", "10.5.3.1");
    }

    @AfterEach
    void close() throws IOException
    {
        // While the namespaces live: their end takes the links away at a time of the kernel's choosing.
        for (final String link : peer == null ? List.<String>of() : List.of("pod", "outside", "peer"))
        {
            if (ip.run("-oneline", "link", "show").contains(" " + link + "@"))
            {
                ip.run("link", "del", link);
            }
        }
        CloseHelper.closeAll(pod, outside, peer);
    }

    private void connect(
        final NetworkNamespace host, final String name, final String here, final String there) throws IOException
    {
        ip.run("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", host.pid());
        ip.run("link", "set", name, "up");
        ip.run("addr", "add", here, "dev", name);
        host.run("ip", "link", "set", "eth0", "up");
        host.run("ip", "addr", "add", there, "dev", "eth0");
    }

    private static void dropOthersThan(final NetworkNamespace host, final String source) throws IOException
    {
        host.run("nft", "add table ip t; add chain ip t c { type filter hook input priority 0; }; " +
            "add rule ip t c ip protocol icmp ip saddr != " + source + " drop");
    }

    private void masqueradeOnlyWhatLeavesTheNetwork(final Firewall firewall) throws IOException
    {
        dropOthersThan(peer, "10.5.34.2");
        assertFalse(pod.pings("203.0.113.9", IMPATIENT), "no way back without masquerading");
        firewall.ensure();
        assertTrue(pod.pings("203.0.113.9", PATIENT), "masqueraded");
        assertTrue(pod.pings("10.5.3.2", PATIENT), "as it is inside the network");

        outside.run("ip", "route", "add", "10.5.34.0/24", "via", "203.0.113.1");
        dropOthersThan(pod, "203.0.113.9");
        assertTrue(outside.pings("10.5.34.2", PATIENT), "as it is from outside to an own container");
        firewall.remove();
    }

    @Test
    void shouldWorkWithNftables() throws IOException
    {
        assumeTrue(HostCommand.find("nft").isPresent(), "there is no 'nft' command");
        masqueradeOnlyWhatLeavesTheNetwork(FirewallKind.NFTABLES.open(RULES, RuleNames.FLANNEL));
    }

    @Test
    void shouldWorkWithIptablesThatForwardNothingElse() throws IOException
    {
        assumeTrue(FirewallKind.IPTABLES.isHere(true) && HostCommand.find("nft").isPresent(), "no iptables here");
        final HostCommand iptables = HostCommand.find("iptables").orElseThrow();
        iptables.run("-P", "FORWARD", "DROP");
        masqueradeOnlyWhatLeavesTheNetwork(FirewallKind.IPTABLES.open(RULES, RuleNames.FLANNEL));
        assertFalse(pod.pings("10.5.3.2", IMPATIENT), "the forward rules are gone too");
        iptables.run("-P", "FORWARD", "ACCEPT");
    }
}
