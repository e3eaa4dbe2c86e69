// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.node;

import io.overlane.address.IpPrefix;
import io.overlane.flannel.host.file.CniConfig;
import io.overlane.flannel.host.file.SubnetFile;
import io.overlane.flannel.host.firewall.Firewall;
import io.overlane.flannel.host.firewall.FirewallKind;
import io.overlane.flannel.host.firewall.FirewallRules;
import io.overlane.flannel.lease.Lease;
import io.overlane.flannel.lease.NetworkConfig;
import io.overlane.flannel.lease.SubnetKey;
import io.overlane.flannel.lease.SubnetRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a node sets on its host besides devices and routes, in this order: {@code subnet.env}, the firewall's rules, the
 * CNI file. It also knows what it set last. A client has no containers and sets nothing. One thread at a time.
 */
final class HostSide
{
    private static final String FORWARDING_V4 = "net.ipv4.ip_forward";
    private static final String FORWARDING_V6 = "net.ipv6.conf.all.forwarding";

    private final FlannelOptions options;
    private final NodeOptions nodeOptions;
    private final NetworkConfig network;
    private final Consumer<String> events;
    private final List<Firewall> firewalls = new ArrayList<>();

    HostSide(
        final FlannelOptions options,
        final NodeOptions nodeOptions,
        final NetworkConfig network,
        final Consumer<String> events)
    {
        this.options = options;
        this.nodeOptions = nodeOptions;
        this.network = network;
        this.events = events;
    }

    /** @return the subnet of the node's last run, from the subnet file; null if there is none. */
    @Nullable SubnetKey previousSubnet()
    {
        final SubnetFile.Previous previous = SubnetFile.read(options.subnetFile);
        if (previous.subnet().isEmpty())
        {
            if (Files.exists(options.subnetFile))
            {
                events.accept(options.subnetFile + " has no subnet of an earlier run");
            }
            return null;
        }
        return new SubnetKey(previous.subnet().get(), network.v6() == null ? null : previous.subnetV6().orElse(null));
    }

    /** @throws IOException if something cannot be written or set; one line. */
    void setUp(final Lease own, final int mtu) throws IOException
    {
        if (nodeOptions.client)
        {
            return;
        }
        final Path file = options.subnetFile;
        new SubnetFile(
            networkOf(network.v4()), own.subnet(), networkOf(network.v6()), own.subnetV6(), mtu,
            options.ipMasquerade).write(file);
        events.accept("wrote " + file + ": subnet " + own.key() + ", MTU " + mtu);

        openFirewalls(own);
        ensureRules();

        if (nodeOptions.cniFile != null && CniConfig.write(nodeOptions.cniFile, nodeOptions.cniName, file))
        {
            events.accept("wrote " + nodeOptions.cniFile);
        }
        if (network.v4() != null)
        {
            warnWithoutForwarding("IP forwarding is off: containers reach no peer", FORWARDING_V4);
        }
        if (network.v6() != null)
        {
            warnWithoutForwarding("IPv6 forwarding is off: containers reach no peer over IPv6", FORWARDING_V6);
        }
    }

    private void openFirewalls(final Lease own) throws IOException
    {
        firewalls.clear();
        if (!options.ipMasquerade && !options.forwardRules)
        {
            return;
        }
        if (network.v4() != null)
        {
            firewalls.add(open(rules(network.v4(), own.subnet())));
        }
        if (network.v6() != null)
        {
            firewalls.add(open(rules(network.v6(), own.subnetV6())));
        }
    }

    private FirewallRules rules(final SubnetRange range, final @Nullable IpPrefix subnet)
    {
        return new FirewallRules(range.network(), Objects.requireNonNull(subnet), options.ipMasquerade,
            !options.ipMasqueradeFullyRandomDisabled, options.forwardRules);
    }

    private Firewall open(final FirewallRules rules) throws IOException
    {
        final FirewallKind wanted = network.enableNfTables() ? FirewallKind.NFTABLES : FirewallKind.IPTABLES;
        final FirewallKind kind = FirewallKind.choose(wanted, rules.isV4());
        kind.warning(rules.isV4()).ifPresent(events);
        return kind.open(rules, nodeOptions.ruleNames());
    }

    /**
     * @return what was set; empty if the rules were in place.
     * @throws IOException if they cannot be read or set; one line.
     */
    String ensureRules() throws IOException
    {
        boolean changed = false;
        for (final Firewall firewall : firewalls)
        {
            changed |= firewall.ensure();
        }
        return changed ? "set the rules for masquerading and forwarding" : "";
    }

    /**
     * Only with {@code --remove-rules}: otherwise the rules stay, as with flannel, so that containers keep their
     * connections while the node is updated.
     *
     * @param last false if another node takes over.
     * @throws IOException if they cannot be removed; one line.
     */
    void removeRulesOnRequest(final boolean last) throws IOException
    {
        if (nodeOptions.removeRules && last)
        {
            removeRules();
        }
    }

    /** @throws IOException if they cannot be removed; one line. */
    void removeRules() throws IOException
    {
        for (final Firewall firewall : firewalls)
        {
            firewall.remove();
        }
    }

    private void warnWithoutForwarding(final String what, final String setting)
    {
        try
        {
            if (Files.readString(Path.of("/proc/sys", setting.split("\\."))).startsWith("0"))
            {
                events.accept(what + " until you run 'sysctl -w " + setting + "=1'");
            }
        }
        catch (final IOException ex)
        {
            // No warning if the setting cannot be read.
            return;
        }
    }

    private static @Nullable IpPrefix networkOf(final @Nullable SubnetRange range)
    {
        return range == null ? null : range.network();
    }
}
