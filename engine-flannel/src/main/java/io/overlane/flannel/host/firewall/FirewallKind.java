// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.firewall;

import io.overlane.tun.host.HostCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The commands that keep the rules. */
public enum FirewallKind
{
    /** The {@code nft} command: {@code EnableNFTables} in the network's configuration. */
    NFTABLES
    {
        @Override
        public boolean isHere(final boolean isV4)
        {
            return HostCommand.find("nft").isPresent();
        }

        @Override
        public Firewall open(final FirewallRules rules, final RuleNames names) throws IOException
        {
            return new Nftables(require("nft", "nftables"), rules, names);
        }

        @Override
        public Optional<String> warning(final boolean isV4)
        {
            return Optional.empty();
        }
    },

    /** {@code iptables-save} and {@code iptables-restore}: flannel's default. */
    IPTABLES
    {
        @Override
        public boolean isHere(final boolean isV4)
        {
            final String program = isV4 ? "iptables" : "ip6tables";
            return HostCommand.find(program + "-save").isPresent() &&
                HostCommand.find(program + "-restore").isPresent();
        }

        @Override
        public Firewall open(final FirewallRules rules, final RuleNames names) throws IOException
        {
            final String program = rules.isV4() ? "iptables" : "ip6tables";
            return new Iptables(
                require(program + "-save", "iptables"), require(program + "-restore", "iptables"), rules, names);
        }

        @Override
        public Optional<String> warning(final boolean isV4)
        {
            final Path setting =
                Path.of("/proc/sys/net/bridge", isV4 ? "bridge-nf-call-iptables" : "bridge-nf-call-ip6tables");
            return Files.exists(setting) ? Optional.empty() : Optional.of(
                "there is no " + setting + ": bridged containers bypass iptables until 'modprobe br_netfilter'");
        }
    };

    /**
     * @return the wanted kind if this host has its commands, else the other kind if it has those; if it has neither,
     *         the wanted one, whose {@link #open} then fails with the missing command.
     */
    public static FirewallKind choose(final FirewallKind wanted, final boolean isV4)
    {
        final FirewallKind other = wanted == NFTABLES ? IPTABLES : NFTABLES;
        return !wanted.isHere(isV4) && other.isHere(isV4) ? other : wanted;
    }

    /** @return true if this host has the commands. */
    public abstract boolean isHere(boolean isV4);

    /**
     * Make the object that keeps the rules. It changes nothing yet.
     *
     * @throws IOException if a command is missing; the message says what to install.
     */
    public abstract Firewall open(FirewallRules rules, RuleNames names) throws IOException;

    /** @return a line for the log if something on this host keeps the rules from working. */
    public abstract Optional<String> warning(boolean isV4);

    private static HostCommand require(final String program, final String debianPackage) throws IOException
    {
        return HostCommand.find(program).orElseThrow(() ->
            new IOException("there is no '" + program + "' command on this host: install " + debianPackage));
    }
}
