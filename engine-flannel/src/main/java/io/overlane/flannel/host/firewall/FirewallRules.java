// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.firewall;

import io.overlane.address.IpPrefix;
import java.util.ArrayList;
import java.util.List;

/**
 * Which packets of one network are masqueraded, and that the host forwards them.
 *
 * <pre>
 *  masquerade, first match decides:              forward:
 *    marked by kube-proxy     leave alone          from network  accept
 *    subnet to network        leave alone          to network    accept
 *    network to subnet        leave alone
 *    outside to subnet        leave alone
 *    network to no multicast  masquerade
 *    outside to network       masquerade
 * </pre>
 *
 * flannel's nftables mode has "not subnet to network" for the fourth line, which voids the last one; its iptables mode
 * and this do not.
 *
 * @param network     the whole network; host bits do not matter.
 * @param subnet      this node's part of it.
 * @param masquerade  whether packets that leave the network get the node's address.
 * @param fullyRandom let the kernel pick their ports at random, if it can.
 * @param forward     whether packets of the network are forwarded, even where the host forwards none by default.
 */
public record FirewallRules(
    IpPrefix network, IpPrefix subnet, boolean masquerade, boolean fullyRandom, boolean forward)
{
    /** Bit of the packet's mark by which kube-proxy marks the packets that it masquerades itself. */
    static final String KUBE_PROXY_MARK = "0x4000";

    private static final IpPrefix MULTICAST_V4 = IpPrefix.parse("224.0.0.0/4");
    private static final IpPrefix MULTICAST_V6 = IpPrefix.parse("ff00::/8");

    /** @throws IllegalArgumentException if the subnet is not in the network. */
    public FirewallRules
    {
        network = network.base();
        subnet = subnet.base();
        if (subnet.length() < network.length() || !network.contains(subnet.address()))
        {
            throw new IllegalArgumentException("subnet " + subnet + " is not in network " + network);
        }
    }

    public boolean isV4()
    {
        return network.address().isV4();
    }

    FirewallRules withoutFullyRandom()
    {
        return new FirewallRules(network, subnet, masquerade, false, forward);
    }

    /** The lines of the table above after the one for kube-proxy's mark, in order. */
    List<Match> masqueradeMatches()
    {
        final List<Match> matches = new ArrayList<>();
        matches.add(new Match(subnet, false, network, false, false));
        matches.add(new Match(network, false, subnet, false, false));
        matches.add(new Match(network, true, subnet, false, false));
        matches.add(new Match(network, false, isV4() ? MULTICAST_V4 : MULTICAST_V6, true, true));
        matches.add(new Match(network, true, network, false, true));
        return matches;
    }

    /**
     * One line of the table.
     *
     * @param source         of the packet, or null for any.
     * @param notSource      any source except that.
     * @param destination    of the packet, or null for any.
     * @param notDestination any destination except that.
     * @param masquerade     false if the packet is left alone.
     */
    record Match(
        IpPrefix source, boolean notSource, IpPrefix destination, boolean notDestination, boolean masquerade)
    {
    }
}
