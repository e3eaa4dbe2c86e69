// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.firewall;

import io.overlane.tun.host.HostCommand;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Keeps the rules in two chains of their own, one in table {@code nat} and one in {@code filter}, with a jump to each;
 * everything else in the tables stays. The position of a jump among the rules of others does not matter. Works with the
 * legacy {@code iptables} and the one on nftables.
 */
final class Iptables extends Firewall
{
    /** How long to wait while another process holds the lock of the tables, in seconds. */
    private static final String LOCK_WAIT_S = "5";

    private final HostCommand save;
    private final HostCommand restore;
    private final RuleNames names;

    /**
     * @param save    {@code iptables-save}, or {@code ip6tables-save} for IPv6.
     * @param restore {@code iptables-restore}, or {@code ip6tables-restore} for IPv6.
     */
    Iptables(final HostCommand save, final HostCommand restore, final FirewallRules rules, final RuleNames names)
    {
        super(rules);
        this.save = save;
        this.restore = restore;
        this.names = names;
    }

    @Override
    List<List<String>> present() throws IOException
    {
        return List.of(own("nat", names.masqueradeChain()), own("filter", names.forwardChain()));
    }

    @Override
    void apply(final FirewallRules wanted) throws IOException
    {
        run(script(names, wanted, own("nat", names.masqueradeChain()), own("filter", names.forwardChain())));
    }

    @Override
    void removeAll() throws IOException
    {
        final StringBuilder script = new StringBuilder();
        remove(script, "nat", names.masqueradeChain(), own("nat", names.masqueradeChain()));
        remove(script, "filter", names.forwardChain(), own("filter", names.forwardChain()));
        run(script.toString());
    }

    /**
     * The script changes each table at once. Declaring a chain empties it, without flushing the rest of the table.
     *
     * @param nat    lines of these rules that are in the table now.
     * @param filter lines of these rules that are in the table now.
     */
    static String script(
        final RuleNames names, final FirewallRules rules, final List<String> nat, final List<String> filter)
    {
        final StringBuilder script = new StringBuilder();
        final String masqueradeChain = names.masqueradeChain();
        if (rules.masquerade())
        {
            final String append = "-A " + masqueradeChain + " ";
            final String mark = FirewallRules.KUBE_PROXY_MARK;
            final String comment = " -m comment --comment \"flanneld masq\" -j ";
            begin(script, "nat", masqueradeChain);
            script.append(append).append("-m mark --mark ").append(mark).append('/').append(mark).append(comment)
                .append("RETURN\n");
            for (final FirewallRules.Match match : rules.masqueradeMatches())
            {
                script.append(append).append(match.notSource() ? "! -s " : "-s ").append(match.source())
                    .append(match.notDestination() ? " ! -d " : " -d ").append(match.destination())
                    .append(comment)
                    .append(match.masquerade() ? "MASQUERADE" : "RETURN")
                    .append(match.masquerade() && rules.fullyRandom() ? " --random-fully\n" : "\n");
            }
            jump(script, "POSTROUTING" + comment + masqueradeChain, nat);
        }
        else
        {
            remove(script, "nat", masqueradeChain, nat);
        }

        final String forwardChain = names.forwardChain();
        if (rules.forward())
        {
            final String append = "-A " + forwardChain + " ";
            final String comment = " -m comment --comment \"flanneld forward\" -j ";
            begin(script, "filter", forwardChain);
            script.append(append).append("-s ").append(rules.network()).append(comment).append("ACCEPT\n")
                .append(append).append("-d ").append(rules.network()).append(comment).append("ACCEPT\n");
            jump(script, "FORWARD" + comment + forwardChain, filter);
        }
        else
        {
            remove(script, "filter", forwardChain, filter);
        }
        return script.toString();
    }

    private static void begin(final StringBuilder script, final String table, final String chain)
    {
        script.append('*').append(table).append("\n:").append(chain).append(" - [0:0]\n");
    }

    /** Keep exactly one jump: add it if it is missing, delete further ones. */
    private static void jump(final StringBuilder script, final String jump, final List<String> present)
    {
        final long count = present.stream().filter(("-A " + jump)::equals).count();
        if (count == 0)
        {
            script.append("-A ").append(jump).append('\n');
        }
        for (long i = 1; i < count; i++)
        {
            script.append("-D ").append(jump).append('\n');
        }
        script.append("COMMIT\n");
    }

    /** Remove the chain and all jumps to it; nothing if it does not exist. */
    private static void remove(
        final StringBuilder script, final String table, final String chain, final List<String> present)
    {
        if (present.isEmpty())
        {
            return;
        }
        begin(script, table, chain);
        present.stream()
            .filter(line -> line.startsWith("-A ") && !line.startsWith("-A " + chain + " "))
            .forEach(line -> script.append("-D ").append(line.substring("-A ".length())).append('\n'));
        script.append("-X ").append(chain).append("\nCOMMIT\n");
    }

    /** The lines of a table that name the chain. */
    private List<String> own(final String table, final String chain) throws IOException
    {
        return save.run("-t", table).lines()
            .filter(line -> line.startsWith(":" + chain + " ") ||
                line.startsWith("-A ") && Arrays.asList(line.split(" ")).contains(chain))
            .map(String::strip)
            .toList();
    }

    private void run(final String script) throws IOException
    {
        if (!script.isEmpty())
        {
            restore.run(script, List.of("--noflush", "--wait", LOCK_WAIT_S));
        }
    }
}
